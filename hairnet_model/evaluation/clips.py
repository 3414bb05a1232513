"""Short synthetic videos of known truth: a picture and its mask, moved by an affine map that changes slowly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, as_pixels

RATE = 30
"""Frames a second."""

SHIFT, TURN, GROWTH = 0.08, 8.0, 0.08
"""How far the picture moves either way, in its sides; how far it turns, in degrees; by what share it grows."""

NOISE = 2.0
"""Standard deviation of the noise in every frame, of 255 levels, as a camera in good light has it."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ClipFrame:
    """A frame.

    Attributes:
        image: uint8 (S, S, 3) RGB.
        mask: uint8 (S, S) of class ids.
        matrix: (3, 3), from pixels of the picture to pixels of the frame, whose centres are at whole numbers.
        seconds: when it is shown.
    """

    image: Pixels
    mask: Pixels
    matrix: Matrix
    seconds: float


def clip(image: Pixels, mask: Pixels, frames: int, number: int, moving: bool) -> Iterator[ClipFrame]:
    """Yields the frames of a clip; the same ones for the same arguments.

    Where the picture does not reach, its border is repeated, in the mask too.

    Args:
        image: uint8 (S, S, 3) RGB.
        mask: uint8 (S, S) of class ids.
        frames: how many.
        number: of the clip: each begins elsewhere in the movement, and has noise of its own.
        moving: False for a film of a picture that stands still.
    """
    side = mask.shape[0]
    noise = np.random.default_rng((number, 2026))
    for at in range(frames):
        matrix = motion(side, at / RATE + number * 0.37) if moving else np.eye(3)
        moved = cv2.warpAffine(image, matrix[:2], (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        noisy = moved + noise.normal(0, NOISE, moved.shape)
        yield ClipFrame(
            as_pixels(np.clip(np.rint(noisy), 0, 255).astype(np.uint8)), moved_mask(mask, matrix), matrix, at / RATE
        )


def motion(side: int, seconds: float) -> Matrix:
    """The affine map at a time: shift, turn and growth around the middle, each with a period of its own."""
    across, down = (SHIFT * side * np.sin(2 * np.pi * seconds / period) for period in (2.3, 3.1))
    angle = np.radians(TURN * np.sin(2 * np.pi * seconds / 2.7))
    scale = 1 + GROWTH * np.sin(2 * np.pi * seconds / 3.7)
    cosine, sine, middle = scale * np.cos(angle), scale * np.sin(angle), (side - 1) / 2
    linear = np.array([[cosine, -sine], [sine, cosine]])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = middle + np.array([across, down]) - linear @ (middle, middle)
    return matrix


def moved_mask(mask: Pixels, matrix: Matrix) -> Pixels:
    """A mask moved by a map, by nearest neighbour, its border repeated."""
    side = mask.shape[0]
    back = np.linalg.inv(matrix)
    rows, columns = np.mgrid[:side, :side]
    x = np.rint(back[0, 0] * columns + back[0, 1] * rows + back[0, 2]).clip(0, side - 1).astype(int)
    y = np.rint(back[1, 0] * columns + back[1, 1] * rows + back[1, 2]).clip(0, side - 1).astype(int)
    return as_pixels(mask[y, x])
