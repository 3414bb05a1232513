"""The types of pictures and points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

Point = tuple[float, float]
"""(x, y) in frames: (0, 0) is the upper left corner of the square output, (1, 1) the lower right one."""


def as_pixels(array: Any) -> Pixels:
    """The same array, typed: OpenCV's results are typed loosely. Raises AssertionError for anything else."""
    assert isinstance(array, np.ndarray)
    assert array.dtype == np.uint8
    return array
