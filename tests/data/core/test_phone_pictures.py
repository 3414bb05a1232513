"""Pictures as phones and scanners make them: MPO, JPEG 2000, HEIC, and what is said where a library is missing."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, features

from hairnet_data.core.images import picture_file
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from tests.support.picture_files import RGB, SMOOTH, encoded, oriented, refused

HEIC_START = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)
HALVES = np.repeat(np.array([[(200, 30, 30)], [(30, 30, 200)]], np.uint8), 40, 0).repeat(120, 1)


@pytest.mark.parametrize("name", ["a.mpo", "a.jp2", "a.HEIC", "a.heif", "a.hif", "a.avif"])
def test_their_names_are_those_of_pictures(name: str) -> None:
    assert f".{name.split('.')[1].lower()}" in picture_file.EXTENSIONS


def test_jpeg_2000_is_read_exactly_where_it_is_lossless() -> None:
    np.testing.assert_array_equal(read_photo(encoded(RGB, "JPEG2000", irreversible=False)), RGB)
    grey = RGB[:, :, 0].astype(np.uint16) * 257
    found = read_photo(encoded(grey, "JPEG2000", irreversible=False))
    np.testing.assert_array_equal(found, np.repeat(RGB[:, :, :1], 3, 2))
    ids = np.where(RGB[:, :, 0] > 100, np.uint8(2), np.uint8(1))
    np.testing.assert_array_equal(read_mask(encoded(ids, "JPEG2000", irreversible=False)).indices, ids)


def test_heic_is_read_upright_and_its_first_picture_counts() -> None:
    pytest.importorskip("pillow_heif").register_heif_opener()
    photo = read_photo(encoded(HALVES, "HEIF", quality=95))
    assert np.abs(photo.astype(int) - HALVES).max() < 12
    turned = read_photo(encoded(HALVES, "HEIF", quality=95, exif=oriented(6)))
    assert turned.shape == (120, 80, 3)
    assert turned[5, -5, 0] > 150 > turned[5, 5, 0]
    further = [Image.fromarray(255 - HALVES)]
    assert read_photo(encoded(HALVES, "HEIF", quality=95, save_all=True, append_images=further))[5, 5, 0] > 150
    data = encoded(HALVES, "HEIF", quality=95)
    for end in (100, len(data) // 2, len(data) - 20):
        assert "\n" not in refused(data[:end])
    assert "is not a picture" in refused(HEIC_START)


def test_what_needs_a_library_that_is_missing_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_file, "_has_heif", lambda: False)
    assert "pip install 'hairnet[heic]'" in refused(HEIC_START)
    assert "pip install 'hairnet[heic]'" in refused(HEIC_START.replace(b"heic", b"mif1"))
    monkeypatch.setattr(picture_file, "_formats", lambda: ("JPEG", "PNG"))
    assert "update Pillow" in refused(HEIC_START.replace(b"heic", b"avif"))
    assert read_photo(encoded(SMOOTH, "JPEG")).shape == SMOOTH.shape


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF")
def test_avif_needs_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_file, "_has_heif", lambda: False)
    data = encoded(HALVES, "AVIF")
    assert read_photo(data).shape == HALVES.shape
    assert read_photo(data[:8] + b"mif1" + data[12:]).shape == HALVES.shape
