"""Dividing people into pools: nobody shared, always the same, fractions met, no pool empty that should not be."""

import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.recipes.splits import EVALUATION_SPLITS, splits_for
from hairnet_data.sources.base import POOLS
from hairnet_data.sources.pool_assignment import assign_pools

weights = st.dictionaries(st.text(max_size=8), st.integers(1, 50), max_size=60)
shares = st.tuples(*[st.integers(0, 10)] * 3).filter(any)
fractions = shares.map(lambda three: tuple(share / sum(three) for share in three))
seeds = st.integers(-5, 1 << 40)


@given(weights, fractions, seeds)
def test_everybody_is_in_one_pool_with_a_share(weights, fractions, seed):
    pools = assign_pools(weights, fractions, seed)
    assert pools.keys() == weights.keys()
    expected_pools = {pool for pool, share in zip(POOLS, fractions, strict=True) if share > 0}
    assert set(pools.values()) <= expected_pools


@given(weights, fractions, seeds, st.randoms())
def test_the_order_of_the_keys_does_not_matter(weights, fractions, seed, random):
    shuffled = list(weights.items())
    random.shuffle(shuffled)
    assert assign_pools(dict(shuffled), fractions, seed) == assign_pools(weights, fractions, seed)


@given(weights, fractions, seeds)
def test_no_pool_with_a_share_is_empty_while_there_are_people_enough(weights, fractions, seed):
    expected_pools = [pool for pool, share in zip(POOLS, fractions, strict=True) if share > 0]
    filled = set(assign_pools(weights, fractions, seed).values())
    assert len(filled) == min(len(expected_pools), len(weights))


@given(weights, fractions, seeds)
def test_fractions_are_met_as_far_as_people_allow(weights, fractions, seed):
    pools = assign_pools(weights, fractions, seed)
    total, largest = sum(weights.values()), max(weights.values(), default=0)
    running = expected = 0.0
    for pool, share in zip(POOLS, fractions, strict=True):
        running += sum(weights[key] for key in weights if pools[key] == pool)
        expected += share * total
        # A cut is off by half a person at most, or by more where that keeps a pool from being empty: two other pools
        # can need one person each.
        assert abs(running - expected) <= 2 * largest


def test_somebody_with_most_portraits_does_not_empty_a_pool():
    for heavy in "abc":
        pools = assign_pools(dict.fromkeys("abc", 1) | {heavy: 50}, (0.1, 0.1, 0.8), 0)
        assert sorted(pools.values()) == sorted(POOLS)


def test_it_can_be_imported_first():
    for module in (
        "hairnet_data.recipes.splits",
        "hairnet_data.sources.registry",
        "hairnet_data.sources.folder.source",
    ):
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)


def test_many_people_meet_the_fractions_closely():
    pools = assign_pools({f"person {n}": 1 for n in range(1000)}, (0.8, 0.15, 0.05), seed=3)
    assert Counter(pools.values()) == {"train": 800, "validation": 150, "test": 50}


def test_the_division_never_changes():
    """Pools of old datasets stay what they are: this is what the function gave when it was written."""
    pools = assign_pools(dict.fromkeys("abcdefghij", 1), (0.5, 0.3, 0.2), seed=0)
    assert {pool: "".join(sorted(k for k in pools if pools[k] == pool)) for pool in POOLS} == {
        "train": "dfghj",
        "validation": "aci",
        "test": "be",
    }


def test_another_seed_is_another_division():
    people = {f"person {n}": 1 for n in range(50)}
    divisions = [assign_pools(people, (0.6, 0.2, 0.2), seed) for seed in range(5)]
    assert all(one != other for one, other in pairwise(divisions))


@pytest.mark.parametrize("key", ["a\nb", "\ud800", "", "../x"])
def test_any_name_can_be_divided(key):
    assert assign_pools({key: 1}, (1.0, 0.0, 0.0), 0) == {key: "train"}


def test_evaluation_does_not_depend_on_the_users_policy_or_seed():
    train, *evaluation = splits_for(EVALUATION_SPLITS[0].policy, seed=77)
    assert train.name == train.pool == "train"
    assert train.seed == 77
    assert tuple(evaluation) == EVALUATION_SPLITS
    assert {split.seed for split in evaluation} == {0}
    assert all(split.pool != "train" for split in evaluation)
