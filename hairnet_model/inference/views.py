"""Squares of a photo as the network sees them, and how many it has seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.squares import Square, cut_out

Run = Callable[[Pixels], Probabilities]
"""From squares, uint8 (N, S, S, 3) RGB, to probabilities (N, S, S, 3)."""

_MOST = 16  # squares that are held at once


class Views:
    """Looks at squares of one photo.

    Args:
        photo: uint8 (H, W, 3) RGB.
        run: the network; it is given several squares at once.
        size: side S of the square that it takes, in pixels.

    Attributes:
        passes: squares that were looked at so far.
    """

    def __init__(self, photo: Pixels, run: Run, size: int) -> None:
        self._photo, self._run, self._size = photo, run, size
        self.passes = 0

    def seen(self, squares: Sequence[Square]) -> Iterator[Probabilities]:
        """What the network says of each, float32 (S, S, 3)."""
        for start in range(0, len(squares), _MOST):
            yield from self._looked([self._cut(square) for square in squares[start : start + _MOST]])

    def mirrored(self, square: Square) -> Probabilities:
        """The same of a square whose mirror image was shown, mirrored back: another opinion on a texture."""
        return self._looked([np.ascontiguousarray(self._cut(square)[:, ::-1])])[0, :, ::-1]

    def _cut(self, square: Square) -> Pixels:
        return cut_out(self._photo, square, self._size)

    def _looked(self, squares: Sequence[Pixels]) -> Probabilities:
        self.passes += len(squares)
        return self._run(np.stack(squares))
