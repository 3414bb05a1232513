"""`SHA256SUMS`: the checksums of a dataset's shards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.dataset.shard_manifest import WrittenShard

SUMS = "SHA256SUMS"
"""Lies beside the shards of a dataset; `sha256sum --check SHA256SUMS` reads it too."""


_MOST_SUMS = 64 << 20  # bytes: half a million shards


def write_sums(shards: Iterable[WrittenShard], folder: Path) -> None:
    """Writes the sums of all shards in a dataset's folder."""
    lines = [f"{shard.sha256}  {shard.name}\n" for shard in shards]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def read_sums(folder: Path) -> dict[str, str]:
    """SHA-256 of every shard, by its file's name. Raises DatasetError where there are none or it is no such list."""
    path = folder / SUMS
    try:
        lines = read_bytes(path, _MOST_SUMS).decode().splitlines()
    except FileNotFoundError as fault:
        raise DatasetError(str(path), "is missing", "build the dataset again") from fault
    except (OSError, ValueError) as fault:
        raise DatasetError(str(path), f"cannot be read ({fault})", "build the dataset again") from fault
    found = [re.fullmatch(r"([0-9a-f]{64})  (\S+)", line) for line in lines]
    if not all(found):
        line = found.index(None) + 1
        raise DatasetError(str(path), f"line {line} is no SHA-256 sum and name", "build the dataset again")
    return {match[2]: match[1] for match in found if match}
