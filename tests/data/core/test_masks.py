"""Masks are read as they are stored."""

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from tests.support.mask_encodings import grey_png, tiff
from tests.support.picture_files import LOSSLESS, RGB, encoded, oriented, png, refused


@pytest.mark.parametrize("format", LOSSLESS)
def test_a_colour_mask_is_read_exactly(format):
    got = read_mask(encoded(RGB, format))
    assert got.indices is None
    assert got.size == (31, 23)
    np.testing.assert_array_equal(got.rgb, RGB)


@pytest.mark.parametrize("header", [b"P6 31 23 255\n", b"P6\n31\t23\n# a comment\n255 ", b"P6\r\n31 23\r\n255\n"])
def test_pnm_headers_of_any_form(header):
    np.testing.assert_array_equal(read_mask(header + RGB.tobytes()).rgb, RGB)
    np.testing.assert_array_equal(read_photo(header + RGB.tobytes()), RGB)


def test_indices_and_their_colours():
    picture = Image.new("P", (3, 1))
    picture.putpalette([0, 0, 255, 255, 0, 0, 0, 255, 0])
    picture.putdata([2, 0, 1])
    got = read_mask(encoded(picture, "PNG"))
    np.testing.assert_array_equal(got.indices, [[2, 0, 1]])
    np.testing.assert_array_equal(got.palette[:3], [[0, 0, 255], [255, 0, 0], [0, 255, 0]])
    assert got.rgb is None


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("format", ["PNG", "TIFF", "PPM"])
def test_grey_values_are_indices(dtype, format):
    values = np.array([[0, 1, 2], [17, 18, 255]], dtype)
    got = read_mask(encoded(values, format))
    np.testing.assert_array_equal(got.indices, values)
    assert (got.palette is None) == (dtype == np.uint16)


@pytest.mark.parametrize("largest", [1, 2, 3, 18, 200, 254, 255, 256, 1000, 40000, 65535])
@pytest.mark.parametrize("plain", [False, True])
def test_values_of_a_greymap_are_not_stretched(largest, plain):
    values = np.unique(np.linspace(0, largest, 200).round().astype(int))[None]
    if plain:
        body = " ".join(map(str, values[0])).encode()
    else:
        body = values.astype(np.uint8 if largest < 256 else ">u2").tobytes()
    data = b"P%d\n# indices\n%d 1\n%d\n" % (2 if plain else 5, values.shape[1], largest) + body
    np.testing.assert_array_equal(read_mask(data).indices, values)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_values_of_few_bits_are_not_stretched(bits):
    last = (1 << bits) - 1
    row = sum(value << (8 - bits * (index + 1)) for index, value in enumerate([last, 0]))
    np.testing.assert_array_equal(read_mask(png(2, 1, bits, 0, bytes([0, row]))).indices, [[last, 0]])


def test_bilevel_is_zero_and_one():
    picture = Image.fromarray(np.array([[0, 255, 255]], np.uint8)).convert("1")
    for format in ("PNG", "TIFF", "BMP"):
        got = read_mask(encoded(picture, format))
        np.testing.assert_array_equal(got.indices, [[0, 1, 1]])
        np.testing.assert_array_equal(got.palette[[0, 1]], [[0] * 3, [255] * 3])


def test_a_bitmap_stores_zero_for_white():
    picture = Image.fromarray(np.array([[0, 255, 255]], np.uint8)).convert("1")
    got = read_mask(encoded(picture, "PPM"))
    np.testing.assert_array_equal(got.indices, [[1, 0, 0]])
    np.testing.assert_array_equal(got.palette[got.indices[0]], [[0] * 3, [255] * 3, [255] * 3])


def test_opaque_alpha_is_dropped_and_transparency_refused():
    opaque = np.dstack([RGB, np.full((23, 31), 255, np.uint8)])
    np.testing.assert_array_equal(read_mask(encoded(opaque, "PNG")).rgb, RGB)
    grey = np.dstack([RGB[:, :, 0], opaque[:, :, 3]])
    np.testing.assert_array_equal(read_mask(encoded(grey, "PNG")).indices, RGB[:, :, 0])
    opaque[3, 4:6, 3] = 254
    assert "has 2 transparent pixels" in refused(encoded(opaque, "PNG"), read_mask)


def test_a_cmyk_mask_is_refused():
    assert "CMYK" in refused(encoded(Image.new("CMYK", (4, 4)), "JPEG"), read_mask)


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
def test_a_turned_mask_is_turned_as_its_photo_is(format):
    tall = np.zeros((4, 2, 3), np.uint8)
    tall[0] = 255
    data = encoded(tall, format, exif=oriented(6))  # its top is on the right when upright
    np.testing.assert_array_equal(read_mask(data).rgb, read_photo(data))
    assert (read_mask(data).rgb[:, -1] == 255).all()


def test_a_turned_mask_of_16_bits_a_channel_is_turned():
    tall = np.zeros((4, 2, 3), np.uint16)
    tall[0] = 300
    exif = oriented(6).removeprefix(b"Exif\0\0")
    for data in (tiff(tall, 16, 2, orientation=6), grey_png(tall, 16, 2, ((b"eXIf", exif),))):
        np.testing.assert_array_equal(read_mask(data).indices, [[0, 0, 0, 300]] * 2)
