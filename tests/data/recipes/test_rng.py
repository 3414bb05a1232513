"""Random numbers: the same everywhere for ever, and nothing in common between seeds, splits and indices."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.recipes.rng import SECTION, Draws, sections, shuffled, uniforms

TRAIN_0 = [0.20217070243981505, 0.8060029221010319, 0.45369814209658454]
TEST_7 = [0.08728405048542243, 0.09744739686157988]
ORDER = [5, 1, 4, 3, 0, 2, 7, 6]

seeds = st.integers(-(2**63), 2**64 - 1)
indices = st.integers(0, 2**62)


@given(seeds, st.text(st.characters(codec="utf-8"), max_size=12), indices, st.integers(1, 300))
def test_numbers_follow_from_seed_split_and_index_alone(seed: int, split: str, index: int, count: int) -> None:
    numbers = uniforms(seed, split, index, count)
    assert numbers.shape == (count,)
    assert ((numbers >= 0) & (numbers < 1)).all()
    assert np.array_equal(numbers, uniforms(seed, split, index, 300)[:count])


def test_seed_split_and_index_share_nothing() -> None:
    """Were the generator seeded with seed + index, example 6 of seed 1 would be example 7 of seed 0."""
    keys = [(seed, split, index) for seed in (0, 1, 2) for split in ("train", "test") for index in (0, 1, 2, 3)]
    numbers = {key: uniforms(*key, 256).tolist() for key in keys}
    for one, other in combinations(keys, 2):
        assert not set(numbers[one]) & set(numbers[other]), f"{one} and {other}"


def test_neighbouring_indices_do_not_overlap_as_streams() -> None:
    """A counter that held the index in its low words would make example 1 begin inside example 0."""
    long = set(uniforms(0, "train", 0, 5000).tolist())
    assert not long & set(uniforms(0, "train", 1, 5000).tolist())


def test_numbers_are_spread_evenly() -> None:
    firsts = np.array([uniforms(3, "train", index, 4) for index in range(4000)])
    assert np.abs(firsts.mean(axis=0) - 0.5).max() < 5 / np.sqrt(12 * 4000)
    assert np.abs(np.corrcoef(firsts.T) - np.eye(4)).max() < 0.08


def test_numbers_never_change() -> None:
    """Recipes of old datasets are drawn again by `verify`: these are the numbers of the first version."""
    assert uniforms(0, "train", 0, 3).tolist() == TRAIN_0
    assert uniforms(1, "test", 7, 2).tolist() == TEST_7
    assert shuffled(0, "train", 0, 8).tolist() == ORDER


def test_numbers_are_the_same_in_another_process_with_another_hash_seed() -> None:
    line = (
        "from hairnet_data.recipes.rng import uniforms, shuffled; "
        "print(uniforms(5, 'train', 9, 4).tolist(), shuffled(5, 'train', 2, 9).tolist())"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", line],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    here = f"{uniforms(5, 'train', 9, 4).tolist()} {shuffled(5, 'train', 2, 9).tolist()}\n"
    assert said == [here, here]


@given(seeds, st.integers(0, 1000), st.integers(1, 200))
def test_an_epoch_has_every_number_once(seed: int, epoch: int, count: int) -> None:
    assert sorted(shuffled(seed, "train", epoch, count).tolist()) == list(range(count))


def test_every_epoch_has_an_order_of_its_own() -> None:
    orders = [tuple(shuffled(seed, split, epoch, 30)) for seed in (0, 1) for split in ("a", "b") for epoch in range(5)]
    assert len(set(orders)) == len(orders)


def test_sections_are_apart() -> None:
    """What one section uses up does not move another."""
    greedy, modest = (sections(4, "train", 2, ["one", "two"]) for _ in range(2))
    for _ in range(SECTION):
        greedy["one"].chance(0.5)
    assert greedy["two"].uniform(0, 1, 17) == modest["two"].uniform(0, 1, 17)
    with pytest.raises(StopIteration):
        greedy["one"].chance(0.5)  # rather than reading on in another's numbers


def drawn(*numbers: float) -> Draws:
    return Draws(np.array(numbers))


LAST = 1 - 2.0**-53


def test_chance_is_never_at_rate_0_and_always_at_rate_1() -> None:
    draws = drawn(0.0, LAST, 0.0, LAST, 0.29, 0.31)
    assert [draws.chance(rate) for rate in (0, 0, 1, 1, 0.3, 0.3)] == [False, False, True, True, True, False]


def test_ranges_hold_at_both_ends() -> None:
    assert [drawn(u).uniform(-2, 3) for u in (0.0, 0.5, LAST)] == [-2, 0.5, 3]
    assert [drawn(u).log_uniform(0.25, 4) for u in (0.0, 0.5, LAST)] == [0.25, 1, 4]
    assert drawn(0.7).log_uniform(2, 2) == 2
    assert [drawn(u).integer(3, 5) for u in (0.0, 0.4, LAST)] == [3, 4, 5]
    assert [drawn(u).one_of("abc") for u in (0.0, 0.4, LAST)] == ["a", "b", "c"]


@given(st.floats(-100, 100), st.floats(0, 100), st.floats(0, LAST), st.integers(0, 6))
def test_numbers_are_rounded(low: float, more: float, u: float, digits: int) -> None:
    number = drawn(u).uniform(low, low + more, digits)
    assert number == round(number, digits)
    assert abs(number - (low + more * u)) <= 0.51 * 10**-digits
