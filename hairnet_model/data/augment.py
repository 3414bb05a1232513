"""Augmentation during training: mirroring, colour changes, covered heads.

Everything else was drawn when the records were made.
"""

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

    Brightness (up to 15 % of the range), contrast (0.7 to 1.4), gamma (0.7 to 1.4), a cast per channel (up to 8 %)
    and saturation (0 to 1.4), each times the strength. They vary what the records do not: camera and light.

    Args:
        images: uint8 (N, H, W, 3) RGB.
        masks: uint8 (N, H, W) class ids, pixels without a label as `partial_labels` has them.
        rng: the source of all random numbers.
        strength: 0 leaves every colour as it is.

    Returns:
        New arrays of the same shapes.
    """
    new_images, new_masks = np.empty_like(images), np.empty_like(masks)
    for i, (image, mask) in enumerate(zip(images, masks, strict=True)):
        mirrored = bool(rng.random() < 0.5)
        recoloured = _recolour(image, rng.random(7), strength) if strength > 0 else image
        new_images[i] = recoloured[:, ::-1] if mirrored else recoloured
        new_masks[i] = mask[:, ::-1] if mirrored else mask
    return new_images, new_masks


def cover(images: Pixels, masks: Pixels, rng: np.random.Generator, rate: float) -> tuple[Pixels, Pixels]:
    """Hides part of some heads, and occasionally all of one, as a hand or a cup would.

    Occluders in the records lie anywhere; these lie on the head, which its mask locates. Half of them have one colour,
    half are cut from a picture of nobody, if the batch has one. What they hide becomes background.

    Args:
        images: uint8 (N, H, W, 3) RGB.
        masks: uint8 (N, H, W) class ids, pixels without a label as `partial_labels` has them.
        rng: the source of all random numbers.
        rate: share of the heads that are covered, 0..1.

    Returns:
        New arrays of the same shapes.
    """
    images, masks = images.copy(), masks.copy()
    # A pixel without a label belongs to no head, but does not prove that nobody is there either.
    heads = (masks != BACKGROUND) & (masks < UNSURE)
    sizes = np.count_nonzero(heads, axis=(1, 2))
    donors = np.flatnonzero(~masks.any(axis=(1, 2)))
    pieces = images[donors]  # a copy, before anything is painted
    for i in np.flatnonzero(sizes):
        if rng.random() >= rate:
            continue
        head = np.flatnonzero(heads[i])
        y, x = divmod(int(head[rng.integers(len(head))]), masks.shape[2])
        radius = math.sqrt(len(head) / math.pi) * (2.5 if rng.random() < 0.1 else rng.uniform(0.35, 1.0))
        shape = _blob(masks.shape[1:], (x, y), radius, rng)
        if len(donors) and rng.random() < 0.5:
            images[i][shape] = pieces[rng.integers(len(donors))][shape]
        else:
            images[i][shape] = rng.integers(256, size=3)
        masks[i][shape] = BACKGROUND
    return images, masks


def _blob(size: tuple[int, ...], centre: tuple[int, int], radius: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """An irregular, stretched and rotated polygon about a point (x, y), filled: bool (H, W)."""
    angles = np.sort(rng.uniform(0, 2 * math.pi, int(rng.integers(4, 13))))
    outline = np.stack([np.cos(angles), np.sin(angles)], -1) * rng.uniform(0.7, 1.3, (len(angles), 1))
    stretch, angle = rng.uniform(0.6, 1.0), rng.uniform(0, math.pi)
    rotation = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    corners = np.asarray(centre) + radius * (outline * (1 / stretch, stretch)) @ rotation
    filled = np.zeros(size, np.uint8)
    cv2.fillPoly(filled, [np.round(corners).astype(np.int32)], 1)
    return filled.astype(np.bool_)


def _recolour(image: Pixels, numbers: NDArray[np.float64], strength: float) -> Pixels:
    """Changes one picture's colours by seven numbers of 0..1."""
    brightness, contrast, gamma, *casts, saturation = (float(number) * 2 - 1 for number in numbers)
    curve = _LEVELS ** (1.4 ** (strength * gamma))
    curve = (curve - 0.5) * 1.4 ** (strength * contrast) + 0.5 + 0.15 * strength * brightness
    table = np.stack([curve + 0.08 * strength * cast for cast in casts], axis=-1)
    toned = cv2.LUT(image, np.clip(table * 255, 0, 255).astype(np.uint8).reshape(256, 1, 3))
    factor = _saturation_factor(saturation, strength)
    if factor == 1:
        return as_pixels(toned)
    grey = cv2.cvtColor(cv2.cvtColor(toned, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return as_pixels(cv2.addWeighted(toned, factor, grey, 1 - factor, 0))


def _saturation_factor(number: float, strength: float) -> float:
    """What saturation is multiplied by, from a number of -1..1.

    Half of the numbers raise it, by up to 40 % at strength 1. A quarter leave it, and a quarter lower it to between
    half and nothing, since black and white photos and dim light are common.
    """
    if number > 0:
        return 1 + strength * (0.4 * number)
    if number < -0.5:
        return max(0.0, 1 + strength * number)
    return 1.0
