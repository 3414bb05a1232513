"""`poses.csv`: the poses of a source's portraits, a row each, where somebody knows them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from hairnet_data.core.errors import SourceError, one_line, unreadable
from hairnet_data.core.head.pose import FIELDS, Pose, to_numbers
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.core.storage.paths import is_file
from hairnet_data.core.validation import first_error

POSES = "poses.csv"
"""The file's name in a source's folder."""

COLUMNS = ("portrait", *FIELDS)
"""Its columns, in any order; others are ignored."""

_MOST = 1 << 28  # bytes: four million rows
_POSE = TypeAdapter(Pose)


@dataclass(frozen=True, slots=True)
class Poses:
    """The poses that a source knows of its portraits.

    Attributes:
        by_id: by the portrait's id, as `Portrait.pose`: in the entire portrait, framed at scale 1.
        digest: 16 hex digits that change when a pose does; "" where none is known.
        doubts: what looks like a mistake, a sentence each.
    """

    by_id: Mapping[str, Pose]
    digest: str = ""
    doubts: tuple[str, ...] = ()

    def settings(self) -> dict[str, str]:
        """What they add to the settings of their source: nothing where no pose is known."""
        return {"poses": self.digest} if self.digest else {}


def open_poses(folder: Path | None, given: Path | None, ids: Collection[str]) -> Poses:
    """Reads the poses of a source's portraits, if there are any.

    Args:
        folder: the source's, in which `POSES` may lie.
        given: a file that is read instead.
        ids: of the source's portraits. Rows of others are left out, which is doubtful.

    Raises:
        SourceError: the file cannot be read, a value in it is wrong, or it knows none of the portraits.
    """
    path = given or (folder / POSES if folder and is_file(folder / POSES) else None)
    if path is None:
        return Poses({})
    # Some systems write é as two characters.
    named = {unicodedata.normalize("NFC", id): id for id in ids}
    by_id: dict[str, Pose] = {}
    others: list[str] = []
    for name, pose in read_poses(path).items():
        if name in named:
            by_id[named[name]] = pose
        else:
            others.append(name)
    if others and not by_id:
        what = f"names none of the portraits, but {one_line(others[0])[:80]!r}"
        raise SourceError(path.name, what, "write their names without folder and extension")
    rows = [json.dumps([id, *to_numbers(pose)]) for id, pose in sorted(by_id.items())]
    digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16] if rows else ""
    doubts = [f"{path.name} has poses of {len(others):,} portraits that are not here, first {name}" for name in others]
    return Poses(by_id, digest, tuple(map(one_line, doubts[:1])))


def read_poses(path: Path) -> dict[str, Pose]:
    """Reads a file of poses: CSV in UTF-8 with the columns `COLUMNS`, as `Pose` has them. Unknown ones have no row.

    Returns:
        The poses by the portrait's name, in Unicode's form NFC.

    Raises:
        SourceError: the file cannot be read, or a value in it is wrong; it says in which row and column.
    """
    try:
        text = read_bytes(path, _MOST).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SourceError(str(path), unreadable(reason), "check the file of poses") from error
    poses: dict[str, Pose] = {}
    for line, row in _rows(path.name, text):
        where = f"{path.name}, line {line}"
        name = unicodedata.normalize("NFC", row["portrait"].strip())
        if not name:
            raise SourceError(f"{where}, portrait", "is empty", "name the portrait")
        if name in poses:
            raise SourceError(f"{where}, portrait", f"names {one_line(name)[:80]} again", "keep one of the rows")
        try:
            poses[name] = _POSE.validate_python({field: row[field].strip() for field in FIELDS})
        except ValidationError as error:
            column, what = first_error(error)
            hint = "leave the row out if its pose is not known"
            raise SourceError(f"{where}, {column}", what, hint) from error
    return poses


def _rows(name: str, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows by column, each with the number of the line in which it ends. Empty lines are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [column.strip() for column in next(reader, [])]
        if missing := [column for column in COLUMNS if column not in header]:
            what = f"has no column {' and none '.join(missing)}"
            raise SourceError(f"{name}, line 1", what, f"begin with {','.join(COLUMNS)}")
        for values in reader:
            if not values:
                continue
            if len(values) != len(header):
                what = f"has {len(values)} values, and there are {len(header)} columns"
                raise SourceError(f"{name}, line {reader.line_num}", what, "write one value a column")
            yield reader.line_num, dict(zip(header, values, strict=True))
    except csv.Error as error:
        raise SourceError(f"{name}, line {reader.line_num}", f"is no CSV ({error})", "check its quotes") from error
