"""How well a prediction fits the truth: counts that add up over pictures, and the scores that follow from them.

NumPy alone. Evaluation, ablation and export all count with `count` and ask `score`. Every score is computed from
counts pooled over all pictures, never averaged over pictures: a picture without hair would have no hair score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.classes import BACKGROUND, FACE, HAIR, NAMES
from hairnet_data.pixels import Pixels

Counted = NDArray[np.int64]

CLASSES = len(NAMES)

OUTLINED = (HAIR, FACE)
"""Classes that have a boundary F1. The background's boundary is theirs once more."""

TOLERANCE = 2 / 224
"""How far a boundary may be off, as a share of the picture's side: 2 pixels of 224."""

BLOB = 0.005
"""A picture with nobody in it has a blob if more than this share of its pixels is called hair or face."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What scores are computed from. Counts of several pictures are added with `+` or `total`.

    Attributes:
        pictures: how many were counted.
        confusion: int64 (3, 3) pixels, rows truth, columns prediction, both in the order of the class ids.
        boundary: int64 (2, 4) pixels, a row for each of `OUTLINED`; see `boundary_counts`.
    """

    pictures: int = 0
    confusion: Counted = field(default_factory=lambda: np.zeros((CLASSES, CLASSES), np.int64))
    boundary: Counted = field(default_factory=lambda: np.zeros((len(OUTLINED), 4), np.int64))

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.pictures + other.pictures, self.confusion + other.confusion, self.boundary + other.boundary)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores from 0 to 1; NaN where undefined.

    Attributes:
        pictures: over how many.
        pixel_accuracy: share of pixels whose class is right.
        iou: intersection over union, one a class in the order of the ids.
        f1: the same for F1.
        miou: mean of the IoU of all classes that occur.
        boundary_f1: hair's and face's, in the order of `OUTLINED`.
    """

    pictures: int
    pixel_accuracy: float
    iou: tuple[float, ...]
    f1: tuple[float, ...]
    miou: float
    boundary_f1: tuple[float, ...]

    @property
    def boundary_mean(self) -> float:
        """Mean boundary F1 of hair and face, of one of them where the other never occurs."""
        return _mean(self.boundary_f1)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers by name; None where a score is undefined, since JSON has no NaN."""
        boundary = {NAMES[number]: plain(value) for number, value in zip(OUTLINED, self.boundary_f1, strict=True)}
        return {
            "pictures": self.pictures,
            "pixel_accuracy": plain(self.pixel_accuracy),
            "iou": {name: plain(value) for name, value in zip(NAMES, self.iou, strict=True)},
            "f1": {name: plain(value) for name, value in zip(NAMES, self.f1, strict=True)},
            "miou": plain(self.miou),
            "boundary_f1": {**boundary, "mean": plain(self.boundary_mean)},
        }


def count(truth: Pixels, predicted: Pixels) -> Counts:
    """Counts one picture.

    Args:
        truth: uint8 (H, W) class ids.
        predicted: the same of the prediction.

    Raises:
        ValueError: the shapes differ, or an id is no class.
    """
    return Counts(1, confusion(truth, predicted), boundary_counts(truth, predicted))


def total(counted: Iterable[Counts]) -> Counts:
    """The sum of several counts."""
    return sum(counted, start=Counts())


def score(counts: Counts) -> Scores:
    """The scores that follow from counts."""
    return Scores(
        counts.pictures,
        pixel_accuracy(counts.confusion),
        tuple(float(value) for value in iou(counts.confusion)),
        tuple(float(value) for value in f1(counts.confusion)),
        miou(counts.confusion),
        tuple(float(value) for value in boundary_f1(counts.boundary)),
    )


def confusion(truth: Pixels, predicted: Pixels) -> Counted:
    """Counts pixels by true and predicted class.

    Args:
        truth: uint8 class ids of any shape.
        predicted: the same of the prediction.

    Returns:
        int64 (3, 3): row t, column p holds the number of pixels of class t that were taken for p.

    Raises:
        ValueError: the shapes differ, or an id is no class.
    """
    if truth.shape != predicted.shape:
        raise ValueError(f"a truth of shape {truth.shape} and a prediction of shape {predicted.shape}")
    highest = max(truth.max(initial=0), predicted.max(initial=0))
    if highest >= CLASSES:
        raise ValueError(f"class {highest} in masks of {CLASSES} classes")
    cells = truth * np.uint8(CLASSES) + predicted
    counted = np.bincount(cells.ravel(), minlength=CLASSES * CLASSES)
    return counted.reshape(CLASSES, CLASSES).astype(np.int64)


def pixel_accuracy(matrix: Counted) -> float:
    """Right pixels over all pixels of a confusion matrix (3, 3)."""
    return float(_share(np.trace(matrix), matrix.sum()))


def iou(matrix: Counted) -> NDArray[np.float64]:
    """Intersection over union of each class, TP / (TP + FP + FN) (Jaccard 1912; PASCAL VOC).

    Args:
        matrix: int64 (3, 3), rows truth.

    Returns:
        float64 (3,); NaN for a class that is neither there nor predicted: that is no achievement.
    """
    right = np.diagonal(matrix)
    return _share(right, matrix.sum(0) + matrix.sum(1) - right)


def f1(matrix: Counted) -> NDArray[np.float64]:
    """F1 of each class, 2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall (Dice 1945).

    Args:
        matrix: int64 (3, 3), rows truth.

    Returns:
        float64 (3,); NaN as for `iou`.
    """
    return _share(2 * np.diagonal(matrix), matrix.sum(0) + matrix.sum(1))


def miou(matrix: Counted) -> float:
    """Mean of `iou` over the classes where it is defined (Long, Shelhamer, Darrell 2015)."""
    return _mean(iou(matrix))


def boundary_counts(truth: Pixels, predicted: Pixels, tolerance: float = TOLERANCE) -> Counted:
    """Counts how much of the boundary of hair and of face was met.

    A boundary pixel is one of the class with one of its four neighbours of another class; the picture's frame
    is no boundary. It is met if a boundary pixel of the same class in the other mask lies within the tolerance
    (Euclidean; at least one pixel, because no mask is sharper). So in Csurka, Larlus, Perronnin, "What is a good
    evaluation measure for semantic segmentation?" (BMVC 2013), with two differences: their tolerance is 0.75 %
    of the diagonal, ours 0.63 % of a square's, and they average over pictures, where here counts are pooled.
    Unlike the benchmark of BSDS (Martin, Fowlkes, Malik 2004) it asks for no one-to-one assignment.

    Args:
        truth: uint8 (H, W) class ids.
        predicted: the same of the prediction.
        tolerance: as a share of the longer side.

    Returns:
        int64 (2, 4), a row for each of `OUTLINED`: predicted boundary pixels that were met, all of them, true
        boundary pixels that were met, all of them.
    """
    reach = max(1.0, tolerance * max(truth.shape))
    counted = np.zeros((len(OUTLINED), 4), np.int64)
    for row, number in zip(counted, OUTLINED, strict=True):
        true, guessed = _boundary(truth == number), _boundary(predicted == number)
        row[1], row[3] = np.count_nonzero(guessed), np.count_nonzero(true)
        if row[1] and row[3]:
            row[0] = np.count_nonzero(guessed & _near(true, reach))
            row[2] = np.count_nonzero(true & _near(guessed, reach))
    return counted


def boundary_f1(counts: Counted) -> NDArray[np.float64]:
    """Harmonic mean 2 P R / (P + R) of the shares of predicted (P) and of true (R) boundary that were met.

    Args:
        counts: int64 (2, 4) of `boundary_counts`, of one picture or of the sum over many.

    Returns:
        float64 (2,), one for each of `OUTLINED`; 0 where just one side has a boundary, NaN where neither has.
    """
    met_guessed, guessed, met_true, true = counts.T.astype(np.float64)
    # The same fraction without dividing twice: defined wherever one of the sides has a boundary.
    return _share(2 * met_guessed * met_true, met_guessed * true + met_true * guessed, guessed + true > 0)


def false_positive_share(mask: Pixels) -> float:
    """Share of the pixels called hair or face, in the predicted class ids (H, W) of a picture with nobody in it."""
    return float(np.count_nonzero(mask != BACKGROUND) / mask.size)


def has_blob(mask: Pixels) -> bool:
    """Whether somebody was seen in a picture with nobody in it: more than `BLOB` of its pixels."""
    return false_positive_share(mask) > BLOB


def wilson(hits: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share, as 0 to 1.

    The score interval of Wilson ("Probable inference, the law of succession, and statistical inference", JASA 22,
    1927), which also holds for few pictures and for shares near 0, where hits / n +- 1.96 s does not (Brown, Cai,
    DasGupta 2001): (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n), with z = 1.96.

    Args:
        hits: how many of them.
        n: independent observations; nothing is known of the share of none.

    Raises:
        ValueError: not 0 <= hits <= n.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} hits of {n}")
    if n == 0:
        return 0.0, 1.0
    z = 1.959963984540054
    p, extra = hits / n, z * z / n
    middle = p + extra / 2
    half = z * math.sqrt(p * (1 - p) / n + extra / (4 * n))
    low, high = (middle - half) / (1 + extra), (middle + half) / (1 + extra)
    return max(0.0, min(p, low)), min(1.0, max(p, high))  # rounding must not part them from the share


def plain(value: float) -> float | None:
    """A score for JSON: rounded to six digits, None if it is undefined."""
    return None if math.isnan(value) else round(float(value), 6)


def _share(part: Any, whole: Any, defined: Any = None) -> NDArray[np.float64]:
    """Divides; NaN where it is not `defined` (unless told, where the whole is 0), 0 if a defined whole is 0."""
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    divided = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return np.where(whole > 0 if defined is None else defined, divided, np.nan)


def _mean(values: Iterable[float]) -> float:
    """The mean of those that are defined; NaN if none is."""
    defined = [value for value in values if not math.isnan(value)]
    return float(np.mean(defined)) if defined else math.nan


def _boundary(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels of a region (H, W) that have one of their four neighbours outside it."""
    inner = region.copy()
    inner[1:] &= region[:-1]
    inner[:-1] &= region[1:]
    inner[:, 1:] &= region[:, :-1]
    inner[:, :-1] &= region[:, 1:]
    return region & ~inner


def _near(marked: NDArray[np.bool_], reach: float) -> NDArray[np.bool_]:
    """The pixels (H, W) no farther than `reach` from a marked one: a dilation by a disc."""
    far = int(reach)
    height, width = marked.shape
    padded = np.pad(marked, far)
    near = np.zeros_like(marked)
    for down in range(-far, far + 1):
        for right in range(-far, far + 1):
            if down * down + right * right <= reach * reach:
                near |= padded[far + down : far + down + height, far + right : far + right + width]
    return near
