"""Photos whose colours are another space's are converted to sRGB."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from tests.support.picture_files import RNG, encoded, oriented

# Red, green and blue in XYZ under D50, as the profiles of the standards have them.
SRGB = np.array([[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410]])
DISPLAY_P3 = np.array([[0.51512, 0.24120, -0.00105], [0.29198, 0.69225, 0.04189], [0.15710, 0.06657, 0.78407]])
ADOBE_RGB = np.array([[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]])
GAMMA = 2.19921875


def fixed(values: np.ndarray | list[float]) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def profile(primaries: np.ndarray, space: bytes = b"RGB ") -> bytes:
    """A version 2 matrix profile with one gamma (ICC.1:2001-04, 6.3)."""
    text = b"desc" + bytes(4) + struct.pack(">I", 2) + b"x\0" + bytes(78)
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(GAMMA * 256)) + bytes(2)
    tags = {b"desc": text, b"cprt": b"text" + bytes(4) + b"none\0\0\0\0"}
    tags[b"wtpt"] = b"XYZ " + bytes(4) + fixed([0.9642, 1.0, 0.8249])
    for letter, primary in zip(b"rgb", primaries, strict=True):
        tags[bytes([letter]) + b"XYZ"] = b"XYZ " + bytes(4) + fixed(primary)
        tags[bytes([letter]) + b"TRC"] = curve
    offset, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        content = content.ljust(-(-len(content) // 4) * 4, b"\0")
        table += name + struct.pack(">II", offset + len(data), len(content))
        data += content
    header = struct.pack(">I4sI4s4s4s", offset + len(data), bytes(4), 0x02100000, b"mntr", space, b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + fixed([0.9642, 1.0, 0.8249]) + bytes(48)
    return header + struct.pack(">I", len(tags)) + table + data


def in_srgb(pixels: Pixels, primaries: np.ndarray) -> np.ndarray:
    """The conversion by its formula, in floating point."""
    linear = np.clip((pixels / 255) ** GAMMA @ primaries @ np.linalg.inv(SRGB), 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


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
