"""Pixels of the truth without a label: scores leave them out, and pictures show what is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.core.errors import PictureError
from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.evaluate import Case
from hairnet_model.evaluation.hard_examples import HardExamples, error
from hairnet_model.evaluation.report import print_report
from hairnet_model.inference.panels import panels
from hairnet_model.inference.truth import read_truth

# --- scores


def half_labelled() -> tuple[np.ndarray, np.ndarray]:
    """Hair on the left, where labels are; nobody knows about the right half. The top half is called face."""
    truth = np.full((40, 40), UNLABELLED, np.uint8)
    truth[:, :20] = HAIR
    predicted = np.full((40, 40), HAIR, np.uint8)
    predicted[:20] = FACE
    return truth, predicted


def test_scores_leave_it_out() -> None:
    counts = metrics.count(*half_labelled())
    assert counts.unlabelled == 800
    assert counts.confusion.tolist() == [[0, 0, 0], [0, 400, 400], [0, 0, 0]]
    scores = metrics.score(counts)
    assert scores.pixel_accuracy == 0.5
    assert scores.f1[HAIR] == pytest.approx(2 / 3)
    assert np.isnan(scores.f1[FACE]), "no pixel is labelled face: whether it is found is not known"
    assert np.isnan(scores.iou[BACKGROUND])
    assert scores.miou == scores.iou[HAIR] == 0.5
    assert np.isnan(scores.boundary_f1[1])
    assert metrics.score(counts + counts).miou == 0.5


def test_a_class_that_is_labelled_elsewhere_counts_there() -> None:
    face = np.full((40, 40), FACE, np.uint8)
    scores = metrics.score(metrics.count(*half_labelled()) + metrics.count(face, face))
    assert scores.f1[FACE] == pytest.approx(2 * 1600 / (2 * 1600 + 400))


def test_where_all_have_labels_a_class_found_for_nothing_has_none_right() -> None:
    truth, predicted = half_labelled()
    assert metrics.score(metrics.count(np.full_like(truth, HAIR), predicted)).f1[FACE] == 0


@given(st.integers(0, 2**32 - 1))
def test_what_is_found_where_nobody_knows_changes_no_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.repeat(rng.choice([0, 1, 2, UNLABELLED], (6, 6)).astype(np.uint8), 8, 0), 8, 1)
    predicted = np.repeat(np.repeat(rng.integers(0, 3, (12, 12)).astype(np.uint8), 4, 0), 4, 1)
    other = np.where(truth == UNLABELLED, rng.integers(0, 3, truth.shape), predicted).astype(np.uint8)
    one, two = metrics.count(truth, predicted), metrics.count(truth, other)
    np.testing.assert_array_equal(one.confusion, two.confusion)
    assert one.confusion.sum() + one.unlabelled == truth.size
    # Of boundaries: how many there are to be met, and how many were called.
    np.testing.assert_array_equal(one.boundary[:, [1, 3]], two.boundary[:, [1, 3]])


def test_a_boundary_of_labels_is_no_boundary() -> None:
    truth, _ = half_labelled()
    assert not metrics.boundary_counts(truth, np.full_like(truth, HAIR)).any()
    truth[:20, :20] = BACKGROUND
    predicted = np.where(truth == UNLABELLED, np.uint8(HAIR), truth)
    counted = metrics.boundary_counts(truth, predicted)[0]
    assert counted[0] == counted[1] > 0
    assert counted[2] == counted[3] == 20 - 1, "but for the one beside what nobody labelled"


def test_pictures_without_labels_are_not_the_worst(tmp_path: Path) -> None:
    truth, predicted = half_labelled()

    def case(index: int, true: np.ndarray) -> Case:
        image = np.full((40, 40, 3), 90, np.uint8)
        return Case(
            "test", index, "portrait", "", f"p{index}", {}, image, true, predicted, metrics.count(true, predicted)
        )

    assert error(case(0, truth)) == 0.5
    assert error(case(1, np.full_like(truth, UNLABELLED))) == 0
    hard = HardExamples()
    for index, true in enumerate((truth, np.full_like(truth, UNLABELLED))):
        hard.add(case(index, true))
    assert [case.index for _, case in hard.rows()["test"]] == [0]
    hard.save(tmp_path / "worst.png")


def test_an_evaluation_says_nothing_of_a_class_that_nobody_labelled(
    hair_only: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from hairnet_model.evaluation.evaluate import evaluate
    from hairnet_model.model_io.model_file import Model
    from hairnet_model.networks import fcn

    model = Model(fcn.create("hairnet", "classes"), 64, frozenset(), {})
    report = evaluate(model, open_dataset(hair_only), ["test", "test_shifted"])
    splits = report.to_json()["splits"]
    assert splits["test"]["portraits"]["f1"]["face"] is None
    assert splits["test_shifted"]["portraits"]["f1"]["face"] is not None
    json.dumps(splits, allow_nan=False)
    print_report(report)
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("test "))
    assert " - " in row
    assert "nan" not in row


# --- pictures


def test_a_ground_truth_may_leave_pixels_open(tmp_path: Path) -> None:
    truth, predicted = half_labelled()
    Image.fromarray(truth).save(tmp_path / "truth.png")
    np.testing.assert_array_equal(read_truth(tmp_path / "truth.png", (40, 40)), truth)
    shown = panels(np.full((40, 40, 3), 90, np.uint8), predicted, truth, side=64)
    assert shown.dtype == np.uint8
    truth[0, 0] = 254
    Image.fromarray(truth).save(tmp_path / "truth.png")
    with pytest.raises(PictureError, match="holds values that are no class"):
        read_truth(tmp_path / "truth.png", (40, 40))


def test_agreement_is_that_of_what_is_labelled() -> None:
    from hairnet_model.inference.panels import _found

    truth, predicted = half_labelled()
    assert _found(predicted, truth, HAIR) == "50.0% of the photo, IoU 0.500"
    assert _found(predicted, truth, FACE) == "50.0% of the photo", "no pixel is labelled face"
