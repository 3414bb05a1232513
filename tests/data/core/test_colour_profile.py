"""Photos whose colours are another space's are converted to sRGB."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageCms

from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from tests.support.colour_profiles import ADOBE_RGB, DISPLAY_P3, in_srgb, profile
from tests.support.picture_files import RNG, encoded, oriented


@pytest.mark.parametrize("primaries", [DISPLAY_P3, ADOBE_RGB], ids=["Display P3", "Adobe RGB"])
@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_a_photo_comes_within_half_a_level_of_the_formula(format: str, primaries: np.ndarray) -> None:
    # Blocks of one colour, which JPEG keeps; no colour that sRGB cannot show.
    blocks = RNG.integers(60, 200, (6, 8, 3), dtype=np.uint8).repeat(16, 0).repeat(16, 1)
    options = {"quality": 100, "subsampling": 0} if format == "JPEG" else {}
    stored = read_photo(encoded(blocks, format, **options))
    got = read_photo(encoded(blocks, format, icc_profile=profile(primaries), **options))
    assert np.abs(got - in_srgb(stored, primaries)).mean() < 0.5
    assert np.abs(got.astype(int) - stored).mean() > 1.5


def test_palettes_transparency_and_orientation_go_with_it() -> None:
    colours = Image.fromarray(RNG.integers(60, 200, (8, 16, 3), dtype=np.uint8))
    icc = profile(ADOBE_RGB)
    palette = colours.quantize(8)
    expected = in_srgb(np.asarray(palette.convert("RGB")), ADOBE_RGB)
    assert np.abs(read_photo(encoded(palette, "PNG", icc_profile=icc)) - expected).max() < 2
    transparent = np.dstack([np.asarray(colours), np.full((8, 16), 255, np.uint8)])
    transparent[0, :, 3] = 0
    got = read_photo(encoded(transparent, "PNG", icc_profile=icc, exif=oriented(6)))
    assert got.shape == (16, 8, 3)
    assert (got[:, -1] >= 254).all()  # white stays white


def test_srgb_and_profiles_of_no_use_change_nothing() -> None:
    colours = RNG.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (
        srgb,
        b"no profile",
        profile(DISPLAY_P3)[:200],
        profile(DISPLAY_P3, b"GRAY"),
        profile(DISPLAY_P3, b"CMYK"),
    ):
        np.testing.assert_array_equal(read_photo(encoded(colours, "PNG", icc_profile=icc)), colours)
    grey = colours[:, :, 0]
    got = read_photo(encoded(grey, "PNG", icc_profile=profile(DISPLAY_P3)))
    np.testing.assert_array_equal(got[:, :, 0], grey)


def test_the_colours_of_a_mask_are_never_converted() -> None:
    colours = RNG.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    np.testing.assert_array_equal(read_mask(encoded(colours, "PNG", icc_profile=profile(ADOBE_RGB))).rgb, colours)
