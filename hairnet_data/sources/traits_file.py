"""`traits.csv`: facts about portraits, such as skin tone or kind of hair, by which results are compared."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hairnet_data.core.errors import SourceError, one_line, unreadable
from hairnet_data.core.near_misses import near_misses
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.core.storage.paths import is_file

TRAITS = "traits.csv"
"""The file's name in a source's folder."""

SETTING = "traits"
"""The key in a source's settings of the digest of its traits; missing where there are none."""

KEYS = ("portrait", "person")
"""The columns that say whose traits a row has: one of the two."""

_MOST = 64 << 20  # bytes
_LONGEST = 80  # characters of a trait's name or value
_HINT = "begin with a line such as portrait,tone,age,hair"

Traits = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TraitTable:
    """The traits that a source knows of its portraits.

    Attributes:
        key: which of `KEYS` the rows are by.
        rows: traits by name, by the portrait's id or the person; those that nobody knows are left out.
        lines: the line of each row in its file.
        where: what errors call the file.
    """

    key: str = KEYS[0]
    rows: Mapping[str, Traits] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    where: str = TRAITS

    def of(self, id: str, person: str) -> Traits:
        """The traits of a portrait of somebody, often none."""
        return self.rows.get(unicodedata.normalize("NFC", id if self.key == KEYS[0] else person), {})

    def settings(self) -> dict[str, str]:
        """What they add to the settings of their source: a digest, since they name people; nothing without traits."""
        if not self.rows:
            return {}
        text = json.dumps([self.key, {name: dict(row) for name, row in self.rows.items()}], sort_keys=True)
        return {SETTING: hashlib.sha256(text.encode()).hexdigest()[:16]}

    def check_names(self, ids: Collection[str], people: Collection[str]) -> None:
        """Raises SourceError for a row of a portrait or person that the source does not have."""
        known = {unicodedata.normalize("NFC", name) for name in (ids if self.key == KEYS[0] else people)}
        for name, line in self.lines.items():
            if name not in known:
                what = f"there is no {self.key} {one_line(name)[:_LONGEST]!r}"
                raise SourceError(f"{self.where}, line {line}", what, near_misses(name, known))


NO_TRAITS = TraitTable()
"""Of a source without a `traits.csv`."""


def open_traits(folder: Path | None, name: str = TRAITS) -> TraitTable:
    """Reads the `traits.csv` of a source's folder, if it has one.

    Args:
        folder: the source's; None has none.
        name: what errors call the file.

    Raises:
        SourceError: see `read_traits`.
    """
    if folder is None or not is_file(folder / TRAITS):
        return NO_TRAITS
    return read_traits(folder / TRAITS, name)


def read_traits(path: Path, where: str) -> TraitTable:
    """Reads a file of traits: CSV in UTF-8 with a column `portrait` or `person`, and a column for every trait.

    Args:
        path: the file.
        where: what errors call it.

    Raises:
        SourceError: it cannot be read, has none of the two columns or both, a column twice or without a name, names
            something twice, or a row is longer or shorter than the first line.
    """
    try:
        text = read_bytes(path, _MOST).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SourceError(where, unreadable(reason), "save it as CSV in UTF-8") from error
    lines = _lines(where, text)
    _, head = next(lines, (1, []))
    key = _key(where, head)
    rows: dict[str, Traits] = {}
    numbers: dict[str, int] = {}
    for number, values in lines:
        if len(values) != len(head):
            what = f"has {len(values)} values, and there are {len(head)} columns"
            raise SourceError(f"{where}, line {number}", what, "write one value a column; put quotes around commas")
        row = dict(zip(head, values, strict=True))
        name = unicodedata.normalize("NFC", row.pop(key))
        if not name:
            raise SourceError(f"{where}, line {number}, {key}", "is empty", f"name the {key}")
        if name in rows:
            what = f"names {one_line(name)[:_LONGEST]} again, after line {numbers[name]}"
            raise SourceError(f"{where}, line {number}, {key}", what, "keep one of the rows")
        for trait, value in row.items():
            if len(value) > _LONGEST or not value.isprintable():
                what = f"is no value of up to {_LONGEST} printable characters"
                raise SourceError(f"{where}, line {number}, {trait}", what, "shorten it")
        rows[name] = {trait: value for trait, value in row.items() if value}
        numbers[name] = number
    return TraitTable(key, rows, numbers, where)


def _lines(where: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not empty, each with its number; without spaces around the values."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for values in reader:
            if values:
                yield reader.line_num, [value.strip() for value in values]
    except csv.Error as error:
        raise SourceError(f"{where}, line {reader.line_num}", f"is no CSV ({error})", "check its quotes") from error


def _key(where: str, head: list[str]) -> str:
    """The column by which rows are named, once the columns are checked."""
    where = f"{where}, line 1"
    keys = [name for name in head if name in KEYS]
    if len(keys) != 1:
        what = f"has {'both columns' if keys else 'no column'} {' and '.join(keys) or ' or '.join(KEYS)}"
        raise SourceError(where, what, "keep one of them" if keys else _HINT)
    for number, name in enumerate(head, 1):
        if not name or len(name) > _LONGEST or not name.isprintable():
            raise SourceError(where, f"column {number} has no name of up to {_LONGEST} characters", _HINT)
        if name in head[: number - 1]:
            raise SourceError(where, f"has the column {name} twice", "keep one of them")
    if len(head) == 1:
        raise SourceError(where, "has no column of a trait", _HINT)
    return keys[0]
