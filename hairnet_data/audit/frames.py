"""A portrait as a network sees it: photo and mask in one square frame, moved by the same matrix."""

from __future__ import annotations

import numpy as np

from hairnet_data.building.label_check import SIZE, framed_portrait
from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.base import Portrait

FRAME = SIZE
"""Side of the frame in pixels."""


def framed(portrait: Portrait) -> tuple[Pixels, Pixels]:
    """The photo, uint8 (S, S, 3), and its mask, uint8 (S, S) of class ids and 255, with S = `FRAME`.

    The whole photo is in the frame. What is beside it is grey, and background in the mask.
    """
    return framed_portrait(portrait, FRAME)


def framed_turned(portrait: Portrait) -> Pixels:
    """The mask in the frame as `framed` has it, but sampled while the portrait is upside down.

    Halfway between two pixels a mask is sampled at one of them, always on the same side: half a pixel of a mask that is
    twice as large as the frame. The two errors are opposite.
    """
    upside_down = Portrait(portrait.image[::-1, ::-1].copy(), portrait.mask[::-1, ::-1].copy())
    return np.ascontiguousarray(framed(upside_down)[1][::-1, ::-1])
