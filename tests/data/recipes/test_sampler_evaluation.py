"""What is drawn for the evaluation splits: the same for every user, each portrait once."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest

from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Pool
from hairnet_data.recipes.recipe import Affine, Photometric
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import EVALUATION_SPLITS, splits_for
from tests.support.sampling import heads, pool, split_named


def test_evaluation_is_independent_of_the_users_policy_and_seed() -> None:
    assets = Pool(tuple(heads(10)), pool().backgrounds)
    for policy, seed in ((Policy(), 0), (Policy(negative_rate=1, scale=(0.05, 20), photometric=3), 99)):
        recipes = [
            sample_recipe(split, assets, index)
            for split in splits_for(policy, seed)
            if split.name != "train"
            for index in range(6)
        ]
        first = [sample_recipe(split, assets, index) for split in EVALUATION_SPLITS for index in range(6)]
        assert recipes == first


@pytest.mark.parametrize("name", [split.name for split in EVALUATION_SPLITS if not split.negatives_only])
def test_evaluation_shows_each_portrait_once(name: str) -> None:
    split = split_named(name)
    assert split.natural_size(pool()) == 10
    assets = Pool(tuple(heads(10)), pool().backgrounds)
    assert len({sample_recipe(split, assets, index).portrait for index in range(10)}) == 10


def test_capped_test_splits_show_the_same_portraits() -> None:
    assets = Pool(tuple(heads(10)), pool().backgrounds)
    names = ["test", "test_shifted", "test_rotated", "test_occluded"]
    shown = {tuple(sample_recipe(split_named(name), assets, index).portrait for index in range(4)) for name in names}
    assert len(shown) == 1


def test_negatives_are_two_crops_of_every_background() -> None:
    split = split_named("test_negatives")
    assert split.natural_size(pool()) == 14
    crops = [sample_recipe(split, pool(), index).negative for index in range(14)]
    assert set(Counter(crop.asset for crop in crops if crop).values()) == {2}
    assert len(set(crops)) == 14


def test_stress_splits_do_one_thing() -> None:
    for index in range(100):
        shifted = sample_recipe(split_named("test_shifted"), pool(), index)
        assert 0.25 - 1e-4 <= math.hypot(*shifted.affine.shift) <= 0.5 + 1e-4
        assert 0.7 <= shifted.affine.scale <= 1.3
        assert (shifted.affine.rotation, shifted.affine.mirror) == (0, False)
        rotated = sample_recipe(split_named("test_rotated"), pool(), index)
        assert 20 <= abs(rotated.affine.rotation) <= 45
        assert replace(rotated.affine, rotation=0.0) == Affine()
        for recipe in (shifted, rotated):
            assert not recipe.occluders
            assert recipe.photometric == Photometric()
