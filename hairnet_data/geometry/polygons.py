"""Outlines of shapes in frames, and exactly which pixels lie inside one."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Point
from hairnet_data.geometry.warp import Box

_SUBPIXELS = 256  # corners are rounded to 256ths of a pixel, so that "inside" is decided in integers
_HALF_PIXEL = _SUBPIXELS // 2

# The fingers of `hand`, from the forefinger to the little finger: how far each begins above the palm, and its length.
_FINGER_HEIGHTS = (0.03, 0.05, 0.04, 0.0)
_FINGER_LENGTHS = (0.3, 0.34, 0.31, 0.24)


def rasterize(outline: Sequence[Point], size: int) -> tuple[Box, NDArray[np.bool_]]:
    """Finds the pixels whose centre lies inside a polygon (nonzero winding), in exact arithmetic.

    A centre exactly on a left or upper edge is inside, on a right or lower edge outside.

    Args:
        outline: corners (x, y) in frames.
        size: side of the square output, in pixels.

    Returns:
        The box (left, top, right, bottom) that the polygon takes up in the frame, in pixels, possibly empty; and which
        pixels of the box are inside, bool (bottom - top, right - left).
    """
    corners = [(round(x * size * _SUBPIXELS), round(y * size * _SUBPIXELS)) for x, y in outline]
    left, right = _pixel_range([x for x, _ in corners], size)
    top, bottom = _pixel_range([y for _, y in corners], size)
    box, width, height = (left, top, right, bottom), right - left, bottom - top
    if not height or not width:
        return box, np.zeros((height, width), np.bool_)
    # Every edge that is not level: its upper end (x, y), the way to its lower end (run, drop), and whether the outline
    # follows it downwards (turn 1) or upwards (turn -1).
    edges = [
        (x0, y0, x1 - x0, y1 - y0, 1) if y0 < y1 else (x1, y1, x0 - x1, y0 - y1, -1)
        for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True)
        if y0 != y1
    ]
    x, y, run, drop, turn = np.array(edges, np.int64).reshape(-1, 5).T
    # The rows that each edge crosses; `depth` is from its upper end to the centre of the row.
    depth = (np.arange(top, bottom) * _SUBPIXELS + _HALF_PIXEL) - y[:, None]
    edge, row = ((depth >= 0) & (depth < drop[:, None])).nonzero()
    run, drop = run[edge], drop[edge]
    # It crosses at x + run * depth / drop. That times `drop` is an integer. The first pixel whose centre is not left of
    # the crossing has the column ceil(crossing / _SUBPIXELS - 1/2); Python's integer division rounds down, hence -(-).
    crossing_times_drop = x[edge] * drop + depth[edge, row] * run
    column = -((_HALF_PIXEL * drop - crossing_times_drop) // (_SUBPIXELS * drop)) - left
    column = np.minimum(np.maximum(column, 0), width)
    # From that pixel to the right, the winding number is higher by the edge's turn.
    changes = np.bincount(row * (width + 1) + column, turn[edge], height * (width + 1)).astype(np.int32)
    winding = changes.reshape(height, width + 1)[:, :width].cumsum(axis=1, dtype=np.int32)
    return box, winding != 0


def _pixel_range(corners: Sequence[int], size: int) -> tuple[int, int]:
    """The first pixel, and the one after the last, whose centre may lie between corners given in subpixels."""
    first = (min(corners) - _HALF_PIXEL) // _SUBPIXELS
    end = (max(corners) + _HALF_PIXEL) // _SUBPIXELS + 1
    first, end = min(max(first, 0), size), min(max(end, 0), size)
    return first, max(first, end)


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
    forearm_left: list[Point] = [(-0.12, 0.5), (-0.13, 0.2)]
    forearm_right: list[Point] = [(0.18, 0.1), (0.13, 0.28), (0.12, 0.5)]
    outline = [*forearm_left, *_finger(base=(-0.15, 0.12), length=0.17, width=0.07, angle=-thumb)]
    for number, share in enumerate(fingers):
        base = (-0.135 + 0.09 * number, -0.06 - _FINGER_HEIGHTS[number])
        length = _FINGER_LENGTHS[number] * max(0.15, share)
        outline += _finger(base, length, width=0.075, angle=(number - 1.5) * spread)
    return [*outline, *forearm_right]


def _finger(base: Point, length: float, width: float, angle: float) -> list[Point]:
    """A finger, from left to right: pointing up from the origin, then turned clockwise by `angle` degrees and moved."""
    half = width / 2
    left_side = [(-half, 0.0), (-half, -length), (-half * 0.6, -length - half * 0.8)]
    right_side = [(-x, y) for x, y in reversed(left_side)]
    sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    return [(base[0] + x * cos - y * sin, base[1] + x * sin + y * cos) for x, y in left_side + right_side]


def transform_outline(
    outline: Sequence[Point], centre: Point, width: float, height: float, angle: float
) -> tuple[Point, ...]:
    """Stretches a shape of unit size, turns it clockwise and moves it.

    Args:
        outline: corners (x, y) about the origin.
        centre: where the origin goes, in frames.
        width: what x is multiplied by, before it is turned.
        height: what y is multiplied by.
        angle: degrees.

    Returns:
        Corners in frames, rounded to four digits.
    """
    sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    # The matrix ((a, b), (c, d)) stretches, then turns.
    a, b = width * cos, -height * sin
    c, d = width * sin, height * cos
    centre_x, centre_y = centre
    return tuple([(round(centre_x + a * x + b * y, 4), round(centre_y + c * x + d * y, 4)) for x, y in outline])
