"""Drawn sources whose drawings are kept as files while a build runs: each is drawn once, by whichever worker comes first."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from hairnet_data.sources.base import BackgroundSource, Catalogue, Pixels, Portrait, PortraitSource


class _Kept:
    """What both have in common: everything but `load`."""

    def __init__(self, source: PortraitSource | BackgroundSource, folder: Path, prefix: str) -> None:
        self.name = source.name
        self._any, self._folder, self._prefix = source, folder, prefix

    def settings(self) -> dict[str, Any]:
        return self._any.settings()

    def catalogue(self) -> Catalogue:
        return self._any.catalogue()

    def content(self, id: str) -> str:
        return self._any.content(id)

    def _path(self, id: str) -> Path:
        return self._folder / f"{self._prefix}-{id}.npy"

    def _keep(self, id: str, pixels: Pixels) -> None:
        path = self._path(id)
        temporary = path.with_suffix(f".{os.getpid()}")
        with open(temporary, "wb") as file:
            np.save(file, pixels, allow_pickle=False)
        temporary.rename(path)


class KeptPortraits(_Kept):
    """A source of square portraits whose image and mask have the same size."""

    def __init__(self, source: PortraitSource, folder: Path) -> None:
        super().__init__(source, folder, "portrait")
        self.people_apart = source.people_apart
        self._source = source

    def load(self, id: str) -> Portrait:
        path = self._path(id)
        if not path.exists():
            drawn = self._source.load(id)
            self._keep(id, np.dstack([drawn.image, drawn.mask]))
            return drawn
        both = np.load(path, allow_pickle=False)
        return Portrait(np.ascontiguousarray(both[..., :3]), np.ascontiguousarray(both[..., 3]))


class KeptBackgrounds(_Kept):
    """A source of backgrounds."""

    def __init__(self, source: BackgroundSource, folder: Path) -> None:
        super().__init__(source, folder, "background")
        self._source = source

    def load(self, id: str) -> Pixels:
        path = self._path(id)
        if not path.exists():
            self._keep(id, self._source.load(id))
        return np.asarray(np.load(path, allow_pickle=False), np.uint8)
