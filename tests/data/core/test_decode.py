"""The reader of untrusted pictures: what it converts, what it refuses, and that it does nothing else."""

import io
import os
import struct
import time
import warnings
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hairnet_data.core.errors import PictureError
from hairnet_data.core.images import photos, picture_file
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.orientation import is_turned
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


# Photos that are read


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
    palette.putpalette([10, 20, 30])
    assert (read_photo(encoded(palette, "PNG", transparency=0)) == photos.GROUND).all()
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
    assert is_turned(data) == (orientation >= 5)


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


# Pictures that are refused


def png(width, height, depth, kind, rows):
    """A PNG with any header."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("read", [read_photo, read_mask])
class TestRefused:
    """Photos and masks alike."""

    @pytest.mark.parametrize("data", [b"", b"\0", b"<html>Moved</html>", b"GIF89a", b"P6", b"\xff\xd8\xff"])
    def test_what_is_no_picture(self, read, data):
        refused(data, read)

    @pytest.mark.parametrize("format", ["EPS", "PDF", "ICO"])
    def test_formats_that_do_more_than_hold_a_picture(self, read, format):
        assert "not a picture" in refused(encoded(RGB, format), read)

    @pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
    def test_animations(self, read, format):
        frames = [Image.fromarray(np.roll(SMOOTH, n, 0)) for n in range(3)]
        try:
            data = encoded(frames[0], format, save_all=True, append_images=frames[1:])
        except (KeyError, OSError):
            pytest.skip("this Pillow cannot write it")
        assert "3 pictures" in refused(data, read)

    @pytest.mark.parametrize(("width", "height"), [(100_001, 2), (2, 30_001), (20_000, 20_000), (10_001, 10_000)])
    def test_bombs_by_their_header_alone(self, read, width, height):
        started = time.perf_counter()
        for data in (
            png(width, height, 8, 2, b""),
            b"P6 %d %d 255\n" % (width, height),
            b"P5\n%d %d\n255\n" % (width, height),
            b"P6 %d %d 255\n" % (1 << 29, 1 << 29),
        ):
            assert "more than the limit of 100 megapixels and 30,000 a side" in refused(data, read)
        assert time.perf_counter() - started < 1

    def test_floating_point(self, read):
        refused(encoded(RGB[:, :, 0].astype(np.float32), "TIFF"), read)

    def test_a_size_of_nothing(self, read):
        refused(png(0, 5, 8, 2, b""), read)
        refused(b"P6 0 4 255\n", read)

    def test_files_that_are_none(self, read, tmp_path):
        assert "is missing" in refused(tmp_path / "none.jpg", read)
        assert "is a folder" in refused(tmp_path, read)
        (tmp_path / "empty.jpg").touch()
        assert "0 bytes" in refused(tmp_path / "empty.jpg", read)
        assert "cannot be read" in refused(f"{tmp_path}/null\0.jpg", read)
        os.mkfifo(tmp_path / "pipe.jpg")
        assert "not a plain file" in refused(tmp_path / "pipe.jpg", read)
        (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
        assert "cannot be read" in refused(tmp_path / "loop.jpg", read)

    def test_a_file_too_large_to_read(self, read, tmp_path):
        with open(tmp_path / "large.jpg", "wb") as file:
            file.truncate(picture_file.MAX_BYTES + 1)
        assert "1,073,741,825 bytes" in refused(tmp_path / "large.jpg", read)

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
    def test_a_file_without_the_right_to_read(self, read, tmp_path):
        (tmp_path / "secret.jpg").write_bytes(b"x")
        (tmp_path / "secret.jpg").chmod(0)
        assert "Permission denied" in refused(tmp_path / "secret.jpg", read)


WHOLE = {
    "JPEG": encoded(RGB, "JPEG"),
    "progressive": encoded(RGB, "JPEG", progressive=True),
    "grey": encoded(RGB[:, :, 0], "JPEG"),
    "restarts": encoded(RGB, "JPEG", restart_marker_blocks=2),
    "PNG": encoded(RGB, "PNG"),
    "palette PNG": encoded(Image.fromarray(RGB).quantize(8), "PNG"),
    "WebP": encoded(RGB, "WEBP"),
    "TIFF": encoded(RGB, "TIFF", compression="tiff_lzw"),
    "PPM": encoded(RGB, "PPM"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_no_truncated_picture_is_read(name, capfd):
    """Every length of a small file, for photos and masks: never a partial picture, never another error."""
    data = WHOLE[name]
    assert read_photo(data).shape == RGB.shape
    for length in range(len(data)):
        for read in (read_photo, read_mask):
            with pytest.raises(PictureError):
                read(data[:length], "it")
    assert capfd.readouterr().err == ""  # OpenCV and libjpeg would write there


def test_opencv_is_not_trusted_with_a_jpeg_that_has_no_end(monkeypatch):
    """Other versions of it return what they have, and grey for the rest."""
    monkeypatch.setattr(photos.cv2, "imdecode", lambda *_: np.zeros(RGB.shape, np.uint8))
    assert not read_photo(WHOLE["JPEG"]).any(), "OpenCV was not asked at all"
    for length in range(len(WHOLE["JPEG"])):
        with pytest.raises(PictureError):
            read_photo(WHOLE["JPEG"][:length])


@settings(deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=8),
    st.data(),
)
def test_damage_is_answered_by_a_picture_or_a_picture_error(name, changes, data):
    damaged = bytearray(WHOLE[name])
    for index, value in changes:
        damaged[index % len(damaged)] = value
    cut = data.draw(st.integers(0, len(damaged)))
    for content in (bytes(damaged), bytes(damaged[:cut]), bytes(damaged[cut:])):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for read in (read_photo, read_mask):
                with suppress(PictureError):
                    got = read(content, "it")
                    pixels = got if read is read_photo else got.rgb if got.indices is None else got.indices
                    assert pixels.size


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"P6 ", b"P5 2 2 ", b"BM", b"II*\0", b"RIFF", b"GIF89a"]))
def test_noise_is_answered_by_a_picture_error_or_a_picture(noise, start):
    for read in (read_photo, read_mask):
        with suppress(PictureError):
            read(start + noise, "it")


# Masks


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


def test_the_alpha_of_a_palette_changes_no_index():
    picture = Image.new("P", (3, 1))
    picture.putpalette([0, 0, 255, 255, 0, 0, 0, 255, 0])
    picture.putdata([2, 0, 1])
    np.testing.assert_array_equal(read_mask(encoded(picture, "PNG", transparency=0)).indices, [[2, 0, 1]])


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
    for format in ("PNG", "PPM", "TIFF", "BMP"):
        got = read_mask(encoded(picture, format))
        np.testing.assert_array_equal(got.indices, [[0, 1, 1]])
        np.testing.assert_array_equal(got.palette[[0, 1]], [[0] * 3, [255] * 3])


def test_opaque_alpha_is_dropped_and_transparency_refused():
    opaque = np.dstack([RGB, np.full((23, 31), 255, np.uint8)])
    np.testing.assert_array_equal(read_mask(encoded(opaque, "PNG")).rgb, RGB)
    grey = np.dstack([RGB[:, :, 0], opaque[:, :, 3]])
    np.testing.assert_array_equal(read_mask(encoded(grey, "PNG")).indices, RGB[:, :, 0])
    opaque[3, 4:6, 3] = 254
    assert "has 2 transparent pixels" in refused(encoded(opaque, "PNG"), read_mask)


def test_a_cmyk_mask_is_refused():
    assert "CMYK" in refused(encoded(Image.new("CMYK", (4, 4)), "JPEG"), read_mask)


def test_a_turned_mask_is_turned_as_its_photo_is():
    tall = np.zeros((4, 2, 3), np.uint8)
    tall[0] = 255
    data = encoded(tall, "PNG", exif=oriented(6))  # its top is on the right when upright
    np.testing.assert_array_equal(read_mask(data).rgb, read_photo(data))
    assert (read_mask(data).rgb[:, -1] == 255).all()


def test_pillow_is_never_told_to_read_half_a_picture():
    from PIL import ImageFile

    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
