"""The sheet of hard examples: it shows the largest errors and what kind they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.core.errors import BuildError, UsageError
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.evaluate import Case
from hairnet_model.evaluation.hard_examples import HardExamples, check_sheet_path, error, mistakes


def case(
    truth: Any, predicted: Any, index: int = 0, kind: str = "portrait", source: str = "", split: str = "test"
) -> Case:
    image = np.full((*truth.shape, 3), 90, np.uint8)
    counts = metrics.count(truth, predicted)
    source = source or f"picture_{index}"
    return Case(split, index, kind, "", source, {"tone": "7"}, image, truth, predicted, counts)


def masks(face: int = 1000, wrong: int = 0, wrong_class: int = BACKGROUND, side: int = 100) -> tuple[Any, Any]:
    """`face` pixels of face, of which the first `wrong` are predicted as another class."""
    truth = np.zeros(side * side, np.uint8)
    truth[:face] = FACE
    guess = truth.copy()
    guess[:wrong] = wrong_class
    return truth.reshape(side, side), guess.reshape(side, side)


def negative(wrong: int, index: int = 0, source: str = "") -> Case:
    guess = np.zeros(10000, np.uint8)
    guess[:wrong] = HAIR
    return case(np.zeros((100, 100), np.uint8), guess.reshape(100, 100), index, "negative", source, "test_negatives")


def test_the_error_of_a_portrait_is_that_of_its_head() -> None:
    assert error(case(*masks(1000, 0))) == 0
    assert error(case(*masks(1000, 250))) == pytest.approx(0.25)
    assert error(case(*masks(1000, 250, HAIR))) == pytest.approx(0.25)
    assert error(case(*masks(4000, 1000))) == pytest.approx(0.25), "a large head is no worse than a small one"
    truth, guess = masks(1000, 0)
    guess.ravel()[2000:3000] = HAIR  # as many too many: half of what either calls a person
    assert error(case(truth, guess)) == pytest.approx(0.5)


def test_a_sliver_at_the_frame_counts_as_small() -> None:
    assert error(case(*masks(10, 10))) == pytest.approx(10 / 200)
    assert error(case(*masks(0))) == 0


def test_the_error_of_a_negative_is_its_false_positives() -> None:
    assert error(negative(0)) == 0
    assert error(negative(130)) == pytest.approx(0.013)


def test_the_largest_confusion_is_named() -> None:
    truth, guess = masks(1000, 300, HAIR)
    guess.ravel()[300:400] = BACKGROUND
    assert mistakes(case(truth, guess)) == ("F1 hair 0.00, face 0.75", "75% face taken for hair")
    assert mistakes(case(*masks(1000, 500))) == ("F1 hair none, face 0.67", "100% face taken for background")
    assert mistakes(negative(50)) == ("100% background taken for hair",)


def test_the_worst_are_kept_in_order() -> None:
    hard = HardExamples(each=3)
    for index, wrong in enumerate((100, 900, 0, 300, 800, 200)):
        hard.add(case(*masks(1000, wrong), index))
    for index, wrong in enumerate((0, 70, 0)):
        hard.add(negative(wrong, index))
    rows = hard.rows()
    assert [(round(wrong, 6), case.index) for wrong, case in rows["test"]] == [(0.9, 1), (0.8, 4), (0.3, 3)]
    assert [case.index for _, case in rows["test_negatives"]] == [1], "cases without an error are not shown"


def test_no_more_are_kept_than_may_be_shown() -> None:
    hard = HardExamples(each=2)
    for index in range(200):
        hard.add(case(*masks(1000, 1 + (index * 37) % 200), index))
    assert sum(map(len, hard._kept.values())) == 10
    assert [round(wrong * 1000) for wrong, _ in hard.rows()["test"]] == [200, 199]


def test_a_portrait_is_shown_in_the_first_split_where_it_is_among_the_worst() -> None:
    hard = HardExamples(each=1)
    for index, (wrong, split) in enumerate(
        ((700, "test"), (600, "test"), (800, "test_rotated"), (500, "test_rotated"))
    ):
        hard.add(case(*masks(1000, wrong), index, source="ab"[index % 2], split=split))
    assert {split: [case.index for _, case in row] for split, row in hard.rows().items()} == {
        "test": [0],
        "test_rotated": [3],
    }


def test_one_background_is_shown_once() -> None:
    hard = HardExamples(each=2)
    for index, (wrong, source) in enumerate(((500, "a"), (600, "a"), (400, "b"), (450, "a"), (300, "c"))):
        hard.add(negative(wrong, index, source))
    assert [case.index for _, case in hard.rows()["test_negatives"]] == [1, 2]


def test_kept_pictures_do_not_keep_their_batch() -> None:
    truth, guess = masks(1000, 500)
    batch = np.stack([truth, truth])
    hard = HardExamples()
    hard.add(case(batch[0], guess))
    batch[:] = HAIR
    ((_, kept),) = hard.rows()["test"]
    assert (kept.truth == truth).all()
    assert kept.truth.base is None


def test_a_sheet(tmp_path: Path) -> None:
    hard = HardExamples(each=2)
    for index in range(3):
        hard.add(case(*masks(1000, 100 * index + 100), index))
        hard.add(negative(90 * index, index))
    sheet = hard.sheet()
    assert sheet.dtype == np.uint8
    assert sheet.ndim == 3
    check_sheet_path(tmp_path / "worst.png")
    hard.save(tmp_path / "worst.png")
    with Image.open(tmp_path / "worst.png") as saved:
        assert np.array_equal(np.asarray(saved), sheet)
    with pytest.raises(BuildError, match="cannot be written"):
        hard.save(tmp_path / "none" / "worst.png")


@pytest.mark.parametrize(
    ("predicted", "colour"), [(BACKGROUND, (80, 120, 220)), (HAIR, (220, 80, 80)), (None, (103, 103, 103))]
)
def test_wrong_pixels_have_the_colour_of_the_predicted_class(predicted: int | None, colour: Any) -> None:
    truth, guess = masks(6000, 6000 if predicted is not None else 0, predicted or BACKGROUND)
    guess[60:] = HAIR if predicted is None else BACKGROUND
    hard = HardExamples(each=1)
    hard.add(case(truth, guess))
    sheet = hard.sheet().astype(int)
    # The centre of the upper part of the right picture, away from all outlines.
    y, x = sheet.shape[0] - 28 - 224 - 80 + 70, 28 + 224 + 16 + 112
    near = np.abs(sheet[y : y + 30, x - 10 : x + 10] - np.array(colour)).max(-1)
    assert near.min() < 45


def test_no_picture_is_no_crash() -> None:
    assert HardExamples().sheet().ndim == 3


def test_a_split_without_an_error_is_still_named() -> None:
    hard = HardExamples()
    hard.add(case(*masks(1000, 0)))
    assert hard.sheet().shape[0] > 40


@pytest.mark.parametrize(("name", "why"), [("worst.jpg", "not a .png"), ("gone/worst.png", "missing")])
def test_a_path_that_cannot_be_saved_to_is_refused_beforehand(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        check_sheet_path(tmp_path / name)
