"""Which of a mask's colours a blended pixel stands for: one of the two that it lies between, in space and in colour.

A mask that was scaled, drawn with smooth edges or saved as JPEG has pixels whose colour is in no class. The nearest
colour would put thin lines of a third class on edges: white beside black passes through grey. So only colours that are
found close by are considered, and a pixel is taken for a blend of two of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, combinations_with_replacement

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.images.bands import row_bands

Rgb = tuple[int, int, int]

TOLERANCE = 4
"""Levels a channel within which a colour is the listed one: what JPEG does to flat areas."""
REACH = 4.0
"""Pixels within which colours are considered first; farther ones only where those do not blend to a pixel's colour."""

_FAR = 64  # pixels: farther ones are not considered, and what is no blend takes the nearest colour in RGB
_NO_BLEND = 48.0  # levels: what is farther from all blends of the colours considered is none of them
_LEVELS_A_PIXEL = 8.0  # a pixel's distance in space weighs as much as that of so many levels in colour
_AT_AN_END = 16.0  # levels: what is so near to a colour is no blend of it with another
_LEAST_KNOWN = 0.01  # of the pixels: with less there are no areas between which anything could lie
_SOLID = np.ones((3, 3), np.uint8)  # in a lossy mask a colour is where it fills such a square within the tolerance
_PAIR = np.ones((2, 2), np.uint8)
_BAND_IN_CACHE = 1 << 15  # pixels, where much is computed of each
_BAND = 1 << 22  # pixels worked on at once, with `_FAR` rows above and below

_Floats = NDArray[np.float32]


def assign_colours(rgb: Pixels, colours: Sequence[Rgb]) -> tuple[NDArray[np.uint16], int]:
    """Gives every pixel one of the colours.

    A pixel of exactly one of them keeps it, unless it is a single one in a blend of two others. Any other takes one of
    the two between which it lies: of those within `REACH` pixels (64 where there are none), the two that blend to its
    colour best. In a JPEG a pixel that is no blend of any two takes the nearest colour in RGB.

    Args:
        rgb: uint8 (h, w, 3).
        colours: at least one.

    Returns:
        uint16 (h, w), the index of each pixel's colour; and how many pixels were farther than `TOLERANCE` from theirs.
    """
    result = np.empty(rgb.shape[:2], np.uint16)
    palette = np.asarray(colours, np.float32)
    for rows in row_bands(result.shape, _BAND_IN_CACHE):
        result[rows] = _nearest_in_rgb(rgb[rows].reshape(-1, 3), palette).reshape(-1, rgb.shape[1])
    exact, near = _count_known(rgb, palette)
    if near >= result.size * _LEAST_KNOWN:
        # In a JPEG most pixels that are of a colour by the tolerance are not exactly of it.
        lossy = 2 * exact < near
        for rows in row_bands(result.shape, _BAND):
            top = max(0, rows.start - _FAR)
            window, inner = slice(top, rows.stop + _FAR), slice(rows.start - top, rows.stop - top)
            result[rows] = _assign(rgb[window], result[window], palette, lossy)[inner]
    off = 0
    for rows in row_bands(result.shape, _BAND_IN_CACHE):
        for index, colour in enumerate(palette):
            off += int(np.count_nonzero((result[rows] == index) & (_where_near(rgb[rows], colour) == 0)))
    return result, off


def _count_known(rgb: Pixels, palette: _Floats) -> tuple[int, int]:
    """How many pixels are exactly of a colour, and how many within the tolerance."""
    exact = near = 0
    for rows in row_bands(rgb.shape, _BAND):
        exact += sum(int(np.count_nonzero(cv2.inRange(rgb[rows], colour, colour))) for colour in palette)
        near += sum(int(np.count_nonzero(_where_near(rgb[rows], colour))) for colour in palette)
    return exact, near


def _assign(rgb: Pixels, nearest: NDArray[np.uint16], palette: _Floats, lossy: bool) -> NDArray[np.uint16]:
    """A new array as `nearest`, the nearest colours in RGB, in which blended pixels have one of those close by."""
    solid = [_where_solid(rgb, colour, lossy) for colour in palette]
    present = [index for index, mask in enumerate(solid) if mask.any()]
    result = nearest.copy()
    if not present:
        return result
    _drop_coincidences(rgb, palette, solid, present)
    unknown = np.bitwise_or.reduce([solid[index] for index in present]) == 0
    if not unknown.any():
        return result
    distances = np.stack([_distance(solid[index])[unknown] for index in present])
    blended, values = rgb[unknown].astype(np.float32), result[unknown]
    left = np.arange(len(values))
    for reach in (REACH, _FAR):
        chosen, residual = _best_end(blended[left], palette[present], distances[:, left], distances[:, left] <= reach)
        # In a lossless mask what is close by is all there is; a JPEG has details of no flat area, far from any.
        explained = residual <= (_NO_BLEND if lossy else np.finfo(np.float32).max)
        values[left[explained]] = np.asarray(present, np.uint16)[chosen[explained]]
        left = left[~explained]
    result[unknown] = values
    return result


def _where_solid(rgb: Pixels, colour: _Floats, lossy: bool) -> Pixels:
    """Where a colour is exact, or in a lossy mask within the tolerance over a square; 255 there, else 0."""
    exact = np.asarray(cv2.inRange(rgb, colour, colour), np.uint8)
    if not lossy:
        return exact
    return exact | np.asarray(cv2.morphologyEx(_where_near(rgb, colour), cv2.MORPH_OPEN, _SOLID), np.uint8)


def _where_near(rgb: Pixels, colour: _Floats) -> Pixels:
    """Where a colour is within the tolerance, 255 there, else 0."""
    low, high = np.clip(colour - TOLERANCE, 0, 255), np.clip(colour + TOLERANCE, 0, 255)
    return np.asarray(cv2.inRange(rgb, low, high), np.uint8)


def _drop_coincidences(rgb: Pixels, palette: _Floats, solid: list[Pixels], present: list[int]) -> None:
    """Removes single pixels that have a colour only because two others blend to it; changes `solid`."""
    if len(present) < 3:
        return
    labelled = np.bitwise_or.reduce([solid[index] for index in present])
    beside_unknown = np.asarray(cv2.dilate(255 - labelled, _SOLID), np.uint8)
    distances = {index: _distance(solid[index]) for index in present}
    for index in present:
        blocks = np.asarray(cv2.morphologyEx(solid[index], cv2.MORPH_OPEN, _PAIR), np.uint8)
        single = solid[index] & ~blocks & beside_unknown
        at = np.nonzero(single)
        if not len(at[0]):
            continue
        others = [other for other in present if other != index]
        around = np.stack([distances[other][at] for other in others])
        colours = rgb[at].astype(np.float32)
        blend = np.zeros(len(colours), bool)
        for a, b in combinations(range(len(others)), 2):
            ends = palette[others[a]], palette[others[b]]
            residual, _ = _between(colours, *ends)
            between = np.min([np.linalg.norm(colours - end, axis=1) for end in ends], axis=0) > _AT_AN_END
            blend |= between & (residual <= TOLERANCE) & (around[a] <= REACH) & (around[b] <= REACH)
        solid[index][at[0][blend], at[1][blend]] = 0


def _distance(solid: Pixels) -> _Floats:
    """How many pixels away the nearest one is that is not 0, float32 (h, w)."""
    return np.asarray(cv2.distanceTransform(255 - solid, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


def _best_end(
    colours: _Floats, palette: _Floats, distances: _Floats, allowed: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], _Floats]:
    """For each of N colours the nearer end of the pair that it lies between, and how far from their line it is.

    Args:
        colours: (N, 3).
        palette: (K, 3).
        distances: (K, N), in pixels.
        allowed: (K, N), which of them count; where none does, the distance is infinite.
    """
    smallest = np.full(len(colours), np.inf, np.float32)
    cheapest = np.full(len(colours), np.inf, np.float32)
    best = np.zeros(len(colours), np.intp)
    for a, b in combinations_with_replacement(range(len(palette)), 2):
        possible = np.flatnonzero(allowed[a] & allowed[b])
        if not len(possible):
            continue
        residual, along = _between(colours[possible], palette[a], palette[b])
        cost = residual + _LEVELS_A_PIXEL * (distances[a, possible] + distances[b, possible])
        cheaper = cost < cheapest[possible]
        kept = possible[cheaper]
        cheapest[kept], smallest[kept] = cost[cheaper], residual[cheaper]
        nearer_b = (along > 0.5) | ((along == 0.5) & (distances[b, possible] < distances[a, possible]))
        best[kept] = np.where(nearer_b[cheaper], b, a)
    return best, smallest


def _between(colours: _Floats, a: _Floats, b: _Floats) -> tuple[_Floats, _Floats]:
    """How far (N, 3) colours are from the line `a` to `b`, and where its nearest point is (0 at `a`, 1 at `b`)."""
    line = b - a
    length = float(line @ line)
    along = np.clip((colours - a) @ line / length, 0, 1) if length else np.zeros(len(colours), np.float32)
    residual = np.linalg.norm(colours - a - along[:, None] * line, axis=1)
    return residual.astype(np.float32), along.astype(np.float32)


def _nearest_in_rgb(colours: Pixels, palette: _Floats) -> NDArray[np.uint16]:
    """The nearest colour to each of (N, 3), of two equally near the first."""
    channels = [colours[:, channel].astype(np.int32) for channel in range(3)]
    shortest = np.full(len(colours), np.iinfo(np.int32).max, np.int32)
    best = np.zeros(len(colours), np.uint16)
    for index, colour in enumerate(palette.astype(int)):
        distance = sum((channel - value) ** 2 for channel, value in zip(channels, colour, strict=True))
        nearer = distance < shortest
        np.copyto(shortest, distance, where=nearer)
        np.copyto(best, np.uint16(index), where=nearer)
    return best
