"""Sources whose decoded pictures are cached as files while a build runs: each is drawn or decoded once, by whichever
worker comes first. Only small ones are: large photos would fill the disk to save less than reading them costs.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.head.pose import FIELDS, from_numbers, to_numbers
from hairnet_data.sources.base import BackgroundSource, Catalogue, Portrait, PortraitSource

_MOST_PIXELS = 400_000  # pixels: a portrait of that size takes 1.6 MB


_HEAD = np.dtype("<u4")  # height and width before the pixels

_POSE = np.dtype("<f8")  # six numbers between the image and the mask of a portrait

LAYERS = ("alpha", "coverage")
"""What a portrait may have beside its mask. In a file a byte each before the pose says which follow the mask."""


class _Cached:
    """What cached portraits and backgrounds have in common: everything but `load`."""

    def __init__(self, source: PortraitSource | BackgroundSource, folder: Path, prefix: str) -> None:
        self.name = source.name
        self._wrapped, self._folder, self._prefix = source, folder, prefix

    def settings(self) -> dict[str, Any]:
        return self._wrapped.settings()

    def catalogue(self) -> Catalogue:
        return self._wrapped.catalogue()

    def content(self, id: str) -> str:
        return self._wrapped.content(id)

    def _path(self, id: str) -> Path:
        # Ids are made of file names, which may be too long or too odd for another file's name.
        return self._folder / f"{self._prefix}-{hashlib.sha256(os.fsencode(id)).hexdigest()[:32]}.raw"

    def _store(self, path: Path, image: Pixels, rest: bytes = b"") -> None:
        temporary = path.with_suffix(f".{os.getpid()}")
        head = np.array(image.shape[:2], _HEAD).tobytes()
        temporary.write_bytes(head + image.tobytes() + rest)
        os.replace(temporary, path)  # on Windows a rename would not replace another worker's


def _read(path: Path, between: int = 0) -> tuple[Pixels, bytes, Pixels]:
    """The image, so many bytes after it, and the flat rest of the file. The arrays are views of bytes, since
    NumPy's own format costs three times as much.

    Each has bytes of its own. A worker keeps every mask, and a padded copy of the image: a mask that were a view of the
    entire file would keep the image a second time.
    """
    with open(path, "rb") as file:
        height, width = np.frombuffer(file.read(_HEAD.itemsize * 2), _HEAD).tolist()
        image = np.frombuffer(file.read(3 * height * width), np.uint8)
        middle = file.read(between)
        return image.reshape(height, width, 3), middle, np.frombuffer(file.read(), np.uint8)


class CachedPortraits(_Cached):
    """A source of portraits, cached where image and mask have the same, small size.

    Args:
        source: of the portraits.
        folder: an existing one, for the files.
        layers: which of `LAYERS` are kept; the others are None from then on.
    """

    def __init__(self, source: PortraitSource, folder: Path, layers: Collection[str] = LAYERS) -> None:
        super().__init__(source, folder, "portrait")
        self._unwanted: dict[str, Any] = dict.fromkeys(name for name in LAYERS if name not in layers)
        self.people_apart, self.knows_coverage = source.people_apart, source.knows_coverage
        self._source = source

    def load(self, id: str) -> Portrait:
        path = self._path(id)
        if path.exists():
            image, middle, rest = _read(path, len(FIELDS) * _POSE.itemsize + len(LAYERS))
            has, numbers = middle[: len(LAYERS)], middle[len(LAYERS) :]
            pose = from_numbers(np.frombuffer(numbers, _POSE).tolist())
            mask, *others = rest.reshape(-1, *image.shape[:2])
            optional = dict(zip(itertools.compress(LAYERS, has), others, strict=True))
            return Portrait(image, mask, pose=pose, **optional)
        portrait = replace(self._source.load(id), **self._unwanted)
        small = portrait.mask.size <= _MOST_PIXELS and portrait.mask.shape == portrait.image.shape[:2]
        if small and not portrait.snapped and not portrait.turned:  # a cached one would forget both
            numbers = np.array(to_numbers(portrait.pose), _POSE).tobytes()
            layers = [getattr(portrait, name) for name in LAYERS]
            has = bytes(layer is not None for layer in layers)
            kept = b"".join(layer.tobytes() for layer in (portrait.mask, *layers) if layer is not None)
            self._store(path, portrait.image, has + numbers + kept)
        return portrait


class CachedBackgrounds(_Cached):
    """A source of backgrounds, cached where they are small."""

    def __init__(self, source: BackgroundSource, folder: Path) -> None:
        super().__init__(source, folder, "background")
        self._source = source

    def load(self, id: str) -> Pixels:
        path = self._path(id)
        if path.exists():
            return _read(path)[0]
        background = self._source.load(id)
        if background.size <= 3 * _MOST_PIXELS:
            self._store(path, background)
        return background
