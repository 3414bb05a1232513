"""Drawn backgrounds: pictures with nobody in them."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import SourceError, UsageError
from hairnet_data.sources.base import POOLS, Catalogue, Entry
from hairnet_data.sources.drawn.terms import LICENCE
from hairnet_data.sources.scenes import scene

_DRAWN_ID = re.compile(r"(train|validation|test)_(\d{4}|[1-9]\d{4,8})", re.ASCII)


class DrawnBackgrounds:
    """Scenes drawn on demand: each follows from its id, the size and the version of the drawing alone.

    Args:
        train: how many scenes the pool `train` has; more of them leave the others as they are.
        validation: the same for the pool `validation`.
        test: the same for the pool `test`.
        size: shorter side of every scene in pixels; some scenes are a quarter longer than that.

    Raises:
        UsageError: for a negative count or a size below 16.
    """

    def __init__(self, train: int = 300, validation: int = 40, test: int = 80, size: int = 320) -> None:
        self.name = "drawn"
        self._counts = dict(zip(POOLS, (train, validation, test), strict=True))
        self._size = size
        if min(self._counts.values()) < 0:
            raise UsageError("drawn backgrounds", "a pool's count is negative", "give 0 or more for each pool")
        if size < 16:
            raise UsageError("drawn backgrounds", f"size {size} is too small", "give at least 16 pixels")

    def settings(self) -> dict[str, Any]:
        """Counts, size and the version of the drawing: JSON values."""
        return {**self._counts, "size": self._size, "version": scene.VERSION}

    def catalogue(self) -> Catalogue:
        """Lists all scenes, sorted by id, with their kind as a trait; draws none."""
        entries = (
            Entry(f"{pool}_{number:04d}", pool, traits={"kind": _kind(number)}, terms=LICENCE)
            for pool, count in self._counts.items()
            for number in range(count)
        )
        return Catalogue(tuple(sorted(entries, key=lambda entry: entry.id)))

    def content(self, id: str) -> str:
        """16 hex digits of the drawing's version, the size and the id.

        Raises:
            SourceError: there is no such scene.
        """
        self._number(id)
        return self._digest(id).hex()[:16]

    def load(self, id: str) -> Pixels:
        """Draws a scene: uint8 (H, W, 3) RGB, the shorter side `size` pixels.

        Raises:
            SourceError: there is no such scene.
        """
        kind = _kind(self._number(id))
        digest = self._digest(id)
        # Half of the scenes are square, a quarter upright, a quarter lying.
        long = self._size + self._size // 4
        height = long if digest[31] % 4 == 1 else self._size
        width = long if digest[31] % 4 == 2 else self._size
        key = np.frombuffer(digest[:16], "<u8").astype(np.uint64)
        return scene.draw_scene(np.random.Generator(np.random.Philox(key=key)), height, width, kind)

    def _number(self, id: str) -> int:
        """The number within its pool that an id names."""
        match = _DRAWN_ID.fullmatch(id)
        if match is None or int(match[2]) >= self._counts[match[1]]:
            counts = ", ".join(f"{count} in {pool}" for pool, count in self._counts.items())
            raise SourceError(
                f"drawn background {id}",
                f"there is none of this id (there are {counts})",
                "use an id of the catalogue",
            )
        return int(match[2])

    def _digest(self, id: str) -> bytes:
        """32 bytes that stand for a drawing."""
        return hashlib.sha256(f"{scene.VERSION}:{self._size}:{id}".encode()).digest()


def _kind(number: int) -> str:
    """The kind of the scene with this number: each pool goes through all kinds in turn."""
    return scene.KINDS[number % len(scene.KINDS)]
