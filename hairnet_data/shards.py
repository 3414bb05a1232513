"""A shard that was written, the note that lies on disk for it, and the sums that a dataset carries."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.storage.atomic import drafted
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.core.storage.paths import digest_of, place, size_of, told

SUMS = "SHA256SUMS"
"""Lies beside the shards of a dataset; `sha256sum --check SHA256SUMS` reads it too."""

_MOST_SUMS = 64 << 20  # bytes: half a million shards


@dataclass(frozen=True, slots=True)
class Shard:
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
        with told(path):
            return path.read_bytes()


def note_name(name: str) -> str:
    """The file name of a shard's note."""
    return f"{name}.json"


def rows_name(name: str) -> str:
    """The file name of a shard's piece of the table."""
    return f"{name}.rows.gz"


def write_rows(piece: bytes, name: str, notes: Path) -> str:
    """Writes a shard's piece of the table, whole or not at all. Returns its SHA-256."""
    with drafted(notes / rows_name(name)) as file:
        file.write(piece)
    return hashlib.sha256(piece).hexdigest()


def write_note(shard: Shard, notes: Path) -> None:
    """Notes that a shard is finished: whole or not at all, and only when shard and rows have their names."""
    values = {field: getattr(shard, field) for field in Shard.__slots__}
    with drafted(notes / note_name(shard.name)) as file:
        file.write(json.dumps(values).encode())


def read_note(notes: Path, name: str) -> Shard | None:
    """What was noted of a shard; None where nothing was, or a power cut left nonsense."""
    try:
        values = json.loads(read_bytes(notes / note_name(name)))
        shard = Shard(**{**values, "shown": Counter(values["shown"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return shard if shard.name == name else None


def sound_shard(notes: str, shards: str, name: str) -> Shard | None:
    """A finished shard whose files are still what its note says; None where it must be made anew."""
    shard = read_note(place(notes), name)
    path, rows = place(shards) / name, place(notes) / rows_name(name)
    try:
        if shard and size_of(path) == shard.size and digest_of(path) == shard.sha256 and digest_of(rows) == shard.rows:
            return shard
    except OSError:
        return None
    return None


def write_sums(shards: Iterable[Shard], folder: Path) -> None:
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
