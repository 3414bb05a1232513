"""Boundary F1: how much of the boundary of each class a prediction meets."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.data.partial_labels import UNSURE

Counted = NDArray[np.int64]

OUTLINED = (HAIR, FACE)
"""Classes that have a boundary F1. The background's boundary is theirs once more."""

TOLERANCE = 2 / 224
"""How far a boundary may be off, as a share of the picture's side: 2 pixels of 224."""

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))  # a pixel and its four neighbours


def boundary_counts(truth: Pixels, predicted: Pixels, tolerance: float = TOLERANCE) -> Counted:
    """Counts how much of the boundary of hair and of face was met.

    A boundary pixel is one of the class with one of its four neighbours of another class; the picture's frame
    is no boundary. It is met if a boundary pixel of the same class in the other mask lies within the tolerance
    (Euclidean; at least one pixel, because no mask is sharper). This is the measure of Csurka, Larlus, Perronnin,
    "What is a good evaluation measure for semantic segmentation?" (BMVC 2013), with two differences: their tolerance
    is 0.75 % of the diagonal, ours 0.63 % of a square's, and they average over pictures, where here counts are pooled.
    Unlike the benchmark of BSDS (Martin, Fowlkes, Malik 2004) it asks for no one-to-one assignment. Boundary pixels
    within reach of a pixel without a label are counted in neither mask: the true boundary may run there.

    Args:
        truth: uint8 (H, W) class ids, 128 and more for pixels without a label.
        predicted: uint8 (H, W) class ids.
        tolerance: as a share of the longer side.

    Returns:
        int64 (2, 4), a row for each of `OUTLINED`: predicted boundary pixels that were met, all of them, true
        boundary pixels that were met, all of them.
    """
    reach = max(1.0, tolerance * max(truth.shape))
    counted = np.zeros((len(OUTLINED), 4), np.int64)
    unlabelled = truth >= UNSURE
    decided, inner = ~unlabelled, ~unlabelled
    if unlabelled.any():
        decided, inner = ~_near(unlabelled, reach), ~_near(unlabelled, 1)
    for row, number in zip(counted, OUTLINED, strict=True):
        # Where the labels end there is a boundary of labels, not of a class.
        true, guessed = _boundary(truth == number) & inner, _boundary(predicted == number)
        row[1], row[3] = np.count_nonzero(guessed & decided), np.count_nonzero(true & decided)
        if row[1] and true.any():
            row[0] = np.count_nonzero(guessed & decided & _near(true, reach))
        if row[3] and guessed.any():
            row[2] = np.count_nonzero(true & decided & _near(guessed, reach))
    return counted


def _boundary(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels of a region (H, W) that have one of their four neighbours outside it; the frame counts as inside."""
    return np.asarray(region & (cv2.erode(region.view(np.uint8), _CROSS) == 0))


def _near(marked: NDArray[np.bool_], reach: float) -> NDArray[np.bool_]:
    """The pixels (H, W) no farther than `reach` from a marked one: a dilation by a disc."""
    y, x = np.mgrid[-int(reach) : int(reach) + 1, -int(reach) : int(reach) + 1]
    disc = (x * x + y * y <= reach * reach).astype(np.uint8)
    return np.asarray(cv2.dilate(marked.view(np.uint8), disc) != 0)
