"""Labels are compared with a predictor, and what is wrong with them is named. The predictor here knows the truth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.building.label_check import check_labels, check_lines, compare_labels
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.sources.folder.source import Folder
from tests.support.portraits import draw_head


@pytest.fixture(scope="module")
def predicted() -> Pixels:
    """What a good network sees in twelve portraits: heads at different places, hair asymmetric."""
    masks = []
    for seed in range(12):
        _, mask = draw_head(seed, 96, 96)
        mask = np.roll(mask, (seed % 5 * 6 - 14, seed % 7 * 6 - 18), (0, 1))
        rows, columns = np.nonzero(mask)
        mask[rows.min() : rows.max(), columns.min() : columns.min() + 6] = HAIR  # a lock on one side
        masks.append(mask)
    return np.stack(masks)


def exchanged(first: int, second: int) -> Callable[[Pixels], Pixels]:
    table = np.arange(256, dtype=np.uint8)
    table[[first, second]] = second, first
    return lambda masks: table[masks]


def noisy(masks: Pixels) -> Pixels:
    """As labels of people are: edges a few pixels off."""
    return np.roll(masks, 1, axis=1)


def test_good_labels_are_not_questioned(predicted: Pixels) -> None:
    check = compare_labels(noisy(predicted), predicted)
    assert check.suspicion == ""
    assert min(check.iou.values()) > 0.7
    (line,) = check_lines(check)
    assert line.startswith("labels against the network on 12 portraits (IoU): background 0.")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (exchanged(HAIR, FACE), "classes seem to be exchanged (hair as face, face as hair)"),
        (exchanged(HAIR, BACKGROUND), "classes seem to be exchanged (background as hair, hair as background)"),
        (lambda masks: masks[:, :, ::-1], "masks seem to be mirrored left to right"),
        (lambda masks: masks[:, ::-1], "masks seem to be upside down"),
        (lambda masks: np.rot90(masks, 2, (1, 2)), "masks seem to be turned by 180 degrees"),
        (lambda masks: np.rot90(masks, 1, (1, 2)), "masks seem to be turned by 270 degrees"),
        (lambda masks: np.roll(masks, 1, axis=0), "masks seem to belong to other photos"),
        (
            # Hair is said to be what is the face's lower half, hair itself is background.
            lambda masks: np.stack([_neck_for_hair(mask) for mask in masks]),
            "of what is labelled hair looks like face",
        ),
    ],
    ids=["hair and face", "hair and background", "mirrored", "upside down", "180", "90", "other photos", "neck"],
)
def test_what_is_wrong_is_named(predicted: Pixels, change: Callable[[Pixels], Pixels], said: str) -> None:
    check = compare_labels(np.ascontiguousarray(change(noisy(predicted))), predicted)
    assert said in check.suspicion
    assert list(check_lines(check))[1].startswith("warning: ")


def _neck_for_hair(mask: Pixels) -> Pixels:
    changed = np.where(mask == FACE, FACE, BACKGROUND).astype(np.uint8)
    rows, _ = np.nonzero(mask == FACE)
    lower = np.arange(len(mask))[:, None] > rows.mean()
    return np.where(lower & (mask == FACE), HAIR, changed).astype(np.uint8)


def test_a_class_nobody_labelled_takes_no_part(predicted: Pixels) -> None:
    hair_only = np.where(predicted == HAIR, HAIR, UNLABELLED).astype(np.uint8)
    check = compare_labels(hair_only, predicted)
    assert set(check.iou) == {"hair"}
    assert check.suspicion == ""


def test_a_source_is_sampled_and_framed(portraits_dir: Path) -> None:
    source = Folder.open(portraits_dir)
    seen: list[Pixels] = []

    def predictor(images: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        seen.append(images)
        return np.zeros((*images.shape[:3], 3), np.float32)

    check = check_labels(source, predictor, sample=5)
    assert check is not None
    assert check.portraits == 5
    assert seen[0].shape == (5, 224, 224, 3)
    assert seen[0].dtype == np.uint8
    assert check.iou["hair"] == 0
