"""Shards of both file formats: the records that went in, all or one by one, and TFDS reads them too."""

from __future__ import annotations

import json
import multiprocessing
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.core.records.shard_file import FILE_FORMATS, ShardFile, format_of, read_records, write_records
from hairnet_data.dataset.reader import open_prepared

RECORDS = [b"", b"a", bytes(range(256)) * 300, b"\0" * 70_000, b"last"]


@pytest.fixture(params=FILE_FORMATS)
def shard(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"set-train.{request.param}-00000-of-00001"
    write_records(path, iter(RECORDS), request.param)
    return path


def test_what_went_in_comes_out(shard: Path, tmp_path: Path) -> None:
    assert read_records(shard) == RECORDS
    file = ShardFile(shard)
    assert len(file) == len(RECORDS)
    for number in (4, 0, 2, 2, 1, 3):
        assert file.read(number) == RECORDS[number]
    for number in (-1, 5):
        with pytest.raises(ValueError, match="it has 5 records"):
            file.read(number)
    assert [path.name for path in tmp_path.iterdir()] == [shard.name]


def test_the_same_records_make_the_same_bytes(shard: Path) -> None:
    before = shard.read_bytes()
    write_records(shard, RECORDS, format_of(shard))
    assert shard.read_bytes() == before


def test_a_partial_shard_is_never_left(shard: Path, tmp_path: Path) -> None:
    def breaking() -> Any:
        yield b"one"
        raise KeyboardInterrupt

    before = shard.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_records(shard, breaking(), format_of(shard))
    assert shard.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [shard.name]
    with pytest.raises(OSError, match="No such file"):
        write_records(tmp_path / "none" / shard.name, RECORDS, format_of(shard))


def test_damage_is_seen(shard: Path) -> None:
    complete = shard.read_bytes()
    middle = complete.index(bytes(range(256)) * 2) + 300
    shard.write_bytes(complete[:middle] + bytes([complete[middle] ^ 1]) + complete[middle + 1 :])
    with pytest.raises(ValueError, match="damaged"):
        read_records(shard)
    with pytest.raises(ValueError, match="damaged"):
        ShardFile(shard).read(2)
    assert ShardFile(shard).read(1) == b"a"
    shard.write_bytes(complete[: len(complete) // 2])
    with pytest.raises(ValueError, match="damaged"):
        read_records(shard)
    with pytest.raises(ValueError, match=r"damaged|has 0 records"):  # an ArrayRecord's index is at its end
        ShardFile(shard).read(4)
    shard.unlink()
    for read in (read_records, lambda path: ShardFile(path).read(0)):
        with pytest.raises(OSError, match="No such file"):
            read(shard)


def test_a_file_of_another_name_says_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="file format"):
        format_of(tmp_path / "train.riegeli-00000-of-00001")


def _read(file: ShardFile, number: int) -> bytes:
    return file.read(number)


def test_threads_forks_and_other_processes_read_too(shard: Path) -> None:
    file = ShardFile(shard)
    file.read(0)  # open here, before anything else has it
    numbers = [number % 5 for number in range(200)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(file.read, numbers)) == [RECORDS[number] for number in numbers]
    assert pickle.loads(pickle.dumps(file)).read(2) == RECORDS[2]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_read, (file, 2)) == RECORDS[2]
    # A forked process has the file as it is here, opened: nothing is pickled on its way.
    forked = multiprocessing.get_context("fork")
    answer = forked.SimpleQueue()
    process = forked.Process(target=lambda: answer.put(len(file.read(2))))
    process.start()
    process.join(60)
    assert (process.exitcode, answer.empty()) == (0, False)
    assert answer.get() == len(RECORDS[2])


def test_tfds_reads_array_records(built_drawn: Path, tmp_path: Path) -> None:
    """TFDS finds a dataset whose shards were written again as ArrayRecords, and gives them by number."""
    import tensorflow_datasets as tfds

    prepared = open_prepared(built_drawn)
    dataset = tmp_path / "hairnet_synthetic" / "drawn-array" / "1.6.0"
    shutil.copytree(built_drawn, dataset, ignore=shutil.ignore_patterns("*.tfrecord-*"))
    info = json.loads((dataset / "dataset_info.json").read_text())
    info |= {"fileFormat": "array_record", "configName": "drawn-array"}
    (dataset / "dataset_info.json").write_text(json.dumps(info))
    for shard in prepared.shards["train"]:
        path = dataset / shard.path.name.replace(".tfrecord-", ".array_record-")
        write_records(path, read_records(shard.path), "array_record")
    source = tfds.builder_from_directory(dataset).as_data_source("train")
    assert len(source) == prepared.records("train")
    for number in (7, 0, 39):
        record = prepared.record("train", number)
        assert source[number]["recipe"] == record["recipe"]
        assert np.array_equal(source[number]["mask"].shape, (64, 64, 1))
