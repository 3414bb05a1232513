"""What training changes on the fly: mirror, colour, covered heads. All else was drawn when the records were made."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.classes import BACKGROUND
from hairnet_model.data.partial_labels import UNSURE

_LEVELS = np.arange(256, dtype=np.float32) / 255


def augment(images: Pixels, masks: Pixels, rng: np.random.Generator, strength: float = 1.0) -> tuple[Pixels, Pixels]:
    """Mirrors half the pictures with their masks, and changes the colours of all.

    Brightness (up to 15 % of the range), contrast (0.7 to 1.4), gamma (0.7 to 1.4), a cast a channel (up to 8 %)
    and saturation (0 to 1.4), each times the strength: what cameras and light do beyond what the records vary.

    Args:
        images: uint8 (N, H, W, 3) RGB.
        masks: uint8 (N, H, W) class ids, pixels without a label as `partial_labels` has them.
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


def cover(images: Pixels, masks: Pixels, rng: np.random.Generator, rate: float) -> tuple[Pixels, Pixels]:
    """Hides part of some heads, and now and then a whole one, as a hand or a cup would.

    Occluders in the records fall anywhere; these fall on the head, which is found by its mask. Half of them are of one
    colour, half are pieces of a picture of nobody, where the batch has one. What they hide becomes background.

    Args:
        images: uint8 (N, H, W, 3) RGB.
        masks: uint8 (N, H, W) class ids, pixels without a label as `partial_labels` has them.
        rng: where all chance comes from.
        rate: of the heads that are covered, 0..1.

    Returns:
        New arrays of the same shapes.
    """
    images, masks = images.copy(), masks.copy()
    # What has no label is of no head; but nobody knows that there is nobody either.
    heads = (masks != BACKGROUND) & (masks < UNSURE)
    sizes = np.count_nonzero(heads, axis=(1, 2))
    donors = np.flatnonzero(~masks.any(axis=(1, 2)))
    pieces = images[donors]  # before anything is painted
    for i in np.flatnonzero(sizes):
        if rng.random() >= rate:
            continue
        places = np.flatnonzero(heads[i])
        down, across = divmod(int(places[rng.integers(len(places))]), masks.shape[2])
        reach = math.sqrt(len(places) / math.pi) * (2.5 if rng.random() < 0.1 else rng.uniform(0.35, 1.0))
        shape = _blob(masks.shape[1:], (across, down), reach, rng)
        if len(donors) and rng.random() < 0.5:
            images[i][shape] = pieces[rng.integers(len(donors))][shape]
        else:
            images[i][shape] = rng.integers(256, size=3)
        masks[i][shape] = BACKGROUND
    return images, masks


def _blob(size: tuple[int, ...], centre: tuple[int, int], reach: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A crooked, stretched outline about a point (x, y), filled: bool (H, W)."""
    turns = np.sort(rng.uniform(0, 2 * math.pi, int(rng.integers(4, 13))))
    outline = np.stack([np.cos(turns), np.sin(turns)], -1) * rng.uniform(0.7, 1.3, (len(turns), 1))
    stretch, turn = rng.uniform(0.6, 1.0), rng.uniform(0, math.pi)
    turned = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    corners = np.asarray(centre) + reach * (outline * (1 / stretch, stretch)) @ turned
    filled = np.zeros(size, np.uint8)
    cv2.fillPoly(filled, [np.round(corners).astype(np.int32)], 1)
    return filled.astype(np.bool_)


def _coloured(image: Pixels, numbers: NDArray[np.float64], strength: float) -> Pixels:
    """One picture's colours changed, by seven numbers of 0..1."""
    brightness, contrast, gamma, *casts, saturation = (float(number) * 2 - 1 for number in numbers)
    curve = _LEVELS ** (1.4 ** (strength * gamma))
    curve = (curve - 0.5) * 1.4 ** (strength * contrast) + 0.5 + 0.15 * strength * brightness
    table = np.stack([curve + 0.08 * strength * cast for cast in casts], axis=-1)
    made = cv2.LUT(image, np.clip(table * 255, 0, 255).astype(np.uint8).reshape(256, 1, 3))
    share = 1 + strength * (0.4 * saturation if saturation > 0 else min(1.0, -saturation) * -1.0 * (saturation < -0.5))
    if share == 1:
        return as_pixels(made)
    grey = cv2.cvtColor(cv2.cvtColor(made, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return as_pixels(cv2.addWeighted(made, max(0.0, share), grey, 1 - max(0.0, share), 0))
