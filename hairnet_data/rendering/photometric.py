"""Changes of colour: brightness, contrast, cast, blur, noise, JPEG, grey. The mask is never touched.

All of it is done with look-up tables and 8-bit operations that give the same bytes on every machine
with the same library versions.
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
        change: what to do.

    Returns:
        uint8 (S, S, 3) RGB; the same array where nothing is to be done.
    """
    if change.grey:
        image = as_pixels(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))
    if change.contrast != 1 or change.brightness != 1 or change.cast != NO_CHANGE.cast:
        image = _look_up(image, change)
    if change.blur:
        sigma = change.blur * len(image) / 224
        image = as_pixels(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101))
    if change.noise:
        image = _add_noise(image, change.noise, change.noise_seed)
    if change.jpeg:
        image = _jpeg_round_trip(image, change.jpeg)
    return image


def _look_up(image: Pixels, change: Photometric) -> Pixels:
    toned = ((np.arange(256.0) - 128) * change.contrast + 128) * change.brightness
    if change.cast == NO_CHANGE.cast:
        return _look_up_each(image, _levels(toned))
    return as_pixels(cv2.LUT(image, _levels(toned[:, None] * np.array(change.cast))[:, None, :]))


def _levels(values: NDArray[np.float64]) -> Pixels:
    return as_pixels(np.minimum(np.maximum(np.rint(values), 0), 255).astype(np.uint8))


def _look_up_each(image: Pixels, table: Pixels) -> Pixels:
    # As one channel: OpenCV looks those up twice as fast.
    return as_pixels(cv2.LUT(image.reshape(len(image), -1), table)).reshape(image.shape)


def _add_noise(image: Pixels, deviation: float, seed: int) -> Pixels:
    tile = tile_at(noise_tile(), seed, *image.shape[:2]).view(np.uint8)
    values = np.rint(np.arange(256, dtype=np.uint8).view(np.int8) * (deviation / 32))
    window = np.ascontiguousarray(tile)
    more, less = _look_up_each(window, _levels(values)), _look_up_each(window, _levels(-values))
    return as_pixels(cv2.subtract(cv2.add(image, more), less))


def _jpeg_round_trip(image: Pixels, quality: int) -> Pixels:
    # Both steps call the channels blue, green, red; the codec does not mind what they are called,
    # but its colour transform does, so they are put in its order.
    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return as_pixels(cv2.cvtColor(as_pixels(cv2.imdecode(data, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB))
