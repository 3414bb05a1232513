"""Reading a prepared dataset without TensorFlow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.dataset.reader import FEATURES, decode_text, open_prepared, read_shard, recover_tfrecords
from hairnet_data.recipes.splits import EVALUATION_SPLITS
from tests.support.datasets import CopyOf, rewrite


def test_splits_and_records(built_drawn: Path) -> None:
    prepared = open_prepared(built_drawn)
    assert list(prepared.shards) == ["train", *(split.name for split in EVALUATION_SPLITS)]
    assert prepared.records("train") == 40
    for split in prepared.shards:
        records = list(prepared.read(split))
        assert [record["index"] for record in records] == list(range(prepared.records(split)))
        assert all(tuple(sorted(record)) == FEATURES for record in records)
        again = [prepared.record(split, index) for index in range(len(records))]
        assert [str(record) for record in again] == [str(record) for record in records]  # where NaN is equal to NaN


def test_one_record_of_many_shards(
    portraits_dir: Path, negatives_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hairnet_data.building import plan
    from hairnet_data.building.pipeline import build
    from hairnet_data.building.settings import BuildSettings
    from hairnet_data.sources.folder.backgrounds import PhotoFolder
    from hairnet_data.sources.folder.source import Folder
    from hairnet_data.sources.registry import Sources

    monkeypatch.setattr(plan, "records_per_shard", lambda count, settings: 4)
    sources = Sources(Folder.open(portraits_dir), PhotoFolder(negatives_dir))
    prepared = open_prepared(build(sources, BuildSettings(image_size=32, train_examples=11), tmp_path).path)
    assert [(shard.first, shard.records) for shard in prepared.shards["train"]] == [(0, 4), (4, 4), (8, 3)]
    for index in range(11):
        assert prepared.record("train", index)["index"] == index


@pytest.mark.parametrize(("split", "index"), [("dev", 0), ("train", -1), ("train", 40)])
def test_no_such_split_or_index(built_drawn: Path, split: str, index: int) -> None:
    with pytest.raises(UsageError):
        open_prepared(built_drawn).record(split, index)


def test_a_shard_of_another_length(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    rewrite(dataset, "test", lambda records: records[:-1])
    with pytest.raises(DatasetError, match="holds 2 records where its metadata say 3; build the dataset again"):
        open_prepared(dataset).record("test", 0)


@pytest.mark.parametrize(
    "name", ["dataset_info.json", "metadata.json", "hairnet_synthetic-test.tfrecord-00000-of-00001"]
)
def test_pipes_are_not_opened(built_drawn: Path, copy_of: CopyOf, name: str) -> None:
    """Opening a pipe that nobody writes to would never return."""
    dataset = copy_of(built_drawn)
    (dataset / name).unlink()
    os.mkfifo(dataset / name)
    with pytest.raises(DatasetError, match="read") as caught:
        list(open_prepared(dataset).read("test"))
    assert name in str(caught.value)
    assert "None" not in str(caught.value)


def test_records_behind_a_damaged_one_are_recovered() -> None:
    records = [bytes([number]) * (20 + number) for number in range(5)]
    framed = [frame(record) for record in records]
    damaged = bytearray(framed[2])
    damaged[15] ^= 1
    data = b"".join([*framed[:2], bytes(damaged), *framed[3:]])
    with pytest.raises(ValueError, match="record 2"):
        unframe(data)
    recovered = list(recover_tfrecords(data))
    assert [intact for _, intact in recovered] == [True, True, False, True, True]
    assert [record for record, intact in recovered if intact] == records[:2] + records[3:]
    damaged[0] ^= 0xFF  # now its length is wrong: what follows cannot be located
    assert [intact for _, intact in recover_tfrecords(b"".join([*framed[:2], bytes(damaged), *framed[3:]]))][:3] == [
        *(True, True, False)
    ]
    assert list(recover_tfrecords(b"")) == []
    assert [intact for _, intact in recover_tfrecords(b"\xff" * 40)] == [False]


def test_missing_shards_and_text(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = open_prepared(dataset).shards["test"][0]
    shard.path.unlink()
    with pytest.raises(DatasetError, match=r"cannot be read \(No such file or directory\); build the dataset again"):
        read_shard(shard)
    assert decode_text(b"h\xc3\xa4") == "hä"
    with pytest.raises(ValueError, match="3 is no text"):
        decode_text(3)
    with pytest.raises(UnicodeDecodeError):
        decode_text(b"\xff")
