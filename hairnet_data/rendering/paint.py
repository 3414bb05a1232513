"""Paints: colours, textures and crops of backgrounds.

The random textures are two fixed tiles; a seed in the recipe says which window of a tile an example shows.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.geometry import warp
from hairnet_data.geometry.warp import Box
from hairnet_data.recipes.paints import Crop, Paint

TILE = 512
"""Side of a texture tile in pixels. New noise for each example would cost 1.5 ms; a window of a tile costs nothing."""

_RAMP = np.linspace(0, 1, 256)[:, None]

Backgrounds = Callable[[str], Pixels]
"""Gives the background behind an asset, uint8 (H, W, 3) RGB, after `shrink_background`."""


@functools.cache
def noise_tile() -> NDArray[np.int8]:
    """Standard normal noise times 32, rounded and clipped to -127..127: int8 (TILE, TILE, 3)."""
    # The sum of eight bytes: normal to within a percent where it matters, and exact on any machine.
    total = np.zeros(TILE * TILE * 3, np.int16)
    for addend in _random_bytes(1, 8 * len(total)).reshape(8, -1):
        total += addend
    # Its mean is 8 * 127.5, its variance 8 * (256^2 - 1) / 12, its standard deviation 209.02.
    tile: NDArray[np.int8] = np.clip(np.rint((total - 1020) * (32 / 209.02)), -127, 127).astype(np.int8)
    return tile.reshape(TILE, TILE, 3)


@functools.cache
def blotch_tile() -> Pixels:
    """Soft blotches at several sizes, all grey levels used: uint8 (TILE, TILE)."""
    fine = _random_bytes(2, TILE * TILE).reshape(TILE, TILE)
    total = np.zeros((TILE, TILE), np.int32)
    for width, weight in ((5, 1), (15, 3), (61, 12)):
        blurred = cv2.blur(cv2.blur(fine, (width, width)), (width, width)).astype(np.int32) - 127
        total += blurred * weight * width // 4
    low, high = int(total.min()), int(total.max())
    return as_pixels(((total - low) * 255 // (high - low)).astype(np.uint8))


def _random_bytes(key: int, count: int) -> Pixels:
    """The same uint8 (count,) for the same key, on any machine."""
    words = np.random.Philox(key=np.array([20190000, key], np.uint64)).random_raw(count // 8)
    return as_pixels(words.view(np.uint8))


def tile_at(tile: NDArray[np.generic], seed: int, height: int, width: int) -> NDArray[np.generic]:
    """A window of a tile.

    Args:
        tile: (TILE, TILE) or (TILE, TILE, C).
        seed: 0..65535; its high byte says how far down the window lies, its low byte how far to the right.
        height: of the window, in pixels; beyond `TILE` the tile is repeated.
        width: of the window.

    Returns:
        A view of the tile, (height, width) or (height, width, C).
    """
    if height > TILE or width > TILE:
        tile = np.tile(tile, (-(-height // TILE), -(-width // TILE), 1)[: tile.ndim])
    top, left = (seed >> 8) * (len(tile) - height) // 255, (seed & 255) * (tile.shape[1] - width) // 255
    return tile[top : top + height, left : left + width]


def paint_box(paint: Paint, box: Box, size: int, backgrounds: Backgrounds) -> Pixels:
    """Paints a rectangle of the frame.

    Args:
        paint: what to paint it with.
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
    first, second = np.array(paint.colours, np.float64)
    table = np.rint(first + (second - first) * _RAMP).astype(np.uint8)
    return as_pixels(cv2.applyColorMap(_pattern(paint, box, size), table[:, None, :]))


def shrink_background(background: Pixels, size: int) -> Pixels:
    """Halves a background while its shorter side stays at least `size`: all the detail that a crop can show.

    It is applied to every background before it is used, so that less memory is needed to keep it.

    Args:
        background: uint8 (H, W, 3) RGB.
        size: side of the output, in pixels.
    """
    times = 0
    while min(background.shape[:2]) >> (times + 1) >= size:
        times += 1
    return warp.halve(background, times)


def take_crop(crop: Crop, background: Pixels, size: int) -> Pixels:
    """Cuts a square out of a background and resizes it to `size` pixels: a new array, uint8 (size, size, 3)."""
    height, width = background.shape[:2]
    shorter = min(width, height)
    side = max(1, round(crop.side * shorter)) if crop.side else min(size, shorter)
    level = min(warp.level_for(side / size), side.bit_length() - 1)  # at least one pixel is left
    side -= side % (1 << level)  # without a remainder, halving is much faster
    left, top = round(crop.x * (width - side)), round(crop.y * (height - side))
    square = background[top : top + side, left : left + side]
    if level:
        square = as_pixels(cv2.resize(square, (side >> level, side >> level), interpolation=cv2.INTER_AREA))
    # The bit-exact kind of bilinear interpolation, three times as fast as warping.
    if len(square) != size:
        square = as_pixels(cv2.resize(square, (size, size), interpolation=cv2.INTER_LINEAR_EXACT))
    if crop.mirror:
        return as_pixels(cv2.flip(square, 1))
    return square.copy() if square.base is not None else square


def _pattern(paint: Paint, box: Box, size: int) -> Pixels:
    """The pattern in a box of the frame, uint8: 0 shows the first colour, 255 the second, the rest a mixture."""
    left, top, right, bottom = box
    height, width = bottom - top, right - left
    if paint.pattern == "blotches":
        window = tile_at(blotch_tile(), paint.seed, height, width)
        return as_pixels(np.ascontiguousarray(window))
    # The phase in 65536ths of a period: integers, so that every machine rounds alike.
    per_pixel = 65536 / max(1.0, paint.period * size)
    cos, sin = math.cos(math.radians(paint.angle)), math.sin(math.radians(paint.angle))
    columns, rows = np.arange(left, right), np.arange(top, bottom)
    phase = _rounded(rows * per_pixel * sin)[:, None] + _rounded(columns * per_pixel * cos)[None, :] + paint.seed
    if paint.pattern == "shade":  # from the first colour to the second and back, over one period
        wave = (phase >> 7) & 511
        return as_pixels(np.minimum(wave, 511 - wave).astype(np.uint8))
    bands = (phase >> 15) & 1
    if paint.pattern == "checks":  # stripes, and the same at right angles to them
        phase = _rounded(rows * per_pixel * cos)[:, None] - _rounded(columns * per_pixel * sin)[None, :]
        bands ^= (phase >> 15) & 1
    return as_pixels((bands * 255).astype(np.uint8))


def _rounded(values: NDArray[np.floating[Any]]) -> NDArray[np.int32]:
    rounded: NDArray[np.int32] = np.rint(values).astype(np.int32)
    return rounded
