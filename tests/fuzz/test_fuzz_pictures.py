"""Spoiled pictures: photos and masks are read right or refused in one line."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hairnet_data.core.classes import COLOURS, NAMES
from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.label_image import MaskPicture
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.images.picture_file import MAX_PIXELS, MAX_SIDE
from hairnet_data.core.labels.class_map import ColourMap, IndexMap, PartMap
from tests.fuzz.answers import asked, times
from tests.fuzz.mutations import inputs

RNG = np.random.default_rng(5)
NOISE = Image.fromarray(RNG.integers(0, 256, (16, 12, 3), dtype=np.uint8))
CLASSES = RNG.integers(0, 3, (16, 12), dtype=np.uint8)


def file(picture: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def palette(indices: np.ndarray) -> Image.Image:
    picture = Image.fromarray(indices)
    picture.putpalette([channel for colour in COLOURS for channel in colour])
    return picture


IN_COLOURS = Image.fromarray(np.array(COLOURS, np.uint8)[CLASSES])
PHOTOS = [
    file(NOISE, "JPEG", quality=80),
    file(NOISE, "JPEG", progressive=True, exif=turned(6)),
    file(NOISE.convert("CMYK"), "JPEG"),
    file(NOISE, "PNG"),
    file(NOISE.convert("RGBA"), "PNG", exif=turned(5)),
    file(NOISE.convert("P"), "PNG", transparency=3),
    file(NOISE, "WEBP", lossless=True),
    file(NOISE, "WEBP", quality=50),
    file(NOISE, "BMP"),
    file(NOISE.quantize(16), "BMP"),
    file(NOISE, "TIFF"),
    file(NOISE, "TIFF", compression="tiff_lzw"),
    file(NOISE, "TIFF", compression="tiff_deflate", tile=(16, 16)),
    file(NOISE.convert("L"), "TIFF", compression="jpeg"),
    file(NOISE, "GIF"),
    file(NOISE, "PPM"),
    file(NOISE, "MPO", save_all=True, append_images=[NOISE]),
    b"P3 2 2 255\n" + b"1 2 3 " * 4,
]
if "AVIF" in Image.SAVE:
    PHOTOS.append(file(NOISE, "AVIF"))
MASKS = [
    file(IN_COLOURS, "PNG"),
    file(IN_COLOURS, "PPM"),
    file(palette(CLASSES), "PNG"),
    file(palette(CLASSES), "GIF"),
    file(palette(CLASSES), "PNG", bits=2),
    file(Image.fromarray(CLASSES), "PNG"),
    file(Image.fromarray(CLASSES.astype(np.uint16)), "PNG"),
    file(Image.fromarray(CLASSES.astype(np.uint16)), "TIFF"),
    file(Image.fromarray(CLASSES > 0), "PNG"),
    file(Image.fromarray(CLASSES > 0), "TIFF", compression="group4"),
    file(Image.fromarray(CLASSES * 90), "JPEG"),
    b"P5 4 4 7\n" + bytes(range(8)) * 2,
    b"P2 2 2 700\n1 2 3 700\n",
    b"P4 8 2\n\x0f\xf0",
]
WORDS = [
    *(b"IHDR", b"IDAT", b"IEND", b"PLTE", b"tRNS", b"acTL", b"eXIf", b"iCCP", b"\xff\xd8", b"\xff\xd9", b"\xff\xda"),
    *(b"\xff\xc0", b"\xff\xc2", b"\xff\xe1", b"\xff\xe2MPF\0", b"Exif\0\0MM\0*", b"II*\0", b"RIFF", b"VP8X", b"ANIM"),
    *(b"GIF89a", b"\x21\xf9", b"P6 99999 99999 255\n", b"BM", b"\0" * 64, b"\xff" * 64),
]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no warning may leak
        yield


def allowed(shape: tuple[int, ...]) -> bool:
    return min(shape[:2]) > 0 and max(shape[:2]) <= MAX_SIDE and shape[0] * shape[1] <= MAX_PIXELS


@times(6000)
@given(inputs(PHOTOS, WORDS))
def test_photos(data: bytes) -> None:
    pixels = asked(lambda: read_photo(data, "a.jpg"), PictureError)
    if pixels is not None:
        assert pixels.dtype == np.uint8
        assert pixels.ndim == 3
        assert pixels.shape[2] == 3
        assert allowed(pixels.shape)
        assert pixels.flags.c_contiguous
        assert pixels.flags.writeable


MAPS = (
    ColourMap({colour: label for label, colour in enumerate(COLOURS)}),
    ColourMap({colour: label for label, colour in enumerate(COLOURS)}, nearest=True),
    IndexMap({0: 0, 1: 1, 2: 2, 7: 2, 700: 1}),
    PartMap({"hair": 1}),
    PartMap({"hair": 1}, nearest=True),
)


def classes(mask: MaskPicture, by: ColourMap | IndexMap | PartMap) -> np.ndarray:
    if isinstance(by, PartMap):
        return by.read({"hair": (mask, "a.png")}, "a.png")[0]
    return by.read(mask, "a.png")[0]


@times(5000)
@given(inputs(MASKS, WORDS), st.sampled_from(MAPS))
def test_masks(data: bytes, by: ColourMap | IndexMap | PartMap) -> None:
    mask = asked(lambda: read_mask(data, "a.png"), PictureError)
    if mask is None:
        return
    width, height = mask.size
    assert allowed((height, width))
    assert (mask.indices is None) != (mask.rgb is None)
    if mask.indices is not None:
        assert mask.indices.shape == (height, width)
        assert mask.indices.dtype in (np.uint8, np.uint16, np.int32)
    ids = asked(lambda: classes(mask, by), PictureError)
    if ids is not None:
        assert ids.shape == (height, width)
        assert ids.dtype == np.uint8
        assert ids.max(initial=0) < len(NAMES)


@pytest.mark.parametrize("number", range(len(PHOTOS)))
def test_photos_cut_short_at_every_hundredth(number: int) -> None:
    data = PHOTOS[number]
    assert read_photo(data).shape[2] == 3
    for percent in range(100):
        cut = data[: len(data) * percent // 100]
        pixels = asked(lambda cut=cut: read_photo(cut, "a.jpg"), PictureError)
        # What ends behind the last pixel is complete: the second picture of an MPO, a TIFF's rest.
        assert pixels is None or np.array_equal(pixels, read_photo(data))
