"""The order in which training reads shards: a random one in every pass, that follows from a seed."""

from __future__ import annotations

from collections.abc import Sequence

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
