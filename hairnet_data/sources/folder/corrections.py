"""`corrections.csv` in a folder of portraits: masks that somebody painted again, portraits that are left out."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields, replace
from pathlib import Path, PurePosixPath

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES, UNLABELLED
from hairnet_data.core.errors import HairnetError, PictureError, SourceError, one_line, unreadable
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.near_misses import near_misses
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.core.storage.paths import is_file

CORRECTIONS = "corrections.csv"
"""The file's name in a folder of portraits."""

ENDING = ".corrected.png"
"""What a corrected mask's name ends in."""

ACCEPTED, LEFT_OUT, REPAINTED, WITHDRAWN = "accepted", "left out", "repainted", "withdrawn"
ACTIONS = (ACCEPTED, LEFT_OUT, REPAINTED, WITHDRAWN)
"""What a line says of a portrait: that its mask is right, that it shall not be used, that `file` is its mask, or that
what was said before is taken back."""

_MOST = 64 << 20  # bytes
_DIGEST = re.compile(r"[0-9a-f]{16}")
_HINT = f"restore it, or take its line out of {CORRECTIONS} and look at it again with hairnet-data fix"


@dataclass(frozen=True, slots=True)
class Correction:
    """A line of the file; the last one of a portrait holds.

    Attributes:
        portrait: its id.
        action: one of `ACTIONS`.
        file: the corrected mask, relative to the folder: a PNG of class ids and 255; "" where nothing was painted.
        who: did it.
        when: in ISO 8601, UTC.
        why: in words.
        before: the portrait's content (`PortraitSource.content`) by its original mask.
        after: its content with the corrected one; "" where nothing was painted.
    """

    portrait: str
    action: str
    file: str = ""
    who: str = ""
    when: str = ""
    why: str = ""
    before: str = ""
    after: str = ""


COLUMNS = tuple(column.name for column in fields(Correction))
"""The file's columns, in order."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """What holds of a folder's portraits.

    Attributes:
        by_id: the last line of each portrait that has one, but those that are withdrawn.
        files: every corrected mask that a line names: none of them is a photo or a mask of its own.
        where: what errors call the file.
        unlabelled: whether a corrected mask has pixels without a label; see `painted`.
    """

    by_id: Mapping[str, Correction] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    where: str = CORRECTIONS
    unlabelled: bool = False

    def mask_of(self, id: str) -> str:
        """The corrected mask of a portrait, relative to the folder; "" where it has none."""
        correction = self.by_id.get(id)
        return correction.file if correction and correction.action == REPAINTED else ""

    @property
    def left_out(self) -> frozenset[str]:
        """The ids of portraits that are not to be used."""
        return frozenset(id for id, line in self.by_id.items() if line.action == LEFT_OUT)

    def check_names(self, ids: Collection[str]) -> None:
        """Raises SourceError for a line about a portrait that the folder does not have."""
        for id in self.by_id:
            if id not in ids:
                raise SourceError(self.where, f"there is no portrait {one_line(id)[:80]!r}", near_misses(id, ids))

    def check(self, digest: Callable[[str, str], str], ids: Collection[str]) -> dict[str, SourceError]:
        """What of them cannot be used, by portrait: the original has changed, or the corrected mask, or is missing.

        Args:
            digest: of a portrait's photo and masks, with a corrected mask (its path) or "".
            ids: of the folder's portraits; others are passed over.
        """
        errors = {}
        for id, line in sorted(self.by_id.items()):
            if id not in ids:
                continue
            day = line.when[:10]
            try:
                if digest(id, "") != line.before:
                    what = f"photo or mask has changed since it was {line.action} on {day}"
                    errors[id] = SourceError(id, what, _HINT)
                elif line.file and digest(id, line.file) != line.after:
                    errors[id] = SourceError(line.file, f"is not the mask that was painted on {day}", _HINT)
            except HairnetError as error:
                errors[id] = SourceError(error.where, error.what, _HINT)
        return errors

    def painted(self, folder: Path, ids: Collection[str]) -> Corrections:
        """The same of some portraits alone; it knows whether a corrected mask has pixels without a label.

        Raises:
            PictureError: a corrected mask is damaged.
        """
        by_id = {id: line for id, line in self.by_id.items() if id in ids}
        files = [line.file for line in by_id.values() if line.file]
        unlabelled = any((read_corrected(folder / file, file) == UNLABELLED).any() for file in files)
        return replace(self, by_id=by_id, unlabelled=unlabelled)

    def notes(self) -> list[str]:
        """What they leave out, in words."""
        return [f"{len(self.left_out):,} portraits ({CORRECTIONS})"] if self.left_out else []


NO_CORRECTIONS = Corrections()
"""Of a folder without a `corrections.csv`."""


def open_corrections(folder: Path, where: str = CORRECTIONS) -> Corrections:
    """Reads the `corrections.csv` of a folder, if it has one.

    Raises:
        SourceError: see `read_lines`.
    """
    lines = read_lines(folder, where)
    last = {line.portrait: line for line in lines}
    by_id = {id: line for id, line in last.items() if line.action != WITHDRAWN}
    return Corrections(by_id, frozenset(line.file for line in lines if line.file), where)


def read_lines(folder: Path, where: str = CORRECTIONS) -> list[Correction]:
    """All lines of a folder's `corrections.csv`, in order; none where there is no such file.

    Raises:
        SourceError: it cannot be read, or a line says something unknown.
    """
    path = folder / CORRECTIONS
    if not is_file(path):
        return []
    try:
        text = read_bytes(path, _MOST).decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (OSError, ValueError, csv.Error) as error:
        raise SourceError(where, unreadable(error), "restore it; hairnet-data fix writes it") from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise SourceError(where, "has other columns", f"its first line is {','.join(COLUMNS)}")
    lines = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(COLUMNS):
            raise SourceError(f"{where}, row {number}", f"has {len(row)} values of {len(COLUMNS)}", "restore it")
        line = Correction(*row)
        if what := _wrong(line):
            raise SourceError(f"{where}, row {number}", what, "restore it, or take it out")
        lines.append(line)
    return lines


def _wrong(line: Correction) -> str:
    """What is wrong with a line, "" if nothing is."""
    if line.action not in ACTIONS:
        return f"has the action {one_line(line.action)[:40]!r}: known are {', '.join(ACTIONS)}"
    path = PurePosixPath(line.file)
    if bool(line.file) != (line.action == REPAINTED):
        return f"{line.action} {'names a' if line.file else 'names no'} mask"
    if line.file and (path.is_absolute() or ".." in path.parts or not line.file.endswith(ENDING)):
        return f"names {one_line(line.file)[:80]!r}, which is no mask ending in {ENDING} in this folder"
    digests = (line.before, line.after) if line.file else (line.before,)
    return "" if all(map(_DIGEST.fullmatch, digests)) else "has no digest of 16 hex digits"


def to_csv(lines: Sequence[Correction]) -> bytes:
    """The bytes of a `corrections.csv`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(line) for line in lines)
    return text.getvalue().encode()


def corrected_name(photo: str, masks: Mapping[str, str]) -> str:
    """Where a portrait's corrected mask lies, relative to the folder: beside its (first) mask, by the photo's name."""
    beside = PurePosixPath(masks[min(masks)]).parent
    return unicodedata.normalize("NFC", (beside / f"{PurePosixPath(photo).stem}{ENDING}").as_posix())


def read_corrected(path: Path, name: str) -> Pixels:
    """Decodes a corrected mask.

    Returns:
        uint8 (h, w) of class ids and `UNLABELLED`.

    Raises:
        PictureError: it is damaged, or holds other values.
    """
    values = read_mask(path, name).indices
    if values is None or not np.isin(np.unique(values), (*range(len(NAMES)), UNLABELLED)).all():
        raise PictureError(name, "is no mask of class ids", _HINT)
    return np.asarray(values, np.uint8)


def content_of(parts: Sequence[tuple[str, bytes]]) -> str:
    """16 hex digits of the SHA-256 of files with their parts' names."""
    digest = hashlib.sha256()
    for part, data in parts:
        digest.update(f"{part}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:16]
