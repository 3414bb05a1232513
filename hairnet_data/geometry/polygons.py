"""Outlines of shapes in frames, and exactly which pixels lie inside one."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Point

_GRID = 256  # corners snap to 256ths of a pixel, so that "inside" is decided in whole numbers


def rasterize(outline: Sequence[Point], size: int) -> tuple[tuple[int, int, int, int], NDArray[np.bool_]]:
    """Finds the pixels whose centre lies inside a polygon (nonzero winding), in exact arithmetic.

    A centre exactly on a left or upper edge is inside, on a right or lower edge outside.

    Args:
        outline: corners (x, y) in frames.
        size: side of the square output, in pixels.

    Returns:
        The box (left, top, right, bottom) the polygon takes up in the frame, possibly empty, and a bool
        (bottom - top, right - left) map of it.
    """
    corners = [(round(x * size * _GRID), round(y * size * _GRID)) for x, y in outline]
    half = _GRID // 2
    across, down = zip(*corners, strict=True)
    left, top = (min(max((min(places) - half) // _GRID, 0), size) for places in (across, down))
    right, bottom = (min(max((max(places) + half) // _GRID + 1, 0), size) for places in (across, down))
    box = (left, top, max(right, left), max(bottom, top))
    height, width = box[3] - top, box[2] - left
    if not height or not width:
        return box, np.zeros((height, width), np.bool_)
    # Edges from top to bottom: x and y of the upper end, run and drop to the lower, and which way they went.
    edges = [
        (x0, y0, x1 - x0, y1 - y0, 1) if y0 < y1 else (x1, y1, x0 - x1, y0 - y1, -1)
        for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True)
        if y0 != y1
    ]
    x, y, run, drop, turn = np.array(edges, np.int64).reshape(-1, 5).T
    below = (np.arange(top, box[3]) * _GRID + half) - y[:, None]
    edge, row = ((below >= 0) & (below < drop[:, None])).nonzero()
    # Where the edge crosses the row: the first pixel whose centre is not left of the crossing.
    run, drop = run[edge], drop[edge]
    crossing = x[edge] * drop + below[edge, row] * run
    column = np.minimum(np.maximum(-((half * drop - crossing) // (_GRID * drop)) - left, 0), width)
    steps = np.bincount(row * (width + 1) + column, turn[edge], height * (width + 1)).astype(np.int16)
    winding = steps.reshape(height, width + 1)[:, :width].cumsum(axis=1, dtype=np.int16)
    return box, winding != 0


@functools.cache
def ellipse(corners: int = 28) -> tuple[Point, ...]:
    """A circle of diameter 1 about the origin, as a polygon."""
    turns = [2 * math.pi * k / corners for k in range(corners)]
    return tuple((0.5 * math.cos(turn), 0.5 * math.sin(turn)) for turn in turns)


def hand(fingers: Sequence[float], spread: float, thumb: float) -> list[Point]:
    """The outline of a hand with its forearm, about 1 long, pointing up.

    Args:
        fingers: lengths of the four fingers as shares of the full length, 0 (a fist) to 1.
        spread: degrees between neighbouring fingers.
        thumb: degrees that the thumb stands off.
    """
    outline: list[Point] = [(-0.12, 0.5), (-0.13, 0.2)]
    outline += _finger((-0.15, 0.12), 0.17, 0.07, -thumb)
    for transform_outline, length in enumerate(fingers):
        base = (-0.135 + 0.09 * transform_outline, -0.06 - (0.03, 0.05, 0.04, 0.0)[transform_outline])
        reach = (0.3, 0.34, 0.31, 0.24)[transform_outline] * max(0.15, length)
        outline += _finger(base, reach, 0.075, (transform_outline - 1.5) * spread)
    return [*outline, (0.18, 0.1), (0.13, 0.28), (0.12, 0.5)]


def _finger(base: Point, length: float, width: float, angle: float) -> list[Point]:
    sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    half = width / 2
    tip = [(-half, 0.0), (-half, -length), (-half * 0.6, -length - half * 0.8)]
    tip += [(-x, y) for x, y in reversed(tip)]
    return [(base[0] + x * cos - y * sin, base[1] + x * sin + y * cos) for x, y in tip]


def transform_outline(
    outline: Sequence[Point], centre: Point, width: float, height: float, angle: float
) -> tuple[Point, ...]:
    """Stretches a shape of unit size, turns it clockwise by `angle` degrees and puts it at `centre`, in frames."""
    sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    (left, top), a, b, c, d = centre, width * cos, height * sin, width * sin, height * cos
    return tuple([(round(left + x * a - y * b, 4), round(top + x * c + y * d, 4)) for x, y in outline])
