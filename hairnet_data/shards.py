"""A shard that was written, the note that lies on disk for it, and the sums that a dataset carries."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hairnet_data.errors import DatasetError

SUMS = "SHA256SUMS"
"""Lies beside the shards of a dataset; `sha256sum --check SHA256SUMS` reads it too."""


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
    """

    split: str
    number: int
    name: str
    records: int
    payload: int
    shown: Counter[str]
    size: int
    sha256: str


def digest_of(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits. Raises OSError where it cannot be read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def note_name(name: str) -> str:
    """The file name of a shard's note."""
    return f"{name}.json"


def write_note(shard: Shard, notes: Path) -> None:
    """Notes that a shard is finished: whole or not at all, and only when the shard itself has its name."""
    told = {field: getattr(shard, field) for field in Shard.__slots__}
    temporary = notes / f"{shard.name}.{uuid.uuid4().hex}.part"
    temporary.write_text(json.dumps(told), encoding="utf-8")
    temporary.rename(notes / note_name(shard.name))


def read_note(notes: Path, name: str) -> Shard | None:
    """What was noted of a shard; None where nothing was, or a power cut left nonsense."""
    try:
        told = json.loads((notes / note_name(name)).read_text(encoding="utf-8"))
        shard = Shard(**{**told, "shown": Counter(told["shown"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return shard if shard.name == name else None


def sound_shard(notes: str, shards: str, name: str) -> Shard | None:
    """A finished shard whose file is still what its note says; None where it must be made anew."""
    shard = read_note(Path(notes), name)
    path = Path(shards) / name
    try:
        if shard and path.stat().st_size == shard.size and digest_of(path) == shard.sha256:
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
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as fault:
        raise DatasetError(str(path), "is missing", "build the dataset again") from fault
    except (OSError, ValueError) as fault:
        raise DatasetError(str(path), f"cannot be read ({fault})", "build the dataset again") from fault
    found = [re.fullmatch(r"([0-9a-f]{64})  (\S+)", line) for line in lines]
    if not all(found):
        line = found.index(None) + 1
        raise DatasetError(str(path), f"line {line} is no SHA-256 sum and name", "build the dataset again")
    return {match[2]: match[1] for match in found if match}
