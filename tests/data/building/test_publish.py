"""A dataset is there complete or not at all, and an older one is never lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.building import pipeline as building
from hairnet_data.building import shard_writer
from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions
from hairnet_data.building.source_scan import scan_sources
from hairnet_data.core.errors import BuildError
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.sources.disk_cache import CachedPortraits
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.builds import SETTINGS, datasets, files_of
from tests.support.datasets import digests, files_below, shard_digests
from tests.support.disk import small_disk
from tests.support.kept_drawings import drawings_kept


def test_dry_run_estimates_and_writes_nothing(own: Sources, tmp_path: Path) -> None:
    data_dir = tmp_path / "new" / "data"
    dry = build(own, SETTINGS, data_dir, BuildOptions(dry_run=True))
    assert files_of(tmp_path) == []
    real = build(own, SETTINGS, data_dir)
    assert (dry.path, dry.examples, dry.made) == (real.path, real.examples, False)
    assert dry.seconds > 0
    assert 0.7 < dry.size / sum(path.stat().st_size for path in real.path.glob("*.tfrecord-*")) < 1.4
    before = digests(tmp_path)
    build(own, replace(SETTINGS, seed=5), data_dir, BuildOptions(dry_run=True))
    assert digests(tmp_path) == before


@pytest.fixture
def kept() -> Iterator[None]:
    """What one build has drawn the next one need not draw."""
    with drawings_kept():
        yield


@pytest.mark.usefixtures("kept")
def test_a_dry_run_draws_a_sample_and_decides_as_the_build_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = Sources(Drawn(train=10, validation=9, test=14, size=40), DrawnBackgrounds(30, 9, 9, size=40))
    drawn = set[str]()

    def load(self: Drawn, id: str, real: Any = Drawn.load) -> Any:
        drawn.add(id)
        return real(self, id)

    monkeypatch.setattr(Drawn, "load", load)
    settings = replace(SETTINGS, eval_examples=4)
    dry = build(sources, settings, tmp_path, BuildOptions(dry_run=True))
    assert (dry.summary.portraits, dry.summary.measured) == (33, 24)
    assert len(drawn) < 33
    assert dry.drawing_seconds > 0
    made = build(sources, settings, tmp_path)
    assert (made.path, made.plan.identity, made.summary.measured) == (dry.path, dry.plan.identity, 33)
    assert 0.7 < dry.size / sum(path.stat().st_size for path in made.path.glob("*.tfrecord-*")) < 1.4
    there = build(sources, settings, tmp_path, BuildOptions(dry_run=True))
    assert (there.path, there.seconds) == (made.path, 0)


def test_decoded_pictures_are_cached_only_where_this_machine_renders(
    own: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned: list[bool] = []

    def scan(sources: Sources, *more: Any) -> Any:
        scanned.append(isinstance(sources.portraits, CachedPortraits))
        return scan_sources(sources, *more)

    monkeypatch.setattr(building, "scan_sources", scan)
    with WorkerPool(1) as executor:
        for number, (dry_run, given) in enumerate([(False, None), (True, None), (False, executor)]):
            build(own, SETTINGS, tmp_path / str(number), BuildOptions(dry_run=dry_run), executor=given)
    assert scanned == [True, False, False]


def test_overwrite_replaces_only_when_complete(own: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = build(own, SETTINGS, tmp_path, BuildOptions(name="mine")).path
    before = digests(tmp_path)
    real, written = shard_writer.write_shard, []

    def failing(*arguments: Any) -> Any:
        if len(written) == 3:
            assert before.items() <= digests(tmp_path).items(), "the old one is there while the new one is made"
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(real(*arguments))
        return written[-1]

    other = replace(SETTINGS, seed=4)
    with monkeypatch.context() as patch:
        patch.setattr(shard_writer, "write_shard", failing)
        with pytest.raises(BuildError, match=r"cannot be written \(No space left on device\)"):
            build(own, other, tmp_path, BuildOptions(name="mine", overwrite=True))
    assert len(written) == 3, "it failed midway"
    assert datasets(tmp_path) == before
    assert build(own, other, tmp_path, BuildOptions(name="mine", overwrite=True)).made
    assert shard_digests(old) != {name: digest for name, digest in before.items() if ".tfrecord" in name}
    assert json.loads((old / "metadata.json").read_text())["identity"]["seed"] == 4
    assert [name for name in files_below(tmp_path) if "incomplete" in name] == []


def test_a_replacement_that_cannot_be_renamed_brings_the_old_back(
    own: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = build(own, SETTINGS, tmp_path, BuildOptions(name="mine")).path
    before = digests(tmp_path)
    real = Path.rename
    for error in (OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()):

        def rename(self: Path, to: Path, error: BaseException = error) -> Path:
            if Path(to) == old and self.name == "shards":
                assert not old.exists()
                raise error
            return real(self, to)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", rename)
            with pytest.raises((BuildError, KeyboardInterrupt)):
                build(own, replace(SETTINGS, seed=4), tmp_path, BuildOptions(name="mine", overwrite=True))
        assert datasets(tmp_path) == before


def test_a_kill_between_the_two_renames_loses_nothing(own: Sources, tmp_path: Path) -> None:
    old = build(own, SETTINGS, tmp_path, BuildOptions(name="mine")).path
    before = digests(old)
    aside = tmp_path / "hairnet_synthetic" / ".incomplete-x" / "old" / "mine" / "1.6.0"
    aside.parent.mkdir(parents=True)
    old.rename(aside)
    build(own, SETTINGS, tmp_path, BuildOptions(name="another"))
    assert digests(old) == before
    assert not aside.exists()


def test_a_faulty_portrait_leaves_nothing(portraits_dir: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(portraits_dir, tmp_path / "broken")
    (broken / "images" / "bb_0.png").write_bytes(b"no picture")
    data_dir = tmp_path / "deep" / "data"
    with pytest.raises(Exception, match="bb_0"):
        build(Sources(Folder.open(broken), DrawnBackgrounds(2, 1, 1, size=32)), SETTINGS, data_dir)
    assert not (tmp_path / "deep").exists()


def test_too_little_room_is_said_before_anything_is_rendered(
    own: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9 - 5000, 5000))  # type: ignore[attr-defined]
    monkeypatch.setattr(building, "write_shards", lambda *arguments: pytest.fail("it began"))
    with pytest.raises(BuildError, match=r"0\.00 GB free.*make room"):
        build(own, SETTINGS, tmp_path / "data")
    assert files_of(tmp_path) == []


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounts a disk")
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.usefixtures("short_shards")
def test_a_disk_that_fills_up(own: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    settings = replace(SETTINGS, train_examples=200)
    with small_disk(tmp_path / "disk", "900k") as disk:
        with monkeypatch.context() as patch:
            patch.setattr(building, "_check_room", lambda data_dir, size: None)  # as if others fill it meanwhile
            with pytest.raises(BuildError, match=r"cannot be written \(No space left on device\); make room"):
                build(own, settings, disk / "data", BuildOptions(workers=workers))
        left = files_below(disk / "data")
        assert not [name for name in left if name.endswith(".part") or ".scratch-" in name]
        assert len([name for name in left if "/manifests/" in name]) > 3
        subprocess.run(["mount", "-o", "remount,size=4m", disk], check=True)
        assert build(own, settings, disk / "data", BuildOptions(workers=workers)).resumed > 3 * 7
        build(own, settings, tmp_path / "undisturbed")
        assert digests(disk / "data") == digests(tmp_path / "undisturbed")


def test_a_place_that_cannot_be_written(own: Sources, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(BuildError, match="cannot be written"):
        build(own, SETTINGS, file / "data")
    with pytest.raises(BuildError, match="cannot be written"):
        build(own, SETTINGS, file)


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounts a disk")
def test_a_disk_that_may_only_be_read(own: Sources, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with pytest.raises(BuildError, match="Read-only file system"):
            build(own, SETTINGS, disk / "data")
        assert build(own, SETTINGS, disk / "data", BuildOptions(dry_run=True)).size > 0, "a dry run needs no room"
