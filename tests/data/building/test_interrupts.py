"""Builds that are stopped midway, that run beside each other, and where there are no locks."""

from __future__ import annotations

import errno
import json
import os
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

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions
from hairnet_data.building.staging import find_unfinished
from hairnet_data.core.storage import locks
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.sources.registry import Sources
from tests.support.builds import SETTINGS, datasets
from tests.support.command import start_command
from tests.support.datasets import digests, files_below

pytestmark = pytest.mark.usefixtures("short_shards")


LongBuild = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def long_build(portraits_dir: Path, negatives_dir: Path) -> Iterator[LongBuild]:
    """Starts builds under the name `mine` of 32 shards: one takes ten seconds if it is let, its first shard one."""
    started: list[subprocess.Popen[str]] = []

    def start(data_dir: Path, *more: object) -> subprocess.Popen[str]:
        arguments = ["build", "folder", "--source-dir", portraits_dir, "--negatives", negatives_dir, "--name", "mine"]
        arguments += ["--image-size", 128, "--train-examples", 8_000, "--seed", 8, "--overwrite"]
        started.append(start_command(*arguments, "--data-dir", data_dir, *more))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:  # the test failed: the build must not go on beside the next ones
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


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
def test_ctrl_c(own: Sources, long_build: LongBuild, tmp_path: Path, moment: str, group: bool, workers: int) -> None:
    build(own, SETTINGS, tmp_path, BuildOptions(name="mine"))
    before = digests(tmp_path)
    process = long_build(tmp_path, "--workers", workers)
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
def test_kill(own: Sources, long_build: LongBuild, tmp_path: Path) -> None:
    old = build(own, SETTINGS, tmp_path, BuildOptions(name="mine")).path
    before = digests(old)
    process = long_build(tmp_path, "--workers", 2)
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
    again = long_build(tmp_path, "--workers", 2)
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
    assert len(list((tmp_path / "hairnet_synthetic").glob("set*/1.6.0/metadata.json"))) == 6


def test_a_build_that_ends_while_another_looks_for_unfinished_ones(tmp_path: Path) -> None:
    """Its folder is removed file by file then: what is gone is no error, and no unfinished build."""
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            folder = tmp_path / ".incomplete-mine-1"
            for number in range(5):
                (folder / "shards" / str(number)).mkdir(parents=True)
            shutil.rmtree(folder)

    builds = threading.Thread(target=come_and_go)
    builds.start()
    try:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            assert all(left.size == 0 for left in find_unfinished(tmp_path, besides=tmp_path))
    finally:
        over.set()
        builds.join()
    assert find_unfinished(tmp_path, besides=tmp_path) == ()


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
