"""Occluders that are aimed at a head hide as much of it as they should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hairnet_data.building.picture_scan import head_of
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import HEAD_SIDE, Asset, Pool
from hairnet_data.recipes.recipe import Affine
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import splits_for
from hairnet_data.rendering.renderer import render
from hairnet_data.sources.base import Portrait
from tests.support import contract_scenes
from tests.support.sampling import DIGEST, head, pool, split_named


def test_occluders_of_test_occluded_hide_20_to_50_percent_of_the_head() -> None:
    """Measured where it counts: on rendered masks."""
    rng = np.random.default_rng(5)
    split, backgrounds, shares = split_named("test_occluded"), contract_scenes.wall(rng), []
    for index in range(300):
        mask = head(rng)
        shown = Portrait(np.zeros((*mask.shape, 3), np.uint8), mask)
        assets = Pool((Asset("p", DIGEST, head=head_of(shown)),), pool().backgrounds)
        recipe = sample_recipe(split, assets, index)
        assert len(recipe.occluders) == 1
        assert recipe.affine == Affine()
        _, hidden = render(recipe, shown, backgrounds)
        _, bare = render(replace(recipe, occluders=()), shown, backgrounds)
        shares.append(1 - np.count_nonzero(hidden) / np.count_nonzero(bare))
    assert min(shares) >= 0.2
    assert max(shares) <= 0.5
    assert np.std(shares) > 0.04  # the entire range is used, not its middle alone


def test_occluders_aimed_at_moved_heads_hide_what_the_policy_says() -> None:
    """In training the head is not where it was in the portrait: the aim follows the affine."""
    rng = np.random.default_rng(6)
    policy = Policy(negative_rate=0, occlude_rate=1, cover=(0.2, 0.6), shift=(0, 0.3), scale=(0.7, 1.4), photometric=0)
    split, backgrounds, shares = splits_for(policy, 0)[0], contract_scenes.wall(rng), []
    for index in range(200):
        mask = head(rng)
        shown = Portrait(np.zeros((*mask.shape, 3), np.uint8), mask)
        assets = Pool((Asset("p", DIGEST, head=head_of(shown)),), pool().backgrounds)
        recipe = sample_recipe(split, assets, index)
        assert len(recipe.occluders) == 1
        _, hidden = render(recipe, shown, backgrounds)
        _, bare = render(replace(recipe, occluders=()), shown, backgrounds)
        if np.count_nonzero(bare) > 2000:  # what is left in the frame may be a sliver, on which the map is too coarse
            shares.append(1 - np.count_nonzero(hidden) / np.count_nonzero(bare))
    assert len(shares) > 150
    assert min(shares) >= 0.2
    assert max(shares) <= 0.6
    assert np.std(shares) > 0.06


def test_a_portrait_without_a_head_is_occluded_all_the_same() -> None:
    nobody = Asset("p", DIGEST, head=bytes(HEAD_SIDE * HEAD_SIDE // 8))
    recipe = sample_recipe(split_named("test_occluded"), Pool((nobody,), pool().backgrounds), 0)
    assert len(recipe.occluders) == 1
