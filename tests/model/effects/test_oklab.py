from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hairnet_model.effects import oklab

CODES = st.tuples(*[st.integers(0, 255)] * 3)


def test_known_colours() -> None:
    # From the table and the definition in Ottosson's article: white, and sRGB's red.
    np.testing.assert_allclose(oklab.from_srgb(np.array([255, 255, 255], np.uint8)), [1, 0, 0], atol=2e-4)
    np.testing.assert_allclose(oklab.from_srgb(np.array([255, 0, 0], np.uint8)), [0.628, 0.2249, 0.1258], atol=2e-4)


@given(CODES)
def test_there_and_back(rgb: tuple[int, int, int]) -> None:
    pixels = np.array([rgb], np.uint8)
    made = oklab.from_srgb(pixels)
    np.testing.assert_allclose(oklab.to_codes(made), pixels, atol=0.1)
    np.testing.assert_allclose(oklab.from_codes(pixels.astype(np.float32)), made, atol=1e-5)


@given(st.floats(0, 1))
def test_lightness_is_that_of_cielab_and_has_an_inverse(value: float) -> None:
    okl = np.array([value], np.float32)
    light = oklab.lightness(okl)
    assert 0 <= light[0] <= 1.0001
    np.testing.assert_allclose(oklab.from_lightness(light), okl, atol=1e-5)
    cielab = (
        116 * value - 16 if value > 6 / 29 else 903.3 * value**3
    ) / 100  # of a grey, whose L is the cube root of its luminance
    assert abs(light[0] - cielab) < 0.03
