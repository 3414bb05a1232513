"""Which portraits are shown: all of them equally often, in another order each time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Pool
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import EVALUATION_SPLITS
from tests.support.sampling import WIDE, heads, many, pool, split_named


def test_each_portrait_is_shown_equally_often() -> None:
    recipes = many(replace(WIDE, occlude_rate=0), 70)
    assert set(Counter(recipe.source_id for recipe in recipes).values()) == {7}
    for epoch in range(7):
        assert len({recipe.source_id for recipe in recipes[10 * epoch : 10 * epoch + 10]}) == 10


def test_every_epoch_is_shuffled_anew() -> None:
    shown = [recipe.source_id for recipe in many(replace(WIDE, occlude_rate=0), 60)]
    epochs = [shown[start : start + 10] for start in range(0, 60, 10)]
    assert all(one != other for one, other in pairwise(epochs))
    other_seed = [recipe.source_id for recipe in many(replace(WIDE, occlude_rate=0), 60, seed=1)]
    assert shown != other_seed


def test_with_negatives_portraits_are_still_spread_evenly() -> None:
    shown = Counter(recipe.source_id for recipe in many(Policy(), 3000) if recipe.kind == "portrait")
    assert len(shown) == 10
    assert max(shown.values()) - min(shown.values()) < 60


def test_a_pool_of_one_will_do() -> None:
    one = Pool(tuple(heads(1)), pool(1, 1).backgrounds)
    assert {recipe.source_id for recipe in many(Policy(), 50, assets=one)} == {"p000", "b000"}
    for split in EVALUATION_SPLITS:
        assert sample_recipe(split, one, 0).source_id == ("b000" if split.negatives_only else "p000")


def test_a_split_of_negatives_needs_no_portraits() -> None:
    empty = Pool((), pool().backgrounds)
    assert all(sample_recipe(split_named("test_negatives"), empty, index).negative for index in range(20))
