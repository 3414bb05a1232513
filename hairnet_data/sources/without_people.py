"""A source without some people: their portraits take no part in any pool.

Everybody else stays in the pool that they are in without this: the source divides people before these are left out.
Settings, and with them a dataset's metadata, name nobody: they list digests of the names, which can be compared with a
name that is known.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import UsageError, unreadable
from hairnet_data.core.near_misses import near_misses
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.sources.base import Catalogue, Portrait, PortraitSource

SETTING = "without"
"""The key in `PortraitSource.settings` of the digests of everybody who was left out."""

_OPTION = "--without"
_MOST_NAMED = 3  # unknown names in an error
_MAX_BYTES = 16 << 20  # of a file of names


class WithoutPeople:
    """A source of portraits without the portraits of some people. Picklable."""

    def __init__(self, source: PortraitSource, people: Iterable[str]) -> None:
        """Takes the source and the names as its catalogue has them.

        Raises:
            UsageError: nobody has one of the names.
        """
        self.name, self.people_apart = source.name, source.people_apart
        self.knows_coverage = source.knows_coverage
        self._source = source
        self._people = frozenset(unicodedata.normalize("NFC", person) for person in people)
        known = {entry.person for entry in source.catalogue().entries if entry.person}
        unknown = sorted(self._people - known)
        if unknown:
            more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
            what = f"nobody is named {', '.join(map(repr, unknown[:_MOST_NAMED]))}{more}"
            raise UsageError(_OPTION, what, near_misses(unknown[0], known))

    def settings(self) -> dict[str, Any]:
        """Those of the source, and the digests of the names."""
        return {**self._source.settings(), SETTING: sorted(map(person_digest, self._people))}

    def catalogue(self) -> Catalogue:
        """That of the source, without the portraits of these people."""
        whole = self._source.catalogue()
        kept = tuple(entry for entry in whole.entries if entry.person not in self._people)
        count, people = len(whole.entries) - len(kept), len(self._people)
        text = f"{count:,} portraits of {people:,} {'person' if people == 1 else 'people'} ({_OPTION})"
        return replace(whole, entries=kept, notes=(*whole.notes, text))

    def content(self, id: str) -> str:
        """As the source has it."""
        return self._source.content(id)

    def load(self, id: str) -> Portrait:
        """As the source does."""
        return self._source.load(id)


def person_digest(person: str) -> str:
    """16 hex digits that follow from a name: the start of the SHA-256 of `hairnet person NAME` in UTF-8."""
    return hashlib.sha256(f"hairnet person {person}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read_people(values: Iterable[str]) -> tuple[str, ...]:
    """The names that a user gave: each value is a person, or a file of names, one a line.

    Raises:
        UsageError: a file cannot be read or holds no name, or a value is empty.
    """
    people: list[str] = []
    for value in values:
        path = Path(value)
        try:
            names = _lines(path) if path.is_file() else [value.strip()]
        except (OSError, ValueError) as error:  # the second of a name that no file can have
            raise UsageError(_OPTION, f"{value}: {unreadable(error)}", "give a person or a text file") from error
        names = [name for name in names if name]
        if not names:
            raise UsageError(_OPTION, f"{value!r} names nobody", "give a person, or a file of names, one a line")
        people += names
    return tuple(people)


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in read_bytes(path, _MAX_BYTES).decode("utf-8-sig").splitlines()]
