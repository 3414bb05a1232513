"""Pixels without a label: what is known of them all the same, as one number a pixel.

A mask that training reads holds class ids, and for a pixel without a label 128 + a bit for each class that it may
have (bit k is class k), or 255 for any class: its lowest three bits are all set.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES, UNLABELLED

UNSURE = 128
"""Values from here on are no class ids."""

POSSIBLE: NDArray[np.float32] = np.array(
    [
        [value >> number & 1 if value >= UNSURE else value == number for number in range(len(NAMES))]
        for value in range(256)
    ],
    np.float32,
)
"""By a mask's value, which classes a pixel may have: (256, 3) of 0 and 1."""


def code(may_be: Sequence[int]) -> int:
    """The number of pixels without a label that may have these classes; 0 where there are no such pixels."""
    bits = sum(1 << number for number in may_be)
    if bits == (1 << len(NAMES)) - 1:
        return UNLABELLED
    return UNSURE + bits if bits else 0


def coded(masks: Pixels, codes: NDArray[np.uint8]) -> Pixels:
    """Checks masks, and puts what is known of them in place of pixels without a label.

    Args:
        masks: uint8 (N, H, W) as stored: class ids and `UNLABELLED`. It is returned if all its pixels have labels.
        codes: uint8 (N,) of `code`, what the dataset of each mask says of such pixels.

    Raises:
        ValueError: a mask holds anything else, or such a pixel though its dataset says that there is none.
    """
    if masks.max(initial=0) < len(NAMES):
        return masks
    known = codes[:, None, None]
    unlabelled = masks == UNLABELLED
    strange = masks[(masks >= len(NAMES)) & ~(unlabelled & (known > 0))]
    if strange.size:
        raise ValueError(f"a mask holds the class {int(strange.max())}")
    return np.where(unlabelled, known, masks)
