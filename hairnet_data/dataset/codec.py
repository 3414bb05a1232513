"""Pictures and masks of examples as bytes, and back. The same pixels, the same bytes."""

from __future__ import annotations

import functools
import io
from typing import Any

import cv2
import numpy as np
from PIL import Image

from hairnet_data.core.arrays import Pixels

IMAGE_FORMATS = ("jpeg", "png")

JPEG_QUALITY = 95

MAX_SIDE = 8192
"""Pixels a side of the largest picture that is decoded."""

_JPEG = [
    *(cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY),
    # Colour at full resolution: a class edge is often a colour edge.
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
]
_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 3]
# Runs of one class: without prediction and with run lengths alone a mask takes half the bytes in a sixth of the time.
_MASK_PNG = [
    *(cv2.IMWRITE_PNG_COMPRESSION, 3),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE),
]


def encode_image(image: Pixels, image_format: str) -> bytes:
    """Encodes uint8 (H, W, 3) RGB as "jpeg" (quality 95, 4:4:4) or "png"."""
    swapped = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    if image_format == "jpeg":
        return _encoded(".jpg", swapped, _JPEG)
    return _encoded(".png", swapped, _PNG)


def encode_mask(mask: Pixels) -> bytes:
    """Encodes uint8 (H, W) of class ids as a PNG in mode L: never a palette, whose entries TensorFlow turns to grey."""
    if not mask.max():  # every negative's
        return _empty_mask(*mask.shape)
    return _encoded(".png", mask, _MASK_PNG)


@functools.lru_cache(maxsize=8)
def _empty_mask(height: int, width: int) -> bytes:
    return _encoded(".png", np.zeros((height, width), np.uint8), _MASK_PNG)


def _encoded(ending: str, picture: Any, options: list[int]) -> bytes:
    done, data = cv2.imencode(ending, picture, options)
    assert done
    return bytes(data)


def decode_image(data: bytes) -> Pixels:
    """Decodes what `encode_image` made: uint8 (H, W, 3) RGB. Raises ValueError for what is no picture."""
    return np.asarray(cv2.cvtColor(_decoded(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)


def decode_mask(data: bytes) -> Pixels:
    """Decodes what `encode_mask` made: uint8 (H, W). Raises ValueError for what is no picture in mode L."""
    mask = _decoded(data, cv2.IMREAD_UNCHANGED)
    if mask.ndim != 2 or mask.dtype != np.uint8:
        raise ValueError("the mask is no 8-bit grey picture")
    return mask


def _decoded(data: bytes, flags: int) -> Pixels:
    try:
        # OpenCV knows many more formats, and gives a picture of any size the memory it says it needs.
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as header:
            size = header.size
    except Exception as fault:  # Pillow raises whatever it likes on hostile bytes
        raise ValueError("it does not decode") from fault
    if max(size) > MAX_SIDE:
        raise ValueError(f"it is {size[0]} x {size[1]} pixels, more than {MAX_SIDE} a side")
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as fault:
        raise ValueError("it does not decode") from fault
    if picture is None:
        raise ValueError("it does not decode")
    return np.asarray(picture)
