"""The order of shards: the files of a range hold its records, whatever was read before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hairnet_model.data.shard_order import files_of_range, mixing_order, records_before


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(0, 60), st.integers(1, 60), st.integers(0, 2**31)
)
def test_files_cover_the_range(counts: list[int], begin: int, length: int, seed: int) -> None:
    shards = [(str(k), records) for k, records in enumerate(counts)]
    files, skip = files_of_range(shards, begin, begin + length, (seed, 0))
    every, none = files_of_range(shards, 0, begin + length, (seed, 0))
    assert none == 0
    assert 0 <= skip < counts[int(files[0])]
    assert every[-len(files) :] == files
    before = sum(counts[int(file)] for file in every[: -len(files)])
    assert before + skip == begin
    assert sum(counts[int(file)] for file in files) - skip >= length


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=6), st.integers(0, 3000))
def test_any_stretch_has_the_shares(shares: list[float], records: int) -> None:
    order = mixing_order(shares)
    counts = [records_before(order, k, records) for k in range(len(shares))]
    assert sum(counts) == records
    for count, share in zip(counts, shares, strict=True):
        # Every share is right within 1 % or a thousandth of the largest, and turns are spread evenly.
        expected = records * share / sum(shares)
        assert abs(count - expected) <= len(shares) + 0.03 * expected + 0.001 * records


def test_a_cycle_is_as_short_as_the_shares_allow() -> None:
    assert mixing_order([1, 1]) == (0, 1)
    assert sorted(mixing_order([0.5, 1.5])) == [0, 1, 1, 1]
    assert mixing_order([7]) == (0,)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(0, 50), st.integers(0, 50))
def test_resuming_reads_on(shares: list[int], first: int, more: int) -> None:
    order = mixing_order(shares)
    for k in range(len(shares)):
        turns = [order[i % len(order)] for i in range(first, first + more)]
        assert records_before(order, k, first + more) - records_before(order, k, first) == turns.count(k)
