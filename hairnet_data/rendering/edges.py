"""How photographs end where they are pasted: each one's share of every pixel, from its recipe's `Edge`.

The formula, for a point at distances x and y (in frames) from the nearer vertical and horizontal side:

    d = min(x, y), and within a corner of radius r, where x < r and y < r: d = r - sqrt((r - x)^2 + (r - y)^2)
    d is lowered by wave * (2 + tri(u / period) + tri(v / period)) / 4, where u and v are the pixel's centre, in frames
    tri(t) = 4 |t - floor(t + 1/2)| - 1, a triangular wave between -1 and 1 of period 1
    share = d / width, within 0 and 1

All of it is additions, multiplications, roundings and square roots in float32, which are the same on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.geometry.warp import Box, Coordinates
from hairnet_data.recipes.recipe import Edge

Floats = NDArray[np.float32]

HALF = 128
"""The least share, in 255ths, with which a pixel has the photograph's class."""


def shares(
    edge: Edge, points: Coordinates, sides: tuple[float, float], pixels: tuple[int, int], box: Box, size: int
) -> Pixels:
    """The photograph's share of each pixel.

    Args:
        edge: the recipe's; its width is above 0.
        points: of `warp.coordinates`, where the pixels' centres fall in an array that spans the photograph.
        sides: width and height of the photograph in the output, in frames.
        pixels: width and height of the array.
        box: (left, top, right, bottom), which of the output's pixels.
        size: side of the output in pixels.

    Returns:
        uint8 of the box's shape: the share in 255ths; 0 outside the photograph.
    """
    across, down = (
        np.minimum(point + np.float32(0.5), np.float32(count - 0.5) - point) * np.float32(side / count)
        for point, side, count in zip(points, sides, pixels, strict=True)
    )
    distance = np.minimum(across, down)
    if edge.radius:
        radius = np.float32(min(edge.radius, min(sides) / 2))
        to_corner = np.sqrt((radius - across) * (radius - across) + (radius - down) * (radius - down))
        distance = np.where((across < radius) & (down < radius), radius - to_corner, distance)
    if edge.wave:
        left, top, right, bottom = box
        columns, rows = _wave(left, right, size, edge.period), _wave(top, bottom, size, edge.period)
        distance = distance - np.float32(edge.wave / 4) * (np.float32(2) + columns[None, :] + rows[:, None])
    return as_pixels(np.rint(np.clip(distance * np.float32(255 / edge.width), 0, 255)).astype(np.uint8))


def _wave(first: int, end: int, size: int, period: float) -> Floats:
    """`tri` of the centres of pixels `first` to `end - 1`."""
    turns = np.arange(first + 0.5, end) / (size * period)
    wave: Floats = (4 * np.abs(turns - np.floor(turns + 0.5)) - 1).astype(np.float32)
    return wave


def blend(image: Pixels, ground: Pixels, share: Pixels) -> Pixels:
    """Mixes two pictures: uint8 (H, W, 3), the first with its share in 255ths, uint8 (H, W); rounded to nearest."""
    weight = share[..., None].astype(np.uint16)
    # At most 255 * 255 + 127, which fits into 16 bits.
    mixed = (image * weight + ground * (np.uint16(255) - weight) + np.uint16(127)) // np.uint16(255)
    return as_pixels(mixed.astype(np.uint8))
