"""`dataset_info.json`: what it says of shards, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.records import dataset_info
from hairnet_data.core.records.dataset_info import DatasetInfo, SplitInfo, read_dataset_info

INFO: dict[str, Any] = {
    "name": "faces",
    "configName": "mine",
    "version": "1.0.0",
    "fileFormat": "tfrecord",
    "splits": [
        {"name": "train", "shardLengths": ["4", "4", "3"], "numBytes": "7000"},
        {"name": "test", "shardLengths": ["2"]},
    ],
    "description": "Other keys are ignored.",
}


def write(folder: Path, **changes: Any) -> Path:
    (folder / "dataset_info.json").write_text(json.dumps({**INFO, **changes}))
    return folder


def test_what_is_read(tmp_path: Path) -> None:
    info = read_dataset_info(write(tmp_path))
    assert info == DatasetInfo(
        "faces", "1.0.0", "tfrecord", (SplitInfo("train", (4, 4, 3), 7000), SplitInfo("test", (2,))), "mine"
    )
    assert info.shard_names(info.splits[0]) == [f"faces-train.tfrecord-0000{number}-of-00003" for number in range(3)]
    info = read_dataset_info(write(tmp_path, fileFormat="array_record"))
    assert info.shard_names(info.splits[1]) == ["faces-test.array_record-00000-of-00001"]


def test_it_is_what_a_build_writes(built_drawn: Path) -> None:
    info = read_dataset_info(built_drawn)
    assert (info.name, info.config_name) == ("hairnet_synthetic", built_drawn.parent.name)
    assert info.version == built_drawn.name
    names = {name for split in info.splits for name in info.shard_names(split)}
    assert names == {path.name for path in built_drawn.glob("*.tfrecord-*")}


@pytest.mark.parametrize(
    "lengths",
    [["0"], ["-3"], ["three"], "3", 3, None, [None], [float("inf")], [1e300], [float("nan")], [2.5], [1 << 33]],
    ids=str,
)
def test_lengths_of_shards_that_are_refused(tmp_path: Path, lengths: Any) -> None:
    write(tmp_path, splits=[{"name": "train", "shardLengths": lengths}])
    what = r"is no dataset of this kind \(dataset_info\.json: splits\.0\.shardLengths"
    with pytest.raises(DatasetError, match=what) as caught:
        read_dataset_info(tmp_path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith("; give the folder that `hairnet-data build` printed")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"fileFormat": "riegeli"}, "fileFormat: should be tfrecord or array_record, received 'riegeli'"),
        ({"fileFormat": 3}, "fileFormat: "),
        ({"name": "../faces"}, "name: "),
        ({"name": "a/b"}, "name: "),
        ({"configName": None}, "configName: "),
        ({"splits": [{"name": "../../etc", "shardLengths": ["1"]}]}, r"splits\.0\.name: "),
        ({"splits": [{"name": "train"}]}, r"splits\.0\.shardLengths: is missing"),
        ({"splits": [{"name": "a", "shardLengths": ["1"]}] * 2}, "names a split twice"),
        ({"splits": [{"name": "a", "shardLengths": ["1"], "numBytes": "-1"}]}, r"splits\.0\.numBytes: "),
        ({"splits": {"train": 3}}, "splits: "),
    ],
    ids=str,
)
def test_other_values_that_are_refused(tmp_path: Path, changes: dict[str, Any], what: str) -> None:
    with pytest.raises(DatasetError, match=rf"\(dataset_info\.json: {what}"):
        read_dataset_info(write(tmp_path, **changes))


@pytest.mark.parametrize("text", ["", "[]", "3", "null", "{", "[" * 100_000, '{"name": "\\ud800"}', "\ufeff{}"])
def test_json_of_another_kind(tmp_path: Path, text: str) -> None:
    (tmp_path / "dataset_info.json").write_text(text)
    with pytest.raises(DatasetError, match="is no dataset of this kind"):
        read_dataset_info(tmp_path)


def test_missing_and_too_large_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatasetError, match=r"dataset_info\.json: is missing or cannot be read"):
        read_dataset_info(tmp_path)
    monkeypatch.setattr(dataset_info, "MAX_JSON_BYTES", 100)
    with pytest.raises(DatasetError, match=r"dataset_info\.json: is missing or cannot be read"):
        read_dataset_info(write(tmp_path))
