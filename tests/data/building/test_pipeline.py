"""A dataset on disk: the same bytes however it is built, complete or not there at all, and under the right name."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.building import pipeline as building
from hairnet_data.building import plan, shard_writer
from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.building.source_scan import scan_sources
from hairnet_data.core.errors import BuildError, UsageError
from hairnet_data.core.storage import locks
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.recipes.policy import Policy
from hairnet_data.sources.disk_cache import CachedPortraits
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.command import start_command
from tests.support.datasets import digests, files_below, shard_digests
from tests.support.disk import small_disk
from tests.support.portraits import draw_head, in_colours, save_picture, tiny_drawn

SETTINGS = BuildSettings(image_size=40, train_examples=33)


@pytest.fixture
def own(portraits_dir: Path, negatives_dir: Path) -> Sources:
    """The user's own photos: quick to build from."""
    return Sources(Folder.open(portraits_dir), PhotoFolder(negatives_dir))


@pytest.fixture
def short_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven records a shard, so that small splits have several."""
    monkeypatch.setattr(plan, "records_per_shard", lambda count, settings: 7)


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
    assert more[:33] == some


def test_two_builds_in_one_process_do_not_know_each_other(own: Sources, tmp_path: Path) -> None:
    # Both work in one data dir; whatever is kept in memory by the first must not reach the second.
    build(own, SETTINGS, tmp_path / "shared", BuildOptions(name="first"))
    second = build(own, replace(SETTINGS, seed=9), tmp_path / "shared", BuildOptions(name="second")).path
    alone = build(own, replace(SETTINGS, seed=9), tmp_path / "alone", BuildOptions(name="second")).path
    assert digests(second) == digests(alone)


def test_drawn_twice_is_the_same(tmp_path: Path, built_drawn: Path, tiny: BuildSettings) -> None:
    again = build(tiny_drawn(), tiny, tmp_path, BuildOptions(workers=2))
    assert digests(again.path) == digests(built_drawn)


# ------------------------------------------------------------------------------------------------------ names


def names(sources: Sources, settings: BuildSettings, tmp_path: Path) -> str:
    return build(sources, settings, tmp_path, BuildOptions(dry_run=True)).path.parent.name


def test_default_settings_have_the_sources_name(lfw_dir: Path, negatives_dir: Path, tmp_path: Path) -> None:
    lfw = LfwParts.open(lfw_dir, tmp_path / "unpacked")
    ground = DrawnBackgrounds(2, 1, 1, size=32)
    small = Sources(Drawn(2, 1, 1, size=32), ground)
    assert names(small, BuildSettings(), tmp_path) == "drawn"
    assert names(small, BuildSettings(train_examples=2000), tmp_path) == "drawn", "it says what is the default anyway"
    assert names(Sources(lfw, ground), BuildSettings(), tmp_path) == "lfw_parts"
    others = [
        names(small, BuildSettings(seed=1), tmp_path),
        names(small, BuildSettings(train_examples=10), tmp_path),
        names(small, BuildSettings(policy=Policy(mirror=0)), tmp_path),
        names(small, BuildSettings(image_size=64), tmp_path),
        names(small, BuildSettings(image_format="png"), tmp_path),
        names(small, BuildSettings(eval_examples=1), tmp_path),
        names(Sources(small.portraits, PhotoFolder(negatives_dir)), BuildSettings(), tmp_path),
    ]
    for name in others:
        source, _, digits = name.partition("-")
        assert source == "drawn"
        assert len(digits) == 8
        int(digits, 16)
    assert len(set(others)) == len(others)
    person = Sources(LfwParts.open(lfw_dir, tmp_path / "unpacked", "person"), ground)
    assert names(person, BuildSettings(), tmp_path).startswith("lfw_parts-")


def test_a_folder_is_named_by_its_content(
    own: Sources, portraits_dir: Path, negatives_dir: Path, tmp_path: Path
) -> None:
    first = names(own, SETTINGS, tmp_path)
    moved = shutil.copytree(portraits_dir, tmp_path / "elsewhere")
    same = Sources(Folder.open(moved), PhotoFolder(negatives_dir))
    assert names(same, SETTINGS, tmp_path) == first, "the path is no part of it"
    photo, mask = draw_head(99, 72, 72)
    save_picture(moved / "images" / "bb_0.png", photo)
    save_picture(moved / "masks" / "bb_0.png", in_colours(mask))
    changed = Sources(Folder.open(moved), PhotoFolder(negatives_dir))
    assert names(changed, SETTINGS, tmp_path) != first


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-x", ".hidden", "a b", "ä", "x" * 101, "a\n"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(UsageError, match="--name"):
        BuildOptions(name=name)


def test_own_name_and_names_of_default_settings(own: Sources, tmp_path: Path) -> None:
    path = build(own, SETTINGS, tmp_path, BuildOptions(name="my.set-1")).path
    assert path == tmp_path / "hairnet_synthetic" / "my.set-1" / "1.0.0"
    before = digests(tmp_path)
    for name in ("drawn", "lfw_parts"):
        # TFDS would read it with the features of default settings.
        with pytest.raises(UsageError, match=f"'{name}' stands for {name} with default settings"):
            build(own, SETTINGS, tmp_path, BuildOptions(name=name))
    assert digests(tmp_path) == before


def test_the_same_again_is_already_there(own: Sources, tmp_path: Path) -> None:
    first = build(own, SETTINGS, tmp_path)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    again = build(own, SETTINGS, tmp_path)
    assert (again.path, again.made, again.size, again.examples) == (first.path, False, first.size, first.examples)
    home = tmp_path / "hairnet_synthetic"
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path != home} == {
        path: time for path, time in times.items() if path != home
    }
    assert first.size == sum(path.stat().st_size for path in first.path.iterdir())


def test_the_same_name_with_other_settings_says_what_differs(own: Sources, tmp_path: Path) -> None:
    build(own, SETTINGS, tmp_path, BuildOptions(name="mine"))
    before = digests(tmp_path)
    others = {
        "seed 0 there, 3 now": replace(SETTINGS, seed=3),
        "image_size 40 there, 48 now": replace(SETTINGS, image_size=48),
        "policy.mirror 0.5 there, 0 now": replace(SETTINGS, policy=Policy(mirror=0)),
        "train_examples 33 there, 34 now": replace(SETTINGS, train_examples=34),
        r"policy.scale \[0.75, 1.25\] there, \[1.0, 1.0\] now": replace(SETTINGS, policy=Policy(scale=(1.0, 1.0))),
    }
    for what, settings in others.items():
        with pytest.raises(BuildError, match=what):
            build(own, settings, tmp_path, BuildOptions(name="mine"))
    with pytest.raises(BuildError, match=r"backgrounds\.content .* now"):
        build(Sources(own.portraits, DrawnBackgrounds(2, 1, 1, size=32)), SETTINGS, tmp_path, BuildOptions(name="mine"))
    assert digests(tmp_path) == before


def test_other_programs_files_are_left_alone(own: Sources, tmp_path: Path) -> None:
    path = tmp_path / "hairnet_synthetic" / "mine" / "1.0.0"
    path.mkdir(parents=True)
    (path / "thesis.txt").write_text("all of it")
    for content in (None, "no JSON", "[]", "{}", "null"):
        if content is not None:
            (path / "metadata.json").write_text(content)
        with pytest.raises(BuildError, match="did not make"):
            build(own, SETTINGS, tmp_path, BuildOptions(name="mine"))
    assert (path / "thesis.txt").read_text() == "all of it"


# -------------------------------------------------------------------------------------- complete or not at all


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


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def datasets(data_dir: Path) -> dict[str, str]:
    """Digests of all that is complete."""
    return {name: digest for name, digest in digests(data_dir).items() if "/.incomplete-" not in name}


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
    aside = tmp_path / "hairnet_synthetic" / ".incomplete-x" / "old" / "mine" / "1.0.0"
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


# ------------------------------------------------------------------------------------------ stopped midway


def long_build(portraits_dir: Path, negatives_dir: Path, data_dir: Path, *more: object) -> subprocess.Popen[str]:
    """A build under the name `mine` that takes half a minute if it is let."""
    arguments = ["build", "folder", "--source-dir", portraits_dir, "--negatives", negatives_dir, "--name", "mine"]
    arguments += ["--image-size", 128, "--train-examples", 30_000, "--seed", 8, "--overwrite", "--data-dir", data_dir]
    process: subprocess.Popen[str] = start_command(*arguments, *more)
    return process


def wait_for(what: Callable[[], Any], seconds: float = 60) -> Any:
    """Waits until something is so, and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = what()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError("it never came")


def children_of(process: subprocess.Popen[str]) -> list[int]:
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in path.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


MOMENTS = {"scan": ".scratch-*/portraits.pickle", "rendering": ".incomplete-*/manifests/*.json"}
ENDS = {"scan": "nothing was changed", "rendering": "the same command resumes the build"}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("moment", "group", "workers"),
    [("scan", True, 2), ("rendering", True, 2), ("rendering", False, 2), ("rendering", False, 1)],
)
def test_ctrl_c(
    own: Sources,
    portraits_dir: Path,
    negatives_dir: Path,
    tmp_path: Path,
    moment: str,
    group: bool,
    workers: int,
) -> None:
    build(own, SETTINGS, tmp_path, BuildOptions(name="mine"))
    before = digests(tmp_path)
    process = long_build(portraits_dir, negatives_dir, tmp_path, "--workers", workers)
    home = tmp_path / "hairnet_synthetic"
    # In the scan workers are still importing; a terminal sends Ctrl-C to the whole group.
    wait_for(lambda: any(home.glob(MOMENTS[moment])))
    workers_then = children_of(process)
    (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    said = [line for line in err.splitlines() if line.startswith("hairnet-data: ")]
    assert "Traceback" not in err, "no worker says anything"
    assert (process.returncode, said) == (130, [f"hairnet-data: interrupted; {ENDS[moment]}"])
    assert out == ""
    assert datasets(tmp_path) == before
    assert any(home.glob(MOMENTS["rendering"])) == (moment == "rendering")
    assert not any(home.glob(".scratch-*"))
    assert not [name for name in files_below(home) if name.endswith(".part")]
    wait_for(lambda: not any(map(is_alive, workers_then)), 10)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_kill(own: Sources, portraits_dir: Path, negatives_dir: Path, tmp_path: Path) -> None:
    old = build(own, SETTINGS, tmp_path, BuildOptions(name="mine")).path
    before = digests(old)
    process = long_build(portraits_dir, negatives_dir, tmp_path, "--workers", 2)
    home = tmp_path / "hairnet_synthetic"
    wait_for(lambda: any(home.glob(MOMENTS["rendering"])))
    workers = children_of(process)
    assert len(workers) >= 2
    process.kill()
    process.communicate(timeout=30)
    wait_for(lambda: not any(map(is_alive, workers)), 5)
    (scratch,) = home.glob(".scratch-*")
    (work,) = home.glob(".incomplete-*")
    assert digests(old) == before
    assert len(list(open_prepared(old).read("train"))) == 33
    other = build(own, replace(SETTINGS, seed=8), tmp_path, BuildOptions(name="mine", overwrite=True))
    assert [left.path for left in other.others] == [work]
    assert not scratch.exists(), "its build had ended"
    # And the same command, let go on for a while: what was finished is there.
    again = long_build(portraits_dir, negatives_dir, tmp_path, "--workers", 2)
    assert again.stderr is not None
    said = wait_for(lambda: line if (line := again.stderr.readline()).startswith("resuming: ") else "")
    again.kill()
    again.communicate(timeout=30)
    assert int(said.split()[1].replace(",", "")) > 0


def test_a_build_under_way_is_left_alone(own: Sources, tmp_path: Path) -> None:
    """Two builds at once in one data dir: neither takes the other's folder for a dead one's."""
    errors: list[BaseException] = []

    def make(number: int) -> None:
        try:
            for round in range(3):
                settings = replace(SETTINGS, seed=number, train_examples=20)
                build(own, settings, tmp_path, BuildOptions(name=f"set{number}-{round}"))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(list((tmp_path / "hairnet_synthetic").glob("set*/1.0.0/metadata.json"))) == 6


def test_a_file_system_without_locks(own: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can tell there whether a folder is a living build's: it is left alone, and builds work all the same."""

    def none(descriptor: int, **how: bool) -> bool:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    home = tmp_path / "hairnet_synthetic"
    scratch = home / ".scratch-of-another"
    scratch.mkdir(parents=True)
    (scratch / "lock").touch()
    monkeypatch.setattr(locks, "lock_descriptor", none)
    path = build(own, SETTINGS, tmp_path, BuildOptions(name="mine")).path
    assert build(own, replace(SETTINGS, seed=4), tmp_path, BuildOptions(name="mine", overwrite=True)).made
    assert sorted(left.name for left in home.iterdir()) == [".config", ".scratch-of-another", "mine"]
    assert json.loads((path / "metadata.json").read_text())["identity"]["seed"] == 4


def test_another_build_is_quicker_with_what_both_write(
    own: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking for TFDS's `.config` and renaming one's own, another build's may have come."""
    real = Path.rename

    def late(self: Path, to: Path) -> Path:
        if self.name == ".config":
            shutil.copytree(self, to)
        return real(self, to)

    monkeypatch.setattr(Path, "rename", late)
    assert build(own, SETTINGS, tmp_path, BuildOptions(name="mine")).made
    assert any((tmp_path / "hairnet_synthetic" / ".config").iterdir())


def test_metadata_holds_no_paths(built_folder: Path, portraits_dir: Path, negatives_dir: Path) -> None:
    for file in ("metadata.json", "dataset_info.json", "features.json"):
        text = (built_folder / file).read_text()
        json.loads(text)
        assert str(portraits_dir.parent) not in text
        assert str(negatives_dir.parent) not in text
        assert str(built_folder.parents[2]) not in text
