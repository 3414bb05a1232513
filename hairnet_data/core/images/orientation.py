"""The EXIF orientation: how a camera was held, and turning its picture upright."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.picture_file import Picture, decoding, open_header, picture_bytes

_TAG = 0x0112
# Where Pillow finds it: in EXIF, in XMP, and in the text of a PNG, as ImageMagick 6 writes it.
_METADATA = ("exif", "xmp", "Raw profile type exif", "XML:com.adobe.xmp")
UPRIGHT = 1
"""The orientation of a picture that is not turned."""
_SIDEWAYS = (5, 6, 7, 8)
"""Orientations that exchange width and height."""
_ROWS_REVERSED = (3, 4, 7, 8)
_COLUMNS_REVERSED = (2, 3, 6, 7)
"""Both as seen after the exchange."""


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation of an opened picture, 1 to 8; 1 (upright) where there is none or it cannot be read."""
    if image.format != "TIFF" and not any(key in image.info for key in _METADATA):
        return UPRIGHT  # most pictures; getexif costs as much as the rest of the header
    try:
        orientation = int(image.getexif().get(_TAG, UPRIGHT))
        return orientation if orientation in range(1, 9) else UPRIGHT
    except Exception:  # a photo with broken metadata is still a photo
        return UPRIGHT


def turn_upright(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Carries out an EXIF orientation.

    Args:
        values: (h, w, ...), as the file stores them.
        orientation: 1 to 8.

    Returns:
        (h, w, ...) or (w, h, ...), contiguous; the same array where nothing is to be done.
    """
    if orientation == UPRIGHT:
        return values
    turned = values.swapaxes(0, 1) if orientation in _SIDEWAYS else values
    if orientation in _ROWS_REVERSED:
        turned = turned[::-1]
    if orientation in _COLUMNS_REVERSED:
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)


def read_orientation(picture: Picture) -> int:
    """The EXIF orientation of a picture file, 1 if it has none or cannot be read."""
    try:
        data, where = picture_bytes(picture, None)
        with decoding(where):
            image = open_header(data, where)
            if image.format == "PNG":
                image.load()  # its text may follow its pixels
            return orientation_of(image)
    except PictureError:
        return UPRIGHT


def exchanges_sides(orientation: int) -> bool:
    """Whether an orientation turns by a quarter."""
    return orientation in _SIDEWAYS
