"""Picture files in every encoding, and how one is refused."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.photos import read_photo

RNG = np.random.default_rng(1)


RGB = RNG.integers(0, 256, (23, 31, 3), dtype=np.uint8)


ROWS, COLUMNS = np.mgrid[:23, :31]


SMOOTH = np.stack([ROWS * 11, COLUMNS * 8, np.full((23, 31), 90)], 2).astype(np.uint8)


LOSSLESS = ["PNG", "BMP", "TIFF", "PPM", "WEBP"]


def encoded(picture, format, **options):
    """The bytes of a picture file."""
    if not isinstance(picture, Image.Image):
        picture = Image.fromarray(picture)
    if format == "WEBP":
        options = {"lossless": True, "exact": True} | options
    stream = io.BytesIO()
    picture.save(stream, format, **options)
    return stream.getvalue()


def refused(picture, read=read_photo):
    """The one line with which a picture is refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no warning may leak
        with pytest.raises(PictureError) as caught:
            read(picture, "it.jpg")
    text = str(caught.value)
    assert text.startswith("it.jpg: ")
    assert "\n" not in text
    assert caught.value.hint
    return text


def oriented(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


# Pictures that are refused


def png(width, height, depth, kind, rows, chunks=()):
    """A PNG with any header, and any chunks before its pixels."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    more = b"".join(chunk(name, content) for name, content in chunks)
    return signature + chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
