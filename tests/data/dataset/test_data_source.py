"""Examples by number: what `tf.data` gives, in any order, of either file format, without TensorFlow."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_data.core.records.shard_file import read_records, write_records
from hairnet_data.dataset.data_source import Examples
from hairnet_data.dataset.reader import open_prepared
from tests.support.datasets import CopyOf, change_record


def by_tf_data(dataset: Path, split: str) -> list[tuple[Any, Any]]:
    """Pictures and masks of a split as `tf.data` and TensorFlow's own decoders give them."""
    import tensorflow as tf

    files = [str(shard.path) for shard in open_prepared(dataset).shards[split]]
    features = {name: tf.io.FixedLenFeature((), tf.string) for name in ("image", "mask")}
    decoded = []
    for data in tf.data.TFRecordDataset(files):
        record = tf.io.parse_single_example(data, features)
        image = tf.io.decode_jpeg(record["image"], channels=3, dct_method="INTEGER_ACCURATE")  # PNG too
        decoded.append((image.numpy(), tf.io.decode_png(record["mask"], channels=1).numpy()[..., 0]))
    return decoded


@pytest.mark.parametrize("which", ["built_lfw", "built_folder"])
def test_they_are_what_tf_data_gives(which: str, request: pytest.FixtureRequest) -> None:
    dataset = request.getfixturevalue(which)
    for split in ("train", "test_negatives"):
        examples, expected = Examples.open(dataset, split), by_tf_data(dataset, split)
        assert len(examples) == len(expected)
        for number in reversed(range(len(expected))):
            np.testing.assert_array_equal(examples[number]["image"], expected[number][0])
            np.testing.assert_array_equal(examples[number]["mask"], expected[number][1])
            assert examples[number]["index"] == number


def test_lists_are_lists_of_texts(built_lfw: Path) -> None:
    examples = Examples.open(built_lfw, "test_group")
    records = open_prepared(built_lfw).read("test_group")
    for example, record in zip(examples, records, strict=True):
        assert example["source_ids"] == [id.decode() for id in record["source_ids"]]  # type: ignore[union-attr]
        assert example["people"] == [person.decode() for person in record["people"]]  # type: ignore[union-attr]
        assert (example["source_ids"][0], example["people"][0]) == (example["source_id"], example["person"])
        assert (len(example["source_ids"]) > 1) == (example["kind"] == "group")
    assert Examples.open(built_lfw, "test_negatives")[0]["people"] == []


def test_poses_are_numbers(built_drawn: Path) -> None:
    records = open_prepared(built_drawn).read("train")
    for example, record in zip(Examples.open(built_drawn, "train"), records, strict=True):
        pose = example["pose"]
        assert isinstance(pose, np.ndarray)
        assert (pose.shape, pose.dtype) == ((6,), np.float32)
        np.testing.assert_array_equal(pose, np.array(record["pose"], np.float32))
        assert np.isnan(pose).all() == (example["kind"] == "negative")


def test_array_records_give_the_same(built_drawn: Path, tmp_path: Path) -> None:
    shards = []
    for shard in open_prepared(built_drawn).shards["train"]:
        path = tmp_path / shard.path.name.replace(".tfrecord-", ".array_record-")
        write_records(path, read_records(shard.path), "array_record")
        shards.append(replace(shard, path=path))
    for one, other in zip(Examples(shards), Examples.open(built_drawn, "train"), strict=True):
        np.testing.assert_equal(one, other)


def test_a_sequence_over_several_shards(built_lfw: Path, tmp_path: Path) -> None:
    (shard,) = open_prepared(built_lfw).shards["train"]
    records, shards = read_records(shard.path), []
    for number, (first, end) in enumerate(((0, 7), (7, 8), (8, 40))):
        path = tmp_path / f"set-train.tfrecord-{number:05d}-of-00003"
        write_records(path, records[first:end], "tfrecord")
        shards.append(replace(shard, path=path, first=first, records=end - first))
    examples = pickle.loads(pickle.dumps(Examples(shards, ["index"])))
    assert [example["index"] for example in examples] == list(range(40))
    assert [examples[at]["index"] for at in (39, -1, 7, np.int64(8), -40)] == [39, 39, 7, 8, 0]
    for outside in (40, -41):
        with pytest.raises(IndexError):
            examples[outside]


def test_wrong_names_and_damage(built_lfw: Path, tmp_path: Path, copy_of: CopyOf) -> None:
    with pytest.raises(UsageError, match="no split named 'tset'"):
        Examples.open(built_lfw, "tset")
    with pytest.raises(UsageError, match="none is named 'picture'"):
        Examples.open(built_lfw, "test", ["picture"])
    with pytest.raises(DatasetError, match="is no folder"):
        Examples.open(tmp_path / "none", "test")
    damaged = copy_of(built_lfw)
    change_record(damaged, "test", 1, lambda record: record.update(image=b"none"))
    change_record(damaged, "test", 2, lambda record: record.pop("person") and None)
    examples = Examples.open(damaged, "test")
    assert examples[0]["index"] == 0
    with pytest.raises(DatasetError, match="example 1: it does not decode"):
        examples[1]
    with pytest.raises(DatasetError, match="example 2: lacks 'person'"):
        examples[2]
    next(damaged.glob("*-test.tfrecord-*")).unlink()
    with pytest.raises(DatasetError, match="cannot be read"):
        Examples.open(damaged, "test")[0]


def test_no_tensorflow_is_imported(built_lfw: Path) -> None:
    code = (
        "import sys; from hairnet_data.dataset.data_source import Examples; "
        "Examples.open(sys.argv[1], 'train')[0]; print('tensorflow' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code, built_lfw], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
