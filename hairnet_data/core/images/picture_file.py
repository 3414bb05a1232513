"""A picture file that nobody vouches for: its bytes, its header, the limits, and one line for whatever is wrong.

A picture is judged by its content, not by the extension of its name. Its size is read from the header and
checked before a pixel is decoded.
"""

from __future__ import annotations

import functools
import io
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, UnidentifiedImageError

from hairnet_data.core.errors import PictureError, unreadable
from hairnet_data.core.storage.bounded_read import open_plain, opened_size, read_opened

Picture = str | os.PathLike[str] | bytes
"""Where a picture comes from: a path, or the bytes of a file."""

_JPEG_NAMES = (".jpg", ".jpeg", ".jpe", ".jfif")
_JPEG_2000_NAMES = (".jp2", ".j2k", ".jpf", ".jpx", ".j2c", ".jpc")
_HEIF_NAMES = (".heic", ".heif", ".hif", ".avif")
_OTHER_NAMES = (".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm", ".pbm", ".pnm")
EXTENSIONS = frozenset((*_JPEG_NAMES, ".mpo", *_JPEG_2000_NAMES, *_HEIF_NAMES, *_OTHER_NAMES))
"""Lower-case endings that tell a folder's pictures from its other files.

Those of kinds that need a library which is not installed are among them, so that an error says which.
"""

MAX_PIXELS = 100_000_000
MAX_SIDE = 30_000
"""Larger pictures are refused by their header. Sides stay below OpenCV's limit of 32,767 for warping."""
MAX_COPIED = 50_000_000
"""Pixels of a picture whose decoder keeps several copies of it: WebP, AVIF, HEIC, JPEG 2000, CMYK."""
MAX_BYTES = 1 << 30
"""Larger files are refused unread."""

# Named, so that Pillow never tries a format that runs another program (EPS) or is no photograph (ICO, PSD).
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM", "AVIF", "JPEG2000")
_COPYING_FORMATS = ("WEBP", "AVIF", "HEIF", "JPEG2000")
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1")
_BMP_BIT_COUNT = 28  # the byte of a BMP that holds it
_PNG_END = b"IEND\xaeB`\x82"
_AGAIN = "copy or export it again"

logging.getLogger("PIL").addHandler(logging.NullHandler())  # else what it logs of damage goes to standard error


def file_bytes(path: str | os.PathLike[str], name: str | None = None) -> bytes:
    """Reads a file.

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
        raise PictureError(where, unreadable(error), "check the file and its rights") from error
    if not data:
        raise PictureError(where, "is empty (0 bytes)", _AGAIN)
    return data


def picture_bytes(picture: Picture, name: str | None) -> tuple[bytes, str]:
    """The bytes of a picture file, and what errors call it. Raises PictureError as `file_bytes`."""
    if not isinstance(picture, bytes):
        return file_bytes(picture, name), os.fspath(picture) if name is None else name
    where = "picture" if name is None else name
    if not picture:
        raise PictureError(where, "is empty (0 bytes)", _AGAIN)
    return picture, where


def fits_limits(width: int, height: int, most: int = MAX_PIXELS) -> bool:
    """Whether a picture of that size is decoded at all."""
    return width * height <= most and max(width, height) <= MAX_SIDE


def open_header(data: bytes, where: str) -> Image.Image:
    """Reads a picture's header and decodes nothing. To be called within `decoding`.

    Raises:
        PictureError: the picture is too large, a PNG that ends early, of a kind that is decoded wrong, or several
            pictures in one.
    """
    image = Image.open(io.BytesIO(data), formats=_formats_of(data, where))
    width, height = image.size
    most = MAX_COPIED if image.format in _COPYING_FORMATS or image.mode == "CMYK" else MAX_PIXELS
    if not fits_limits(width, height, most):
        raise _too_large(where, f"is {width} x {height} pixels", most)
    if image.format == "PNG" and _PNG_END not in data:
        raise PictureError(where, "is truncated", _AGAIN)  # Pillow lets a PNG end after its pixels
    if image.format == "BMP" and image.mode == "L" and data[_BMP_BIT_COUNT] < 8:
        # Pillow 13 reads two pixels as one where the palette is 0, 1, 2, ...
        raise PictureError(where, "is a BMP of 4-bit greys", "save it as PNG")
    # A JPEG's further pictures (MPO) are previews and depth maps, not an animation; a HEIC names its main one.
    frames = 1 if image.format in ("JPEG", "MPO", "HEIF") else getattr(image, "n_frames", 1)
    if frames > 1:
        raise PictureError(where, f"is an animation or a document of {frames} pictures", "save one of them")
    return image


@contextmanager
def decoding(where: str) -> Iterator[None]:
    """Turns whatever decoders raise into a PictureError, and keeps their warnings quiet.

    Pillow warns of odd metadata; what matters is said by an error.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except PictureError:
            raise
        except Exception as error:  # decoders raise whatever they like on hostile bytes
            raise _explained(where, error) from error


def _formats_of(data: bytes, where: str) -> tuple[str, ...]:
    """The formats to try. Raises PictureError where a library is missing for what it plainly is."""
    if data[4:8] != b"ftyp":
        return _formats()
    # `mif1` and `msf1` may be either; which, they say behind.
    if data[8:12] in (b"avif", b"avis") or b"avif" in data[16:64]:
        if "AVIF" not in _formats():
            raise PictureError(where, "is AVIF, which the installed Pillow does not read", "update Pillow")
        return _formats()
    if data[8:12] not in _HEIC_BRANDS:
        return _formats()
    if not _has_heif():
        hint = "pip install 'hairnet[heic]', or save it as JPEG"
        raise PictureError(where, "is HEIC, and pillow-heif is not installed", hint)
    return ("HEIF",)


@functools.cache
def _has_heif() -> bool:
    """Whether pillow-heif, the extra `heic`, is installed; if so, Pillow reads HEIC from then on."""
    try:
        import pillow_heif
    except ImportError:
        return False
    pillow_heif.register_heif_opener(thumbnails=False)
    return True


@functools.cache
def _formats() -> tuple[str, ...]:
    """Those of `_FORMATS` this Pillow has; asking it for another would be a KeyError."""
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _explained(where: str, error: Exception) -> PictureError:
    """What a decoder's exception means to the person who owns the picture."""
    if isinstance(error, UnidentifiedImageError):
        return PictureError(where, "is not a picture this program can read", "save it as JPEG or PNG")
    if isinstance(error, Image.DecompressionBombError):
        return _too_large(where, "promises too many pixels")
    if isinstance(error, MemoryError):
        return PictureError(where, "does not fit into memory", "shrink it")
    reason = (" ".join(str(error).split()) or type(error).__name__)[:100]
    return PictureError(where, f"is truncated or damaged ({reason})", _AGAIN)


def _too_large(where: str, what: str, most: int = MAX_PIXELS) -> PictureError:
    limit = f"{most // 1_000_000} megapixels and {MAX_SIDE:,} a side"
    return PictureError(where, f"{what}, more than the limit of {limit}", "shrink it or leave it out")
