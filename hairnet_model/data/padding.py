"""What surrounds a photo that is not square in the square that a network sees."""

from __future__ import annotations

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND

PAD = 96
"""Grey value of what the photo does not cover.

Of LFW's test portraits cut to 3:5, all greys but the extremes and the photo's own mean were alike (within 0.5 points of
IoU); the darker, the less was found in photos of nobody.
"""

_NARROWEST, _WIDEST = 1.15, 2.2  # longer through shorter side of the photos that are imitated


def pad(images: Pixels, masks: Pixels, rng: np.random.Generator, rate: float) -> tuple[Pixels, Pixels]:
    """Hides two opposite sides of some pictures under `PAD`, as if they had been photos that are not square.

    Two thirds of them have bars of the same width, as photos have that are framed by `inference.letterbox`. The others
    have bars of any widths with the same sum, as squares have that reach beyond a photo's edge. What bars hide becomes
    background.

    Args:
        images: uint8 (N, H, W, 3) RGB.
        masks: uint8 (N, H, W) class ids, pixels without a label as `partial_labels` has them.
        rng: the source of all random numbers.
        rate: share of the pictures that get bars, 0..1.

    Returns:
        New arrays of the same shapes.
    """
    images, masks = images.copy(), masks.copy()
    for image, mask in zip(images, masks, strict=True):
        chance, aspect, along, uneven, share = rng.random(5)
        if chance >= rate:
            continue
        if along < 0.5:  # bars at the left and right
            image, mask = image.swapaxes(0, 1), mask.swapaxes(0, 1)
        both = len(mask) * (1 - 1 / (_NARROWEST + aspect * (_WIDEST - _NARROWEST)))
        first = round(both * (share if uneven < 1 / 3 else 0.5))
        last = len(mask) - (round(both) - first)
        for bar in (slice(None, first), slice(last, None)):
            image[bar], mask[bar] = PAD, BACKGROUND
    return images, masks
