"""The EXIF orientation: how a camera was held, and turning its picture upright."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.picture_file import Picture, decoding, open_header, picture_bytes

_TAG = 0x0112
_UPRIGHT = 1
_SIDEWAYS = (5, 6, 7, 8)
"""Orientations that exchange width and height."""
_ROWS_REVERSED = (3, 4, 7, 8)
_COLUMNS_REVERSED = (2, 3, 6, 7)
"""Both as seen after the exchange."""


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation of an opened picture, 1 (upright) where there is none or it cannot be read."""
    if "exif" not in image.info and "xmp" not in image.info and image.format != "TIFF":
        return _UPRIGHT  # most pictures; getexif costs as much as the rest of the header
    try:
        return int(image.getexif().get(_TAG, _UPRIGHT))
    except Exception:  # a photo with broken metadata is still a photo
        return _UPRIGHT


def turn_upright(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Carries out an EXIF orientation.

    Args:
        values: (h, w, ...), as the file stores them.
        orientation: 1 to 8; any other number is taken for 1.

    Returns:
        (h, w, ...) or (w, h, ...), contiguous; the same array where nothing is to be done.
    """
    if orientation == _UPRIGHT or not 1 <= orientation <= 8:
        return values
    turned = values.swapaxes(0, 1) if orientation in _SIDEWAYS else values
    if orientation in _ROWS_REVERSED:
        turned = turned[::-1]
    if orientation in _COLUMNS_REVERSED:
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)


def is_turned(picture: Picture) -> bool:
    """Whether the EXIF orientation turns a picture by a quarter, for words in errors; False if in doubt."""
    try:
        data, where = picture_bytes(picture, None)
        with decoding(where):
            return orientation_of(open_header(data, where)) in _SIDEWAYS
    except PictureError:
        return False
