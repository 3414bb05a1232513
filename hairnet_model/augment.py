"""What training changes on the fly: mirror and colour. Everything else was drawn when the records were made."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.pixels import Pixels, pixels

_LEVELS = np.arange(256, dtype=np.float32) / 255


def augment(images: Pixels, masks: Pixels, rng: np.random.Generator, strength: float = 1.0) -> tuple[Pixels, Pixels]:
    """Mirrors half the pictures with their masks, and changes the colours of all.

    Brightness (up to 15 % of the range), contrast (0.7 to 1.4), gamma (0.7 to 1.4), a cast a channel (up to 8 %)
    and saturation (0 to 1.4), each times the strength: what cameras and light do beyond what the records vary.

    Args:
        images: uint8 (N, H, W, 3) RGB.
        masks: uint8 (N, H, W) class ids.
        rng: where all chance comes from.
        strength: 0 leaves every colour as it is.

    Returns:
        New arrays of the same shapes.
    """
    made, moved = np.empty_like(images), np.empty_like(masks)
    for i, (image, mask) in enumerate(zip(images, masks, strict=True)):
        turned = bool(rng.random() < 0.5)
        coloured = _coloured(image, rng.random(7), strength) if strength > 0 else image
        made[i] = coloured[:, ::-1] if turned else coloured
        moved[i] = mask[:, ::-1] if turned else mask
    return made, moved


def _coloured(image: Pixels, numbers: NDArray[np.float64], strength: float) -> Pixels:
    """One picture's colours changed, by seven numbers of 0..1."""
    brightness, contrast, gamma, *casts, saturation = (float(number) * 2 - 1 for number in numbers)
    curve = _LEVELS ** (1.4 ** (strength * gamma))
    curve = (curve - 0.5) * 1.4 ** (strength * contrast) + 0.5 + 0.15 * strength * brightness
    table = np.stack([curve + 0.08 * strength * cast for cast in casts], axis=-1)
    made = cv2.LUT(image, np.clip(table * 255, 0, 255).astype(np.uint8).reshape(256, 1, 3))
    share = 1 + strength * (0.4 * saturation if saturation > 0 else min(1.0, -saturation) * -1.0 * (saturation < -0.5))
    if share == 1:
        return pixels(made)
    grey = cv2.cvtColor(cv2.cvtColor(made, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return pixels(cv2.addWeighted(made, max(0.0, share), grey, 1 - max(0.0, share), 0))
