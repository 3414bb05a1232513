"""Oklab, a colour space in which equal steps look alike, and back (Björn Ottosson, https://bottosson.github.io/posts/oklab)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels

Oklab = NDArray[np.float32]
"""(..., 3): lightness 0..1, then green to red and blue to yellow, both about -0.4..0.4."""

Colour = tuple[float, float, float]
"""One colour in Oklab."""

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_FROM_LAB = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]], np.float32
)
_FROM_LMS = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ],
    np.float32,
)


def _linear(code: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


_LINEAR = _linear(np.arange(256) / 255).astype(np.float32)


def from_srgb(pixels: Pixels) -> Oklab:
    """Oklab of 8-bit sRGB: uint8 (..., 3) to float32 (..., 3)."""
    return _from_linear(_LINEAR[pixels])


def from_codes(codes: NDArray[np.float32]) -> Oklab:
    """Oklab of sRGB codes that are no whole numbers, such as means: float32 (..., 3) of 0..255."""
    return _from_linear(_linear(np.asarray(codes, np.float64) / 255).astype(np.float32))


def _from_linear(linear: NDArray[np.float32]) -> Oklab:
    return np.asarray(np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T, np.float32)


def to_codes(colours: Oklab) -> NDArray[np.float32]:
    """Codes of sRGB from Oklab, 0..255 and not rounded; what sRGB cannot show is clipped a channel at a time."""
    roots = colours @ _FROM_LAB.T
    linear = np.clip((roots * roots * roots) @ _FROM_LMS.T, 0, 1)
    codes = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** np.float32(1 / 2.4) - 0.055)
    return np.asarray(255 * codes, np.float32)


_K1, _K2 = np.float32(0.206), np.float32(0.03)
_K3 = (1 + _K1) / (1 + _K2)


def lightness(okl: NDArray[np.float32]) -> NDArray[np.float32]:
    """Oklab's L_r of its L, both 0..1: the lightness of CIELAB, in which steps in black are as small as they look."""
    at = _K3 * okl - _K1
    return np.asarray((at + np.sqrt(at * at + 4 * _K2 * _K3 * okl)) / 2, np.float32)


def from_lightness(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inverse of `lightness`."""
    return np.asarray(light * (light + _K1) / (_K3 * (light + _K2)), np.float32)
