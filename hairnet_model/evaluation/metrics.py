"""Metrics: counts that add up over pictures, and the scores that are computed from them.

Evaluation, ablation and export all count with `count` and ask `score`. Every score is computed from
counts pooled over all pictures, never averaged over pictures: a picture without hair would have no hair score.
Pixels without a label are left out, and where there are any, a class that no pixel is labelled as has no score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, NAMES
from hairnet_model.data.partial_labels import UNSURE
from hairnet_model.evaluation.boundary import OUTLINED, Counted, boundary_counts

CLASSES = len(NAMES)

BLOB = 0.005
"""A picture with nobody in it has a blob if more than this share of its pixels is predicted as hair or face."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """The counts that scores are computed from. Counts of several pictures are added with `+` or `total`.

    Attributes:
        pictures: how many were counted.
        confusion: int64 (3, 3) pixels, rows truth, columns prediction, both in the order of the class ids.
        boundary: int64 (2, 4) pixels, a row for each of `OUTLINED`; see `boundary_counts`.
        unlabelled: pixels without a label, which were left out.
    """

    pictures: int = 0
    confusion: Counted = field(default_factory=lambda: np.zeros((CLASSES, CLASSES), np.int64))
    boundary: Counted = field(default_factory=lambda: np.zeros((len(OUTLINED), 4), np.int64))
    unlabelled: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.pictures + other.pictures,
            self.confusion + other.confusion,
            self.boundary + other.boundary,
            self.unlabelled + other.unlabelled,
        )


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores from 0 to 1; NaN where undefined.

    Attributes:
        pictures: over how many.
        pixel_accuracy: share of pixels whose class is right.
        iou: intersection over union of each class, in the order of the ids.
        f1: F1 of each class.
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
        """Mean boundary F1 of hair and face; of one of them if the other never occurs."""
        return _mean(self.boundary_f1)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers by name; None where a score is undefined, since JSON has no NaN."""
        boundary = {NAMES[number]: json_number(value) for number, value in zip(OUTLINED, self.boundary_f1, strict=True)}
        return {
            "pictures": self.pictures,
            "pixel_accuracy": json_number(self.pixel_accuracy),
            "iou": {name: json_number(value) for name, value in zip(NAMES, self.iou, strict=True)},
            "f1": {name: json_number(value) for name, value in zip(NAMES, self.f1, strict=True)},
            "miou": json_number(self.miou),
            "boundary_f1": {**boundary, "mean": json_number(self.boundary_mean)},
        }


def count(truth: Pixels, predicted: Pixels) -> Counts:
    """Counts one picture.

    Args:
        truth: uint8 (H, W) class ids, 128 and more for pixels without a label.
        predicted: uint8 (H, W) class ids.

    Raises:
        ValueError: the shapes differ, or an id is no class.
    """
    matrix = confusion(truth, predicted)
    return Counts(1, matrix, boundary_counts(truth, predicted), truth.size - int(matrix.sum()))


def total(counted: Iterable[Counts]) -> Counts:
    """The sum of several counts."""
    return sum(counted, start=Counts())


def score(counts: Counts) -> Scores:
    """Computes the scores from counts."""
    matrix, partly = counts.confusion, counts.unlabelled > 0
    lines = np.where(_scored(matrix, partly)[list(OUTLINED)], boundary_f1(counts.boundary), np.nan)
    return Scores(
        counts.pictures,
        pixel_accuracy(matrix),
        tuple(float(value) for value in iou(matrix, partly)),
        tuple(float(value) for value in f1(matrix, partly)),
        miou(matrix, partly),
        tuple(float(value) for value in lines),
    )


def _scored(matrix: Counted, partly: bool) -> NDArray[np.bool_]:
    """Which classes can have a score, bool (3,): all, or if some pixels have no label, those with labelled pixels."""
    return np.asarray((matrix.sum(1) > 0) | (not partly), np.bool_)


def confusion(truth: Pixels, predicted: Pixels) -> Counted:
    """Counts pixels by true and predicted class.

    Args:
        truth: uint8 class ids of any shape; 128 and more for pixels without a label, which are left out.
        predicted: uint8 class ids of that shape.

    Returns:
        int64 (3, 3): row t, column p holds the number of pixels of class t that were taken for p.

    Raises:
        ValueError: the shapes differ, or an id is no class.
    """
    if truth.shape != predicted.shape:
        raise ValueError(f"a truth of shape {truth.shape} and a prediction of shape {predicted.shape}")
    if truth.max(initial=0) >= UNSURE:
        labelled = truth < UNSURE
        truth, predicted = truth[labelled], predicted[labelled]
    highest = max(truth.max(initial=0), predicted.max(initial=0))
    if highest >= CLASSES:
        raise ValueError(f"class {highest} in masks of {CLASSES} classes")
    cells = truth * np.uint8(CLASSES) + predicted
    counted = np.bincount(cells.ravel(), minlength=CLASSES * CLASSES)
    return counted.reshape(CLASSES, CLASSES).astype(np.int64)


def pixel_accuracy(matrix: Counted) -> float:
    """Right pixels over all pixels of a confusion matrix (3, 3)."""
    return float(_share(np.trace(matrix), matrix.sum()))


def iou(matrix: Counted, partly: bool = False) -> NDArray[np.float64]:
    """Intersection over union of each class, TP / (TP + FP + FN) (Jaccard 1912; PASCAL VOC).

    Args:
        matrix: int64 (3, 3), rows truth.
        partly: whether pixels without a label were left out; NaN then also for a class without labelled pixels.

    Returns:
        float64 (3,); NaN for a class that neither occurs nor is predicted.
    """
    right = np.diagonal(matrix)
    union = matrix.sum(0) + matrix.sum(1) - right
    return _share(right, union, _scored(matrix, partly) & (union > 0))


def f1(matrix: Counted, partly: bool = False) -> NDArray[np.float64]:
    """F1 of each class, 2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall (Dice 1945).

    Args:
        matrix: int64 (3, 3), rows truth.
        partly: as for `iou`.

    Returns:
        float64 (3,); NaN as for `iou`.
    """
    both = matrix.sum(0) + matrix.sum(1)
    return _share(2 * np.diagonal(matrix), both, _scored(matrix, partly) & (both > 0))


def miou(matrix: Counted, partly: bool = False) -> float:
    """Mean of `iou` over the classes where it is defined (Long, Shelhamer, Darrell 2015)."""
    return _mean(iou(matrix, partly))


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
    """Share of the pixels predicted as hair or face, of class ids (H, W) of a picture with nobody in it."""
    return float(np.count_nonzero(mask != BACKGROUND) / mask.size)


def has_blob(mask: Pixels) -> bool:
    """Whether somebody was predicted in a picture with nobody in it: more than `BLOB` of its pixels."""
    return false_positive_share(mask) > BLOB


def wilson(hits: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share, as 0 to 1.

    The score interval of Wilson ("Probable inference, the law of succession, and statistical inference", JASA 22,
    1927), which also holds for few pictures and for shares near 0, where hits / n +- 1.96 s does not (Brown, Cai,
    DasGupta 2001): (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n), with z = 1.96.

    Args:
        hits: how many of them.
        n: independent observations; 0 gives (0, 1).

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
    return max(0.0, min(p, low)), min(1.0, max(p, high))  # rounding must not exclude the share


def json_number(value: float) -> float | None:
    """A score for JSON: rounded to six digits, None if it is undefined."""
    return None if math.isnan(value) else round(float(value), 6)


def _share(part: Any, total: Any, defined: Any = None) -> NDArray[np.float64]:
    """Divides; NaN where not `defined` (by default where the total is 0), 0 where it is defined and the total is 0."""
    part, total = np.asarray(part, np.float64), np.asarray(total, np.float64)
    divided = np.divide(part, total, out=np.zeros_like(part), where=total > 0)
    return np.where(total > 0 if defined is None else defined, divided, np.nan)


def _mean(values: Iterable[float]) -> float:
    """The mean of those that are defined; NaN if none is."""
    defined = [value for value in values if not math.isnan(value)]
    return float(np.mean(defined)) if defined else math.nan
