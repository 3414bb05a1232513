"""`reshard`: other files, the same records."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from hairnet_data.building import reshard as module
from hairnet_data.building.reshard import reshard
from hairnet_data.core.errors import BuildError, DatasetError, UsageError
from hairnet_data.core.progress import silent
from hairnet_data.core.records.dataset_info import read_dataset_info
from hairnet_data.core.storage.paths import digest_of
from hairnet_data.dataset.checksums import read_sums
from hairnet_data.dataset.example_table import read_lines
from hairnet_data.dataset.reader import open_prepared, read_shard
from hairnet_data.inspection.dataset_diff import diff
from tests.support.command import Command
from tests.support.datasets import CopyOf, digests
from tests.support.verifying import verify_records


def stored(dataset: Path) -> dict[str, list[bytes]]:
    """The bytes of all records by split, in order."""
    shards = open_prepared(dataset).shards
    return {split: list(itertools.chain(*map(read_shard, of_split))) for split, of_split in shards.items()}


def test_records_stay_and_all_that_is_said_of_them_is_true(built_drawn: Path, copy_of: CopyOf) -> None:
    copy = copy_of(built_drawn)
    reshard(copy, 7, silent)
    assert stored(copy) == stored(built_drawn)
    lengths = {split.name: split.shard_lengths for split in read_dataset_info(copy).splits}
    assert lengths["train"] == (6, 6, 6, 6, 6, 5, 5)
    assert lengths["validation"] == (1, 1, 1), "no shard is empty"
    report = verify_records(copy)
    assert not report.findings
    assert report.sums == sum(map(len, lengths.values())) == len(read_sums(copy))
    assert not diff(built_drawn, copy).differs
    croissant = json.loads((copy / "croissant.json").read_text())
    sums = {file["@id"]: file["sha256"] for file in croissant["distribution"]}
    assert sums == {name: digest_of(copy / name) for name in sums}
    assert len(sums) == report.sums + 1
    for row in map(json.loads, read_lines(copy)):
        data = (copy / row["shard"]).read_bytes()[row["mask_start"] :][: row["mask_size"]]
        assert data == open_prepared(copy).record(row["split"], row["index"])["mask"]
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_back_again_every_file_is_the_same(built_drawn: Path, copy_of: CopyOf) -> None:
    copy = copy_of(built_drawn)
    before = digests(built_drawn)
    reshard(copy, 3, silent)
    assert digests(copy) != before
    reshard(copy, 1, silent)
    after = digests(copy)
    # The build would put up to 250 records into a shard, and here the only one has all 40.
    assert before.pop("metadata.json") != after.pop("metadata.json")
    assert after == before


def test_damage_is_not_given_a_new_sum(built_drawn: Path, copy_of: CopyOf) -> None:
    copy = copy_of(built_drawn)
    (shard,) = copy.glob("*-train.tfrecord-*")
    data = bytearray(shard.read_bytes())
    data[1000] ^= 1
    shard.unlink()
    shard.write_bytes(data)
    before = digests(copy)
    with pytest.raises(DatasetError, match="does not have the sum in SHA256SUMS"):
        reshard(copy, 2, silent)
    assert digests(copy) == before


def test_what_fails_leaves_the_dataset(built_drawn: Path, copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = copy_of(built_drawn)
    before = digests(copy.parent)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_sums", fail)
    with pytest.raises(BuildError, match="No space left on device"):
        reshard(copy, 2, silent)
    assert digests(copy.parent) == before


def test_the_command(built_drawn: Path, copy_of: CopyOf, command: Command) -> None:
    copy = copy_of(built_drawn)
    ran = command("reshard", copy, "--shards", 2, "--quiet")
    assert (ran.status, ran.out) == (0, f"{copy}\n")
    assert len(list(copy.glob("*-train.tfrecord-*-of-00002"))) == 2
    assert command("reshard", copy, "--shards", 0).status == 2
    with pytest.raises(UsageError, match="outside"):
        reshard(copy, 100_000, silent)
