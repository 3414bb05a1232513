"""Pixels without a label: which classes they may have, as one number per pixel.

A mask that training reads holds class ids, and for a pixel without a label 128 plus a bit for each class that it may
have (bit k is class k), or 255 for any class: its lowest three bits are all set.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES, UNLABELLED

UNSURE = 128
"""Values from here on are not class ids."""

POSSIBLE: NDArray[np.float32] = np.array(
    [
        [value >> number & 1 if value >= UNSURE else value == number for number in range(len(NAMES))]
        for value in range(256)
    ],
    np.float32,
)
"""Which classes a pixel may have, by its value in the mask: float32 (256, 3) of 0 and 1."""


def unlabelled_value(possible: Sequence[int]) -> int:
    """The mask's value for a pixel without a label that may have these classes; 0 for no class: no such pixels."""
    bits = sum(1 << number for number in possible)
    if bits == (1 << len(NAMES)) - 1:
        return UNLABELLED
    return UNSURE + bits if bits else 0


def fill_unlabelled(masks: Pixels, values: NDArray[np.uint8]) -> Pixels:
    """Checks masks, and replaces `UNLABELLED` by the value that says which classes such a pixel may have.

    Args:
        masks: uint8 (N, H, W) as stored: class ids and `UNLABELLED`.
        values: uint8 (N,), for each mask the `unlabelled_value` of its dataset; 0 if all its pixels have labels.

    Returns:
        uint8 (N, H, W); `masks` itself if all its pixels have labels.

    Raises:
        ValueError: a mask holds another value, or a pixel without a label where its dataset says that there is none.
    """
    if masks.max(initial=0) < len(NAMES):
        return masks
    replacement = values[:, None, None]
    unlabelled = masks == UNLABELLED
    invalid = masks[(masks >= len(NAMES)) & ~(unlabelled & (replacement > 0))]
    if invalid.size:
        raise ValueError(f"a mask holds the class {int(invalid.max())}")
    return np.where(unlabelled, replacement, masks)
