"""Blur and noise of a photo, so that what is painted looks as if it had been photographed with the rest."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.effects.grid import Plane

BLURS = (0.0, 0.6, 0.9, 1.3, 1.8, 2.5, 3.5)
"""Standard deviations that are tried, in pixels."""

NOISIEST = 12.0
"""Codes; more is texture."""

_FEWEST = 200  # pixels to measure anything in


def sharpness(luma: Plane, where: NDArray[np.bool_]) -> float | None:
    """Share of the finest octave in the two finest octaves of a picture's detail; small where it is blurred.

    Args:
        luma: float32 (H, W).
        where: bool (H, W), the pixels that count.

    Returns:
        0..1; None where there is too little to see.
    """
    if np.count_nonzero(where) < _FEWEST:
        return None
    fine = luma - cv2.GaussianBlur(luma, (0, 0), 1.0)
    both = luma - cv2.GaussianBlur(luma, (0, 0), 2.5)
    total = float(np.mean(both[where] ** 2))
    return float(np.mean(fine[where] ** 2)) / total if total > 1 else None


def blur_that_fits(luma: Plane, where: NDArray[np.bool_], wanted: float | None) -> float:
    """The blur of `BLURS` by which a painted picture becomes no sharper than wanted.

    Args:
        luma: of what is painted, float32 (H, W).
        where: bool (H, W), the pixels that count.
        wanted: of `sharpness`; None for no blur.
    """
    if wanted is None:
        return 0.0
    for sigma in BLURS:
        made = cv2.GaussianBlur(luma, (0, 0), sigma) if sigma else luma
        sharp = sharpness(np.asarray(made, np.float32), where)
        if sharp is None or sharp <= wanted:
            return sigma
    return BLURS[-1]


def noise_of(luma: Plane, where: NDArray[np.bool_]) -> float:
    """Standard deviation of a photo's noise in codes (Immerkær 1996), by the median so that edges do not count.

    Args:
        luma: float32 (H, W).
        where: bool (H, W), smooth pixels, such as skin.
    """
    kernel = np.array(((1, -2, 1), (-2, 4, -2), (1, -2, 1)), np.float32)
    where = cv2.erode(where.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    if np.count_nonzero(where) < _FEWEST:
        return 0.0
    found = np.abs(cv2.filter2D(luma, -1, kernel)[where])
    return float(min(NOISIEST, np.median(found) / 0.6745 / 6))


def luma_of(image: Pixels | Plane) -> Plane:
    """Brightness of sRGB codes, float32 (H, W)."""
    return np.asarray(image[..., :3] @ np.array((0.299, 0.587, 0.114), np.float32), np.float32)


def hashed(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """A 32-bit integer hash (Wellons' lowbias32), the same in every language with unsigned integers."""
    x = values.astype(np.uint32)
    x ^= x >> np.uint32(16)
    x = x * np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x = x * np.uint32(0x846CA68B)
    return np.asarray(x ^ (x >> np.uint32(16)), np.uint32)


def noise(height: int, width: int, left: int, top: int) -> Plane:
    """Noise of standard deviation 1, float32 (height, width), that depends on the pixels' places in the photo alone."""
    rows, columns = np.arange(top, top + height), np.arange(left, left + width)
    number = hashed(np.uint32(rows[:, None].astype(np.uint32) * np.uint32(65536)) + columns.astype(np.uint32))
    parts = [(number >> np.uint32(shift)) & np.uint32(255) for shift in (0, 8, 16, 24)]
    total = sum(part.astype(np.float32) for part in parts)
    return np.asarray((total - np.float32(510)) / np.float32(147.8), np.float32)
