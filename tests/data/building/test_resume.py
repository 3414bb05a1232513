"""A build that is stopped resumes, and ends as if it had never been disturbed."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hairnet_data.building import identity, shard_writer
from hairnet_data.building import pipeline as building
from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.building.staging import Unfinished
from hairnet_data.core.errors import BuildError
from hairnet_data.sources.registry import Sources
from tests.support.command import Command
from tests.support.datasets import digests, files_below
from tests.support.disk import small_disk
from tests.support.kill_points import LAST, OTHERS, POINTS, REPLACING, SETTINGS
from tests.support.paths import ROOT

pytestmark = pytest.mark.usefixtures("short_shards")


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The shards that are rendered in this process."""
    real, names = shard_writer.write_shard, []

    def counted(plan: Any, part: Any, number: int, *more: Any) -> Any:
        names.append(part.shard_name(number))
        return real(plan, part, number, *more)

    monkeypatch.setattr(shard_writer, "write_shard", counted)
    return names


class Killed(NamedTuple):
    """A folder with one data dir for every point at which a build was killed, and the shards finished by then."""

    folder: Path
    finished: dict[str, set[str]]


@pytest.fixture(scope="module")
def killed(portraits_dir: Path, negatives_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-m", "tests.support.kill_points", str(portraits_dir), str(negatives_dir), str(folder)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert ran.stdout.splitlines() == [f"{point}: -9" for point in (*POINTS, *REPLACING)], ran.stderr[-2000:]
    finished = {
        point: {path.stem for path in (folder / point).glob("hairnet_synthetic/.incomplete-*/manifests/*.json")}
        for point in (*POINTS, *REPLACING)
    }
    return Killed(folder, finished)


@pytest.fixture(scope="module")
def undisturbed(killed: Killed) -> dict[str, str]:
    """What lies in a data dir after a build that nobody stopped."""
    return dict(digests(killed.folder / "undisturbed"))


@pytest.mark.parametrize("point", [*POINTS, *REPLACING])
def test_killed_at(point: str, killed: Killed, own: Sources, undisturbed: dict[str, str], rendered: list[str]) -> None:
    data_dir = killed.folder / point
    outcome = build(own, SETTINGS, data_dir, BuildOptions(name="mine", overwrite=point in REPLACING))
    assert digests(data_dir) == undisturbed
    assert not list(data_dir.glob("hairnet_synthetic/.[is]*")), "nothing else is left"
    everything = {name for name in (Path(path).name for path in undisturbed) if ".tfrecord-" in name}
    assert len(everything) == LAST
    assert set(rendered) == everything - killed.finished[point]
    assert len(rendered) == len(set(rendered))
    assert outcome.made or point in ("when the dataset is published", "while cleaning up")


FINISHED = {
    "before rendering": 0,
    "between the first shard and its rows": 0,
    "between the first shard and its manifest": 0,
    "before the second shard": 1,
    "in the middle of the fifth shard": 4,
    "between writing and renaming the last shard": LAST - 1,
    "before the metadata": LAST,
    "in the middle of the table": LAST,
    "before the dataset is published": LAST,
    "replacing, in the middle of a shard": 2,
}


def test_the_points_lie_all_along_the_way(killed: Killed) -> None:
    """They would prove little if most builds had been killed before they had written anything."""
    assert {point: len(killed.finished[point]) for point in FINISHED} == FINISHED


def stopped(own: Sources, settings: BuildSettings, data_dir: Path, shards: int) -> Path:
    """The folder of a build that a full disk stopped when some shards were finished."""
    real, written = shard_writer.write_shard, []

    def failing(*arguments: Any) -> Any:
        if len(written) == shards:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(real(*arguments))
        return written[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shard_writer, "write_shard", failing)
        with pytest.raises(BuildError, match="No space left on device"):
            build(own, settings, data_dir, BuildOptions(name="mine"))
    folders = list((data_dir / "hairnet_synthetic").glob(".incomplete-*"))
    assert not list((data_dir / "hairnet_synthetic").glob(".scratch-*"))
    return folders[-1] if folders else data_dir


def test_nothing_is_left_where_nothing_was_finished(own: Sources, tmp_path: Path) -> None:
    stopped(own, SETTINGS, tmp_path / "deep" / "data", 0)
    assert files_below(tmp_path) == []


def test_no_resume_starts_over(own: Sources, tmp_path: Path, rendered: list[str], undisturbed: dict[str, str]) -> None:
    stopped(own, SETTINGS, tmp_path, 4)
    rendered.clear()
    outcome = build(own, SETTINGS, tmp_path, BuildOptions(name="mine", resume=False))
    assert (len(rendered), outcome.resumed) == (LAST, 0)
    assert digests(tmp_path) == undisturbed


def test_finished_shards_are_checked(
    own: Sources, tmp_path: Path, rendered: list[str], undisturbed: dict[str, str]
) -> None:
    work = stopped(own, SETTINGS, tmp_path, 8)
    damaged, shorter, gone, torn, odd, rowless, other_rows, sound = sorted((work / "shards").iterdir())
    (work / "manifests" / f"{rowless.name}.rows.gz").unlink()
    rows = work / "manifests" / f"{other_rows.name}.rows.gz"
    rows.write_bytes(rows.read_bytes()[:-1] + b"x")
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    shorter.write_bytes(shorter.read_bytes()[:-1])
    gone.unlink()
    (work / "manifests" / f"{torn.name}.json").write_text("")  # as a power cut may leave it
    (work / "manifests" / f"{odd.name}.json").write_text('{"name": 3}')
    (work / "shards" / "left.part").write_bytes(b"x" * 99)
    rendered.clear()
    outcome = build(own, SETTINGS, tmp_path, BuildOptions(name="mine"))
    assert sound.name not in rendered
    assert {path.name for path in (damaged, shorter, gone, torn, odd, rowless, other_rows)} <= set(rendered)
    assert len(rendered) == LAST - 1
    assert outcome.resumed > 0
    assert digests(tmp_path) == undisturbed


def test_other_settings_are_named_and_left_alone(own: Sources, tmp_path: Path) -> None:
    work = stopped(own, OTHERS, tmp_path, 3)
    before = digests(work)
    size = sum(path.stat().st_size for path in work.rglob("*") if path.is_file())
    dry = build(own, SETTINGS, tmp_path, BuildOptions(name="mine", dry_run=True))
    built = build(own, SETTINGS, tmp_path, BuildOptions(name="mine"))
    there = build(own, SETTINGS, tmp_path, BuildOptions(name="mine"))
    for outcome in (dry, built, there):
        assert outcome.others == (Unfinished(work, size),)
    assert digests(work) == before
    assert build(own, OTHERS, tmp_path, BuildOptions(name="mine", overwrite=True)).resumed > 0
    assert not work.exists()


def test_other_libraries_are_other_settings(
    own: Sources, tmp_path: Path, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = stopped(own, SETTINGS, tmp_path, 3)
    rendered.clear()
    monkeypatch.setattr(identity, "library_versions", lambda: {"numpy": "2", "opencv": "9"})
    assert build(own, SETTINGS, tmp_path, BuildOptions(name="mine")).others[0].path == work
    assert len(rendered) == LAST, "shards of two versions do not fit together"


def test_two_builds_at_once(own: Sources, tmp_path: Path, undisturbed: dict[str, str]) -> None:
    said: list[str] = []

    def others(outcome: Any) -> None:
        for settings in (SETTINGS, OTHERS):
            with pytest.raises(BuildError, match="another build of this dataset is under way; wait for it") as caught:
                build(own, settings, tmp_path, BuildOptions(name="mine", overwrite=True))
            said.append(caught.value.where)
        assert build(own, OTHERS, tmp_path, BuildOptions(name="mine-2")).made

    build(own, SETTINGS, tmp_path, BuildOptions(name="mine"), announce=others)
    assert said == ["mine", "mine"]
    assert undisturbed.items() <= digests(tmp_path).items()
    assert files_below(tmp_path / "hairnet_synthetic" / ".incomplete-mine") == []


def test_the_command_says_what_it_found(
    portraits_dir: Path, negatives_dir: Path, own: Sources, tmp_path: Path, command: Command
) -> None:
    other = stopped(own, OTHERS, tmp_path, 3)
    arguments = ["build", "folder", "--source-dir", portraits_dir, "--negatives", negatives_dir, "--name", "mine"]
    arguments += ["--image-size", 40, "--train-examples", 33, "--workers", 1, "--data-dir", tmp_path]
    stopped(own, SETTINGS, tmp_path, 4)
    ran = command(*arguments)
    assert ran.status == 0
    assert re.search(r"^resuming: \d+ of \d+ examples are finished$", ran.err, re.M), ran.err
    assert f"left alone: {other}, " in ran.out
    assert ran.out.splitlines()[-1] == str(tmp_path / "hairnet_synthetic" / "mine" / "1.6.0")
    assert command(*arguments, "--no-resume", "--quiet").out == ran.out.splitlines()[-1] + "\n"


def fill(disk: Path) -> Path:
    """Writes until nothing more fits."""
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return ballast


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounts a disk")
@pytest.mark.parametrize(
    ("module", "phase", "call"),
    [("shard_writer", "write_shard", 5), ("shard_writer", "write_manifest", 8), ("building", "write_metadata", 1)],
)
def test_a_disk_that_fills(
    module: str,
    phase: str,
    call: int,
    own: Sources,
    tmp_path: Path,
    rendered: list[str],
    undisturbed: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = {"shard_writer": shard_writer, "building": building}[module]
    real, calls = getattr(there, phase), []
    with small_disk(tmp_path / "disk", "2m") as disk:

        def full(*arguments: Any) -> Any:
            calls.append(1)
            if len(calls) == call:
                fill(disk)
            return real(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(there, phase, full)
            with pytest.raises(BuildError, match=r"cannot be written \(No space left on device\); make room"):
                build(own, SETTINGS, disk, BuildOptions(name="mine"))
        finished = len(list(disk.glob("*/.incomplete-*/manifests/*.json")))
        assert finished == {"write_shard": 4, "write_manifest": 7, "write_metadata": LAST}[phase]
        (disk / "ballast").unlink()
        rendered.clear()
        build(own, SETTINGS, disk, BuildOptions(name="mine"))
        assert len(rendered) == LAST - finished
        assert digests(disk) == undisturbed
