"""Squares of a photo's pixels, which the network sees one by one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_model.data.padding import PAD
from hairnet_model.inference import letterbox


@dataclass(frozen=True, slots=True)
class Square:
    """A square of the photo's pixels; it may reach over the photo's edges."""

    left: int
    top: int
    side: int


def framed_square(height: int, width: int) -> Square:
    """The square that `letterbox.frame` shows of a photo."""
    longer = max(height, width)
    return Square((width - longer) // 2, (height - longer) // 2, longer)


def scaled(square: Square, factor: float) -> Square:
    """A square around the same middle, rounded to entire pixels."""
    side = max(1, round(factor * square.side))
    margin = math.floor((side - square.side) / 2)
    return Square(square.left - margin, square.top - margin, side)


def tile_squares(height: int, width: int, side: int, step: float) -> list[Square]:
    """Tiles that cover a photo from edge to edge, row by row.

    Args:
        height: of the photo, in pixels.
        width: of the photo.
        side: of a tile, in pixels.
        step: distance between tiles, in their sides, at most.
    """
    return [Square(left, top, side) for top in _starts(height, side, step) for left in _starts(width, side, step)]


def _starts(length: int, side: int, step: float) -> list[int]:
    """Where tiles begin along a side of the photo: they reach from edge to edge, evenly."""
    if length <= side:
        return [(length - side) // 2]
    count = math.ceil((length - side) / (step * side)) + 1
    return [round(at * (length - side) / (count - 1)) for at in range(count)]


def cut_out(photo: Pixels, square: Square, size: int) -> Pixels:
    """A square of a photo, scaled to (size, size, 3); what lies outside the photo is `PAD`."""
    height, width = photo.shape[:2]
    left, top = max(0, square.left), max(0, square.top)
    right, bottom = max(left, min(width, square.left + square.side)), max(top, min(height, square.top + square.side))
    inside = photo[top:bottom, left:right]
    if inside.shape[:2] != (square.side, square.side):
        padded = np.full((square.side, square.side, 3), PAD, np.uint8)
        if inside.size:
            padded[top - square.top : bottom - square.top, left - square.left : right - square.left] = inside
        inside = padded
    return letterbox.frame(inside, size)
