"""Measures of hair in another colour (`effects.recolour`): its mean, contrast of strands, edge, and the skin."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR

EDGE = 3
"""Pixels inside the hair that are its edge."""

PORTRAITS = {
    "black": "test_00148",
    "brown": "test_00042",
    "blond": "test_00272",
    "red": "test_00480",
    "grey": "test_00357",
    "coiled": "test_00240",
}
"""Drawn portraits to measure on, of the test pool of 600, by kind of hair."""

SIDE = 384
"""Of these portraits, in pixels."""

_DARK = 51.0  # luma, a fifth of white, below which a share of it says nothing that can be seen


def delta_e(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """CIEDE2000 of two colours in CIELAB (Sharma, Wu, Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    bar = ((a1**2 + b1**2) ** 0.5 + (a2**2 + b2**2) ** 0.5) / 2
    g = 0.5 * (1 - (bar**7 / (bar**7 + 25.0**7)) ** 0.5)
    c1, c2 = np.hypot(a1 * (1 + g), b1), np.hypot(a2 * (1 + g), b2)
    h1, h2 = (float(np.degrees(np.arctan2(b, a * (1 + g)))) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dh = 2 * (c1 * c2) ** 0.5 * np.sin(np.radians(turn) / 2)
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    t = 1 - 0.17 * np.cos(np.radians(hue - 30)) + 0.24 * np.cos(np.radians(2 * hue))
    t += 0.32 * np.cos(np.radians(3 * hue + 6)) - 0.20 * np.cos(np.radians(4 * hue - 63))
    sl = 1 + 0.015 * (light - 50) ** 2 / (20 + (light - 50) ** 2) ** 0.5
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rt = -2 * (chroma**7 / (chroma**7 + 25.0**7)) ** 0.5 * np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    parts = (l2 - l1) / sl, (c2 - c1) / sc, dh / sh
    return float((parts[0] ** 2 + parts[1] ** 2 + parts[2] ** 2 + rt * parts[1] * parts[2]) ** 0.5)


def lab(pixels: Pixels) -> NDArray[np.float64]:
    """CIELAB of uint8 (H, W, 3) RGB."""
    return np.asarray(cv2.cvtColor(np.asarray(pixels, np.float32) / np.float32(255), cv2.COLOR_RGB2LAB), np.float64)


class Recoloured:
    """A portrait and what is measured of it in a new colour.

    Args:
        image: uint8 (H, W, 3) RGB.
        hair: bool (H, W).
        face: bool (H, W): where nothing may change.
    """

    def __init__(self, image: Pixels, hair: NDArray[np.bool_], face: NDArray[np.bool_]) -> None:
        self.image, self.hair, self.face = image, hair, face
        deep = cv2.distanceTransform(np.pad(hair, 1, mode="edge").astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
        self.inside, self.edge = deep > EDGE, hair & (deep <= EDGE)

    @classmethod
    def of(cls, image: Pixels, mask: Pixels, hair: NDArray[np.float32]) -> Recoloured:
        """Measures where the true mask, uint8 (H, W), and the probability of hair, float32 (H, W), agree."""
        return cls(image, (mask == HAIR) & (hair > 0.5), (mask == FACE) & (hair < 0.05))

    def colour(self, made: Pixels, wanted: tuple[int, int, int]) -> float:
        """CIEDE2000 between the mean of the hair and what was asked for."""
        asked = lab(np.array([[wanted]], np.uint8))[0, 0]
        return delta_e(lab(made)[self.hair].mean(0), asked)

    def texture(self, made: Pixels) -> float:
        """Contrast of the strands, over that of before."""
        return self._contrast(made) / self._contrast(self.image)

    def rim(self, made: Pixels) -> float:
        """How much brighter the edge is than the inside, as a share of the inside's luma."""
        luma = made @ np.array([0.299, 0.587, 0.114])
        edge, inside = float(luma[self.edge].mean()), float(luma[self.inside].mean())
        return (edge - inside) / max(inside, _DARK)

    def skin(self, made: Pixels) -> int:
        """Pixels of the face that changed."""
        return int((made != self.image).any(-1)[self.face].sum())

    def _contrast(self, picture: Pixels) -> float:
        light = lab(picture)[..., 0]
        side = max(3, max(light.shape) // 20 | 1)
        weight = cv2.blur(self.inside.astype(float), (side, side))
        mean = cv2.blur(light * self.inside, (side, side)) / np.maximum(weight, 1e-6)
        return float(np.std((light - mean)[self.inside]))
