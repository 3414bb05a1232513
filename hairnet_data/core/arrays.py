"""The type of all pictures here: uint8 arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def pixels(array: Any) -> Pixels:
    """The same array, typed: OpenCV's results are typed loosely. Raises AssertionError for anything else."""
    assert isinstance(array, np.ndarray)
    assert array.dtype == np.uint8
    return array
