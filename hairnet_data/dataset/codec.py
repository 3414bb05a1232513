"""Encodes and decodes the images and masks of examples. The same pixels give the same bytes."""

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

MOST_PIXELS_A_BYTE = 1_100
"""No JPEG or PNG of 8 bits a channel is smaller: deflate shrinks to 1/1032 at most, and 64 pixels take a JPEG two bits
or more. A JPEG decoder fills in what is missing: a second for a spoiled header of 8,000 x 8,000."""

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_JPEG = [
    *(cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY),
    # Colour at half the resolution, as cameras and most collections of photographs store it: a third less time, a sixth
    # less space. Scores of the shipped network differ by 0.1 at most from those at full resolution.
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420),
]
_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 3]
# Masks are runs of one class: without filters, and with run lengths only, one takes half the bytes in a sixth of the
# time.
_MASK_PNG = [
    *(cv2.IMWRITE_PNG_COMPRESSION, 3),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE),
]


def encode_image(image: Pixels, image_format: str) -> bytes:
    """Encodes uint8 (H, W, 3) RGB as "jpeg" (quality 95, 4:2:0) or "png"."""
    swapped = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    if image_format == "jpeg":
        return _encode(".jpg", swapped, _JPEG)
    return _encode(".png", swapped, _PNG)


def encode_mask(mask: Pixels) -> bytes:
    """Encodes uint8 (H, W) of class ids as a PNG in mode L: never a palette, whose entries TensorFlow turns to grey."""
    if not mask.max():  # all background, as every negative's mask
        return _empty_mask(*mask.shape)
    return _encode(".png", mask, _MASK_PNG)


@functools.lru_cache(maxsize=8)
def _empty_mask(height: int, width: int) -> bytes:
    return _encode(".png", np.zeros((height, width), np.uint8), _MASK_PNG)


def _encode(extension: str, pixels: Any, options: list[int]) -> bytes:
    success, data = cv2.imencode(extension, pixels, options)
    assert success
    return bytes(data)


def encode_matte(alpha: Pixels) -> bytes:
    """Encodes uint8 (H, W), the share of hair in 255ths, as a PNG in mode L."""
    return encode_mask(alpha)  # most of it is all hair or none: likewise smaller and faster than with filters


def decode_matte(data: bytes) -> Pixels:
    """Decodes what `encode_matte` made: uint8 (H, W). Raises ValueError for what is no picture in mode L."""
    alpha = _decode(data, cv2.IMREAD_UNCHANGED)
    if alpha.ndim != 2 or alpha.dtype != np.uint8:
        raise ValueError("the matte is no 8-bit grey picture")
    return alpha


def decode_image(data: bytes) -> Pixels:
    """Decodes what `encode_image` made: uint8 (H, W, 3) RGB. Raises ValueError for what is no picture."""
    return np.asarray(cv2.cvtColor(_decode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)


def decode_mask(data: bytes) -> Pixels:
    """Decodes what `encode_mask` made: uint8 (H, W). Raises ValueError for what is no picture in mode L."""
    mask = _decode(data, cv2.IMREAD_UNCHANGED)
    if mask.ndim != 2 or mask.dtype != np.uint8:
        raise ValueError("the mask is no 8-bit grey picture")
    return mask


def _chunks_fit(data: bytes) -> bool:
    """Whether every chunk of a PNG ends within it.

    OpenCV clears memory of the length that a chunk claims, up to 4 GB, before it sees that the bytes are not there.
    """
    at = len(_PNG_SIGNATURE)
    while at + 8 <= len(data):
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return at <= len(data)


def _decode(data: bytes, flags: int) -> Pixels:
    try:
        # Format and size are checked first: OpenCV reads many more formats, and allocates memory for whatever size the
        # header says.
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as header:
            size = header.size
    except Exception as error:  # Pillow raises exceptions of many kinds for hostile bytes
        raise ValueError("it does not decode") from error
    if max(size) > MAX_SIDE:
        raise ValueError(f"it is {size[0]} x {size[1]} pixels, more than {MAX_SIDE} a side")
    if size[0] * size[1] > MOST_PIXELS_A_BYTE * len(data):
        raise ValueError(f"it is cut short: {len(data)} bytes cannot hold {size[0]} x {size[1]} pixels")
    if data.startswith(_PNG_SIGNATURE) and not _chunks_fit(data):
        raise ValueError("it is cut short: a chunk of the PNG ends beyond it")
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise ValueError("it does not decode") from error
    if picture is None:
        raise ValueError("it does not decode")
    return np.asarray(picture)
