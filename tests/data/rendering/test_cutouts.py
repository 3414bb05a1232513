"""People who are cut out: point 24 of the contract, with broken code too, and what `lift` makes of a portrait."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.recipe import CUT_OUT, Recipe
from hairnet_data.rendering.cutouts import lift, over
from hairnet_data.rendering.mattes import render_matte
from hairnet_data.rendering.renderer import render
from hairnet_data.rendering.subject import Subject
from hairnet_data.sources.base import Portrait
from hairnet_data.sources.drawn.source import Drawn
from tests.support import contract_scenes, cutout_contract
from tests.support.cutout_contract import CHECKS, MUTANTS, scenes
from tests.support.mutant import EMPTY, Mutant, assert_caught


@settings(max_examples=8)
@given(st.integers(0, 2**31))
@pytest.mark.parametrize("check", CHECKS)
def test_cutouts_keep_the_contract(check: str, seed: int) -> None:
    CHECKS[check](scenes(8, seed))


def test_the_scenes_show_what_is_checked() -> None:
    shown = [edge for scene in scenes() for *_, edge in scene.layers()]
    assert {(edge.cutout, bool(edge.width)) for edge in shown} == {(True, False), (False, True), (False, False)}


def test_the_unchanged_code_passes_all_checks() -> None:
    assert cutout_contract.catches(EMPTY) == {}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_is_caught_by_its_checks(mutant: Mutant) -> None:
    assert_caught(mutant, cutout_contract.catches)


def test_a_person_before_a_flat_ground_is_lifted_and_put_before_another() -> None:
    rng = np.random.default_rng(0)
    one = cutout_contract.portrait(rng, 90, 80)
    assert one.coverage is not None
    rest = (255 - one.coverage[..., None].astype(np.int64)) / 255
    before, after = np.array((40, 160, 220)), np.array((250, 10, 90))
    image = np.rint(one.image + rest * before).astype(np.uint8)
    moved = over(lift(image, one.coverage), np.full_like(image, after))
    assert np.abs(moved - (one.image + rest * after)).max() <= 2


def test_where_nobody_is_nothing_is_lifted() -> None:
    image = contract_scenes.photo(np.random.default_rng(1), 40, 30)
    nobody, everybody = np.zeros((30, 40), np.uint8), np.full((30, 40), 255, np.uint8)
    assert not lift(image, nobody).any()
    assert np.array_equal(lift(image, everybody)[..., :3], image)


def test_of_a_photograph_the_head_alone_is_cut_out() -> None:
    mask = np.zeros((40, 40), np.uint8)
    mask[5:15, 10:30], mask[15:30, 10:30] = HAIR, FACE
    photo = Portrait(contract_scenes.photo(np.random.default_rng(3), 40, 40), mask)
    recipe = Recipe("train", 0, 40, "portrait", "a@b", edge=CUT_OUT, fill=Paint("colour", ((0, 255, 0),)))
    image, cut = render(recipe, photo, lambda asset: np.zeros((9, 9, 3), np.uint8))
    assert np.array_equal(cut, mask)
    assert np.array_equal(image[6:29, 11:29], photo.image[6:29, 11:29])
    beyond = np.ones((40, 40), np.bool_)
    beyond[4:31, 9:31] = False
    assert (image[beyond] == (0, 255, 0)).all()


def test_a_photograph_with_a_smaller_mask_is_cut_out_along_it() -> None:
    mask = np.zeros((20, 20), np.uint8)
    mask[5:15, 5:15] = FACE
    photo = Portrait(np.full((80, 80, 3), 200, np.uint8), mask)
    recipe = Recipe("train", 0, 40, "portrait", "a@b", edge=CUT_OUT, fill=Paint("colour", ((0, 0, 0),)))
    image, cut = render(recipe, photo, lambda asset: np.zeros((9, 9, 3), np.uint8))
    assert np.array_equal(cut[::2, ::2], mask)
    assert (image[12:28, 12:28] == 200).all()
    assert not image[:8].any()
    assert not image[:, 32:].any()


def test_drawn_people_leave_their_scene_behind() -> None:
    shown = Drawn(test=3, size=64).load("test_00001")
    assert shown.coverage is not None
    recipe = Recipe("train", 0, 64, "portrait", "a@b", edge=CUT_OUT, fill=Paint("colour", ((0, 255, 0),)))
    image, mask = render(recipe, shown, lambda asset: np.zeros((9, 9, 3), np.uint8))
    assert (image[shown.coverage == 0] == (0, 255, 0)).all()
    inside = shown.coverage == 255
    assert inside.mean() > 0.2
    assert np.array_equal(image[inside], shown.image[inside])
    assert (mask[shown.coverage < 128] == BACKGROUND).all()
    assert np.array_equal(mask[shown.coverage >= 128], shown.mask[shown.coverage >= 128])


def test_the_matte_of_a_person_in_front_leaves_what_its_coverage_leaves() -> None:
    """A portrait whose grey is its matte, before black, has the grey of its matte as a cutout too."""
    drawn = [scene for scene in scenes(24) if scene.recipe.companions]
    for scene in drawn:
        grey = []
        for one in scene.portraits:
            alpha = one.image.min(axis=2)
            grey.append(replace(one, image=np.dstack([alpha] * 3), alpha=alpha))
        black = Paint("colour", ((0, 0, 0),))
        recipe = replace(scene.plain.recipe, fill=black)
        image, _ = render(recipe, grey[0], scene.backgrounds, grey[1:])
        alpha, known = render_matte(recipe, grey)
        assert known
        assert np.abs(image[..., 0].astype(np.int16) - alpha).max() <= 1


def test_levels_of_a_cutout_are_those_of_the_image() -> None:
    one = cutout_contract.portrait(np.random.default_rng(2), 90, 70)
    subject = Subject(one)
    for level in range(3):
        assert subject.cutout(level).shape == (*subject.image(level).shape[:2], 4)
