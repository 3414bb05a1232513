"""What a square shows faintly: places that deserve a nearer look, though no head is seen there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hairnet_data.core.classes import BACKGROUND
from hairnet_model.inference.components import Box, Component, components
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.squares import Square

FAINT = 0.008
"""The least probability of hair or face of a pixel that belongs to a faint head.

In composites of LFW's validation pool all heads that fill 0.22 of the square are seen so, 85 % of those of 0.14, and
57 % of those of 0.09, by 0.01 and the weights before `training/filled.sh`.
"""

LEAST = 0.0006
"""Smallest faint face, and smallest faint hair without one, in areas of the network's square."""

RIM = 0.25
"""Around a head's box, in its longer sides: what is seen so far from it belongs to it."""


def faint_heads(probabilities: Probabilities, square: Square, shape: tuple[int, int]) -> list[Component]:
    """Heads in a square by pixels that show hair or face with `FAINT` and more.

    Args:
        probabilities: float32 (S, S, 3).
        square: where the square lies in the photo.
        shape: rows and columns of the photo.
    """
    raised = probabilities.copy()
    raised[..., BACKGROUND] *= np.float32(FAINT / (1 - FAINT))
    raised /= raised.sum(-1, keepdims=True)
    return components(raised, square, shape, LEAST, LEAST)


def likely_elsewhere(
    probabilities: Probabilities, square: Square, shape: tuple[int, int], heads: Sequence[Box]
) -> Probabilities:
    """The probability of hair or face, float32 (S, S); 0 outside the photo, in the boxes of heads, and near them."""
    likely = 1 - probabilities[..., BACKGROUND]
    across, down = _centres(square, len(likely))
    likely[(down < 0) | (down > shape[0])] = 0
    likely[:, (across < 0) | (across > shape[1])] = 0
    for x, y, width, height in heads:
        rim = RIM * max(width, height)
        rows, columns = _within(down, y - rim, height + 2 * rim), _within(across, x - rim, width + 2 * rim)
        likely[rows, columns] = 0
    return np.asarray(likely, np.float32)


def most_within(likely: Probabilities, square: Square, part: Square) -> float:
    """The largest value of `likely_elsewhere` of a square in a part of it; 0 where they do not overlap."""
    across, down = _centres(square, len(likely))
    there = likely[_within(down, part.top, part.side), _within(across, part.left, part.side)]
    return float(there.max(initial=0))


def _centres(square: Square, size: int) -> tuple[Probabilities, Probabilities]:
    """Where the pixels of a square are in the photo, x and y."""
    centres = (np.arange(size) + 0.5) * (square.side / size)
    return square.left + centres, square.top + centres


def _within(centres: Probabilities, start: float, length: float) -> slice:
    first, end = np.searchsorted(centres, (start, start + length))
    return slice(int(first), int(end))
