"""Pictures that are refused, damaged or hostile: one line, and nothing else."""

import os
import time
import warnings
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hairnet_data.core.errors import PictureError
from hairnet_data.core.images import photos, picture_file
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from tests.support.picture_files import RGB, SMOOTH, encoded, png, refused


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


@given(st.binary(max_size=200), st.sampled_from([b"", b"P6 ", b"P5 2 2 ", b"BM", b"II*\0", b"RIFF", b"GIF89a"]))
def test_noise_is_answered_by_a_picture_error_or_a_picture(noise, start):
    for read in (read_photo, read_mask):
        with suppress(PictureError):
            read(start + noise, "it")


def test_pillow_is_never_told_to_read_half_a_picture():
    from PIL import ImageFile

    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
