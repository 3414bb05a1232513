"""The order in which training reads: which dataset comes next, and its shards, in another random order every pass."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np


def files_of_range(
    shards: Sequence[tuple[str, int]], begin: int, end: int, seed: tuple[int, int]
) -> tuple[list[str], int]:
    """Finds the files that hold records `begin` to `end - 1` of endless passes over the shards.

    Args:
        shards: files, and how many records each holds.
        begin: counted over all passes, from 0.
        end: one behind the last.
        seed: of the order of the shards, another one in every pass.

    Returns:
        The files in the order in which they are read, and how many records of the first are to be skipped.
    """
    count = sum(records for _, records in shards)
    files: list[str] = []
    start, skip = begin // count * count, 0
    for number in range(begin // count, -(-end // count)):
        for k in np.random.default_rng((*seed, number)).permutation(len(shards)):
            file, records = shards[k]
            if start + records > begin and start < end:
                skip = skip if files else begin - start
                files.append(file)
            start += records
    return files, skip


LONGEST = 1000
"""Turns of the dataset with the largest share in one cycle, at most."""


def mixing_order(shares: Sequence[float]) -> tuple[int, ...]:
    """The order in which datasets take turns, so that any stretch of records has their shares as nearly as possible.

    Args:
        shares: of every dataset, greater than 0; only their ratios count.

    Returns:
        One cycle: the position of the dataset that each record of it comes from. It is repeated without end.
    """
    ratios = [share / max(shares) for share in shares]
    counts = [1]
    for largest in range(1, LONGEST + 1):  # the shortest cycle that has every share within 1 %
        exact_counts = [largest * ratio for ratio in ratios]
        counts = [max(1, round(count)) for count in exact_counts]
        if all(abs(count - exact) <= 0.01 * exact for count, exact in zip(counts, exact_counts, strict=True)):
            break
    turns = [(Fraction(2 * turn + 1, 2 * count), k) for k, count in enumerate(counts) for turn in range(count)]
    return tuple(k for _, k in sorted(turns))


def records_before(order: Sequence[int], position: int, record: int) -> int:
    """How many of the first `record` records of a run come from the dataset at `position` of the mixing order."""
    cycles, rest = divmod(record, len(order))
    return cycles * order.count(position) + order[:rest].count(position)
