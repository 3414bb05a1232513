"""People without the ground they stand before, from a portrait and the person's coverage.

Of photographs nobody knows where the person ends: the head alone is taken, where the mask says hair or face.

A pixel at the outline is a mixture: image = coverage * person + (1 - coverage) * ground. The ground there is taken to
be the mean of the ground nearby. All of it is arithmetic of integers, the same on every machine.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.classes import FACE, HAIR

_WINDOWS = (9, 41)
"""Sides of the squares whose ground is averaged, in pixels: wider than the outline is soft, and wide enough for gaps
between strands, where no ground lies nearer."""


def head_coverage(mask: Pixels) -> Pixels:
    """255 where a mask of class ids says hair or face, 0 elsewhere: uint8 of its shape."""
    return as_pixels(((mask == HAIR) | (mask == FACE)) * np.uint8(255))


def soft_coverage(coverage: Pixels, width: int, height: int) -> Pixels:
    """A coverage of 0 and 255 with an edge two pixels wide, in an image's size: uint8 (height, width)."""
    if coverage.shape != (height, width):
        coverage = as_pixels(cv2.resize(coverage, (width, height), interpolation=cv2.INTER_LINEAR))
    return as_pixels(cv2.blur(coverage, (3, 3)))


def lift(image: Pixels, coverage: Pixels) -> Pixels:
    """Takes a person out of a portrait.

    Args:
        image: uint8 (H, W, 3) RGB.
        coverage: uint8 (H, W), the person's share of each pixel in 255ths.

    Returns:
        uint8 (H, W, 4): the person's part of each pixel's colour (RGB multiplied by the coverage), and the coverage.
    """
    # A lens spreads the person's colours by about a pixel beyond its coverage.
    bare = cv2.dilate(coverage, np.ones((3, 3), np.uint8)) == 0
    known = bare.view(np.uint8)
    ground = np.zeros(image.shape, np.int32)
    for side in reversed(_WINDOWS):
        count, total = _sums(known, side)[..., None], _sums(as_pixels(image * known[..., None]), side)
        ground = np.where(count, (total + count // 2) // np.maximum(count, 1), ground)
    weight = coverage[..., None].astype(np.int32)
    person = (image.astype(np.int32) * 255 - (255 - weight) * ground + 127) // 255
    return as_pixels(np.concatenate([np.clip(person, 0, weight), weight], axis=2).astype(np.uint8))


def _sums(values: Pixels, side: int) -> NDArray[np.int32]:
    """The sum over the square about each pixel; beyond the borders all is 0."""
    sums = cv2.boxFilter(values, cv2.CV_32S, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(sums, np.int32)


def over(cutout: Pixels, ground: Pixels) -> Pixels:
    """Puts a person before another ground.

    Args:
        cutout: uint8 (H, W, C + 1), of `lift`: C channels multiplied by the coverage, and the coverage.
        ground: uint8 (H, W, C).

    Returns:
        uint8 (H, W, C).
    """
    rest = np.uint16(255) - cutout[..., -1:]
    # At most 255 * 255 + 127, which fits into 16 bits; the sum is at most 255 + 255.
    behind = (ground * rest + np.uint16(127)) // np.uint16(255)
    return as_pixels(np.minimum(cutout[..., :-1] + behind, 255).astype(np.uint8))
