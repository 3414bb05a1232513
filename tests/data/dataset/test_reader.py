"""Reading a prepared dataset without TensorFlow."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.dataset import reader
from hairnet_data.dataset.reader import FEATURES, open_prepared, read_shard, salvage, text
from tests.support.datasets import CopyOf, rewrite


def test_what_is_there(built_drawn: Path) -> None:
    reader = open_prepared(built_drawn)
    assert list(reader.shards) == [
        *("train", "validation", "test", "test_shifted", "test_rotated", "test_occluded", "test_negatives")
    ]
    assert reader.records("train") == 40
    for split in reader.shards:
        read = list(reader.read(split))
        assert [record["index"] for record in read] == list(range(reader.records(split)))
        assert all(tuple(sorted(record)) == FEATURES for record in read)
        assert [reader.record(split, index) for index in range(len(read))] == read


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
    reader = open_prepared(build(sources, BuildSettings(image_size=32, train_examples=11), tmp_path).path)
    assert [(shard.first, shard.records) for shard in reader.shards["train"]] == [(0, 4), (4, 4), (8, 3)]
    for index in range(11):
        assert reader.record("train", index)["index"] == index


@pytest.mark.parametrize(("split", "index"), [("dev", 0), ("train", -1), ("train", 40)])
def test_what_is_not_there(built_drawn: Path, split: str, index: int) -> None:
    with pytest.raises(UsageError):
        open_prepared(built_drawn).record(split, index)


def test_a_shard_of_another_length(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    rewrite(dataset, "test", lambda records: records[:-1])
    with pytest.raises(DatasetError, match="holds 2 records, not 3; build it again"):
        open_prepared(dataset).record("test", 0)


@pytest.mark.parametrize("lengths", [["0"], ["-3"], ["three"], "3", None, [float("inf")], [1e300], [float("nan")]])
def test_infos_that_say_nonsense(built_drawn: Path, copy_of: CopyOf, lengths: Any) -> None:
    dataset = copy_of(built_drawn)
    file = dataset / "dataset_info.json"
    info = json.loads(file.read_text())
    if lengths is None:
        del info["splits"][0]["shardLengths"]
    else:
        info["splits"][0]["shardLengths"] = lengths
    file.write_text(json.dumps(info))
    if lengths == "3":  # reads like a list of one
        assert open_prepared(dataset).records(info["splits"][0]["name"]) == 3
        return
    with pytest.raises(DatasetError, match="is no dataset of this kind"):
        open_prepared(dataset)


@pytest.mark.parametrize("side", [0, 7, 4097, 10**30])
def test_pictures_of_no_size(built_drawn: Path, copy_of: CopyOf, side: int) -> None:
    dataset = copy_of(built_drawn)
    file = dataset / "metadata.json"
    metadata = json.loads(file.read_text())
    metadata["identity"]["image_size"] = side
    file.write_text(json.dumps(metadata))
    with pytest.raises(DatasetError, match="is no dataset of this kind"):
        open_prepared(dataset)


@pytest.mark.parametrize(
    "name", ["dataset_info.json", "metadata.json", "hairnet_synthetic-test.tfrecord-00000-of-00001"]
)
def test_what_is_no_plain_file(built_drawn: Path, copy_of: CopyOf, name: str) -> None:
    """A pipe nobody writes to would be waited for, without end."""
    dataset = copy_of(built_drawn)
    (dataset / name).unlink()
    os.mkfifo(dataset / name)
    with pytest.raises(DatasetError, match="read") as fault:
        list(open_prepared(dataset).read("test"))
    assert name in str(fault.value)
    assert "None" not in str(fault.value)


def test_json_without_end_is_not_read(built_drawn: Path, copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_TEXT", 1000)
    with pytest.raises(DatasetError, match=r"dataset_info\.json: is missing or cannot be read"):
        open_prepared(copy_of(built_drawn))


def test_salvage_goes_on_behind_a_damaged_record() -> None:
    records = [bytes([number]) * (20 + number) for number in range(5)]
    framed = [frame(record) for record in records]
    spoiled = bytearray(framed[2])
    spoiled[15] ^= 1
    data = b"".join([*framed[:2], bytes(spoiled), *framed[3:]])
    with pytest.raises(ValueError, match="record 2"):
        unframe(data)
    found = list(salvage(data))
    assert [sound for _, sound in found] == [True, True, False, True, True]
    assert [record for record, sound in found if sound] == records[:2] + records[3:]
    spoiled[0] ^= 0xFF  # now its length is wrong: what follows cannot be found
    assert [sound for _, sound in salvage(b"".join([*framed[:2], bytes(spoiled), *framed[3:]]))][:3] == [
        *(True, True, False)
    ]
    assert list(salvage(b"")) == []
    assert [sound for _, sound in salvage(b"\xff" * 40)] == [False]


def test_missing_shards_and_text(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = open_prepared(dataset).shards["test"][0]
    shard.path.unlink()
    with pytest.raises(DatasetError, match=r"cannot be read \(No such file or directory\); build the dataset again"):
        read_shard(shard)
    assert text(b"h\xc3\xa4") == "hä"
    with pytest.raises(ValueError, match="3 is no text"):
        text(3)
    with pytest.raises(UnicodeDecodeError):
        text(b"\xff")
