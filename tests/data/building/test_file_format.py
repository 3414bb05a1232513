"""`--file-format array_record`: the same records in other files, and every command reads them."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.building import identity, plan
from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.errors import BuildError, DatasetError, UsageError
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.dataset.data_source import Examples
from hairnet_data.dataset.provenance import AvailableSources
from hairnet_data.dataset.reader import open_prepared, read_shard
from hairnet_data.inspection.export_files import export
from hairnet_data.inspection.stats import count
from hairnet_data.verify.dataset_checks import verify
from tests.support.command import Command
from tests.support.datasets import CopyOf, digests
from tests.support.kept_drawings import drawings_kept
from tests.support.portraits import tiny_drawn

TINY = BuildSettings(image_size=64, train_examples=40)


@pytest.fixture(scope="module", autouse=True)
def short_shards() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, drawings_kept():
        patch.setattr(plan, "records_per_shard", lambda count, settings: 15)
        yield


@pytest.fixture(scope="module")
def both(short_shards: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same settings in both file formats. Read them only."""
    folder = tmp_path_factory.mktemp("formats")
    return {
        name: build(tiny_drawn(), replace(TINY, file_format=name), folder).path for name in ("tfrecord", "array_record")
    }


def findings(dataset: Path) -> list[str]:
    with WorkerPool(1) as executor:
        report = verify(open_prepared(dataset), AvailableSources(None, None), executor, lambda what, done, total: None)
    return [str(finding) for finding in report.findings]


def test_the_same_records_in_files_named_as_tfds_names_them(both: dict[str, Path]) -> None:
    one, other = (open_prepared(both[name]) for name in ("tfrecord", "array_record"))
    assert list(one.shards) == list(other.shards)
    for split in one.shards:
        for a, b in zip(one.shards[split], other.shards[split], strict=True):
            assert read_shard(a) == read_shard(b)
            assert (a.first, a.records) == (b.first, b.records)
            assert b.path.name == a.path.name.replace(".tfrecord-", ".array_record-")
    assert [shard.path.name for shard in other.shards["train"]] == [
        f"hairnet_synthetic-train.array_record-0000{number}-of-00003" for number in range(3)
    ]
    assert not list(both["array_record"].glob("*.tfrecord-*"))
    assert json.loads((both["array_record"] / "dataset_info.json").read_text())["fileFormat"] == "array_record"


def test_only_the_new_format_is_in_a_dataset_s_identity(both: dict[str, Path]) -> None:
    """What was built before there was a choice keeps its name and its fingerprint."""
    one, other = (json.loads((both[name] / "metadata.json").read_text()) for name in ("tfrecord", "array_record"))
    assert "file_format" not in one["identity"]
    assert other["identity"] == {**one["identity"], "file_format": "array_record"}
    assert other["fingerprint"] != one["fingerprint"]
    changed = {"fingerprint", "identity"}
    assert {k: v for k, v in one.items() if k not in changed} == {k: v for k, v in other.items() if k not in changed}
    assert both["tfrecord"].parent.name != both["array_record"].parent.name


def test_a_default_set_in_another_format_has_no_default_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(identity, "default_examples", lambda portraits, pools: 20)
    for file_format, name in (("tfrecord", "drawn"), ("array_record", "drawn-")):
        settings = BuildSettings(train_examples=20, file_format=file_format)
        planned = build(tiny_drawn(), settings, tmp_path, BuildOptions(dry_run=True))
        assert planned.path.parent.name.startswith(name)
        assert (planned.path.parent.name == "drawn") == (file_format == "tfrecord")


def test_whoever_makes_them_the_same_bytes(both: dict[str, Path], tmp_path: Path) -> None:
    settings = replace(TINY, file_format="array_record")
    two = build(tiny_drawn(), settings, tmp_path / "two", BuildOptions(workers=2)).path
    assert digests(two) == digests(both["array_record"])


def test_a_build_resumes(both: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hairnet_data.building import shard_writer

    settings, real, written = replace(TINY, file_format="array_record"), shard_writer.write_shard, []

    def failing(*arguments: Any) -> Any:
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(real(*arguments))
        return written[-1]

    with monkeypatch.context() as patch:
        patch.setattr(shard_writer, "write_shard", failing)
        with pytest.raises(BuildError, match="No space left"):
            build(tiny_drawn(), settings, tmp_path)
    outcome = build(tiny_drawn(), settings, tmp_path)
    assert outcome.resumed == 30
    assert digests(outcome.path) == digests(both["array_record"])


def test_every_command_reads_both(both: dict[str, Path], tmp_path: Path, command: Command) -> None:
    for path in both.values():
        ran = command("verify", path, "--workers", 1)
        assert (ran.status, ran.out[:6]) == (0, "sound:"), ran.out
        assert command("explain", path, "train", 33, "--out", tmp_path / f"{path.parent.name}.png").status == 0
        assert (
            command("preview", "--dataset", path, "--count", 4, "--out", tmp_path / f"{path.parent.name}.html").status
            == 0
        )
        export(open_prepared(path), tmp_path / path.parent.name)
    a, b = (tmp_path / path.parent.name for path in both.values())
    assert digests(a) == digests(b)
    shown = [(tmp_path / f"{path.parent.name}.png").read_bytes() for path in both.values()]
    assert shown[0] == shown[1]
    counted = [count(open_prepared(path), lambda what, done, total: None) for path in both.values()]
    for one, other in zip(*(splits.values() for splits in counted), strict=True):
        assert {k: v for k, v in one.items() if k not in ("bytes", "size")} == {
            k: v for k, v in other.items() if k not in ("bytes", "size")
        }


def test_examples_by_number(both: dict[str, Path]) -> None:
    one, other = (Examples.open(path, "train") for path in both.values())
    assert len(one) == len(other) == 40
    for number in (39, 0, 15, 14, 30):
        np.testing.assert_equal(one[number], other[number])


def test_tfds_gives_a_data_source(both: dict[str, Path]) -> None:
    import tensorflow_datasets as tfds

    path = both["array_record"]
    by_folder = tfds.builder_from_directory(path).as_data_source("train")
    import hairnet_synthetic  # noqa: F401 - registers

    by_name = tfds.data_source(f"hairnet_synthetic/{path.parent.name}", data_dir=path.parents[2], split="train")
    for source in (by_folder, by_name):
        assert len(source) == 40
        for number in (31, 2):
            record = open_prepared(path).record("train", number)
            assert (source[number]["index"], source[number]["recipe"]) == (number, record["recipe"])
    with pytest.raises(NotImplementedError):
        tfds.builder_from_directory(both["tfrecord"]).as_data_source("train")


def test_damage(both: dict[str, Path], copy_of: CopyOf) -> None:
    dataset = copy_of(both["array_record"])
    train = open_prepared(dataset).shards["train"]
    data = bytearray(train[1].path.read_bytes())
    record = read_shard(train[1])[4]
    data[data.index(record[600:700])] ^= 1
    train[1].path.write_bytes(data)
    train[2].path.write_bytes(train[2].path.read_bytes()[:-70_000])
    said = findings(dataset)
    names = [shard.path.name for shard in train]
    assert f"train 19: its bytes are damaged or cut off: a checksum does not fit ({names[1]})" in said
    assert f"train 30: its shard holds 0 records where its metadata say 10 ({names[2]})" in said
    assert len([line for line in said if line.startswith(("train 1", "train 2", "train 3"))]) == 2, "a line each"
    examples = Examples.open(dataset, "train")
    assert examples[18]["index"] == 18
    for number in (19, 39):
        with pytest.raises(DatasetError, match=r"damaged|holds 0 records"):
            examples[number]


def test_where_it_is_not_installed(
    both: dict[str, Path], command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: (name != "array_record" and real(name, *more)) or None
    )
    monkeypatch.setitem(__import__("sys").modules, "array_record.python", None)
    message = "array_record: is not installed; pip install array_record where there is one, or use tfrecord\n"
    ran = command("build", "--file-format", "array_record", "--data-dir", tmp_path / "data")
    assert (ran.status, ran.err) == (2, f"hairnet-data: {message}")
    assert not (tmp_path / "data").exists()
    ran = command("stats", both["array_record"], "--json")
    assert (ran.status, ran.err) == (2, f"hairnet-data: {message}")


def test_formats_there_are_not(command: Command, tmp_path: Path) -> None:
    ran = command("build", "--file-format", "riegeli", "--data-dir", tmp_path)
    assert ran.status == 2
    assert ran.err == ("hairnet-data: --file-format: no format named 'riegeli'; choose tfrecord or array_record\n")
    with pytest.raises(UsageError, match="choose tfrecord or array_record"):
        BuildSettings(file_format="")
