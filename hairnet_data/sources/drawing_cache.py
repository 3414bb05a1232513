"""What the package draws, kept on disk from one build to the next: 800 portraits take 15 s to draw and 2 s to read."""

from __future__ import annotations

import functools
import hashlib
import shutil
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.head.pose import from_numbers, to_numbers
from hairnet_data.core.storage.atomic import atomic_writer
from hairnet_data.sources.base import BackgroundSource, Catalogue, Portrait, PortraitSource
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.scenes.source import DrawnBackgrounds

_DRAWING = ("drawn", "scenes")  # the packages whose code draws
_DIGEST = hashlib.sha256().digest_size
_LEAST_FREE = 1 << 30  # bytes on the disk: a dataset comes before what can be drawn again
_POSE = np.dtype("<f8")
_SHAPE = np.dtype("<u4")  # height, width and channels of each array, before its pixels


def drawing_folder(cache_dir: Path) -> Path:
    """Where this version of the drawing is kept: its name follows from the code that draws and its libraries."""
    return cache_dir / "drawn" / _code_digest()


@functools.cache
def _code_digest() -> str:
    digest = hashlib.sha256(f"NumPy {np.__version__}, OpenCV {cv2.__version__}".encode())
    here = Path(__file__).parent
    for path in sorted(path for package in _DRAWING for path in (here / package).glob("*.py")):
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


class _Kept:
    """What both kinds have in common: everything but `load`. Picklable."""

    def __init__(self, source: PortraitSource | BackgroundSource, folder: Path) -> None:
        self.name = source.name
        self._wrapped, self._folder = source, folder

    def settings(self) -> dict[str, Any]:
        return self._wrapped.settings()

    def catalogue(self) -> Catalogue:
        return self._wrapped.catalogue()

    def content(self, id: str) -> str:
        return self._wrapped.content(id)

    @property
    def drawing(self) -> PortraitSource | BackgroundSource:
        """The source that draws."""
        return self._wrapped

    def undrawn(self) -> int:
        """How many portraits or backgrounds are not kept."""
        return sum(not self._path(entry.id).exists() for entry in self.catalogue().entries)

    def _path(self, id: str) -> Path:
        # The content names what is drawn: id, size and the number of the drawing.
        return self._folder / self.name / f"{id}-{self.content(id)}.z"


class DrawnOncePortraits(_Kept):
    """A source of drawn portraits that keeps what it draws.

    A file that is damaged is drawn again; where the folder cannot be written to, everything is.
    """

    def __init__(self, source: PortraitSource, folder: Path) -> None:
        """Takes the source, and the folder that `drawing_folder` names."""
        super().__init__(source, folder / "portraits")
        self.people_apart, self.knows_coverage = source.people_apart, source.knows_coverage
        self._source = source

    def load(self, id: str) -> Portrait:
        path = self._path(id)
        arrays = _read(path)
        if arrays is not None and len(arrays) == 5:
            image, mask, alpha, coverage, pose = arrays
            known = from_numbers(pose.ravel().view(_POSE).tolist())
            return Portrait(image, mask[:, :, 0], pose=known, alpha=alpha[:, :, 0], coverage=coverage[:, :, 0])
        portrait = self._source.load(id)
        pose = np.array([to_numbers(portrait.pose)], _POSE).view(np.uint8)
        assert portrait.alpha is not None, "a drawing knows its matte"
        assert portrait.coverage is not None, "a drawing knows where its person is"
        _write(path, portrait.image, portrait.mask, portrait.alpha, portrait.coverage, pose)
        return portrait


class DrawnOnceBackgrounds(_Kept):
    """A source of drawn backgrounds that keeps what it draws, as `DrawnOncePortraits` does."""

    def __init__(self, source: BackgroundSource, folder: Path) -> None:
        """Takes the source, and the folder that `drawing_folder` names."""
        super().__init__(source, folder / "backgrounds")
        self._source = source

    def load(self, id: str) -> Pixels:
        path = self._path(id)
        arrays = _read(path)
        if arrays is not None and len(arrays) == 1:
            return arrays[0]
        background = self._source.load(id)
        _write(path, background)
        return background


def undrawn(source: PortraitSource | BackgroundSource) -> int:
    """How many portraits or backgrounds would be drawn if all of a source were loaded."""
    if isinstance(source, _Kept):
        return source.undrawn()
    return len(source.catalogue().entries) if isinstance(source, (Drawn, DrawnBackgrounds)) else 0


def drawing(source: PortraitSource | BackgroundSource) -> PortraitSource | BackgroundSource:
    """The source without what is kept of it: whatever is loaded from it is drawn."""
    return source.drawing if isinstance(source, _Kept) else source


def _write(path: Path, *arrays: Pixels) -> None:
    """Keeps arrays (h, w) or (h, w, channels), if the disk allows it."""
    shapes = [(*array.shape, 1)[:3] for array in arrays]
    content = b"".join(
        np.array(shape, _SHAPE).tobytes() + array.tobytes() for shape, array in zip(shapes, arrays, strict=True)
    )
    packed = zlib.compress(content, 1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < _LEAST_FREE:
            return
        with atomic_writer(path) as file:
            file.write(hashlib.sha256(packed).digest() + packed)
    except OSError:
        return  # no room, no right: it is drawn again next time


def _read(path: Path) -> list[Pixels] | None:
    """The arrays, each (h, w, channels); None where there is no such file or it is not what was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    packed = data[_DIGEST:]
    if hashlib.sha256(packed).digest() != data[:_DIGEST]:
        return None
    content = np.frombuffer(zlib.decompress(packed), np.uint8).copy()
    arrays, start = [], 0
    while start < len(content):
        shape = content[start : start + 12].view(_SHAPE).tolist()
        start += 12
        end = start + int(np.prod(shape))
        arrays.append(content[start:end].reshape(shape))
        start = end
    return arrays
