"""Clips move as they say, a mask that moves with its picture does not flicker, and what trembles is counted."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from hairnet_data.core.classes import UNLABELLED
from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.evaluation import flicker
from hairnet_model.evaluation.clips import NOISE, clip, motion
from hairnet_model.evaluation.flicker import Flicker
from hairnet_model.inference.engines import KerasEngine
from hairnet_model.inference.segmenter import Segmenter
from tests.support import colours
from tests.support.command import Command

SIDE = 64
MASK = colours.head(SIDE, SIDE)


def shown(moving: bool, mask: np.ndarray = MASK, frames: int = 12) -> list:
    return list(clip(colours.painted(mask), mask, frames, 1, moving))


def counted(frames: list, predicted: list) -> Flicker:
    result = Flicker()
    result.add(frames, predicted)
    return result


# Clips


def test_a_still_clip_is_the_picture_with_a_little_noise() -> None:
    grey = np.full((SIDE, SIDE, 3), 128, np.uint8)
    frames = list(clip(grey, MASK, 6, 1, False))
    difference = np.stack([frame.image.astype(float) for frame in frames]) - 128
    assert np.std(difference) == pytest.approx(NOISE, rel=0.1)
    assert np.std(difference[0] - difference[1]) == pytest.approx(NOISE * 2**0.5, rel=0.1), "every frame has its own"
    assert all((frame.mask == MASK).all() for frame in frames)


def test_picture_and_mask_move_together() -> None:
    """The mask of the colours in the picture is the mask, but for the edges; a disc is where the matrix says."""
    disc = np.zeros((SIDE, SIDE), np.uint8)
    cv2.circle(disc, (40, 24), 9, 2, -1)
    frames = shown(True, disc, 40)
    for frame in frames[::7]:
        middle = frame.matrix @ (40, 24, 1)
        rows, columns = np.nonzero(frame.mask)
        np.testing.assert_allclose((columns.mean(), rows.mean()), middle[:2], atol=0.3)
        green = frame.image[..., 1].astype(int) - frame.image[..., 2] > 100
        weights = np.nonzero(green)
        np.testing.assert_allclose((weights[1].mean(), weights[0].mean()), middle[:2], atol=0.4)
    assert np.abs(frames[0].matrix - frames[20].matrix).max() > 1


def test_the_movement_is_slow_and_stays_in_the_frame() -> None:
    matrices = [motion(SIDE, number / 30) for number in range(200)]
    corners = np.array([[0, 0, 1], [SIDE - 1, 0, 1], [0, SIDE - 1, 1]]).T
    for one, other in itertools.pairwise(matrices):
        assert np.abs((other - one) @ corners).max() < 0.06 * SIDE
    assert all(0.9 < np.sqrt(np.linalg.det(each[:2, :2])) < 1.1 for each in matrices)


# Counting


@pytest.mark.parametrize("moving", [True, False])
def test_the_truth_does_not_flicker(moving: bool) -> None:
    frames = shown(moving)
    result = counted(frames, [frame.mask for frame in frames])
    assert (result.share, result.accuracy) == (0, 1)
    assert result.followed > 0.8 * 11 * SIDE * SIDE


@pytest.mark.parametrize("moving", [True, False])
def test_nor_does_what_is_wrong_in_the_same_way(moving: bool) -> None:
    """An outline that is two pixels too far out all the time; what a pixel's sampling makes of it is little."""
    frames = shown(moving, frames=40)[::5]  # so that it moves by several pixels
    wide = [cv2.dilate(frame.mask, np.ones((5, 5), np.uint8)) for frame in frames]
    result = counted(frames, wide)
    assert result.share < (0.001 if moving else 1e-9)
    assert result.accuracy < 0.99


@pytest.mark.parametrize("moving", [True, False])
def test_a_blob_that_comes_and_goes_is_counted(moving: bool) -> None:
    frames = shown(moving, np.zeros((SIDE, SIDE), np.uint8), 11)
    predicted = []
    for number in range(11):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[30:38, 30:38] = number % 2
        predicted.append(mask)
    result = counted(frames, predicted)
    # Ten changes of 64 pixels; where the clip moves, those of which a pixel beside was hair before it goes are more.
    assert result.changed == pytest.approx(10 * 64, abs=0 if not moving else 160)


def test_a_change_of_the_truth_is_a_cause() -> None:
    frames = [*shown(False, frames=1), *shown(False, np.zeros_like(MASK), 1)]
    result = counted(frames, [MASK, np.zeros_like(MASK)])
    assert result.changed == 0
    assert result.followed == int((MASK[1:-1, 1:-1] == 0).sum())


def test_what_has_no_label_does_not_count() -> None:
    mask = MASK.copy()
    mask[:, : SIDE // 2] = UNLABELLED
    frames = list(clip(colours.painted(MASK), mask, 3, 0, False))
    noise = [np.where(mask == UNLABELLED, number % 2, MASK).astype(np.uint8) for number in range(3)]
    result = counted(frames, noise)
    assert (result.changed, result.accuracy) == (0, 1)


# Measuring


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(KerasEngine(colours.by_colour(SIDE)))


def test_steadying_makes_it_less(drawn_dataset: Path, segmenter: Segmenter) -> None:
    """The network by colour is unsure of drawn portraits, and so trembles with the noise."""
    done: list[tuple[int, int]] = []
    report = flicker.measure(
        segmenter,
        open_dataset(drawn_dataset),
        clips=2,
        frames=8,
        progress=lambda what, at, of, note="": done.append((at, of)),
    )
    assert (report.clips, report.frames) == (2, 8)
    for name in ("moving", "still"):
        assert 0 < report.after[name].share < report.before[name].share
        assert report.after[name].accuracy > report.before[name].accuracy - 0.02
    assert done == [(number, 4) for number in range(5)]
    assert len(list(report.lines())) == 2


def test_what_cannot_be_measured_says_so(drawn_dataset: Path, segmenter: Segmenter) -> None:
    dataset = open_dataset(drawn_dataset)
    with pytest.raises(DatasetError, match="has no portraits in test_negatives"):
        flicker.measure(segmenter, dataset, "test_negatives")
    with pytest.raises(UsageError, match="nothing"):
        flicker.measure(segmenter, dataset, "nothing")


def test_the_command(
    model_command: Command, drawn_dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flicker.measure, "__defaults__", ("test", 1, 3, *flicker.measure.__defaults__[3:]))
    model = colours.saved(tmp_path / "a.keras", size=SIDE)
    arguments = ("evaluate", drawn_dataset, "--model", model, "--split", "test", "--flicker")
    status, printed, said = model_command(*arguments, "--json")
    assert status == 0, said
    measured = json.loads(printed)["flicker"]
    assert (measured["clips"], measured["frames"]) == (1, 3)
    assert set(measured["still"]["steadied"]) == {"changed_without_cause", "pixel_accuracy"}
    status, printed, _ = model_command(*arguments, "--quiet")
    assert status == 0
    assert "moving clips: " in printed
    assert "still clips: " in printed
