"""A flat sheet that the head wears as a texture, and strokes on it in centimetres."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.canvas import SKIN, Bytes, paint
from hairnet_data.sources.drawn.colours import Rgb

DOT = 12.0
"""Texture pixels per centimetre."""

ORIGIN = (9.0, 13.0)
"""Where the head's origin lies on the sheet, cm from its left and top edge."""

SHEET = (int(26.5 * DOT), int(2 * ORIGIN[0] * DOT))
"""Rows and columns of the sheet."""


def mix(first: Rgb | NDArray[np.floating], second: Rgb | NDArray[np.floating], share: float) -> Rgb:
    """`first` moved towards `second` by `share` in 0..1."""
    red, green, blue = (float(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


class Sheet:
    """The texture, uint8 (*SHEET, 4), RGB and part, and strokes on it in centimetres."""

    def __init__(self, skin: Rgb) -> None:
        self.pixels: Bytes = np.empty((*SHEET, 4), np.uint8)
        self.pixels.view(np.uint32)[:] = np.array([*np.round(skin), SKIN], np.uint8).view(np.uint32)

    def fixed(self, points: NDArray[np.floating]) -> NDArray[np.int32]:
        """Points in cm to sixteenths of a texture pixel."""
        return np.round((np.asarray(points) + ORIGIN) * DOT * 16).astype(np.int32)

    def area(self, points: NDArray[np.floating], colour: Rgb, part: int = SKIN) -> None:
        """Fills the polygon (N, 2)."""
        cv2.fillPoly(self.pixels, [self.fixed(points)], paint(colour, part), cv2.LINE_8, 4)

    def stroke(self, points: NDArray[np.floating], colour: Rgb, wide: float) -> None:
        """Draws a line `wide` centimetres thick through (N, 2)."""
        thick = max(1, round(wide * DOT))
        cv2.polylines(self.pixels, [self.fixed(points)], False, paint(colour, SKIN), thick, cv2.LINE_8, 4)

    def soft(self, points: NDArray[np.floating], colour: Rgb, share: float, spread: float) -> None:
        """Blends `colour` over the polygon (N, 2) by up to `share`, its edge softened by `spread` cm."""
        points = np.asarray(points, float)
        low = np.maximum(0, ((points.min(0) + ORIGIN - 3 * spread) * DOT).astype(int))
        high = np.minimum(SHEET[::-1], ((points.max(0) + ORIGIN + 3 * spread) * DOT).astype(int) + 2)
        if (high <= low).any():
            return
        cover = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        cv2.fillPoly(cover, [self.fixed(points) - low.astype(np.int32) * 16], 255, cv2.LINE_8, 4)
        cover = np.asarray(cv2.blur(cv2.blur(cover, (self._odd(spread),) * 2), (self._odd(spread),) * 2), np.uint8)
        part = self.pixels[low[1] : high[1], low[0] : high[0], :3]
        weight = cover[..., None] * np.float32(share / 255)
        part[:] = (part + (np.array(colour, np.float32) - part) * weight).astype(np.uint8)

    @contextmanager
    def only_inside(self, shape: NDArray[np.floating]) -> Iterator[None]:
        """What is painted within the block appears inside the polygon (N, 2) only."""
        low = np.maximum(0, ((shape.min(0) + ORIGIN - 1) * DOT).astype(np.int32))
        high = np.maximum(low + 1, ((shape.max(0) + ORIGIN + 1) * DOT).astype(np.int32))
        box = np.s_[low[1] : high[1], low[0] : high[0]]
        before = self.pixels[box].copy()
        yield
        outside = np.ones(before.shape[:2], np.uint8)
        cv2.fillPoly(outside, [self.fixed(shape) - low * 16], 0, cv2.LINE_8, 4)
        cv2.copyTo(before, outside, self.pixels[box])

    @staticmethod
    def _odd(spread: float) -> int:
        return 2 * int(spread * DOT * 0.9) + 1


def oval(x: float, y: float, wide: float, high: float, turn: float = 0.0, corners: int = 20) -> NDArray[np.float64]:
    """An ellipse (corners, 2) with half axes `wide` and `high`, turned by `turn` radians."""
    around = np.arange(corners) * (2 * np.pi / corners)
    px, py = wide * np.cos(around), high * np.sin(around)
    return np.stack([x + px * np.cos(turn) - py * np.sin(turn), y + px * np.sin(turn) + py * np.cos(turn)], 1)


def moved(points: NDArray[np.float64], x: float, y: float) -> NDArray[np.float64]:
    """Returns points (N, 2) shifted by x, y."""
    return np.asarray(points + np.array((x, y)))
