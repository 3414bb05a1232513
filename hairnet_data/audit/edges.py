"""How well the boundaries of a mask lie on edges, for every shift of the mask by a few pixels.

Edges and boundaries are structure tensors, so that an edge counts by how far it runs along the boundary, whichever side
of it is brighter: the sum of |g| cos^2 of the angle between gradient and normal, by cross-correlation of three planes.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES

Plane = NDArray[np.float32]
Tensor = tuple[Plane, Plane, Plane]
"""The products xx, xy and yy of a gradient with itself, float32 (S, S) each."""

_LOCAL = 8.0  # pixels: standard deviation of the neighbourhood in which edges are compared
_FLOOR = 0.5  # grey values a pixel: below it there is no edge
_BLUR_PICTURE, _BLUR_MASK = 0.6, 0.7  # pixels


def picture_edges(picture: NDArray[Any]) -> Tensor:
    """The edges of a picture, each relative to those around it, with mean 0: a longer boundary is no better.

    Args:
        picture: (S, S, C) of values in 0..255.
    """
    xx, xy, yy, strength = _tensor(picture.astype(np.float32), _BLUR_PICTURE)
    around = cv2.GaussianBlur(strength, (0, 0), _LOCAL) + np.float32(0.3 * strength.mean() + _FLOOR)
    weight = np.asarray(1 / (strength * around + 1e-3), np.float32)
    xx, xy, yy = xx * weight, xy * weight, yy * weight
    mean = np.float32((xx.mean() + yy.mean()) / 2)
    return xx - mean, xy, yy - mean


def mask_edges(mask: Pixels) -> Tensor:
    """The boundaries between the classes of a mask, uint8 (S, S); also those of what is not labelled."""
    layers = np.stack([mask == number for number in range(len(NAMES))], axis=-1)
    xx, xy, yy, strength = _tensor(layers.astype(np.float32), _BLUR_MASK)
    weight = np.asarray(1 / (strength + 1e-6), np.float32)
    return xx * weight, xy * weight, yy * weight


def length(boundary: Tensor) -> float:
    """How long the boundaries are, in some unit."""
    return float(boundary[0].sum() + boundary[2].sum())


def correlate(edges: Tensor, boundary: Tensor, rim: int, reach: int) -> Plane:
    """How well boundaries lie on edges, for every shift of them.

    Args:
        edges: of a picture.
        boundary: of its mask.
        rim: pixels along the border that are left out of the mask, at least `reach`.
        reach: how far the boundary is shifted at most.

    Returns:
        float32 (2 reach + 1, 2 reach + 1); [reach + y, reach + x] is for a shift by x to the right and y down.
    """
    total = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for factor, plane, template in zip((1, 2, 1), edges, boundary, strict=True):
        total += factor * slide(plane, template, rim, reach)
    return total


def slide(plane: Plane, template: Plane, rim: int, reach: int) -> Plane:
    """The sum of products of two planes for every shift of the second, whose rim is left out; see `correlate`."""
    inner = np.ascontiguousarray(template[rim:-rim, rim:-rim])
    outer = slice(rim - reach, plane.shape[0] - rim + reach)
    searched = np.ascontiguousarray(plane[outer, outer])
    return np.asarray(cv2.matchTemplate(searched, inner, cv2.TM_CCORR), np.float32)


def peak(surface: NDArray[Any]) -> tuple[float, float]:
    """Where a surface of `correlate` is highest: the shift (x, y), by parabolas to a part of a pixel."""
    row, column = (int(value) for value in np.unravel_index(surface.argmax(), surface.shape))
    reach = surface.shape[0] // 2
    y = row + (_vertex(*surface[row - 1 : row + 2, column]) if 0 < row < 2 * reach else 0)
    x = column + (_vertex(*surface[row, column - 1 : column + 2]) if 0 < column < 2 * reach else 0)
    return x - reach, y - reach


def _vertex(before: float, here: float, after: float) -> float:
    bend = before - 2 * here + after
    return float((before - after) / (2 * bend)) if bend else 0.0


def _tensor(layers: Plane, blur: float) -> tuple[Plane, Plane, Plane, Plane]:
    smooth = cv2.GaussianBlur(layers, (0, 0), blur)
    right = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    xx, xy, yy = ((a * b).sum(axis=-1) for a, b in ((right, right), (right, down), (down, down)))
    return xx, xy, yy, np.sqrt(xx + yy)
