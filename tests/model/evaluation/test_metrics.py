"""The metrics: numbers worked out by hand, a slow second way, and what must hold whatever the masks are."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.metrics import (
    Counts,
    boundary_counts,
    confusion,
    count,
    f1,
    false_positive_share,
    has_blob,
    iou,
    miou,
    pixel_accuracy,
    score,
    total,
    wilson,
)

TRUTH = np.array([[0, 0, 0, 1], [0, 1, 1, 1], [2, 2, 0, 1], [2, 2, 0, 0]], np.uint8)
GUESS = np.array([[0, 0, 1, 1], [0, 1, 1, 0], [2, 1, 0, 0], [2, 2, 2, 0]], np.uint8)
# Row by row: truth 0 -> 5 x 0, 1 x 1, 1 x 2; truth 1 -> 2 x 0, 3 x 1; truth 2 -> 1 x 1, 3 x 2.
MATRIX = np.array([[5, 1, 1], [2, 3, 0], [0, 1, 3]])


masks = arrays(np.uint8, (9, 11), elements=st.integers(0, 2))


def test_confusion_has_truth_in_rows_and_prediction_in_columns() -> None:
    matrix = confusion(TRUTH, GUESS)
    assert matrix.dtype == np.int64
    assert matrix.tolist() == MATRIX.tolist()
    assert confusion(GUESS, TRUTH).tolist() == MATRIX.T.tolist() != MATRIX.tolist()


def test_scores_of_a_matrix_by_hand() -> None:
    assert pixel_accuracy(MATRIX) == pytest.approx(11 / 16)
    assert iou(MATRIX) == pytest.approx([5 / 9, 3 / 7, 3 / 5])
    assert f1(MATRIX) == pytest.approx([10 / 14, 6 / 10, 6 / 8])
    assert miou(MATRIX) == pytest.approx((5 / 9 + 3 / 7 + 3 / 5) / 3)


def test_a_class_that_never_occurs_has_no_score() -> None:
    matrix = np.array([[6, 0, 1], [0, 0, 0], [2, 0, 3]])
    assert iou(matrix) == pytest.approx([6 / 9, math.nan, 3 / 6], nan_ok=True)
    assert f1(matrix) == pytest.approx([12 / 15, math.nan, 6 / 9], nan_ok=True)
    assert miou(matrix) == pytest.approx((6 / 9 + 3 / 6) / 2)
    # Predicted but never there, or there but never predicted: that is a score of 0.
    assert iou(np.array([[6, 1, 0], [0, 0, 0], [0, 0, 3]]))[HAIR] == 0
    assert iou(np.array([[6, 0, 0], [1, 0, 0], [0, 0, 3]]))[HAIR] == 0


def test_no_picture_has_no_score() -> None:
    values = score(Counts()).to_json()
    assert values.pop("pictures") == 0
    assert values == {
        "pixel_accuracy": None,
        "iou": {"background": None, "hair": None, "face": None},
        "f1": {"background": None, "hair": None, "face": None},
        "miou": None,
        "boundary_f1": {"hair": None, "face": None, "mean": None},
    }
    json.dumps(values, allow_nan=False)


def test_scores_as_json() -> None:
    values = score(count(TRUTH, GUESS)).to_json()
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert values["pictures"] == 1
    assert values["pixel_accuracy"] == 11 / 16
    assert values["iou"] == {"background": round(5 / 9, 6), "hair": round(3 / 7, 6), "face": 3 / 5}
    assert values["f1"] == {"background": round(5 / 7, 6), "hair": 3 / 5, "face": 3 / 4}


@pytest.mark.parametrize("shape", [(4, 5), (2, 4, 4), (16,)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        confusion(TRUTH, np.zeros(shape, np.uint8))


def test_other_classes_are_refused() -> None:
    for number in (3, 76, 127):  # 76 is red's luma; times three it would overflow
        with pytest.raises(ValueError, match=f"class {number}"):
            confusion(np.full((2, 2), number, np.uint8), np.zeros((2, 2), np.uint8))
        with pytest.raises(ValueError, match=f"class {number}"):
            confusion(np.zeros((2, 2), np.uint8), np.full((2, 2), number, np.uint8))


@given(masks, masks)
def test_swapping_truth_and_prediction_keeps_the_scores(truth: Any, guess: Any) -> None:
    one, other = count(truth, guess), count(guess, truth)
    assert (one.confusion == other.confusion.T).all()
    assert (one.boundary == other.boundary[:, [2, 3, 0, 1]]).all()
    assert score(one).to_json() == score(other).to_json()


@given(masks, masks)
def test_limits(truth: Any, guess: Any) -> None:
    scores = score(count(truth, guess))
    for value in (scores.pixel_accuracy, *scores.iou, *scores.f1, scores.miou, *scores.boundary_f1):
        assert math.isnan(value) or 0 <= value <= 1
    for i, f in zip(scores.iou, scores.f1, strict=True):
        assert f == pytest.approx(2 * i / (1 + i), nan_ok=True)
    assert (scores.pixel_accuracy == 1) == bool((truth == guess).all())


@given(masks)
def test_a_perfect_prediction(truth: Any) -> None:
    scores = score(count(truth, truth))
    for number, (i, f) in enumerate(zip(scores.iou, scores.f1, strict=True)):
        assert (i, f) == (1, 1) if (truth == number).any() else math.isnan(i) and math.isnan(f)
    assert all(math.isnan(value) or value == 1 for value in scores.boundary_f1)


@given(st.lists(st.tuples(masks, masks), min_size=1, max_size=4))
def test_counts_add_up_to_those_of_all_pixels(pairs: Any) -> None:
    summed = total(count(truth, guess) for truth, guess in pairs)
    together = confusion(np.stack([truth for truth, _ in pairs]), np.stack([guess for _, guess in pairs]))
    assert summed.pictures == len(pairs)
    assert (summed.confusion == together).all()
    assert (summed.boundary == sum(boundary_counts(truth, guess) for truth, guess in pairs)).all()


def test_false_positives() -> None:
    mask = np.zeros((40, 50), np.uint8)
    assert false_positive_share(mask) == 0
    mask[0, :6], mask[1, :4] = HAIR, FACE
    assert false_positive_share(mask) == 10 / 2000
    assert not has_blob(mask), "half a percent is not more than half a percent"
    mask[2, 0] = FACE
    assert has_blob(mask)


# Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 300), st.integers(0, 300))
def test_wilson_holds_the_share_and_has_a_mirror(hits: int, others: int) -> None:
    n = hits + others
    low, high = wilson(hits, n)
    assert 0 <= low <= (hits / n if n else 0.5) <= high <= 1
    assert wilson(others, n) == pytest.approx((1 - high, 1 - low))
    if n:
        less = wilson(hits * 4, n * 4)
        assert less[1] - less[0] < high - low


def test_wilson_knows_nothing_of_nothing_and_refuses_nonsense() -> None:
    assert wilson(0, 0) == (0, 1)
    for hits, n in ((3, 2), (-1, 2), (math.nan, 2)):
        with pytest.raises(ValueError, match="hits"):
            wilson(hits, n)


def test_rounded_for_json() -> None:
    assert metrics.json_number(math.nan) is None
    assert metrics.json_number(1 / 3) == 0.333333
    assert type(metrics.json_number(np.float64(0.5))) is float
