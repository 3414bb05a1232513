"""A shard that was written, the note that lies on disk for it, and the sums that a dataset carries."""

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
class WrittenShard:
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
        rows: SHA-256 of its piece of the table of examples, which lies beside its note until the dataset is whole.
    """

    split: str
    number: int
    name: str
    records: int
    payload: int
    shown: Counter[str]
    size: int
    sha256: str
    rows: str

    def read_rows(self, notes: Path) -> bytes:
        """Its piece of the table. Raises OSError where that cannot be read."""
        path = notes / rows_name(self.name)
        with translate_store_errors(path):
            return path.read_bytes()


def manifest_name(name: str) -> str:
    """The file name of a shard's note."""
    return f"{name}.json"


def rows_name(name: str) -> str:
    """The file name of a shard's piece of the table."""
    return f"{name}.rows.gz"


def write_rows(piece: bytes, name: str, notes: Path) -> str:
    """Writes a shard's piece of the table, whole or not at all. Returns its SHA-256."""
    with atomic_writer(notes / rows_name(name)) as file:
        file.write(piece)
    return hashlib.sha256(piece).hexdigest()


def write_manifest(shard: WrittenShard, notes: Path) -> None:
    """Notes that a shard is finished: whole or not at all, and only when shard and rows have their names."""
    values = {field: getattr(shard, field) for field in WrittenShard.__slots__}
    with atomic_writer(notes / manifest_name(shard.name)) as file:
        file.write(json.dumps(values).encode())


def read_manifest(notes: Path, name: str) -> WrittenShard | None:
    """What was noted of a shard; None where nothing was, or a power cut left nonsense."""
    try:
        values = json.loads(read_bytes(notes / manifest_name(name)))
        shard = WrittenShard(**{**values, "shown": Counter(values["shown"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return shard if shard.name == name else None


def read_valid_shard(notes: str, shards: str, name: str) -> WrittenShard | None:
    """A finished shard whose files are still what its note says; None where it must be made anew."""
    shard = read_manifest(parse_path(notes), name)
    path, rows = parse_path(shards) / name, parse_path(notes) / rows_name(name)
    try:
        if shard and size_of(path) == shard.size and digest_of(path) == shard.sha256 and digest_of(rows) == shard.rows:
            return shard
    except OSError:
        return None
    return None
