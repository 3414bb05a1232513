"""The embedded source `drawn`: portraits drawn by this package's own code, each with a mask that fits."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import numpy as np

from hairnet_data.core.errors import SourceError, UsageError
from hairnet_data.sources.base import POOLS, Catalogue, Entry, Portrait
from hairnet_data.sources.drawn.figure import draw_portrait
from hairnet_data.sources.drawn.terms import LICENCE
from hairnet_data.sources.drawn.views import draw_look

VERSION = 7
"""Number of the drawing. Goes up whenever the same id is drawn differently, be it for a change here or in `scenes`."""

_ID = re.compile(r"(train|validation|test)_(\d{5,})")


class Drawn:
    """Portraits of people who do not exist. Every portrait shows another person."""

    name = "drawn"
    people_apart = True
    knows_coverage = True

    def __init__(self, train: int = 600, validation: int = 100, test: int = 100, size: int = 256) -> None:
        """Sets up the source; nothing is drawn yet.

        Args:
            train: how many portraits the pool train has.
            validation: how many the pool validation has.
            test: how many the pool test has.
            size: side of the pictures in pixels, at least 32.
        """
        if min(train, validation, test) < 0:
            raise UsageError("drawn", "a number of portraits is negative", "give 0 or more")
        if size < 32:
            raise UsageError("drawn", f"portraits of {size} pixels are too small", "give a size of 32 or more")
        self.counts = dict(zip(POOLS, (train, validation, test), strict=True))
        self.size = size

    def settings(self) -> dict[str, Any]:
        """Counts of the pools, size, and the number of the drawing."""
        return {**self.counts, "size": self.size, "drawing": VERSION}

    def catalogue(self) -> Catalogue:
        """Lists all portraits with what they will show (`Look`); draws none."""
        entries = []
        for pool, count in self.counts.items():
            for number in range(count):
                name = f"{pool}_{number:05d}"
                entries.append(Entry(name, pool, name, draw_look(self._rng(name)).traits(), LICENCE))
        return Catalogue(tuple(sorted(entries, key=lambda entry: entry.id)))

    def content(self, id: str) -> str:
        """16 hex digits that follow from the number of the drawing, the size and the id alone."""
        return self._digest(self._checked(id)).hex()[:16]

    def load(self, id: str) -> Portrait:
        """Draws the portrait. Raises SourceError for an id that is not in the catalogue."""
        return draw_portrait(self._rng(self._checked(id)), self.size)

    def _checked(self, id: str) -> str:
        """The id itself. Raises SourceError where the catalogue has no such id."""
        match = _ID.fullmatch(id)
        if not match or int(match[2]) >= self.counts[match[1]] or id != f"{match[1]}_{int(match[2]):05d}":
            raise SourceError(f"drawn:{id}", "there is no such portrait", "take an id from the catalogue")
        return id

    def _digest(self, id: str) -> bytes:
        return hashlib.sha256(f"hairnet drawn {VERSION} {self.size} {id}".encode()).digest()

    def _rng(self, id: str) -> np.random.Generator:
        """Random numbers that depend on the id and the drawing, not on the size: sizes show the same person."""
        seed = hashlib.sha256(f"hairnet drawn {VERSION} {id}".encode()).digest()
        return np.random.Generator(np.random.Philox(key=int.from_bytes(seed[:16], "little")))
