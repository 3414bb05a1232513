"""The order of shards: the files of a range hold its records, whatever was read before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hairnet_model.data.shard_order import files_of_range


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
