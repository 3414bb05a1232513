"""Captions: what was done to an example, and nothing that was not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.core.head.pose import Pose
from hairnet_data.recipes.caption import describe, describe_pose
from hairnet_data.recipes.paints import Crop, Paint
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Affine, Occluder, Photometric, Recipe
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import Split

CLEAN = Recipe("train", 0, 224, "portrait", "a@0")
SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))


@pytest.mark.parametrize(
    ("affine", "words"),
    [
        (Affine(), "framed only"),
        (Affine(scale=1.25), "scale 1.25"),
        (Affine(shift=(0.25, 0.0)), "25% right"),
        (Affine(shift=(-0.25, 0.5)), "25% left, 50% down"),
        (Affine(shift=(0.0, -0.1)), "10% up"),
        (Affine(rotation=30.0), "turned 30° clockwise"),
        (Affine(rotation=-30.0), "turned 30° the other way"),
        (Affine(mirror=True), "mirrored"),
        (Affine(0.9, (0.1, 0.0), 12.4, True), "scale 0.90, 10% right, turned 12° clockwise, mirrored"),
    ],
)
def test_the_affine_map_is_described(affine: Affine, words: str) -> None:
    assert words in describe(replace(CLEAN, affine=affine))


def test_a_clean_example_is_framed_only() -> None:
    assert describe(CLEAN) == ["framed only"]


def test_traits_come_first() -> None:
    assert describe(replace(CLEAN, traits={"tone": "7", "hair": "curly"}))[0] == "hair curly, tone 7"


def test_a_negative_is_described_by_its_crop() -> None:
    negative = replace(CLEAN, kind="negative", portrait="", negative=Crop("wall@0", 0.1, 0.2, 0.75, True))
    assert describe(negative) == ["crop of 75% of the shorter side, mirrored"]


def test_the_fill_is_described_where_there_is_some() -> None:
    red = Paint("colour", ((255, 0, 16),))
    assert "fill: colour #ff0010" in describe(replace(CLEAN, affine=Affine(scale=0.8), fill=red))
    wall = Paint("background", crop=Crop("wall@0", 0, 0, 1, False))
    assert "fill: a background" in describe(replace(CLEAN, affine=Affine(rotation=5.0), fill=wall))
    assert not any("fill" in line for line in describe(replace(CLEAN, affine=Affine(scale=1.2), fill=red)))


def test_occluders_are_described() -> None:
    stripes = Paint("texture", ((1, 2, 3), (4, 5, 6)), "stripes", 0.0, 0.1, 0)
    hidden = (Occluder("hand", SQUARE, stripes), Occluder("strip", SQUARE, Paint("colour", ((0, 0, 0),))))
    assert "hidden by hand (stripes) and strip (colour #000000)" in describe(replace(CLEAN, occluders=hidden))


def test_colours_are_described() -> None:
    change = Photometric(True, 1.2, 0.5, (1.0, 1.1, 0.9), 0.7, 5.0, 9, 40)
    assert describe(replace(CLEAN, photometric=change))[-1] == (
        "grey, darker x0.50, contrast x1.20, cast 1.00/1.10/0.90, blur 0.7, noise 5, JPEG 40"
    )
    assert "brighter x1.50" in describe(replace(CLEAN, photometric=Photometric(brightness=1.5)))


@settings(max_examples=200)
@given(st.integers(0, 2**40))
def test_every_recipe_has_words(index: int) -> None:
    pool = Pool((Asset("p", "0"),), (Asset("b", "0"),))
    recipe = sample_recipe(Split("train", "train", Policy(), each_once=False), pool, index)
    lines = describe(recipe)
    assert lines
    assert all(line and "\n" not in line and "-0" not in line for line in lines)
    assert any(line.startswith("hidden by") for line in lines) == bool(recipe.occluders)


@pytest.mark.parametrize(
    ("angles", "words"),
    [
        ((14.2, 3.1, -1.6), "looks 14° right, 3° down, tilted 2° the other way"),
        ((-150.0, -7.0, 30.0), "looks 150° left, 7° up, tilted 30° clockwise"),
        ((0.4, 0.0, 0.2), "looks straight ahead"),
    ],
)
def test_poses_in_words(angles: tuple[float, float, float], words: str) -> None:
    assert describe_pose(Pose(*angles, 0.5, 0.5, 0.03)) == words
