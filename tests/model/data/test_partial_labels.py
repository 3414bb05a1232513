"""Pixels without a label, from the records to training's feeds; scores: `evaluation/test_partial_labels.py`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.core.errors import DatasetError
from hairnet_data.dataset.codec import decode_mask
from hairnet_data.dataset.reader import open_prepared
from hairnet_model.data import tfds_records
from hairnet_model.data.augment import cover
from hairnet_model.data.packed_feed import PackedFeed, write_packed
from hairnet_model.data.partial_labels import POSSIBLE, fill_unlabelled, unlabelled_value
from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.data.tfds_feed import RecordFeed
from tests.support.datasets import unlabel

NOT_HAIR = 128 + 0b101


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
