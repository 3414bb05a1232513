"""Rendering on Apache Beam: the same bytes as here. Most of it runs only where the extra `beam` is installed."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.building import plan
from hairnet_data.building.beam import BeamExecutor
from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.errors import BuildError, UsageError
from hairnet_data.sources.base import Portrait
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from tests.support.command import Command
from tests.support.datasets import digests
from tests.support.paths import ROOT
from tests.support.wrapped_source import WrappedSource

SETTINGS = BuildSettings(image_size=40, train_examples=60)
TWO_PROCESSES = "--direct_running_mode=multi_processing --direct_num_workers=2"
DASK = "apache_beam.runners.dask.dask_runner.DaskRunner"


def test_without_beam_it_says_so(monkeypatch: pytest.MonkeyPatch, command: Command, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    monkeypatch.setitem(sys.modules, "apache_beam.options.pipeline_options", None)
    ran = command("build", "--beam-runner", "DirectRunner", "--data-dir", tmp_path)
    assert (ran.status, len(ran.error_lines)) == (2, 1)
    assert ran.err.startswith("hairnet-data: --beam-runner: needs Apache Beam (")
    assert ran.err.endswith("; pip install 'hairnet[beam]'\n")
    assert list(tmp_path.iterdir()) == []


def test_options_without_a_runner(command: Command) -> None:
    ran = command("build", "--beam-options", "--x=1")
    assert (ran.status, ran.err) == (
        2,
        "hairnet-data: --beam-options: means nothing without --beam-runner; name one, or leave it out\n",
    )


def test_runners_and_options_that_are_none() -> None:
    pytest.importorskip("apache_beam")
    for runner in ("Horse", "no.such.Runner", "hairnet_data.building.beam.Horse"):
        with pytest.raises(UsageError, match="--beam-runner: there is no runner"):
            BeamExecutor(runner, "")
    with pytest.raises(UsageError, match=r"--beam-options: cannot be read \(No closing quotation\)"):
        BeamExecutor("DirectRunner", "--name='x")


class Watched(WrappedSource):
    """Portraits that leave a file for every process that loads one, and cannot be read as long as a file says so."""

    def __init__(self, real: Folder, folder: Path) -> None:
        super().__init__(real)
        self._folder = folder

    def load(self, id: str) -> Portrait:
        (self._folder / str(os.getpid())).touch()
        if (self._folder / "unreadable").exists():
            raise OSError(errno.EIO, os.strerror(errno.EIO), id)
        return self.real.load(id)


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """A folder with a file for every process that loaded a portrait."""
    (tmp_path / "seen").mkdir()
    return tmp_path / "seen"


@pytest.fixture
def own(portraits_dir: Path, negatives_dir: Path, seen: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    monkeypatch.setattr(plan, "records_per_shard", lambda count, settings: 7)
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'datasets'}")  # for Beam's own processes
    return Sources(Watched(Folder.open(portraits_dir), seen), PhotoFolder(negatives_dir))


def elsewhere(seen: Path) -> int:
    """How many other processes loaded portraits."""
    return len({path.name for path in seen.iterdir()} - {str(os.getpid())})


def test_worker_processes_over_grpc(own: Sources, seen: Path, tmp_path: Path) -> None:
    pytest.importorskip("apache_beam")
    here = build(own, SETTINGS, tmp_path / "here")
    assert elsewhere(seen) == 0
    there = build(own, SETTINGS, tmp_path / "there", executor=BeamExecutor("DirectRunner", TWO_PROCESSES))
    assert elsewhere(seen) == 2, "two processes rendered"
    assert digests(tmp_path / "there") == digests(tmp_path / "here")
    assert here.examples == there.examples


def test_a_pipeline_that_fails_and_resumes(own: Sources, seen: Path, tmp_path: Path) -> None:
    pytest.importorskip("apache_beam")
    executor = BeamExecutor("DirectRunner", TWO_PROCESSES)
    spoil = (seen / "unreadable").touch
    with pytest.raises(BuildError) as caught:
        build(own, SETTINGS, tmp_path / "data", executor=executor, announce=lambda result: spoil())
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith("DirectRunner: the pipeline failed (")
    assert said.endswith("the same command resumes the build")
    (seen / "unreadable").unlink()
    build(own, SETTINGS, tmp_path / "data", executor=BeamExecutor("DirectRunner", TWO_PROCESSES))
    build(own, SETTINGS, tmp_path / "here")
    assert digests(tmp_path / "data") == digests(tmp_path / "here")


def test_what_is_finished_here_is_not_rendered_there(own: Sources, seen: Path, tmp_path: Path) -> None:
    """A build may begin on one executor and end on another: the folder is the same."""
    pytest.importorskip("apache_beam")

    class Stopping:
        def run(self, function: Any, tasks: Any) -> Any:
            for number, task in enumerate(tasks):
                if number == 4:
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
                yield function(*task)

        def stop(self) -> None:
            pass

    with pytest.raises(BuildError, match="Input/output error"):
        build(own, SETTINGS, tmp_path / "data", executor=Stopping())
    result = build(own, SETTINGS, tmp_path / "data", executor=BeamExecutor("DirectRunner", TWO_PROCESSES))
    assert result.resumed == 4 * 7
    build(own, SETTINGS, tmp_path / "here")
    assert digests(tmp_path / "data") == digests(tmp_path / "here")


def test_a_dask_cluster_of_two_processes(own: Sources, seen: Path, tmp_path: Path) -> None:
    pytest.importorskip("apache_beam")
    distributed = pytest.importorskip("distributed")
    settings = replace(SETTINGS, seed=3)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        options = f"--dask_client_address={cluster.scheduler_address} --dask_partition_size=1"
        build(own, settings, tmp_path / "there", executor=BeamExecutor(DASK, options))
    assert elsewhere(seen) == 2
    build(own, settings, tmp_path / "here")
    assert digests(tmp_path / "there") == digests(tmp_path / "here")
