"""Reads a label picture, its values and colours untouched, or says in one line why not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.errors import PictureError
from hairnet_data.core.images import netpbm
from hairnet_data.core.images.bands import image_bands, row_bands
from hairnet_data.core.images.label_image import MaskPicture
from hairnet_data.core.images.orientation import orientation_of, turn_upright
from hairnet_data.core.images.picture_file import Picture, decoding, open_header, picture_bytes
from hairnet_data.core.images.stored_values import ONLY_8_BITS, ValueRange, decode_unscaled, value_range
from hairnet_data.core.images.transparency import count_transparent, uncovered


def read_mask(picture: Picture, name: str | None = None) -> MaskPicture:
    """Decodes a label picture, its values and colours untouched.

    Indices are the values that the file stores, colours those that it shows: in a bilevel picture whose 0 is white
    (PBM, fax TIFF), the index 1 is shown in black. A mask with an EXIF orientation is turned as a photo is. Opaque
    alpha is dropped.

    Args:
        picture: path or bytes of the file.
        name: what errors call it; the path unless given.

    Raises:
        PictureError: it cannot be read, is partly transparent, has colours of more than 8 bits a channel, or holds no
            labels (CMYK, floating point, an animation); no other exception leaves this function.
    """
    data, where = picture_bytes(picture, name)
    rgb = netpbm.read_8_bit_colour(data)
    if rgb is not None:
        return MaskPicture(None, None, rgb)
    with decoding(where):
        image = open_header(data, where)
        if uncovered(image):
            raise PictureError(where, "has pixels that no picture in it covers", "save it again")
        stored = value_range(image, data)
        image.load()  # raises where the pixels end early; turns a TIFF upright, as OpenCV does
        return _upright(_labels(image, data, stored, where), orientation_of(image))


def _upright(mask: MaskPicture, orientation: int) -> MaskPicture:
    if mask.rgb is not None:
        return MaskPicture(None, None, as_pixels(turn_upright(mask.rgb, orientation)))
    assert mask.indices is not None
    return MaskPicture(turn_upright(mask.indices, orientation), mask.palette, None)


def _labels(image: Image.Image, data: bytes, stored: ValueRange, where: str) -> MaskPicture:
    """The indices or colours of a decoded picture.

    Args:
        image: decoded.
        data: its file.
        stored: which values the file can store.
        where: what errors call it.

    Raises:
        PictureError: it is partly transparent or of a kind that holds no labels.
    """
    if image.mode not in ("1", "L", "P", "RGB", "LA", "PA", "RGBA") and not image.mode.startswith("I"):
        raise PictureError(where, f"is a {image.mode} picture, which holds no labels", "save the mask as PNG")
    if stored.largest != 255 and image.format in ONLY_8_BITS:
        raise PictureError(where, f"is {image.format} of other than 8 bits a channel", "save the mask as PNG")
    alpha = _array(image.getchannel("A")) if image.mode in ("LA", "PA", "RGBA") else None
    if stored.unscaled_by_opencv:
        values, alpha = decode_unscaled(data, where)
        if values.max() > stored.largest:
            raise PictureError(where, f"has values above {stored.largest}, its largest by its header", "save it again")
    else:
        values = _array(image.convert(image.mode[:-1]) if alpha is not None else image)
        if image.mode == "1":
            values = values.astype(np.uint8)
        _unscale(values, stored)
    transparent = count_transparent(values, alpha, image.info.get("transparency"), image.mode)
    if transparent:
        what = f"has {transparent} transparent pixels, whose class is not said"
        raise PictureError(where, what, "save the mask without transparency")
    if image.mode.startswith("P"):
        return MaskPicture(values, _palette(image), None)
    return _mask_of(values, stored, where)


def _mask_of(values: NDArray[Any], stored: ValueRange, where: str) -> MaskPicture:
    """Indices or colours from the values that the file stores, (h, w) or (h, w, 3)."""
    if values.ndim == 2:
        return MaskPicture(values, stored.shown_greys(), None)
    if stored.largest == 255:
        return MaskPicture(None, None, as_pixels(values))
    grey = values[:, :, 0]
    if np.array_equal(grey, values[:, :, 1]) and np.array_equal(grey, values[:, :, 2]):
        return MaskPicture(np.ascontiguousarray(grey), stored.shown_greys(), None)
    if stored.largest > 255:
        raise PictureError(where, "has colours of 16 bits a channel", "save the mask with 8 bits a channel")
    shown = stored.shown_greys()
    assert shown is not None
    return MaskPicture(None, None, as_pixels(shown[:, 0][np.minimum(values, stored.largest)]))


def _palette(image: Image.Image) -> Pixels:
    """The colour of each index, uint8 (N, 3)."""
    return np.array(image.getpalette("RGB") or [], np.uint8).reshape(-1, 3)


def _array(image: Image.Image) -> NDArray[Any]:
    """A decoded picture's values: a new array of (h, w) or (h, w, channels)."""
    array: NDArray[Any] | None = None
    for rows, band in image_bands(image):
        values = np.asarray(band)
        if array is None:
            array = np.empty((image.height, *values.shape[1:]), values.dtype)
        array[rows] = values
    assert array is not None
    return array


def _unscale(values: NDArray[Any], stored: ValueRange) -> None:
    """Turns the values that Pillow shows into those that the file stores; changes `values`."""
    if stored.scaled_to == stored.largest and not stored.zero_is_white:
        return
    for rows in row_bands(values.shape):
        if stored.scaled_to != stored.largest:
            values[rows] = np.rint(values[rows] * (stored.largest / stored.scaled_to))
        if stored.zero_is_white:
            values[rows] = stored.largest - values[rows]
