"""What every format comes down to: pictures with labelled areas, in the order in which they are drawn."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.errors import SourceError, unreadable
from hairnet_data.core.images.picture_file import decoding, open_header
from hairnet_data.core.storage.bounded_read import read_bytes

Area = NDArray[np.bool_]
Size = tuple[int, int]

MAX_FILE = 1 << 30  # bytes of annotations
_TOLERANCE = 0.5  # pixels by which a point may lie outside: tools differ in where a pixel has its centre


@dataclass(frozen=True)
class Shape:
    """A labelled area.

    Attributes:
        label: its class by name, as the file has it.
        where: file and annotation, for errors.
        draw: makes the area, bool (h, w), for the picture's (h, w). Raises SourceError.
    """

    label: str
    where: str
    draw: Callable[[Size], Area]


@dataclass(frozen=True)
class Masked:
    """A mask of class ids.

    Attributes:
        mask: uint8 (h, w).
        mapped: the labels in it, and the value of each.
        snapped: how many pixels took a class close by.
    """

    mask: NDArray[np.uint8]
    mapped: list[tuple[str, int]]
    snapped: int


@dataclass
class Annotated:
    """A picture and what is drawn on it.

    Attributes:
        name: the picture's path as it is to be below `images`, with slashes.
        path: the file.
        size: (h, w) as the annotations say; None where they do not.
        shapes: in drawing order, later over earlier.
        where: file and picture, for errors.
        fault: what is wrong with it already.
        stacked: whether the order of the shapes says nothing, so that hair lies over face.
        data: makes the bytes of the picture's file, where it lies in `path` with others. Raises HairnetError.
        masked: makes the mask where it is no matter of shapes and labels. Raises HairnetError.
    """

    name: str
    path: Path
    size: Size | None
    where: str
    shapes: list[Shape] = field(default_factory=list)
    fault: SourceError | None = None
    stacked: bool = False
    data: Callable[[], bytes] | None = None
    masked: Callable[[], Masked] | None = None


@dataclass
class Annotations:
    """What a file or folder of annotations holds.

    Attributes:
        pictures: in the order of the file.
        numbers: numbers of the labels by name, where the format numbers them.
        dropped: how many annotations of each kind have no area, such as points and lines.
        known: classes that the format itself gives to labels: VOC's background and void.
        unannotated: pictures that nothing is said of, and that are not imported.
        options: for the table of that name in `classes.toml`.
        pixels_are_labels: whether labels are the values of pixels, of which an edge may have many.
        expected: labels that a class file names, and the value of each.
    """

    pictures: list[Annotated] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    unannotated: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    pixels_are_labels: bool = False
    expected: dict[str, int] = field(default_factory=dict)

    def drop(self, kind: str) -> None:
        """Counts an annotation that has no area."""
        self.dropped[kind] = self.dropped.get(kind, 0) + 1


def coco_masks() -> ModuleType:
    """The module `pycocotools.mask`. Raises SourceError where it is not installed."""
    try:
        from pycocotools import mask
    except ImportError as error:
        raise SourceError("pycocotools", "is not installed", "pip install 'hairnet[formats]'") from error
    return mask  # type: ignore[no-any-return]


def read_json(path: Path) -> Any:
    """A file's JSON. Raises SourceError where it cannot be read or is none."""
    try:
        return json.loads(read_bytes(path, MAX_FILE))
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(str(path), f"is no JSON that can be read ({error})", "export it again") from error


def inner_path(root: Path, *parts: str) -> Path:
    """A path that a file names, below `root`.

    Raises:
        SourceError: it leads out of `root`, by `..`, by a link or from the top.
    """
    inner = PurePosixPath(*(part.replace("\\", "/") for part in parts))
    path = root / inner
    if inner.is_absolute() or "\0" in str(inner) or not path.resolve().is_relative_to(root.resolve()):
        raise SourceError("/".join(parts), f"leads out of {root}", "keep pictures below the folder that is imported")
    return path


def polygons(
    outer: Iterable[Sequence[float]], where: str, holes: Iterable[Sequence[float]] = ()
) -> Callable[[Size], Area]:
    """An area of polygons, each a flat list x, y, x, y ... in pixels, without the holes; filled as pycocotools does."""

    def fill(rings: list[Sequence[float]], size: Size) -> Area:
        for ring in rings:
            _check_ring(ring, size, where)
        area = np.zeros(size, bool)
        if rings:
            masks = coco_masks()
            area |= masks.decode(masks.merge(masks.frPyObjects([list(map(float, r)) for r in rings], *size))) > 0
        return area

    outer, holes = list(outer), list(holes)
    return lambda size: fill(outer, size) & ~fill(holes, size)


def _check_ring(ring: Any, size: Size, where: str) -> None:
    try:
        points = np.array(ring, np.float64)
    except (TypeError, ValueError) as error:
        raise SourceError(where, "has a polygon that is no list of numbers", "draw it again") from error
    if points.ndim != 1 or len(points) % 2:
        raise SourceError(where, "has a polygon that is no list of x, y, x, y ...", "draw it again")
    if len(points) < 6:
        raise SourceError(where, f"has a polygon of {len(points) // 2} points", "it needs 3")
    points = points.reshape(-1, 2)
    inside = (points >= -_TOLERANCE) & (points <= np.array([size[1], size[0]]) + _TOLERANCE)
    if not inside.all():
        x, y = points[~inside.all(axis=1)][0]
        raise SourceError(where, f"has the point {x:g}, {y:g} outside of {size[1]} x {size[0]}", "draw it again")


def run_lengths(counts: Any, size: Any, where: str, by_rows: bool = False) -> Callable[[Size], Area]:
    """An area of run lengths, beginning with what is outside.

    Args:
        counts: the runs, or COCO's compressed text of them.
        size: (h, w) that they are for, as the file has it.
        where: for errors.
        by_rows: whether they run along rows (CVAT) instead of columns (COCO).
    """

    def draw(picture: Size) -> Area:
        if not isinstance(size, list | tuple) or tuple(size) != picture:
            raise SourceError(where, f"has an RLE for {size!r}, the picture is {list(picture)}", "export it again")
        runs = _decompress(counts, where) if isinstance(counts, str) else counts
        if not isinstance(runs, list) or not all(isinstance(run, int) and run >= 0 for run in runs):
            raise SourceError(where, "has an RLE that is damaged", "export it again")
        height, width = picture
        if sum(runs) != height * width:
            raise SourceError(where, f"has an RLE of {sum(runs)} pixels instead of {height * width}", "export it again")
        flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
        return flat.reshape(height, width) if by_rows else flat.reshape(width, height).T

    return draw


def _decompress(text: str, where: str) -> list[int]:
    """The runs of COCO's compressed text (`rleFrString`): 5 bits a character, from the third run on as differences."""
    runs: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or shift > 60:
            raise SourceError(where, "has an RLE that is damaged", "export it again")
        value |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            if bits & 16:
                value -= 1 << shift
            runs.append(value + runs[-2] if len(runs) > 2 else value)
            value = shift = 0
    return runs if not shift else []


def bitmap(data: bytes, left: int, top: int, where: str) -> Callable[[Size], Area]:
    """An area as a picture file whose pixels are not 0 inside, with its upper left corner at (left, top)."""

    def draw(size: Size) -> Area:
        with decoding(where):
            image = open_header(data, where)
            shown = image.getchannel("A") if image.mode in ("LA", "RGBA") else image
            part = np.asarray(shown.convert("L") if shown.mode == "RGB" else shown) > 0
        height, width = part.shape
        if left < 0 or top < 0 or top + height > size[0] or left + width > size[1]:
            raise SourceError(where, f"has a bitmap outside of {size[1]} x {size[0]}", "export it again")
        area = np.zeros(size, bool)
        area[top : top + height, left : left + width] = part
        return area

    return draw


def box(x0: float, y0: float, x1: float, y1: float) -> list[float]:
    """A rectangle as a polygon."""
    return [x0, y0, x1, y0, x1, y1, x0, y1]


def ellipse(x: float, y: float, across: float, down: float) -> list[float]:
    """An ellipse about (x, y) as a polygon of 72 points; `across` and `down` are its radii."""
    angles = [2 * math.pi * step / 72 for step in range(72)]
    return [number for a in angles for number in (x + across * math.cos(a), y + down * math.sin(a))]


def read_annotation(path: Path) -> bytes:
    """The bytes of a file of annotations. Raises SourceError."""
    try:
        return read_bytes(path, MAX_FILE)
    except (OSError, ValueError) as error:
        raise SourceError(str(path), unreadable(error), "is it the right file?") from error
