"""How much of a background is seen behind portraits and in negatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hairnet_data.recipes.paints import Crop
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import Split
from hairnet_data.rendering.paint import take_crop

HALF_NEGATIVES = Policy(negative_rate=0.5, background_rate=1)
ASSETS = Pool(tuple(Asset(f"p{k}", "0" * 16, f"p{k}") for k in range(4)), (Asset("room", "0" * 16),))


def recipes(policy: Policy, count: int = 400) -> list[Recipe]:
    return [sample_recipe(Split("train", "train", policy, each_once=False), ASSETS, index) for index in range(count)]


def crops(some: list[Recipe]) -> list[Crop]:
    return [crop for recipe in some if (crop := recipe.negative or recipe.fill.crop)]


@pytest.mark.parametrize("ends", [(0.05, 0.3), (0.4, 1.0), (0.7, 0.7)])
def test_sides_lie_in_the_range_in_negatives_and_behind_portraits(ends: tuple[float, float]) -> None:
    for kind in ("negative", "portrait"):
        some = [recipe for recipe in recipes(replace(HALF_NEGATIVES, background_side=ends)) if recipe.kind == kind]
        sides = np.array([crop.side for crop in crops(some)])
        assert len(sides) == len(some) > 100
        assert ends[0] <= sides.min()
        assert sides.max() <= ends[1]
        assert sides.max() - sides.min() > 0.9 * (ends[1] - ends[0]) - 1e-9


def test_a_range_changes_nothing_else() -> None:
    for one, other in zip(
        recipes(HALF_NEGATIVES), recipes(replace(HALF_NEGATIVES, background_side=(0.4, 1))), strict=True
    ):
        if one.negative and other.negative:
            one = replace(one, negative=replace(one.negative, side=other.negative.side))
        if one.fill.crop and other.fill.crop:
            one = replace(one, fill=replace(one.fill, crop=replace(one.fill.crop, side=other.fill.crop.side)))
        assert one == other


def test_without_a_range_portraits_have_as_many_pixels_behind_them_as_the_example() -> None:
    some = recipes(HALF_NEGATIVES)
    assert {recipe.fill.crop.side for recipe in some if recipe.fill.crop} == {0}
    sides = [recipe.negative.side for recipe in some if recipe.negative]
    assert 0.5 <= min(sides) < 0.55
    assert 0.95 < max(sides) <= 1


def test_a_whole_side_shows_the_whole_background() -> None:
    background = np.tile(np.linspace(0, 255, 300).astype(np.uint8)[None, :, None], (300, 1, 3))
    shown = take_crop(Crop("room", 0.5, 0.5, 1.0, False), background, 64)
    assert shown[0, 0, 0] < 8
    assert shown[0, -1, 0] > 247
