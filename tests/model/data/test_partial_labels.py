"""Pixels without a label, from the records through training's feeds to evaluation."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.core.errors import DatasetError, PictureError
from hairnet_data.dataset.codec import decode_mask, encode_mask
from hairnet_data.dataset.reader import open_prepared
from hairnet_model.data import tfds_records
from hairnet_model.data.augment import cover
from hairnet_model.data.packed_feed import PackedFeed, write_packed
from hairnet_model.data.partial_labels import POSSIBLE, fill_unlabelled, unlabelled_value
from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.data.tfds_feed import RecordFeed
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.evaluate import Case
from hairnet_model.evaluation.hard_examples import HardExamples, error
from hairnet_model.evaluation.report import print_report
from hairnet_model.inference.panels import panels
from hairnet_model.inference.truth import read_truth
from tests.support.datasets import rewrite

NOT_HAIR = 128 + 0b101
Rewrite = Callable[..., None]


def unlabel(dataset: Path, says: list[str] | None, splits: tuple[str, ...]) -> Path:
    """Takes all labels but hair's from the portraits of a dataset; its metadata says what those pixels may be."""

    def change(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for record in records:
            if record["kind"] == b"portrait":
                mask = decode_mask(record["mask"])
                record["mask"] = encode_mask(np.where(mask == HAIR, mask, np.uint8(UNLABELLED)))
        return records

    for split in splits:
        rewrite(dataset, split, change)
    path = dataset / "metadata.json"
    metadata = json.loads(path.read_text())
    path.write_text(json.dumps(metadata if says is None else {**metadata, "unlabelled": says}))
    return dataset


@pytest.fixture
def hair_only(copied: Path) -> Path:
    """A dataset whose train, validation and test pictures have no label but hair; the rest is no hair."""
    return unlabel(copied, ["background", "face"], ("train", "validation", "test"))


# --- values


def test_values() -> None:
    assert unlabelled_value(()) == 0
    assert unlabelled_value((0, 2)) == NOT_HAIR
    assert unlabelled_value((0, 1, 2)) == UNLABELLED
    assert POSSIBLE[[0, 1, 2]].tolist() == np.eye(3).tolist()
    assert POSSIBLE[NOT_HAIR].tolist() == [1, 0, 1]
    assert POSSIBLE[UNLABELLED].tolist() == [1, 1, 1]


@given(st.lists(st.sampled_from([0, 1, 2, UNLABELLED]), min_size=12, max_size=12), st.booleans())
def test_filling_changes_pixels_without_a_label_and_nothing_else(values: list[int], labelled_throughout: bool) -> None:
    masks = np.array(values, np.uint8).reshape(3, 2, 2)
    fills = np.array([NOT_HAIR, UNLABELLED, 0 if labelled_throughout else NOT_HAIR], np.uint8)
    if labelled_throughout and UNLABELLED in values[8:]:
        with pytest.raises(ValueError, match="a mask holds the class 255"):
            fill_unlabelled(masks, fills)
        return
    filled = fill_unlabelled(masks, fills)
    labelled = masks != UNLABELLED
    np.testing.assert_array_equal(filled[labelled], masks[labelled])
    np.testing.assert_array_equal(filled[~labelled], np.broadcast_to(fills[:, None, None], masks.shape)[~labelled])


@pytest.mark.parametrize("value", [3, 77, NOT_HAIR, 254])
def test_other_values_are_refused_with_or_without(value: int) -> None:
    for fill in (0, UNLABELLED):
        with pytest.raises(ValueError, match=f"a mask holds the class {value}"):
            fill_unlabelled(np.full((1, 2, 2), value, np.uint8), np.array([fill], np.uint8))


# --- feeds


def test_reading_keeps_it(hair_only: Path) -> None:
    dataset = open_dataset(hair_only)
    assert dataset.unlabelled == (BACKGROUND, FACE)
    stored = [decode_mask(bytes(record["mask"])) for record in open_prepared(hair_only).read("test")]
    read = np.concatenate([batch.masks for batch in tfds_records.read(dataset, "test", 5)])
    np.testing.assert_array_equal(read, stored)
    assert set(np.unique(read)) == {BACKGROUND, HAIR, UNLABELLED} - ({BACKGROUND} if BACKGROUND not in read else set())


def test_training_reads_which_classes_are_possible(hair_only: Path, drawn_dataset: Path) -> None:
    """Each dataset's own, however they are mixed and shuffled."""
    feed = RecordFeed([open_dataset(drawn_dataset), open_dataset(hair_only)])
    kinds = set()
    for images, masks in feed.training(8, 0, 16, 0):
        assert len(images) == 8
        kinds |= {tuple(np.unique(mask)) for mask in masks}
    values = {value for kind in kinds for value in kind}
    assert values == {BACKGROUND, HAIR, FACE, NOT_HAIR}
    assert not any(FACE in kind and NOT_HAIR in kind for kind in kinds)
    assert any(NOT_HAIR in kind for kind in kinds)
    validation = np.concatenate([masks.ravel() for _, masks in feed.validation()])
    assert set(np.unique(validation)) >= {HAIR, FACE, UNLABELLED}
    assert NOT_HAIR not in validation


@pytest.mark.parametrize("mixed", [False, True])
def test_unlabelled_pixels_are_refused_unless_the_metadata_say_so(
    mixed: bool, copied: Path, tmp_path: Path, drawn_dataset: Path
) -> None:
    dataset = open_dataset(unlabel(copied, None, ("train", "test")))
    with pytest.raises(DatasetError, match="a mask holds the class 255"):
        list(tfds_records.read(dataset, "test"))
    # That another one has such pixels does not excuse it.
    others = [replace(open_dataset(drawn_dataset), unlabelled=(BACKGROUND, FACE))] if mixed else []
    with pytest.raises(DatasetError, match="a mask holds the class 255"):
        list(tfds_records.training_batches([*others, dataset], 8, 0, 8, 0))


@pytest.mark.parametrize("says", [["hair"], ["skin", "hair"], "hair", 3])
def test_metadata_that_mean_nothing_are_refused(says: Any, copied: Path) -> None:
    unlabel(copied, says, ())
    with pytest.raises(DatasetError, match="is no dataset of this kind"):
        open_dataset(copied)


def test_a_packed_dataset_keeps_it(hair_only: Path, tmp_path: Path) -> None:
    dataset = open_dataset(hair_only)
    about: dict[str, Any] = {"name": "hair", "fingerprint": "f", "image_size": 64, "people": []}

    def pack(**more: Any) -> PackedFeed:
        splits = {split: tfds_records.encoded(dataset, split) for split in ("train", "validation")}
        write_packed(tmp_path / "hair.npz", {**about, **more}, splits)
        return PackedFeed(tmp_path / "hair.npz")

    feed = pack(unlabelled=["background", "face"])
    training = np.concatenate([masks for _, masks in feed.training(8, 0, 8, 0)])
    assert set(np.unique(training)) == {BACKGROUND, HAIR, NOT_HAIR}
    validation = np.concatenate([masks for _, masks in feed.validation()])
    np.testing.assert_array_equal(
        validation, np.concatenate([b.masks for b in tfds_records.read(dataset, "validation")])
    )
    for more in ({}, {"unlabelled": []}):
        with pytest.raises(DatasetError, match="a mask holds the class 255"):
            list(pack(**more).training(8, 0, 8, 0))
    with pytest.raises(DatasetError, match="no packed dataset"):
        pack(unlabelled=["hair"])


def test_the_command_packs_what_the_dataset_says(hair_only: Path, tmp_path: Path) -> None:
    from hairnet_model.cli.dataset_commands import pack

    pack(hair_only, tmp_path / "hair.npz", None)
    training = np.concatenate([masks for _, masks in PackedFeed(tmp_path / "hair.npz").training(8, 0, 8, 0)])
    assert set(np.unique(training)) == {BACKGROUND, HAIR, NOT_HAIR}


def test_no_head_is_found_where_nobody_labelled_one() -> None:
    images = np.random.default_rng(0).integers(0, 255, (40, 32, 32, 3), dtype=np.uint8)
    masks = np.full((40, 32, 32), NOT_HAIR, np.uint8)
    new_images, new_masks = cover(images, masks, np.random.default_rng(1), 1.0)
    np.testing.assert_array_equal(new_images, images)
    np.testing.assert_array_equal(new_masks, masks)
    masks[:, :4, :4] = HAIR
    _, new_masks = cover(images, masks, np.random.default_rng(1), 1.0)
    changed = new_masks != masks
    assert changed.any((1, 2)).all()
    assert (new_masks[changed] == BACKGROUND).all()
    reach = np.flatnonzero(changed.any((0, 1))).max()
    assert reach < 24, "they are aimed at the hair, not at the middle of what nobody labelled"


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
