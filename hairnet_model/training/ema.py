"""An exponential moving average of weights, which varies less than the weights themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

EVERY = 4
"""Steps between updates: most of the cost is copying the weights."""


class Average:
    """An exponential moving average (Polyak, Juditsky 1992; the warm-up is TensorFlow's `num_updates`).

    The n-th update keeps the share min(keep, (1 + n) / (10 + n)) of it, so that the initial weights have little
    influence even after a hundred steps.

    Args:
        keep: the share of the average that an update keeps in the long run, 0..1.
        weights: float32 arrays to start from; they are copied.
        updates: how many updates there have been before.
    """

    def __init__(self, keep: float, weights: Sequence[NDArray[Any]], updates: int = 0) -> None:
        self._keep = keep
        self.weights = [np.array(weight) for weight in weights]
        self.updates = updates

    def update(self, weights: Sequence[NDArray[Any]]) -> None:
        """Adds the current weights to the average."""
        keep = np.float32(min(self._keep, (1 + self.updates) / (10 + self.updates)))
        self.updates += 1
        for average, weight in zip(self.weights, weights, strict=True):
            average *= keep
            average += (1 - keep) * weight
