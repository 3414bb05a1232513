"""`SHA256SUMS`: the checksums of a dataset's shards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from hairnet_data.core.errors import DatasetError, unreadable
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.dataset.shard_manifest import ShardManifest

SUMS = "SHA256SUMS"
"""Lies beside the shards of a dataset; `sha256sum --check SHA256SUMS` reads it too."""


_MAX_BYTES = 64 << 20  # half a million shards


def write_sums(shards: Iterable[ShardManifest], folder: Path) -> None:
    """Writes the checksums of all shards into a dataset's folder."""
    lines = [f"{shard.sha256}  {shard.name}\n" for shard in shards]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def read_sums(folder: Path) -> dict[str, str]:
    """Reads the SHA-256 of every shard, by its file name.

    Args:
        folder: the dataset's.

    Raises:
        DatasetError: the file is missing, cannot be read, or is no such list.
    """
    path = folder / SUMS
    try:
        lines = read_bytes(path, _MAX_BYTES).decode().splitlines()
    except FileNotFoundError as error:
        raise DatasetError(str(path), "is missing", "build the dataset again") from error
    except (OSError, ValueError) as error:
        raise DatasetError(str(path), unreadable(error), "build the dataset again") from error
    sums = {}
    for number, line in enumerate(lines, 1):
        match = re.fullmatch(r"([0-9a-f]{64})  (\S+)", line)
        if not match:
            raise DatasetError(str(path), f"line {number} is no SHA-256 sum and name", "build the dataset again")
        sums[match[2]] = match[1]
    return sums
