"""Manifests: what a worker process records of each shard that it finished, as a file in the staging directory."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hairnet_data.core.storage.atomic import atomic_writer
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.core.storage.paths import digest_of, parse_path, size_of, translate_store_errors


@dataclass(frozen=True, slots=True)
class ShardManifest:
    """A shard that was written.

    Attributes:
        split: the split's name.
        number: of the shard within the split.
        name: its file's.
        records: how many it holds.
        payload: bytes of the records, without the file's framing.
        shown: how many portraits, negatives and occluded examples it has.
        size: bytes of the file.
        sha256: of the file, 64 hex digits.
        rows_sha256: of its rows of the table of examples, which lie beside the manifest until the dataset is complete.
    """

    split: str
    number: int
    name: str
    records: int
    payload: int
    shown: Counter[str]
    size: int
    sha256: str
    rows_sha256: str

    def read_rows(self, manifests_dir: Path) -> bytes:
        """Reads its rows of the table of examples, gzipped, from the folder of manifests. Raises OSError."""
        path = manifests_dir / rows_name(self.name)
        with translate_store_errors(path):
            return path.read_bytes()


def manifest_name(name: str) -> str:
    """The file name of a shard's manifest."""
    return f"{name}.json"


def rows_name(name: str) -> str:
    """The file name of a shard's rows of the table of examples."""
    return f"{name}.rows.gz"


def write_rows(rows: bytes, name: str, manifests_dir: Path) -> str:
    """Writes a shard's rows of the table of examples atomically.

    Args:
        rows: gzipped, of `example_table.encode_rows`.
        name: the shard's file name.
        manifests_dir: the folder of manifests.

    Returns:
        Their SHA-256, 64 hex digits.

    Raises:
        OSError: they cannot be written.
    """
    with atomic_writer(manifests_dir / rows_name(name)) as file:
        file.write(rows)
    return hashlib.sha256(rows).hexdigest()


def write_manifest(shard: ShardManifest, manifests_dir: Path) -> None:
    """Writes a shard's manifest atomically, to be called once the shard and its rows are complete. Raises OSError."""
    values = {field: getattr(shard, field) for field in ShardManifest.__slots__}
    with atomic_writer(manifests_dir / manifest_name(shard.name)) as file:
        file.write(json.dumps(values).encode())


def read_manifest(manifests_dir: Path, name: str) -> ShardManifest | None:
    """Reads the manifest of a shard by the shard's file name; None where it is missing or damaged by a power cut."""
    try:
        values = json.loads(read_bytes(manifests_dir / manifest_name(name)))
        shard = ShardManifest(**{**values, "shown": Counter(values["shown"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return shard if shard.name == name else None


def read_valid_shard(manifests_dir: str, shards_dir: str, name: str) -> ShardManifest | None:
    """Reads a shard's manifest and compares size and SHA-256 of its files; None where the shard must be made again.

    Args:
        manifests_dir: the folder of manifests and rows. Text, so that any worker process can be given it.
        shards_dir: the folder of shards.
        name: the shard's file name.
    """
    shard = read_manifest(parse_path(manifests_dir), name)
    if shard is None:
        return None
    path, rows = parse_path(shards_dir) / name, parse_path(manifests_dir) / rows_name(name)
    try:
        valid = size_of(path) == shard.size and digest_of(path) == shard.sha256 and digest_of(rows) == shard.rows_sha256
    except OSError:
        return None
    return shard if valid else None
