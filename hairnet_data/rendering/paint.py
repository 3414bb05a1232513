"""Texture tiles and paints: what a seed in a recipe expands to. Fixed tiles, so nothing is drawn here per example."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.geometry import warp
from hairnet_data.recipes.recipe import Crop, Paint

TILE = 512
"""Side of a texture tile in pixels. Fresh noise would cost 1.5 ms an example; a window of a tile costs nothing."""

Backgrounds = Callable[[str], Pixels]
"""Gives the background behind an asset, uint8 (H, W, 3) RGB, after `shrink_background`."""


@functools.cache
def noise_tile() -> NDArray[np.int8]:
    """Standard normal noise times 32, rounded and cut to -127..127: int8 (TILE, TILE, 3)."""
    # The sum of eight bytes: normal to within a percent where it matters, and exact on any machine.
    total = np.zeros(TILE * TILE * 3, np.int16)
    for each in _bytes(1, 8 * len(total)).reshape(8, -1):
        total += each
    # Its mean is 8 * 127.5, its variance 8 * (256^2 - 1) / 12, its standard deviation 209.02.
    tile: NDArray[np.int8] = np.clip(np.rint((total - 1020) * (32 / 209.02)), -127, 127).astype(np.int8)
    return tile.reshape(TILE, TILE, 3)


@functools.cache
def blotch_tile() -> Pixels:
    """Soft blotches at several sizes, all grey levels used: uint8 (TILE, TILE)."""
    fine = _bytes(2, TILE * TILE).reshape(TILE, TILE)
    total = np.zeros((TILE, TILE), np.int32)
    for width, weight in ((5, 1), (15, 3), (61, 12)):
        soft = cv2.blur(cv2.blur(fine, (width, width)), (width, width)).astype(np.int32) - 127
        total += soft * weight * width // 4
    low, high = int(total.min()), int(total.max())
    return as_pixels(((total - low) * 255 // (high - low)).astype(np.uint8))


def _bytes(key: int, count: int) -> Pixels:
    words = np.random.Philox(key=np.array([20190000, key], np.uint64)).random_raw(count // 8)
    return as_pixels(words.view(np.uint8))


def tile_at(tile: NDArray[np.generic], seed: int, height: int, width: int) -> NDArray[np.generic]:
    """A window of a tile, placed by the seed; a window larger than the tile repeats it."""
    if height > TILE or width > TILE:
        tile = np.tile(tile, (-(-height // TILE), -(-width // TILE), 1)[: tile.ndim])
    top, left = (seed >> 8) * (len(tile) - height) // 255, (seed & 255) * (tile.shape[1] - width) // 255
    return tile[top : top + height, left : left + width]


def paint_box(paint: Paint, box: tuple[int, int, int, int], size: int, backgrounds: Backgrounds) -> Pixels:
    """Paints a box of the frame.

    Args:
        paint: what with.
        box: (left, top, right, bottom) in pixels of the output.
        size: side of the square output.
        backgrounds: gives the background behind an asset.

    Returns:
        uint8 (bottom - top, right - left, 3) RGB.
    """
    left, top, right, bottom = box
    if paint.kind == "colour":
        row = np.array(paint.colours[0] * (right - left), np.uint8)
        return np.tile(row, (bottom - top, 1)).reshape(bottom - top, right - left, 3)
    if paint.kind == "background":
        assert paint.crop is not None
        side = max(right - left, bottom - top)
        return take_crop(paint.crop, backgrounds(paint.crop.asset), side)[: bottom - top, : right - left]
    ramp = np.linspace(0, 1, 256)[:, None]
    first, second = np.array(paint.colours, np.float64)
    table = np.rint(first + (second - first) * ramp).astype(np.uint8)
    pattern = _pattern(paint, box, size)
    return as_pixels(cv2.LUT(cv2.merge([pattern, pattern, pattern]), table[:, None, :]))


def shrink_background(background: Pixels, size: int) -> Pixels:
    """Halves a background while its shorter side stays at least `size`: all the detail a crop can show.

    Every background goes through here before it is used, so that it can be kept in memory small.
    """
    times = 0
    while min(background.shape[:2]) >> (times + 1) >= size:
        times += 1
    return warp.halve(background, times)


def take_crop(crop: Crop, background: Pixels, size: int) -> Pixels:
    """Cuts a square crop out of a background and fits it to `size` pixels: uint8 (size, size, 3), writable."""
    height, width = background.shape[:2]
    shorter = min(width, height)
    span = max(1, round(crop.side * shorter)) if crop.side else min(size, shorter)
    level = min(warp.level_for(span / size), span.bit_length() - 1)  # a side of one pixel is left at least
    span -= span % (1 << level)  # so that it halves without a rest, which is much faster
    left, top = round(crop.x * (width - span)), round(crop.y * (height - span))
    piece = background[top : top + span, left : left + span]
    if level:
        piece = as_pixels(cv2.resize(piece, (span >> level, span >> level), interpolation=cv2.INTER_AREA))
    # The bit-exact kind of bilinear interpolation, three times as fast as warping.
    if len(piece) != size:
        piece = as_pixels(cv2.resize(piece, (size, size), interpolation=cv2.INTER_LINEAR_EXACT))
    return as_pixels(cv2.flip(piece, 1)) if crop.mirror else piece.copy()


def _pattern(paint: Paint, box: tuple[int, int, int, int], size: int) -> Pixels:
    left, top, right, bottom = box
    height, width = bottom - top, right - left
    if paint.pattern == "blotches":
        window = tile_at(blotch_tile(), paint.seed, height, width)
        return as_pixels(np.ascontiguousarray(window))
    # Integer phases: 65536 is one period, so that no machine rounds another way.
    turn = 65536 / max(1.0, paint.period * size)
    cos, sin = math.cos(math.radians(paint.angle)), math.sin(math.radians(paint.angle))
    across = np.rint(np.arange(left, right) * turn * cos).astype(np.int32)
    down = np.rint(np.arange(top, bottom) * turn * sin).astype(np.int32)
    phase = down[:, None] + across[None, :] + paint.seed
    if paint.pattern == "shade":  # a soft change over one period, there and back
        wave = (phase >> 7) & 511
        return as_pixels(np.minimum(wave, 511 - wave).astype(np.uint8))
    bands = (phase >> 15) & 1
    if paint.pattern == "checks":
        cross = np.rint(np.arange(top, bottom) * turn * cos).astype(np.int32)[:, None]
        cross = cross - np.rint(np.arange(left, right) * turn * sin).astype(np.int32)[None, :]
        bands ^= (cross >> 15) & 1
    return as_pixels((bands * 255).astype(np.uint8))
