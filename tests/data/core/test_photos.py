"""Photos that are read: what is converted, and how."""

import io
import warnings

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import PictureError
from hairnet_data.core.images import photos
from hairnet_data.core.images.orientation import exchanges_sides, read_orientation
from hairnet_data.core.images.photos import read_photo
from tests.support.mask_encodings import tiff
from tests.support.picture_files import LOSSLESS, RGB, RNG, SMOOTH, encoded, oriented, png, refused


@pytest.mark.parametrize("format", LOSSLESS)
def test_a_lossless_photo_is_read_exactly(format):
    got = read_photo(encoded(RGB, format))
    assert got.dtype == np.uint8
    assert got.flags.c_contiguous
    assert got.flags.writeable
    np.testing.assert_array_equal(got, RGB)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"quality": 95, "subsampling": 0},
        {"progressive": True},
        {"restart_marker_blocks": 1},
        {"optimize": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_both_ways_to_decode_a_jpeg_agree(mode, options):
    data = encoded(Image.fromarray(SMOOTH).convert(mode), "JPEG", **options)
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    np.testing.assert_array_equal(read_photo(data), expected)
    np.testing.assert_array_equal(read_photo(data + b"trailer of a phone"), expected)


def test_a_path_is_read_and_names_itself(tmp_path):
    path = tmp_path / "with\nnewline 'quote'.jpg"  # content decides, not the extension
    path.write_bytes(encoded(RGB, "PNG"))
    np.testing.assert_array_equal(read_photo(path), RGB)
    path.write_bytes(b"nothing")
    with pytest.raises(PictureError, match=r"with\\nnewline 'quote'.jpg: is not a picture"):
        read_photo(path)


def test_grey_and_bilevel_become_rgb():
    grey = RGB[:, :, 0]
    np.testing.assert_array_equal(read_photo(encoded(grey, "PNG")), np.repeat(grey[:, :, None], 3, 2))
    black_white = read_photo(encoded(Image.fromarray(grey).convert("1"), "PNG"))
    assert black_white.shape == (23, 31, 3)
    assert set(np.unique(black_white)) == {0, 255}


@pytest.mark.parametrize("format", ["PNG", "TIFF", "PPM"])
def test_16_bit_grey_keeps_its_high_byte(format):
    values = RNG.integers(0, 65536, (9, 8)).astype(np.uint16)
    got = read_photo(encoded(values, format))
    np.testing.assert_array_equal(got, np.repeat((values >> 8).astype(np.uint8)[:, :, None], 3, 2))


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_tiff_whose_zero_is_white_shows_black_for_its_largest(bits):
    largest = (1 << bits) - 1
    got = read_photo(tiff(np.array([[0, largest, 0]]), bits, 0))
    np.testing.assert_array_equal(got[0, :, 0], [255, 0, 255])


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("kind", ["RGBA", "LA", "palette", "key"])
def test_a_photo_under_zero_alpha_is_refused(format, kind):
    alpha = np.zeros((23, 31), np.uint8)
    picture = np.dstack([RGB, alpha]) if kind == "RGBA" else np.dstack([RGB[:, :, 0], alpha])
    options = {}
    if kind in ("palette", "key"):
        if format != "PNG":
            pytest.skip("only PNG has it")
        picture = Image.new("P" if kind == "palette" else "RGB", (31, 23))
        options = {"transparency": b"\0" if kind == "palette" else (0, 0, 0)}
    elif kind == "LA" and format == "WEBP":
        pytest.skip("WebP has no grey")
    assert "shows nothing (alpha is 0 everywhere)" in refused(encoded(picture, format, **options))
    if not options:
        picture[4, 5, -1] = 1
        assert read_photo(encoded(picture, format)).shape == (23, 31, 3)


def test_16_bit_colour_keeps_its_high_byte():
    values = RNG.integers(0, 65536, (5, 4, 3)).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    np.testing.assert_array_equal(read_photo(png(4, 5, 16, 2, rows)), (values >> 8).astype(np.uint8))


def test_palette_colours_are_looked_up():
    picture = Image.fromarray(RGB).quantize(16)
    np.testing.assert_array_equal(read_photo(encoded(picture, "PNG")), np.asarray(picture.convert("RGB")))
    assert read_photo(encoded(picture, "GIF")).shape == RGB.shape


def test_transparent_parts_show_the_ground():
    alpha = np.zeros((23, 31), np.uint8)
    alpha[:, 10:] = 255
    got = read_photo(encoded(np.dstack([RGB, alpha]), "PNG"))
    np.testing.assert_array_equal(got[:, 10:], RGB[:, 10:])
    assert (got[:, :10] == photos.GROUND).all()
    half = np.full((2, 2, 4), (100, 0, 0, 128), np.uint8)
    assert abs(int(read_photo(encoded(half, "PNG"))[0, 0, 0]) - 177) <= 1
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putpixel((0, 0), 1)
    got = read_photo(encoded(palette, "PNG", transparency=0))
    np.testing.assert_array_equal(got[0, 0], [40, 50, 60])
    assert (got[1:] == photos.GROUND).all()
    grey = np.dstack([RGB[:, :, 0], alpha])
    assert (read_photo(encoded(grey, "PNG"))[:, :10] == photos.GROUND).all()


def test_cmyk_is_converted():
    cmyk = np.zeros((8, 8, 4), np.uint8)
    cmyk[:, :4] = (0, 255, 255, 0)  # red
    got = read_photo(encoded(Image.fromarray(cmyk, "CMYK"), "JPEG", quality=95)).astype(int)
    assert abs(got[:, :3] - (255, 0, 0)).max() < 12
    assert abs(got[:, 5:] - 255).max() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation_is_carried_out(format, orientation):
    """The stored pixels of each orientation are derived here from the upright ones, without Pillow's help."""
    stored = {
        1: SMOOTH,
        2: SMOOTH[:, ::-1],
        3: SMOOTH[::-1, ::-1],
        4: SMOOTH[::-1],
        5: SMOOTH.transpose(1, 0, 2),
        6: SMOOTH.transpose(1, 0, 2)[::-1],
        7: SMOOTH[::-1, ::-1].transpose(1, 0, 2),
        8: SMOOTH[::-1].transpose(1, 0, 2),
    }[orientation]
    stored = np.ascontiguousarray(stored)
    data = encoded(stored, format, exif=oriented(orientation), **({"quality": 100} if format == "JPEG" else {}))
    got = read_photo(data)
    assert got.shape == SMOOTH.shape
    assert np.abs(got.astype(int) - SMOOTH).mean() < 5
    assert read_orientation(data) == orientation
    assert exchanges_sides(orientation) == (orientation >= 5)


@pytest.mark.parametrize("exif", [b"Exif\0\0broken", oriented(99), oriented(0), b"Exif\0\0MM\0*" + b"\xff" * 20])
def test_a_broken_orientation_does_not_cost_the_photo(exif):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_photo(encoded(SMOOTH, "JPEG", exif=exif)).shape == SMOOTH.shape


def test_the_hidden_second_picture_of_a_camera_is_ignored():
    first, second = Image.fromarray(SMOOTH), Image.fromarray(SMOOTH[:5, :5])
    data = encoded(first, "MPO", save_all=True, append_images=[second])
    assert Image.open(io.BytesIO(data)).n_frames == 2
    assert read_photo(data).shape == SMOOTH.shape
