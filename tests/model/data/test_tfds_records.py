"""Reading prepared datasets: the metadata, the order of records, and errors for damaged files."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_data.dataset.reader import open_prepared
from hairnet_model.data import tfds_records
from hairnet_model.data.person_hash import hashed
from hairnet_model.data.prepared_dataset import Dataset, open_dataset
from hairnet_model.data.tfds_feed import RecordFeed
from tests.support.datasets import change_record, rewrite


def test_the_metadata_is_read(drawn_dataset: Path) -> None:
    dataset = open_dataset(drawn_dataset)
    assert (dataset.name, dataset.image_size, dataset.source) == ("small", 64, "drawn")
    assert dataset.count("train") == 64
    with pytest.raises(UsageError, match=r"has no split 'tset'; it has train, "):
        dataset.count("tset")


def test_records_are_read_as_they_are_stored(drawn_dataset: Path) -> None:
    stored = list(open_prepared(drawn_dataset).read("test_occluded"))
    batches = list(tfds_records.read(open_dataset(drawn_dataset), "test_occluded", batch=5))
    assert [len(batch.images) for batch in batches] == [5, 5, 2]
    assert [index for batch in batches for index in batch.index] == list(range(12))
    for name in ("kind", "person", "source_id", "recipe"):
        values = [value for batch in batches for value in getattr(batch, name)]
        assert values == [record[name].decode() for record in stored]
    assert batches[0].images.shape == (5, 64, 64, 3)
    assert batches[0].images.dtype == batches[0].masks.dtype == np.uint8
    assert {0, 1, 2} == set(np.unique(batches[0].masks))


def test_people_are_those_of_the_records(drawn_dataset: Path) -> None:
    names = {record["person"].decode() for record in open_prepared(drawn_dataset).read("train")} - {""}
    assert names
    assert tfds_records.people(open_dataset(drawn_dataset)) == {hashed(name) for name in names}


def _steps(dataset: Dataset, first: int, steps: int, seed: int = 0) -> list[np.ndarray]:
    return [images for images, _ in tfds_records.training_batches([dataset], 8, first, steps, seed)]


def test_a_pass_shows_every_record_once(drawn_dataset: Path) -> None:
    dataset = open_dataset(drawn_dataset)
    stored = Counter(image.tobytes() for batch in tfds_records.read(dataset, "train") for image in batch.images)
    for first in (0, 8, 80):
        assert Counter(image.tobytes() for images in _steps(dataset, first, 8) for image in images) == stored


def test_the_same_steps_are_the_same_batches(drawn_dataset: Path) -> None:
    dataset = open_dataset(drawn_dataset)
    for a, b in zip(_steps(dataset, 4, 6), _steps(dataset, 4, 6), strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(_steps(dataset, 4, 6), _steps(dataset, 4, 6, seed=1), strict=True))
    assert any((a != b).any() for a, b in zip(_steps(dataset, 0, 8), _steps(dataset, 8, 8), strict=True))


def test_masks_come_with_their_images(drawn_dataset: Path) -> None:
    dataset = open_dataset(drawn_dataset)
    mask_of = {
        image.tobytes(): mask.tobytes()
        for batch in tfds_records.read(dataset, "train")
        for image, mask in zip(batch.images, batch.masks, strict=True)
    }
    for images, masks in tfds_records.training_batches([dataset], 8, 3, 10, 0):
        assert [mask_of[image.tobytes()] for image in images] == [mask.tobytes() for mask in masks]


def test_datasets_are_mixed_evenly(drawn_dataset: Path, copied: Path) -> None:
    rewrite(copied, "train", lambda records: [{**records[1], "index": k} for k in range(64)])
    one, other = open_dataset(drawn_dataset), open_dataset(copied)
    batch = next(tfds_records.read(other, "train", 1))
    equal = [
        (images == batch.images[0]).all((1, 2, 3)).sum()
        for images, _ in tfds_records.training_batches([one, one, other], 24, 0, 4, 0)
    ]
    assert sum(equal) == 32 + 2  # a third of 96, and the two times the record is in the first one's own passes


def test_damage_is_one_line(copied: Path) -> None:
    change_record(copied, "train", 9, lambda record: record.update(image=b"no picture"))
    dataset = open_dataset(copied)
    with pytest.raises(DatasetError, match=r"\(train\): a record cannot be read .*hairnet-data verify") as caught:
        list(tfds_records.read(dataset, "train"))
    assert "\n" not in str(caught.value)
    with pytest.raises(DatasetError, match="cannot be read"):
        _steps(dataset, 0, 8)


def test_damaged_and_missing_shards(copied: Path) -> None:
    (shard,) = copied.glob("*-test.tfrecord-*")
    shard.write_bytes(shard.read_bytes()[:-9])
    with pytest.raises(DatasetError, match="record 11 is damaged or cut off"):
        list(tfds_records.read(open_dataset(copied), "test"))
    (shard,) = copied.glob("*-validation.tfrecord-*")
    shard.unlink()
    with pytest.raises(DatasetError, match="cannot be read"):
        list(tfds_records.read(open_dataset(copied), "validation"))


def test_masks_of_an_unknown_class(copied: Path) -> None:
    from hairnet_data.dataset.codec import encode_mask

    wrong = encode_mask(np.full((64, 64), 3, np.uint8))
    rewrite(copied, "train", lambda records: [{**record, "mask": wrong} for record in records])
    with pytest.raises(DatasetError, match="a mask holds the class 3"):
        _steps(open_dataset(copied), 0, 1)


def test_folders_that_are_no_dataset(copied: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is no folder; give the folder"):
        open_dataset(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match=r"dataset_info\.json: is missing"):
        open_dataset(tmp_path)
    metadata = json.loads((copied / "metadata.json").read_text())
    (copied / "metadata.json").write_text(json.dumps({**metadata, "classes": ["background", "face", "hair"]}))
    with pytest.raises(DatasetError, match=r"has the classes \['background', 'face', 'hair'\]"):
        open_dataset(copied)
    for changes, what in (
        ({"identity": 3}, "identity: should be a table of keys and values, received 3"),
        ({"fingerprint": 7}, "fingerprint: should be a text, received 7"),
        ({"unlabelled": ["hair"]}, "unlabelled: its unlabelled pixels may be "),
        ({"identity": {**metadata["identity"], "image_size": 1 << 40}}, "identity.image_size: should be at most 4096"),
        ({"identity": {**metadata["identity"], "source": {}}}, "identity.source.name: is missing"),
    ):
        (copied / "metadata.json").write_text(json.dumps({**metadata, **changes}))
        with pytest.raises(DatasetError, match=rf"is no dataset of this kind \(metadata\.json: {what}"):
            open_dataset(copied)


@pytest.fixture(scope="module")
def in_both_formats(tmp_path_factory: pytest.TempPathFactory) -> list[Dataset]:
    """The same settings as TFRecords and as ArrayRecords, each in several shards."""
    from hairnet_data.building import plan
    from hairnet_data.building.pipeline import build
    from hairnet_data.building.settings import BuildSettings
    from hairnet_data.sources.drawn.source import Drawn
    from hairnet_data.sources.registry import Sources
    from hairnet_data.sources.scenes.source import DrawnBackgrounds

    folder, datasets = tmp_path_factory.mktemp("formats"), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "records_per_shard", lambda count, settings: 17)
        for name in ("tfrecord", "array_record"):
            sources = Sources(Drawn(8, 3, 3, size=64), DrawnBackgrounds(4, 2, 2, size=64))
            settings = BuildSettings(image_size=64, train_examples=100, file_format=name)
            datasets.append(open_dataset(build(sources, settings, folder).path))
    return datasets


def test_file_formats_give_the_same_batches(in_both_formats: list[Dataset]) -> None:
    one, other = in_both_formats
    assert [".array_record-" in file for file, _ in other.shards["train"]] == [True] * 6
    for split in one.shards:
        for a, b in zip(tfds_records.read(one, split, 7), tfds_records.read(other, split, 7), strict=True):
            np.testing.assert_array_equal(a.images, b.images)
            np.testing.assert_array_equal(a.masks, b.masks)
            assert (a.index, a.recipe, a.person) == (b.index, b.recipe, b.person)
        for stored, other_stored in zip(*(tfds_records.encoded(each, split, 5) for each in (one, other)), strict=True):
            np.testing.assert_equal(stored, other_stored)
    assert tfds_records.people(one) == tfds_records.people(other)
    for first, shares in ((0, 1), (7, 1), (30, 1), (5, 3)):
        pairs = zip(
            tfds_records.training_batches([one] * shares, 8, first, 20, 3),
            tfds_records.training_batches([other] * shares, 8, first, 20, 3),
            strict=True,
        )
        for (images, masks), (other_images, other_masks) in pairs:
            np.testing.assert_array_equal(images, other_images)
            np.testing.assert_array_equal(masks, other_masks)
    # One of each format.
    assert len(list(tfds_records.training_batches([one, other], 8, 3, 9, 0))) == 9


def test_a_damaged_array_record_is_one_line(in_both_formats: list[Dataset], tmp_path: Path) -> None:
    copy = tmp_path / "set" / "1.6.0"
    shutil.copytree(in_both_formats[1].path, copy)
    dataset = open_dataset(copy)
    file = Path(dataset.shards["train"][2][0])
    intact = file.read_bytes()
    for damaged in (intact[:-70_000], intact[:20_000] + bytes(50) + intact[20_050:]):
        file.write_bytes(damaged)
        for read in (
            lambda: tfds_records.read(dataset, "train"),
            lambda: tfds_records.training_batches([dataset], 8, 0, 40, 0),
        ):
            with pytest.raises(DatasetError, match=r"damaged|holds 0 records where its metadata say 17") as caught:
                list(read())
            assert "\n" not in str(caught.value)
            assert str(file) in str(caught.value)


def test_sizes_that_differ(drawn_dataset: Path) -> None:
    from dataclasses import replace

    one = open_dataset(drawn_dataset)
    with pytest.raises(UsageError, match=r"pictures of \[64, 96\] pixels"):
        RecordFeed([one, replace(one, path=Path("other"), image_size=96)])


def test_a_feed_describes_its_shares(drawn_dataset: Path) -> None:
    one = open_dataset(drawn_dataset)
    feed = RecordFeed([one, one])
    assert (feed.examples, feed.image_size) == (64, 64)
    assert feed.describe() == [{"name": "small", "fingerprint": one.fingerprint, "examples": 64, "shares": 2}]
    assert sum(len(images) for images, _ in feed.validation()) == one.count("validation") + one.count(
        "validation_negatives"
    )
