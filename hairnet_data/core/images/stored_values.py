"""Which values a picture file stores, where Pillow returns others: stretched, inverted, or cut to a high byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import PictureError
from hairnet_data.core.images import netpbm

_PNG_BIT_DEPTH = 24  # the byte of a PNG that holds it
_TIFF_BITS_PER_SAMPLE = 258
_TIFF_PHOTOMETRIC = 262
_TIFF_ZERO_IS_WHITE = 0
_JPEG_2000_SIZE = b"\xff\x51"  # the marker of the sizes (ISO/IEC 15444-1, A.5.1)
_JPEG_2000_DEPTH = 40  # from there, in bytes, to the bits of the first channel, less one
ONLY_8_BITS = ("AVIF", "HEIF", "JPEG2000")
"""Formats that are decoded to 8 bits whatever they hold."""
_AV1_CONFIGURATION = b"av1C"  # the box of an AVIF; the third byte of its content has the flag
_AV1_HIGH_BIT_DEPTH = 0x40


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The values a file stores in a channel, and what Pillow makes of them.

    Attributes:
        largest: the largest one that it can store.
        scaled_to: what Pillow makes of the largest: 1, 255, 65535, or `largest` where it leaves values alone.
        zero_is_white: whether Pillow inverts them, since the file's 0 is white.
        unscaled_by_opencv: whether Pillow loses values, or may, and OpenCV returns them as they are.
    """

    largest: int
    scaled_to: int
    zero_is_white: bool = False
    unscaled_by_opencv: bool = False

    def shown_greys(self) -> Pixels | None:
        """The colour in which each value is shown, uint8 (largest + 1, 3); None for more than 8 bits."""
        if self.largest > 255:
            return None
        greys = np.rint(np.arange(self.largest + 1) * (255 / self.largest)).astype(np.uint8)
        return np.repeat((greys[::-1] if self.zero_is_white else greys)[:, None], 3, axis=1)


def value_range(image: Image.Image, data: bytes) -> ValueRange:
    """Which values a file stores, by its header.

    Args:
        image: opened; it may be decoded or not.
        data: its file.
    """
    if netpbm.is_bitmap(data):
        return ValueRange(1, 1, zero_is_white=True)
    largest = netpbm.largest_value(data)
    if largest is not None:
        return _netpbm_range(image, largest, text=data.startswith((b"P2", b"P3")))
    bits, zero_is_white = _bits(image, data), False
    if image.format in ONLY_8_BITS:
        return ValueRange((1 << bits) - 1, 255)
    if image.format == "TIFF" and image.mode in ("1", "L"):
        zero_is_white = _tiff_tag(image, _TIFF_PHOTOMETRIC) == _TIFF_ZERO_IS_WHITE
    if image.mode == "1":
        return ValueRange(1, 1, zero_is_white)
    if image.mode == "L":
        return ValueRange((1 << bits) - 1, 255, zero_is_white)
    if image.mode.startswith("I"):
        return ValueRange(65535, 65535)
    if bits > 8:
        return ValueRange(65535, 255, unscaled_by_opencv=True)
    return ValueRange(255, 255)


def _netpbm_range(image: Image.Image, largest: int, text: bool) -> ValueRange:
    """As `value_range`.

    Pillow clips what a binary file holds above its largest value; OpenCV stretches the values of a text.
    """
    in_pillow = text and (largest <= 255 or image.mode.startswith("I"))
    scaled_to = 65535 if largest > 255 else 255
    return ValueRange(largest, scaled_to, unscaled_by_opencv=not in_pillow and largest != 255)


def _bits(image: Image.Image, data: bytes) -> int:
    """Bits of a channel, as the header says."""
    if image.format == "PNG":
        return data[_PNG_BIT_DEPTH]
    if image.format == "TIFF":
        return _tiff_tag(image, _TIFF_BITS_PER_SAMPLE) or 1
    if image.format == "AVIF":
        box = data.find(_AV1_CONFIGURATION) + len(_AV1_CONFIGURATION) + 2
        return 16 if box < len(data) and data[box] & _AV1_HIGH_BIT_DEPTH else 8
    if image.format == "HEIF":
        return int(image.info.get("bit_depth", 8))
    if image.format == "JPEG2000":
        depth = data.find(_JPEG_2000_SIZE) + _JPEG_2000_DEPTH
        return (data[depth] & 0x7F) + 1 if depth < len(data) else 8
    return 8


def is_zero_white_tiff(image: Image.Image) -> bool:
    """Whether a TIFF's grey values are stored inverted."""
    return image.format == "TIFF" and _tiff_tag(image, _TIFF_PHOTOMETRIC) == _TIFF_ZERO_IS_WHITE


def _tiff_tag(image: Image.Image, tag: int) -> int | None:
    """The first value of a TIFF's tag."""
    value = image.tag_v2.get(tag)  # type: ignore[attr-defined]
    return int(value[0] if isinstance(value, tuple) else value) if value is not None else None


def decode_unscaled(data: bytes, where: str) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Decodes a picture of more or fewer than 8 bits a channel to the values that it stores.

    Args:
        data: a file that Pillow has decoded without an error.
        where: what errors call it.

    Returns:
        uint8 or uint16 (h, w) or (h, w, 3) RGB, and its alpha (h, w) if it has any.

    Raises:
        PictureError: OpenCV cannot read it.
    """
    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype not in (np.uint8, np.uint16):
        raise PictureError(where, "has 16 bits a channel in a form that cannot be read", "save it with 8 bits")
    if values.ndim == 2:
        return values, None
    alpha = values[:, :, 3] if values.shape[2] == 4 else None
    return np.ascontiguousarray(values[:, :, 2::-1]), alpha
