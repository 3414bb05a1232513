"""Brushes of the drawn scenes: noise, colour ramps, warps and the laying of one picture over another.

Random numbers are drawn as integers, resizing and blurring run on integers, and the rest is NumPy
arithmetic element by element, so that the same generator paints the same picture on other machines.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels

Field = NDArray[np.float32]
"""float32 (H, W), mostly from 0 to 1."""

Colour = tuple[int, int, int]
"""RGB, 0 to 255."""


def as_bytes(picture: NDArray[Any]) -> Pixels:
    """The same array under the type that OpenCV's annotations lose."""
    return np.asarray(picture, np.uint8)


def odd(value: float) -> int:
    """The odd integer at or above `value`, at least 1: the sizes blurs accept."""
    return max(1, int(value)) | 1


def noise(rng: np.random.Generator, height: int, width: int, cell: float, cell_x: float = 0.0) -> Field:
    """Smooth noise, float32 (height, width) that fills 0 to 1.

    Args:
        rng: where the random numbers come from.
        height: rows.
        width: columns.
        cell: size of a blotch in pixels (its height where `cell_x` is given).
        cell_x: width of a blotch in pixels; 0 for round ones.
    """
    across = cell_x or cell
    rows = max(2, min(height + 1, int(height / cell) + 2))
    columns = max(2, min(width + 1, int(width / across) + 2))
    grid = rng.integers(0, 65536, (rows, columns), dtype=np.uint16)
    # Straight interpolation leaves creases along the grid lines; a box as wide as a cell irons them.
    size = (width, height)
    coarse = cv2.resize(grid, size, interpolation=cv2.INTER_LINEAR_EXACT)
    smooth = cv2.blur(coarse, (odd(min(across * 0.8, width)), odd(min(cell * 0.8, height))))
    return spread(smooth.astype(np.float32))


def fractal(
    rng: np.random.Generator,
    height: int,
    width: int,
    cell: float,
    octaves: int = 4,
    gain: float = 0.5,
    aspect: float = 1.0,
) -> Field:
    """Noise on several scales, each half as large as the one before; float32 (height, width), 0 to 1.

    Args:
        rng: where the random numbers come from.
        height: rows.
        width: columns.
        cell: size of the largest blotches in pixels.
        octaves: how many scales; those finer than a pixel are left out.
        gain: strength of each scale relative to the one before.
        aspect: width of a blotch over its height.
    """
    total = noise(rng, height, width, cell, cell * aspect)
    strength = 1.0
    for _ in range(octaves - 1):
        cell, strength = cell / 2, strength * gain
        if cell < 1:
            break
        total += noise(rng, height, width, cell, cell * aspect) * np.float32(strength)
    return spread(total)


def spread(field: Field) -> Field:
    """Stretches a field so that it reaches from 0 to 1; an even one becomes 0."""
    low, high = field.min(), field.max()
    stretched: Field = (field - low) * np.float32(1.0 / max(float(high - low), 1e-6))
    return stretched


def wave(phase: Field) -> Field:
    """A smooth wave of period 1 between 0 and 1, without a sine (whose last digit varies by machine)."""
    part = np.abs((phase - np.floor(phase)) * np.float32(2) - np.float32(1))
    smooth: Field = part * part * (np.float32(3) - np.float32(2) * part)
    return smooth


def step(field: Field, low: float, high: float) -> Field:
    """A soft step: 0 below `low`, 1 above `high`; reversed where `low` is above `high`."""
    part = np.clip((field - np.float32(low)) * np.float32(1.0 / (high - low)), 0, 1)
    smooth: Field = part * part * (np.float32(3) - np.float32(2) * part)
    return smooth


def mesh(height: int, width: int) -> tuple[Field, Field]:
    """Row numbers float32 (height, 1) and column numbers float32 (1, width), to be broadcast."""
    return (
        np.arange(height, dtype=np.float32)[:, None],
        np.arange(width, dtype=np.float32)[None, :],
    )


def unit(height: int, width: int) -> tuple[Field, Field]:
    """As `mesh`, in shares of the picture from 0 to 1."""
    rows, columns = mesh(height, width)
    return rows * np.float32(1 / height), columns * np.float32(1 / width)


def slope(height: int, width: int, along_x: float, along_y: float) -> Field:
    """An even rise across the picture, 0 to 1, in the direction (`along_x`, `along_y`)."""
    rows, columns = mesh(height, width)
    return spread(columns * np.float32(along_x / width) + rows * np.float32(along_y / height))


def ramp(field: Field, colours: list[Colour]) -> Pixels:
    """Paints a field: 0 in the first colour, 1 in the last, the others between; uint8 (H, W, 3)."""
    stops = np.linspace(0, 255, len(colours))
    places = np.arange(256)
    table = np.stack([np.interp(places, stops, [c[i] for c in colours]) for i in range(3)], axis=-1)
    levels = (np.clip(field, 0, 1) * np.float32(255)).astype(np.uint8)
    return as_bytes(cv2.LUT(cv2.merge([levels] * 3), table.round().astype(np.uint8)[None]))


def plain(height: int, width: int, colour: Colour) -> Pixels:
    """An evenly coloured picture, uint8 (height, width, 3)."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = colour
    return picture


def lit(picture: Pixels, light: Field) -> Pixels:
    """The picture under a light of 1 where nothing changes; light is (H, W) or broadcasts to it."""
    bright = picture * light[..., None]
    shown: Pixels = np.minimum(bright, np.float32(255), out=bright).astype(np.uint8)
    return shown


def warp(picture: Pixels, right: Field, down: Field) -> Pixels:
    """Fetches every pixel from `right` columns and `down` rows away; what lies outside is mirrored."""
    height, width = picture.shape[:2]
    rows, columns = mesh(height, width)
    xs = np.ascontiguousarray(np.broadcast_to(columns + right, (height, width)), dtype=np.float32)
    ys = np.ascontiguousarray(np.broadcast_to(rows + down, (height, width)), dtype=np.float32)
    return as_bytes(cv2.remap(picture, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101))


def lay(ground: Pixels, layer: Pixels, alpha: Pixels) -> None:
    """Lays `layer` over `ground` in place where `alpha`, uint8 (H, W), says so (255: all of it)."""
    weight = alpha.astype(np.int16)[..., None]
    weight += weight >> 7  # 0..255 to 0..256, so that full cover is exact after the shift
    difference = layer.astype(np.int32) - ground
    ground[:] = (ground + ((difference * weight) >> 8)).astype(np.uint8)


def blurred(picture: Pixels, size: float) -> Pixels:
    """Two box blurs of `size` pixels: near to a Gaussian, and as fast for large sizes as for small."""
    box = odd(size)
    if box < 3:
        return picture
    return as_bytes(cv2.blur(cv2.blur(picture, (box, box)), (box, box)))
