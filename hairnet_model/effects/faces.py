"""Where faces are, by the probabilities of cells."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_model.effects.grid import Plane

_FACE = 0.5  # from this probability on, a cell is of a face
_SMALLEST = 0.004  # of the picture; smaller faces are specks


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face, ears and neck included, in cells.

    Attributes:
        mask: bool (rows, columns).
        top: its first row.
        middle: where its middle is at the height of the eyes, from the left.
        wide: its width there.
    """

    mask: NDArray[np.bool_]
    top: int
    middle: float
    wide: float


def faces(face: Plane) -> list[Face]:
    """The faces in a picture: cells that hang together along rows and columns.

    Args:
        face: float32 (rows, columns), the mean probability of face in every cell.
    """
    count, labels = cv2.connectedComponents((face > _FACE).astype(np.uint8), connectivity=4)
    pieces = (labels == label for label in range(1, count))
    return [_measured(piece) for piece in pieces if piece.sum() >= _SMALLEST * face.size]


def _measured(face: NDArray[np.bool_]) -> Face:
    rows = np.flatnonzero(face.any(1))
    top, end = int(rows[0]), int(rows[-1]) + 1
    low, high = top + (15 * (end - top)) // 100, top + max(1, (55 * (end - top)) // 100)
    left = float(np.mean([np.argmax(row) for row in face[low:high]]))
    right = float(np.mean([len(row) - np.argmax(row[::-1]) for row in face[low:high]]))
    return Face(face, top, (left + right) / 2, right - left)
