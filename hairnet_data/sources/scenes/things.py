"""What a drawn thing is, how it gets its cover and its light, and how it is put into a scene."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes import strands, surfaces
from hairnet_data.sources.scenes.paint import Colour, blurred, fractal, lay, lit, plain, ramp
from hairnet_data.sources.scenes.palette import shade

SHIFT = strands.SHIFT


@dataclass(frozen=True, slots=True)
class Thing:
    """One drawn thing.

    Attributes:
        colour: uint8 (S, S, 3) RGB.
        alpha: uint8 (S, S), 255 where it covers what lies behind.
    """

    colour: Pixels
    alpha: Pixels


def polygon(side: int, corners: NDArray[np.float64]) -> Pixels:
    """The filled polygon of (N, 2) corners in shares of `side`, as a mask uint8 (side, side)."""
    alpha = np.zeros((side, side), np.uint8)
    points = (corners * side * (1 << SHIFT)).round().astype(np.int32)
    cv2.fillPoly(alpha, [points], (255,), cv2.LINE_AA, SHIFT)
    return alpha


def cover(rng: np.random.Generator, side: int, base: Colour) -> Pixels:
    """What covers a thing: one colour, blotches, or now and then a pattern all over."""
    pick = rng.random()
    if pick < 0.5:
        return plain(side, side, base)
    if pick < 0.75:
        blotches = fractal(rng, side, side, max(3.0, side * float(rng.uniform(0.1, 0.4))), 3)
        return ramp(blotches, [shade(base, 0.8), base, shade(base, 1.15)])
    makers = (surfaces.fabric, surfaces.wood, surfaces.texture, strands.fur)
    return makers[int(rng.integers(len(makers)))](rng, side, side)


def puffed(colour: Pixels, alpha: Pixels, rng: np.random.Generator) -> Thing:
    """Lights a silhouette as if it were stuffed: from one side, darker towards the rim."""
    side = alpha.shape[0]
    height = blurred(alpha, side * 0.14).astype(np.float32) * np.float32(1 / 255)
    reach = max(1, side // 10)
    rise = np.zeros_like(height)
    rise[reach:, reach:] = height[reach:, reach:] - height[:-reach, :-reach]
    if rng.random() < 0.5:
        rise[:, :-reach] = height[:, :-reach] - height[:, reach:]
    light = np.float32(0.55) + height * np.float32(0.5) + rise * np.float32(rng.uniform(0.2, 0.6))
    return Thing(lit(colour, np.clip(light, 0.1, 1.8)), alpha)


def paste(ground: Pixels, thing: Thing, x: int, y: int, shadow: float = 0.5) -> None:
    """Pastes a thing onto a picture, in place, and a soft shadow beneath it.

    Args:
        ground: uint8 (H, W, 3).
        thing: what is pasted; parts beyond the picture are cut off.
        x: column of its left edge.
        y: row of its upper edge.
        shadow: how dark its shadow is, 0 to 1.
    """
    side = thing.alpha.shape[0]
    if shadow > 0:
        dark = np.pad(thing.alpha, side // 6)
        dark = (blurred(dark, side * 0.1).astype(np.float32) * np.float32(shadow)).astype(np.uint8)
        offset = side // 6 - max(1, side // 16)
        _paste_layer(ground, np.zeros((*dark.shape, 3), np.uint8), dark, x - offset, y - offset)
    _paste_layer(ground, thing.colour, thing.alpha, x, y)


def _paste_layer(ground: Pixels, layer: Pixels, alpha: Pixels, x: int, y: int) -> None:
    """Lays a layer at (x, y), cut off at the edges of the ground."""
    left, top = max(0, -x), max(0, -y)
    right = min(alpha.shape[1], ground.shape[1] - x)
    low = min(alpha.shape[0], ground.shape[0] - y)
    if left >= right or top >= low:
        return
    inner = (slice(top, low), slice(left, right))
    lay(ground[y + top : y + low, x + left : x + right], layer[inner], alpha[inner])
