"""The canvas: four channels, red, green, blue and the part a pixel shows, painted at twice the size or more.

Every stroke paints its colour and its part in one go, so picture and mask cannot drift apart. Shrinking
by area averaging then gives soft edges in the picture and exact shares of every part for the mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

NOTHING, SKIN, HAIRS, CLOTH, FRAME, HAT, HAND, BEARD = range(8)
"""The parts of a portrait."""

CLASS_OF_PART = np.array([BACKGROUND, FACE, HAIR, BACKGROUND, FACE, BACKGROUND, BACKGROUND, HAIR], np.uint8)
"""Class id of each part: glasses belong to the face, hat and hands to the background, a dense beard to the hair.

That is how LFW Part Labels has it: in its 24 training portraits with the most hair about mouth and chin every
dense beard and moustache is labelled hair. Stubble is skin.
"""

SHIFT = 4
"""Fixed-point bits of polygon corners, so shapes sit at sixteenths of a pixel on every machine."""


class Canvas:
    """A square of `side` x `side` pixels, uint8 (side, side, 4), RGB and part."""

    def __init__(self, side: int, scale: float) -> None:
        """Makes an empty canvas; `scale` is canvas pixels per pixel of a 256-pixel picture."""
        self.side = side
        self.scale = scale
        self.pixels: Bytes = np.zeros((side, side, 4), np.uint8)

    @property
    def part(self) -> Bytes:
        """The part channel, uint8 (side, side), a view."""
        return self.pixels[..., 3]

    def polygon(self, points: NDArray[np.floating], colour: Sequence[float] | NDArray[np.floating], part: int) -> None:
        """Fills a polygon; points (N, 2) x, y in canvas pixels."""
        fixed = np.round(points * (1 << SHIFT)).astype(np.int32)
        cv2.fillPoly(self.pixels, [fixed], paint(colour, part), shift=SHIFT)

    def lines(
        self, points: NDArray[np.floating], colour: Sequence[float] | NDArray[np.floating], part: int, thick: float
    ) -> None:
        """Draws open polylines; points (S, N, 2) in canvas pixels, `thick` in canvas pixels."""
        if not len(points):
            return
        fixed = np.round(np.clip(points, -4000, 4000)).astype(np.int32)
        cv2.polylines(self.pixels, fixed, False, paint(colour, part), max(1, round(thick)))


def paint(colour: Sequence[float] | NDArray[np.floating], part: int) -> tuple[float, float, float, float]:
    """An OpenCV colour of RGB (0..255) and part."""
    red, green, blue = (float(min(255, max(0, round(value)))) for value in colour)
    return red, green, blue, float(part)


def smooth_curve(points: NDArray[np.floating], steps: int = 6, closed: bool = True) -> NDArray[np.float64]:
    """A Catmull-Rom curve through (N, 2) points; returns about (N * steps, 2)."""
    base = np.asarray(points, float)
    around = np.concatenate([base[-1:], base, base[:2]] if closed else [base[:1], base, base[-1:]])
    p0, p1, p2, p3 = (around[i : len(around) - 3 + i, None] for i in range(4))
    t = (np.arange(steps) / steps)[None, :, None]
    curve = 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
    flat = curve.reshape(-1, base.shape[1])
    return flat if closed else np.concatenate([flat, base[-1:]])


_BELL = np.array([[NormalDist().inv_cdf((step + 0.5) / 256) for step in range(256)]], np.float32)
"""The normal distribution in 256 steps."""


def grain(rng: np.random.Generator, shape: tuple[int, ...], spread: float = 1.0) -> Floats:
    """Independent noise of mean 0, float32 `shape`: normal in 256 steps, at a fraction of the cost."""
    raw = rng.integers(0, 256, (shape[0], int(np.prod(shape[1:]))), np.uint8)
    table = _BELL * np.float32(spread)
    return np.asarray(cv2.LUT(raw, table), np.float32).reshape(shape)


def field(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Floats:
    """Smooth noise, float32 `shape`, mean about 0 and spread about 1, from `cells` rows and columns."""
    rough = grain(rng, cells)
    return np.asarray(cv2.resize(rough, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)
