"""Sources whose decoded pictures are kept as files while a build runs: each is drawn or decoded once, by whichever
worker comes first. Only small ones are: large photos would fill the disk to save less than reading them costs.
"""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import numpy as np

from hairnet_data.sources.base import BackgroundSource, Catalogue, Pixels, Portrait, PortraitSource

_SMALL = 400_000  # pixels: a portrait of that size takes 1.6 MB


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
        # Ids are made of file names, which may be too long or too odd for another file's name.
        return self._folder / f"{self._prefix}-{hashlib.sha256(os.fsencode(id)).hexdigest()[:32]}.npy"

    def _keep(self, path: Path, pixels: Pixels) -> None:
        temporary = path.with_suffix(f".{os.getpid()}")
        buffer = io.BytesIO()
        np.save(buffer, pixels, allow_pickle=False)
        # NumPy itself would not say that the disk is full, only how many bytes it has written.
        temporary.write_bytes(buffer.getbuffer())
        temporary.rename(path)


def _read(path: Path) -> Pixels:
    with open(path, "rb") as file:  # TFDS's test case forbids paths here
        return np.asarray(np.load(file, allow_pickle=False), np.uint8)


class KeptPortraits(_Kept):
    """A source of portraits, kept where image and mask have the same, small size."""

    def __init__(self, source: PortraitSource, folder: Path) -> None:
        super().__init__(source, folder, "portrait")
        self.people_apart = source.people_apart
        self._source = source

    def load(self, id: str) -> Portrait:
        path = self._path(id)
        if path.exists():
            both = _read(path)
            return Portrait(np.ascontiguousarray(both[..., :3]), np.ascontiguousarray(both[..., 3]))
        portrait = self._source.load(id)
        small = portrait.mask.size <= _SMALL and portrait.mask.shape == portrait.image.shape[:2]
        if small and not portrait.snapped:  # a kept one would forget how many of its pixels were snapped
            self._keep(path, np.dstack([portrait.image, portrait.mask]))
        return portrait


class KeptBackgrounds(_Kept):
    """A source of backgrounds, kept where they are small."""

    def __init__(self, source: BackgroundSource, folder: Path) -> None:
        super().__init__(source, folder, "background")
        self._source = source

    def load(self, id: str) -> Pixels:
        path = self._path(id)
        if path.exists():
            return _read(path)
        background = self._source.load(id)
        if background.size <= 3 * _SMALL:
            self._keep(path, background)
        return background
