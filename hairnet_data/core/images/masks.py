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

_BLACK_WHITE = np.array([[0] * 3, [255] * 3], np.uint8)
_GREYS = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
_PNG_BIT_DEPTH = 24  # the byte of a PNG that holds it
_TIFF_BITS_PER_SAMPLE = 258


def read_mask(picture: Picture, name: str | None = None) -> MaskPicture:
    """Decodes a label picture, its values and colours untouched.

    A mask with an EXIF orientation is turned as a photo is. Opaque alpha is dropped.

    Args:
        picture: path or bytes of the file.
        name: what errors call it; the path unless given.

    Raises:
        PictureError: it cannot be read, is partly transparent, or holds no labels (CMYK, floating point, an
            animation); no other exception leaves this function.
    """
    data, where = picture_bytes(picture, name)
    rgb = netpbm.read_8_bit_colour(data)
    if rgb is not None:
        return MaskPicture(None, None, rgb)
    with decoding(where):
        image = open_header(data, where)
        largest = _largest_value(image, data)
        image.load()
        return _upright(_labels(image, largest, where), orientation_of(image))


def _upright(mask: MaskPicture, orientation: int) -> MaskPicture:
    if mask.rgb is not None:
        return MaskPicture(None, None, as_pixels(turn_upright(mask.rgb, orientation)))
    assert mask.indices is not None
    return MaskPicture(turn_upright(mask.indices, orientation), mask.palette, None)


def _largest_value(image: Image.Image, data: bytes) -> int:
    """The largest value the file can store, where Pillow stretches smaller ranges to 8 or 16 bits."""
    largest = netpbm.largest_value(data)
    if largest is not None:
        return largest
    if image.mode != "L":
        return 65535
    bits = 8
    if image.format == "PNG":
        bits = data[_PNG_BIT_DEPTH]
    elif image.format == "TIFF":
        bits = int(image.tag_v2.get(_TIFF_BITS_PER_SAMPLE, (8,))[0])  # type: ignore[attr-defined]
    return (1 << bits) - 1


def _labels(image: Image.Image, largest: int, where: str) -> MaskPicture:
    """The indices or colours of a decoded picture.

    Args:
        image: decoded.
        largest: the largest value its file can store.
        where: what errors call it.

    Raises:
        PictureError: it is partly transparent or of a kind that holds no labels.
    """
    mode = image.mode
    if mode == "RGB":
        return MaskPicture(None, None, _array(image))
    if mode == "1":
        return MaskPicture(_array(image).astype(np.uint8), _BLACK_WHITE.copy(), None)
    if mode == "P":
        return MaskPicture(_array(image), _palette(image), None)
    if mode == "L":
        return MaskPicture(_stored(_array(image), largest), _GREYS.copy(), None)
    if mode.startswith("I"):
        return MaskPicture(_stored(_array(image), largest), None, None)
    if mode in ("LA", "RGBA"):
        transparent = image.width * image.height - image.getchannel("A").histogram()[255]
        if transparent:
            what = f"has {transparent} transparent pixels, whose class is not said"
            raise PictureError(where, what, "save the mask without transparency")
        return _labels(image.convert(mode[:-1]), largest, where)
    raise PictureError(where, f"is a {mode} picture, which holds no labels", "save the mask as PNG")


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


def _stored(values: NDArray[Any], largest: int) -> NDArray[Any]:
    """Greyscale values as the file stores them, where Pillow stretched them; changes `values`."""
    stretched_to = 255 if values.dtype == np.uint8 else 65535
    if largest != stretched_to:
        for rows in row_bands(values.shape):
            values[rows] = np.rint(values[rows] * (largest / stretched_to))
    return values
