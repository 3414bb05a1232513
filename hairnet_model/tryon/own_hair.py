"""What a photo tells of the hair in it: its colour, the contrast of its strands, how their hue changes with light."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.effects.grid import Plane
from hairnet_model.tryon.colour import decoded
from hairnet_model.tryon.shading import Tint

FEWEST = 2000
"""Pixels that are enough to tell more than a colour."""

USUAL_COLOUR = (62, 46, 36)
"""sRGB of hair on heads that have none of their own."""

LOCK, PAINTED = 0.7, 0.22
"""Contrast is what differs from a blur of so many cm (standard deviation); painted hair has so much of contrast 1."""

CONTRASTS, USUAL_CONTRAST = (1.0, 2.8), 2.0
"""Of hair at least and at most, and of heads whose own hair does not tell; other colours have no more, either: dark hair
has the most for its highlights are white."""

ORDINARY = (0.1, 0.85)
"""Quantiles of brightness between which own hair tells its colour: what is brighter is highlights."""

HUED, BENDS = (0.05, 0.95), (0.75, 1.3)
"""Quantiles of brightness between which hair tells how its hue changes, and the powers at least and at most."""

_LUMINANCE = np.array((0.2126, 0.7152, 0.0722), np.float32)
_DARKEST = 0.004  # linear: darker pixels are noise


def tint_of(image: Pixels, own: NDArray[np.bool_], size: float, colour: Plane | None) -> Tint:
    """The tint of the own hair; another colour where one is asked for.

    Args:
        image: uint8 (H, W, 3) RGB.
        own: bool (H, W), pixels that are surely own hair.
        size: pixels per centimetre.
        colour: float32 (3,), linear RGB; None for the own colour.
    """
    straight = np.ones(3, np.float32)
    if np.count_nonzero(own) < FEWEST:
        usual = image[own].mean(0) if own.any() else np.array(USUAL_COLOUR, np.float32)
        return Tint(decoded(usual) if colour is None else colour, USUAL_CONTRAST, straight)
    linear = decoded(image.astype(np.float32))
    bright = linear @ _LUMINANCE
    hair = bright[own]
    low, high = np.quantile(hair, ORDINARY)
    contrast = _contrast(bright, own, size)
    if colour is not None:
        return Tint(colour, min(contrast, USUAL_CONTRAST), straight)
    ordinary = own & (bright >= low) & (bright <= high)
    return Tint(decoded(image[ordinary].mean(0)), contrast, _bend(linear[own], hair))


def _contrast(bright: Plane, own: NDArray[np.bool_], size: float) -> float:
    weight = own.astype(np.float32)
    around, share = (cv2.GaussianBlur(each, (0, 0), LOCK * size) for each in (bright * weight, weight))
    fine = (bright - around / np.maximum(share, np.float32(1e-3)))[own]
    return float(np.clip(fine.std() / max(1e-3, float(bright[own].mean())) / PAINTED, *CONTRASTS))


def _bend(linear: Plane, bright: Plane) -> Plane:
    """The slopes of the logarithms of the channels over that of the luminance."""
    low, high = np.quantile(bright, HUED)
    kept = (bright >= max(low, _DARKEST)) & (bright <= high)
    if np.count_nonzero(kept) < FEWEST // 4:
        return np.ones(3, np.float32)
    along = np.log(bright[kept])
    along = along - along.mean()
    channels = np.log(np.maximum(linear[kept], np.float32(_DARKEST / 4)))
    slopes = along @ (channels - channels.mean(0)) / max(1e-6, float(along @ along))
    return np.asarray(np.clip(slopes, *BENDS), np.float32)
