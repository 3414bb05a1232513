"""Reads a photo to RGB, upright, or says in one line why not. A picture that ends early is refused."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.errors import PictureError
from hairnet_data.core.images import netpbm
from hairnet_data.core.images.bands import image_bands
from hairnet_data.core.images.orientation import orientation_of, turn_upright
from hairnet_data.core.images.picture_file import Picture, decoding, open_header, picture_bytes

GROUND = (255, 255, 255)
"""What shows through the transparent parts of a photo: white, the page it was cut out for."""

_JPEG_END = b"\xff\xd9"


def read_photo(picture: Picture, name: str | None = None) -> Pixels:
    """Decodes a photo to RGB, upright.

    Greyscale, palette and CMYK pictures are converted (CMYK by the plain formula: embedded colour profiles
    are not applied), 16-bit values keep their high byte, transparent parts show `GROUND`, and the EXIF
    orientation is carried out. Animations and multi-page pictures are refused; the second picture that some
    cameras hide in a JPEG is ignored.

    Args:
        picture: path or bytes of the file.
        name: what errors call it; the path unless given.

    Returns:
        uint8 (H, W, 3) RGB, contiguous.

    Raises:
        PictureError: it cannot be read or used; no other exception leaves this function.
    """
    data, where = picture_bytes(picture, name)
    pixels = netpbm.read_8_bit_colour(data)
    if pixels is not None:
        return pixels
    with decoding(where):
        image = open_header(data, where)
        pixels = _by_opencv(image, data)
        if pixels is None:
            image.load()  # raises where the pixels end early
            pixels = _rgb(image, where)
        return as_pixels(turn_upright(pixels, orientation_of(image)))


def _by_opencv(image: Image.Image, data: bytes) -> Pixels | None:
    """The pixels of an 8-bit JPEG, not yet turned; None if it is anything else or there is any doubt.

    250 x 250: 0.41 ms against Pillow's 0.65; 2048 x 2048: 23 ms against 57; the same pixels, as both use
    libjpeg-turbo. (PNG: 3.5 ms against 4.8 for 512 x 512, not worth a second way.) OpenCV 5 refused every
    truncation tried, as Pillow does; the end marker is asked for all the same, as older ones filled up with grey.
    """
    if image.format != "JPEG" or image.mode not in ("RGB", "L") or not data.endswith(_JPEG_END):
        return None
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if pixels is None or pixels.shape != (image.height, image.width, 3):
        return None
    return pixels.astype(np.uint8, copy=False)


def _rgb(image: Image.Image, where: str) -> Pixels:
    """A decoded picture's pixels as uint8 (H, W, 3)."""
    if image.mode == "F":
        raise PictureError(where, "holds floating-point values", "save it with 8 bits a channel")
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for rows, band in image_bands(image):
        pixels[rows] = _band_rgb(band, where)
    return pixels


def _band_rgb(band: Image.Image, where: str) -> Pixels:
    """A band's pixels as uint8 (h, w, 3), or (h, w, 1) where it is grey."""
    if band.mode.startswith("I"):
        values = np.asarray(band)
        if values.min() < 0 or values.max() > 65535:
            raise PictureError(where, "holds 32-bit values", "save it with 8 bits a channel")
        return (values >> 8).astype(np.uint8)[:, :, None]
    if band.has_transparency_data:
        ground = Image.new("RGBA", band.size, (*GROUND, 255))
        band = Image.alpha_composite(ground, band.convert("RGBA"))
    return np.asarray(band.convert("RGB"))
