"""Changes of colour: grey, contrast, brightness, cast, blur, noise, JPEG. They never change the mask.

They are look-up tables and 8-bit operations, which give the same bytes on every machine with the same library
versions.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.recipes.recipe import NO_CHANGE, Photometric
from hairnet_data.rendering.paint import noise_tile, tile_at


def change_colours(image: Pixels, change: Photometric) -> Pixels:
    """Applies the colour changes of a recipe.

    Args:
        image: uint8 (S, S, 3) RGB; not changed.
        change: the changes; they are made in the order of its fields.

    Returns:
        uint8 (S, S, 3) RGB; the same array if there is nothing to change.
    """
    if change.grey:
        image = as_pixels(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))
    if change.contrast != 1 or change.brightness != 1 or change.cast != NO_CHANGE.cast:
        image = _change_tones(image, change)
    if change.blur:
        sigma = change.blur * len(image) / 224
        image = as_pixels(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101))
    if change.noise:
        image = _add_noise(image, change.noise, change.noise_seed)
    if change.jpeg:
        image = _jpeg_round_trip(image, change.jpeg)
    return image


def _change_tones(image: Pixels, change: Photometric) -> Pixels:
    """Contrast, brightness and cast, by one look-up table: (256,) for all channels, (256, 1, 3) where they differ."""
    levels = ((np.arange(256.0) - 128) * change.contrast + 128) * change.brightness
    if change.cast == NO_CHANGE.cast:
        return _look_up(image, _to_bytes(levels))
    return as_pixels(cv2.LUT(image, _to_bytes(levels[:, None] * np.array(change.cast))[:, None, :]))


def _to_bytes(values: NDArray[np.float64]) -> Pixels:
    """Rounds to 0..255."""
    return as_pixels(np.minimum(np.maximum(np.rint(values), 0), 255).astype(np.uint8))


def _look_up(image: Pixels, table: Pixels) -> Pixels:
    """Looks up all channels in one table of 256 values."""
    # As one channel, because OpenCV looks those up twice as fast.
    return as_pixels(cv2.LUT(image.reshape(len(image), -1), table)).reshape(image.shape)


def _add_noise(image: Pixels, deviation: float, seed: int) -> Pixels:
    window = np.ascontiguousarray(tile_at(noise_tile(), seed, *image.shape[:2]).view(np.uint8))
    # The tile's signed bytes, read as unsigned ones, are indices into tables of what to add and what to subtract.
    levels = np.rint(np.arange(256, dtype=np.uint8).view(np.int8) * (deviation / 32))
    added, subtracted = _look_up(window, _to_bytes(levels)), _look_up(window, _to_bytes(-levels))
    return as_pixels(cv2.subtract(cv2.add(image, added), subtracted))


def _jpeg_round_trip(image: Pixels, quality: int) -> Pixels:
    # OpenCV's codec takes and gives blue, green, red; in another order its colour transform would lose other colours.
    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return as_pixels(cv2.cvtColor(as_pixels(cv2.imdecode(data, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB))
