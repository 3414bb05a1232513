"""The only reader of untrusted pictures: photos to RGB, masks to the labels they hold, or one line why not.

A picture is judged by its content, not by the extension of its name. Its size is read from the header and
checked before a pixel is decoded. A picture that ends early is refused, never filled up with grey.
"""

from __future__ import annotations

import functools
import io
import logging
import os
import re
import warnings
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.label_image import MaskPicture, bands, labels
from hairnet_data.core.storage.bounded_read import open_plain, opened_size, read_opened

Picture = str | os.PathLike[str] | bytes
"""Where a picture comes from: a path, or the bytes of a file."""

_JPEG_NAMES = (".jpg", ".jpeg", ".jpe", ".jfif")
EXTENSIONS = frozenset(
    (*_JPEG_NAMES, ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm", ".pbm", ".pnm", ".avif")
)
"""Lower-case endings that tell a folder's pictures from its other files (AVIF if Pillow has it)."""

MAX_PIXELS = 100_000_000
MAX_SIDE = 30_000
"""Larger pictures are refused by their header. Sides stay below OpenCV's limit of 32,767 for warping."""
MAX_COPIED = 50_000_000
"""Pixels of a picture whose decoder keeps several copies of it: WebP, AVIF, CMYK."""
MAX_BYTES = 1 << 30
"""Larger files are refused unread."""

GROUND = (255, 255, 255)
"""What shows through the transparent parts of a photo: white, the page it was cut out for."""

# Named, so that Pillow never tries a format that runs another program (EPS) or is no photograph (ICO, PSD).
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM", "AVIF")
_GAP = rb"(?:#[^\r\n]*[\r\n]|\s)+"
_PNM = re.compile(rb"P([2356])" + _GAP + rb"(\d{1,9})" + _GAP + rb"(\d{1,9})" + _GAP + rb"(\d{1,5})\s")
_ORIENTATION = 0x0112
_AGAIN = "copy or export it again"

logging.getLogger("PIL").addHandler(logging.NullHandler())  # else what it logs of damage goes to standard error


def file_bytes(path: str | os.PathLike[str], name: str | None = None) -> bytes:
    """Reads a whole file.

    Args:
        path: the file.
        name: what errors call it; the path unless given.

    Raises:
        PictureError: there is no such file, it is no plain file, is empty, too large, or cannot be read.
    """
    where = os.fspath(path) if name is None else name
    try:
        with open_plain(path) as file:
            size = opened_size(file, path)
            if size > MAX_BYTES:
                what = f"has {size:,} bytes, more than the limit of {MAX_BYTES:,}"
                raise PictureError(where, what, "shrink it or leave it out")
            data = read_opened(file, path, MAX_BYTES)
    except FileNotFoundError:
        raise PictureError(where, "is missing", "put it back or remove what names it") from None
    except IsADirectoryError:
        raise PictureError(where, "is a folder", "name a picture file") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise PictureError(where, f"cannot be read ({reason})", "check the file and its rights") from error
    if not data:
        raise PictureError(where, "is empty (0 bytes)", _AGAIN)
    return data


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
    data, where = _data(picture, name)
    quick = _plain_pnm(data) if data.startswith(b"P6") else None
    if quick is not None:
        return quick
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata; what matters is said by an error
        try:
            image = _opened(data, where)
            decoded = _quick_jpeg(image, data)
            if decoded is None:
                image.load()  # raises where the pixels end early
                decoded = _rgb(image, where)
            return as_pixels(_upright(decoded, _orientation(image)))
        except PictureError:
            raise
        except Exception as error:  # decoders raise whatever they like on hostile bytes
            raise _fault(where, error) from error


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
    data, where = _data(picture, name)
    quick = _plain_pnm(data) if data.startswith(b"P6") else None
    if quick is not None:
        return MaskPicture(None, None, quick)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = _opened(data, where)
            largest = _largest(image, data)
            image.load()
            mask, turn = labels(image, largest, where), _orientation(image)
            if mask.indices is not None:
                return MaskPicture(_upright(mask.indices, turn), mask.palette, None)
            return MaskPicture(None, None, None if mask.rgb is None else as_pixels(_upright(mask.rgb, turn)))
        except PictureError:
            raise
        except Exception as error:
            raise _fault(where, error) from error


def is_turned(picture: Picture) -> bool:
    """Whether the EXIF orientation turns a picture by a quarter, for words in errors; False if in doubt."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            data, where = _data(picture, None)
            return _orientation(_opened(data, where)) in range(5, 9)
        except Exception:
            return False


def _data(picture: Picture, name: str | None) -> tuple[bytes, str]:
    """The bytes of a picture and the name errors give it."""
    if isinstance(picture, bytes):
        where = "picture" if name is None else name
        if not picture:
            raise PictureError(where, "is empty (0 bytes)", _AGAIN)
        return picture, where
    return file_bytes(picture, name), os.fspath(picture) if name is None else name


def _plain_pnm(data: bytes) -> Pixels | None:
    """The pixels of a whole 8-bit P6 picture, None if it is anything else.

    Without a library, because all masks of LFW are such: 0.01 ms for 250 x 250 against Pillow's 0.4.
    """
    header = _PNM.match(data[:1024])
    if header is None or header[1] != b"6" or int(header[4]) != 255:
        return None
    width, height = int(header[2]), int(header[3])
    fits = 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS
    if not fits or len(data) - header.end() != width * height * 3:
        return None
    return np.frombuffer(data, np.uint8, offset=header.end()).reshape(height, width, 3).copy()


def _quick_jpeg(image: Image.Image, data: bytes) -> Pixels | None:
    """The pixels of an 8-bit JPEG, not yet turned, by OpenCV; None if it is anything else or there is any doubt.

    250 x 250: 0.41 ms against Pillow's 0.65; 2048 x 2048: 23 ms against 57; the same pixels, as both use
    libjpeg-turbo. (PNG: 3.5 ms against 4.8 for 512 x 512, not worth a second way.) OpenCV 5 refused every
    truncation tried, as Pillow does; the end marker is asked for all the same, as older ones filled up with grey.
    """
    if image.format != "JPEG" or image.mode not in ("RGB", "L") or not data.endswith(b"\xff\xd9"):
        return None
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    as_pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if as_pixels is None or as_pixels.shape != (image.height, image.width, 3):
        return None
    return as_pixels.astype(np.uint8, copy=False)


@functools.cache
def _formats() -> tuple[str, ...]:
    """Those of `_FORMATS` this Pillow has; asking it for another would be a KeyError."""
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _opened(data: bytes, where: str) -> Image.Image:
    """Reads the header and refuses what is too large or holds several pictures; decodes nothing."""
    image = Image.open(io.BytesIO(data), formats=_formats())
    width, height = image.size
    most = MAX_COPIED if image.format in ("WEBP", "AVIF") or image.mode == "CMYK" else MAX_PIXELS
    if width * height > most or max(width, height) > MAX_SIDE:
        raise _too_large(where, f"is {width} x {height} pixels", most)
    if image.format == "PNG" and b"IEND\xaeB`\x82" not in data:
        raise PictureError(where, "is truncated", _AGAIN)  # Pillow lets a PNG end after its pixels
    # A JPEG's further pictures (MPO) are previews and depth maps, not an animation.
    frames = 1 if image.format in ("JPEG", "MPO") else getattr(image, "n_frames", 1)
    if frames > 1:
        raise PictureError(where, f"is an animation or a document of {frames} pictures", "save one of them")
    return image


def _too_large(where: str, what: str, most: int = MAX_PIXELS) -> PictureError:
    limit = f"{most // 1_000_000} megapixels and {MAX_SIDE:,} a side"
    return PictureError(where, f"{what}, more than the limit of {limit}", "shrink it or leave it out")


def _fault(where: str, error: Exception) -> PictureError:
    """What a decoder's exception means to the person who owns the picture."""
    if isinstance(error, UnidentifiedImageError):
        return PictureError(where, "is not a picture this program can read", "save it as JPEG or PNG")
    if isinstance(error, Image.DecompressionBombError):
        return _too_large(where, "promises too many pixels")
    if isinstance(error, MemoryError):
        return PictureError(where, "does not fit into memory", "shrink it")
    return PictureError(where, f"is truncated or damaged ({_brief(error)})", _AGAIN)


def _brief(error: Exception) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:100]


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) where there is none or it cannot be read."""
    if "exif" not in image.info and "xmp" not in image.info and image.format != "TIFF":
        return 1  # most pictures; getexif costs as much as the rest of the header
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a photo with broken metadata is still a photo
        return 1


def _upright(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Carries out an EXIF orientation on (h, w, ...); a contiguous array, the same one where nothing is to be done."""
    if orientation not in range(2, 9):
        return values
    turned = values.swapaxes(0, 1) if orientation >= 5 else values
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)


def _rgb(image: Image.Image, where: str) -> Pixels:
    """A decoded picture's pixels as uint8 (H, W, 3)."""
    if image.mode == "F":
        raise PictureError(where, "holds floating-point values", "save it with 8 bits a channel")
    made = np.empty((image.height, image.width, 3), np.uint8)
    for band, part in bands(image):
        if part.mode.startswith("I"):
            values = np.asarray(part)
            if values.min() < 0 or values.max() > 65535:
                raise PictureError(where, "holds 32-bit values", "save it with 8 bits a channel")
            made[band] = (values >> 8).astype(np.uint8)[:, :, None]
            continue
        if part.has_transparency_data:
            ground = Image.new("RGBA", part.size, (*GROUND, 255))
            part = Image.alpha_composite(ground, part.convert("RGBA"))
        made[band] = np.asarray(part.convert("RGB"))
    return made


def _largest(image: Image.Image, data: bytes) -> int:
    """The largest value the file can store, where Pillow stretches smaller ranges to 8 or 16 bits."""
    header = _PNM.match(data[:1024])
    if header is not None:
        return int(header[4])
    if image.mode == "L" and image.format == "PNG":
        return (1 << data[24]) - 1  # the bit depth in its header
    if image.mode == "L" and image.format == "TIFF":
        return (1 << int(image.tag_v2.get(258, (8,))[0])) - 1  # type: ignore[attr-defined]
    return 255 if image.mode == "L" else 65535
