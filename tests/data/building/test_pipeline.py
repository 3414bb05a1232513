"""A dataset has the same bytes however it is built."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.building import pipeline as building
from hairnet_data.building import shard_writer
from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.sources.registry import Sources
from tests.support.builds import SETTINGS
from tests.support.command import start_command
from tests.support.datasets import digests, shard_digests
from tests.support.portraits import tiny_drawn


class Shuffled(WorkerPool):
    """A worker pool that does its tasks in any order and reports them in another."""

    def run(self, function: Callable[..., Any], tasks: Any) -> Iterator[Any]:
        listed = list(tasks)
        random.Random(5).shuffle(listed)
        results = [function(*task) for task in listed]
        random.Random(6).shuffle(results)
        yield from results


@pytest.mark.usefixtures("short_shards")
def test_same_bytes_from_any_number_of_workers_in_any_order(
    own: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = build(own, SETTINGS, tmp_path / "one")
    again = build(own, SETTINGS, tmp_path / "again")
    two = build(own, SETTINGS, tmp_path / "two", BuildOptions(workers=2))
    monkeypatch.setattr(building, "WorkerPool", Shuffled)
    shuffled = build(own, SETTINGS, tmp_path / "shuffled")
    expected = digests(one.path)
    assert len(shard_digests(one.path)) >= 5 + 5, "several shards, or order means nothing"
    for other in (again, two, shuffled):
        assert digests(other.path) == expected  # TFDS's own files too
        assert other.path.parts[-3:] == one.path.parts[-3:]


@pytest.mark.usefixtures("short_shards")
def test_bytes_that_depend_on_the_worker_would_be_noticed(
    own: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The mutant: one generator for the whole run instead of one for every index.
    common = random.Random(1)
    drawn = shard_writer.sample_recipe

    def mutant(split: Any, pool: Any, index: int, size: int) -> Any:
        return replace(drawn(split, pool, common.randrange(100), size), index=index)

    monkeypatch.setattr(shard_writer, "sample_recipe", mutant)
    one = build(own, SETTINGS, tmp_path / "one")
    monkeypatch.setattr(building, "WorkerPool", Shuffled)
    shuffled = build(own, SETTINGS, tmp_path / "shuffled")
    assert shard_digests(shuffled.path) != shard_digests(one.path)


def test_same_bytes_under_another_hash_seed(
    own: Sources, portraits_dir: Path, negatives_dir: Path, tmp_path: Path
) -> None:
    arguments = ["build", "folder", "--source-dir", portraits_dir, "--negatives", negatives_dir, "--workers", 1]
    arguments += ["--image-size", 40, "--train-examples", 33, "--quiet", "--data-dir"]
    runs = [start_command(*arguments, tmp_path / seed, PYTHONHASHSEED=seed) for seed in ("1", "77")]
    said = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    first, second = (Path(out.strip()) for out, _ in said)
    expected = digests(build(own, SETTINGS, tmp_path / "here").path)
    assert digests(first) == digests(second) == expected


def test_every_record_follows_from_its_index(own: Sources, tmp_path: Path) -> None:
    short = build(own, SETTINGS, tmp_path, BuildOptions(name="short")).path
    longer = build(own, replace(SETTINGS, train_examples=50), tmp_path, BuildOptions(name="longer")).path
    some, more = (list(open_prepared(path).read("train")) for path in (short, longer))
    np.testing.assert_equal(more[:33], some)  # NaN, of negatives, is NaN


def test_two_builds_in_one_process_do_not_know_each_other(own: Sources, tmp_path: Path) -> None:
    # Both work in one data dir; whatever is kept in memory by the first must not reach the second.
    build(own, SETTINGS, tmp_path / "shared", BuildOptions(name="first"))
    second = build(own, replace(SETTINGS, seed=9), tmp_path / "shared", BuildOptions(name="second")).path
    alone = build(own, replace(SETTINGS, seed=9), tmp_path / "alone", BuildOptions(name="second")).path
    assert digests(second) == digests(alone)


def test_drawn_twice_is_the_same(tmp_path: Path, built_drawn: Path, tiny: BuildSettings) -> None:
    again = build(tiny_drawn(), tiny, tmp_path, BuildOptions(workers=2))
    assert digests(again.path) == digests(built_drawn)


def test_metadata_holds_no_paths(built_folder: Path, portraits_dir: Path, negatives_dir: Path) -> None:
    for file in ("metadata.json", "dataset_info.json", "features.json"):
        text = (built_folder / file).read_text()
        json.loads(text)
        assert str(portraits_dir.parent) not in text
        assert str(negatives_dir.parent) not in text
        assert str(built_folder.parents[2]) not in text
