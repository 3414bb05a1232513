"""Shards that hold another number of records than their metadata say, in both file formats."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from hairnet_data.core.records.shard_file import format_of, read_records, write_records

WAYS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "empty": lambda records: [],
    "cut": lambda records: records[:-1],
    "longer": lambda records: [*records, records[-1]],
}
"""What is left of a shard. Of a TFRecord file it has the bytes that a cut between two records leaves."""


def spoil(dataset: Path, split: str, way: str) -> tuple[Path, str]:
    """Spoils the last shard of a split.

    Returns:
        The shard, and what is to be said of it.
    """
    shard = max(dataset.glob(f"*-{split}.*-of-*"))
    records = read_records(shard)
    left = WAYS[way](records)
    if left:
        write_records(shard, left, format_of(shard))
    else:
        shard.write_bytes(b"")
    return shard, f"{shard}: holds {len(left)} records where its metadata say {len(records)}"


def spoilt_copy(dataset: Path, to: Path, split: str, way: str) -> tuple[Path, Path, str]:
    """Copies a dataset and spoils the last shard of a split.

    Returns:
        The copy's folder, the shard, and what is to be said of it.
    """
    copy = to / Path(*dataset.parts[-3:])
    shutil.copytree(dataset, copy)
    return copy, *spoil(copy, split, way)
