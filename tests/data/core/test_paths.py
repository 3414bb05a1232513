"""Sources and datasets in an object store: `gs://` through `epath`, answered here by a folder of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hairnet_data.core.errors import UsageError
from hairnet_data.core.storage import paths
from tests.support.datasets import digests
from tests.support.lfw import make_lfw
from tests.support.portraits import make_folder, make_negatives

_STORE = '''
"""A store as fsspec knows them: keys with slashes, no folders of their own, errors of its own."""
import os, pathlib
import fsspec
from fsspec.implementations.local import LocalFileSystem

ROOT = os.environ["HAIRNET_TEST_STORE"]

class StoreError(Exception):
    """No OSError, as those of real clients."""

class Store(fsspec.AbstractFileSystem):
    protocol = ("gcs", "gs")
    cachable = False
    def __init__(self, **options):
        super().__init__(**options)
        self.local = LocalFileSystem()
    def _local(self, path):
        path = self._strip_protocol(path)
        assert path.startswith("bucket"), path
        if "forbidden" in path:
            raise StoreError("403 you may not\\nwhatever follows")
        return os.path.join(ROOT, path)
    def _renamed(self, about):
        return {**about, "name": os.path.relpath(about["name"], ROOT)}
    def ls(self, path, detail=True, **options):
        entries = [self._renamed(about) for about in self.local.ls(self._local(path), detail=True)]
        return entries if detail else [about["name"] for about in entries]
    def info(self, path, **options):
        return self._renamed(self.local.info(self._local(path)))
    def mkdir(self, path, create_parents=True, **options):
        pass
    def makedirs(self, path, exist_ok=False):
        pass
    def _open(self, path, mode="rb", **options):
        local = self._local(path)
        if "w" in mode and os.environ.get("HAIRNET_TEST_FULL", "nothing") in path:
            raise StoreError("507 no room")
        if "w" in mode:
            os.makedirs(os.path.dirname(local), exist_ok=True)
            with open(os.environ["HAIRNET_TEST_WRITTEN"], "a") as log:
                log.write(path + "\\n")
        return open(local, mode)
    def rm_file(self, path):
        local = pathlib.Path(self._local(path))
        local.unlink()
        while not any(local.parent.iterdir()):  # nothing is left of a folder without files
            local = local.parent
            local.rmdir()
    _rm = rm_file
    def rm(self, path, recursive=False, maxdepth=None):
        for key in self.find(path) or [path]:
            self.rm_file(key)
    def cp_file(self, path, to, **options):
        os.makedirs(os.path.dirname(self._local(to)), exist_ok=True)
        self.local.cp_file(self._local(path), self._local(to))
'''


_COMMAND = """
from hairnet_data.cli.app import main
from hairnet_data.sources import registry
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.scenes.source import DrawnBackgrounds
registry.FEWEST_DRAWN = 8
Drawn.__init__.__defaults__ = (8, 4, 4, 96)
DrawnBackgrounds.__init__.__defaults__ = (6, 3, 3, 96)
main()
"""
"""The command line, with few and small drawings: the default ones would take a minute of the processor."""


class Bucket:
    """A store, and the command line with it."""

    def __init__(self, folder: Path, here: Path) -> None:
        self.files = folder / "store" / "bucket"
        self.files.mkdir(parents=True)
        module = folder / "module"
        module.mkdir()
        (module / "hairnet_test_store.py").write_text(_STORE)
        about = module / "hairnet_test_store-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: hairnet-test-store\nVersion: 1\n")
        (about / "entry_points.txt").write_text("[fsspec.specs]\ngcs = hairnet_test_store:Store\n")
        self.written = folder / "written"
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(module), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
            "EPATH_USE_TF": "false",
            "HAIRNET_TEST_STORE": str(folder / "store"),
            "HAIRNET_TEST_WRITTEN": str(self.written),
            "TFDS_DATA_DIR": str(here),
        }

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", _COMMAND, *map(str, words)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, check=False)

    def build(self, *words: str | Path, workers: int = 1) -> subprocess.CompletedProcess[str]:
        small = ("--quiet", "--image-size", "64", "--train-examples", "40", "--workers", str(workers))
        return self.run("build", *small, *words)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This machine's own data folder, where builds keep what they have drawn: each portrait once for all tests."""
    return tmp_path_factory.mktemp("here")


@pytest.fixture
def bucket(tmp_path: Path, here: Path) -> Bucket:
    return Bucket(tmp_path, here)


def test_local_paths_are_pathlib_s() -> None:
    for text in ("here", "/there", "a:/b", "odd://", "gs:/b"):
        if text != "odd://":
            assert type(paths.parse_path(text)) is type(Path())
            assert not paths.is_remote(paths.parse_path(text))
    assert str(paths.parse_path("gs://bucket/a/")) == "gs://bucket/a"
    assert paths.is_remote(paths.parse_path("gs://bucket/a"))


@pytest.mark.parametrize("text", ["ftp://host/a", "gs://", "gs:///", "http://x"])
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no folder and no address of a store"):
        paths.parse_path(text)


@pytest.mark.slow
def test_a_build_from_and_to_a_store_is_the_one_on_a_disk(bucket: Bucket, tmp_path: Path) -> None:
    make_folder(bucket.files / "portraits")
    make_negatives(bucket.files / "walls")
    sources = ["--source-dir", "gs://bucket/portraits", "--negatives", "gs://bucket/walls"]
    there = bucket.build("folder", *sources, "--data-dir", "gs://bucket/data", "--name", "mine", workers=2)
    assert (there.returncode, there.stdout) == (0, "gs://bucket/data/hairnet_synthetic/mine/1.4.0\n"), there.stderr
    local = ["--source-dir", bucket.files / "portraits", "--negatives", bucket.files / "walls"]
    here = bucket.build("folder", *local, "--data-dir", tmp_path / "data", "--name", "mine")
    assert here.returncode == 0, here.stderr
    home = bucket.files / "data" / "hairnet_synthetic"
    assert digests(home / "mine") == digests(tmp_path / "data" / "hairnet_synthetic" / "mine")
    assert [path.name for path in home.iterdir() if path.name.startswith(".incomplete")] == []
    order = [Path(line).name for line in bucket.written.read_text().splitlines()]
    assert order[-2:] == ["dataset_info.json", "metadata.json"], "what tells a dataset comes last"

    again = bucket.build("folder", *sources, "--data-dir", "gs://bucket/data", "--name", "mine")
    assert (again.returncode, again.stdout) == (0, there.stdout)
    for command in ("verify", "stats"):
        done = bucket.run(command, "gs://bucket/data/hairnet_synthetic/mine/1.4.0")
        assert done.returncode == 0, done.stderr
    checked = bucket.run("verify", "gs://bucket/data/hairnet_synthetic/mine/1.4.0", *sources)
    assert checked.returncode == 0, checked.stderr + checked.stdout


@pytest.mark.slow
def test_a_build_to_a_store_goes_on_where_it_was(bucket: Bucket) -> None:
    words = ["drawn", "--data-dir", "gs://bucket/data", "--eval-examples", "3", "--name", "mine"]
    assert bucket.build(*words).returncode == 0
    home = bucket.files / "data" / "hairnet_synthetic"
    before = digests(home / "mine")
    # As a build leaves it that is stopped while it copies: the tell-tale files are not there, its own folder is.
    (home / "mine" / "1.4.0" / "metadata.json").unlink()
    (home / "mine" / "1.4.0" / "dataset_info.json").unlink()
    (left,) = (home / "mine" / "1.4.0").glob("*test_shifted*")
    left.unlink()
    bucket.written.unlink()
    assert bucket.build(*words).returncode == 0
    assert digests(home / "mine") == before
    other = bucket.build(*words, "--seed", "7")
    assert other.returncode == 1
    assert "was built with other settings (seed 0 there, 7 now)" in other.stderr
    assert bucket.build(*words, "--seed", "7", "--overwrite").returncode == 0
    assert digests(home / "mine").keys() == before.keys()
    assert digests(home / "mine") != before


@pytest.mark.slow
def test_shards_that_are_in_the_store_are_not_rendered_again(bucket: Bucket) -> None:
    words = ["drawn", "--data-dir", "gs://bucket/data", "--eval-examples", "3", "--name", "mine"]
    bucket.environment["HAIRNET_TEST_FULL"] = "test_rotated"
    stopped = bucket.build(*words)
    assert stopped.returncode == 1
    assert stopped.stderr.splitlines() == [
        "hairnet-data: gs://bucket/data: cannot be written (507 no room); check the address and your rights there, and "
        "the same command resumes the build"
    ]
    finished = {manifest.stem for manifest in bucket.files.rglob("manifests/*.json")}
    assert finished
    del bucket.environment["HAIRNET_TEST_FULL"]
    bucket.written.unlink()
    assert bucket.build(*words).returncode == 0
    again = {Path(line).name for line in bucket.written.read_text().splitlines() if "/shards/" in line}
    assert any("test_rotated" in shard for shard in again)
    assert not again & finished
    assert bucket.run("verify", "gs://bucket/data/hairnet_synthetic/mine/1.4.0").returncode == 0


@pytest.mark.slow
def test_archives_in_a_store_are_unpacked_here(bucket: Bucket, here: Path) -> None:
    make_lfw(bucket.files / "lfw")
    words = ["lfw_parts", "--source-dir", "gs://bucket/lfw", "--data-dir", "gs://bucket/data", "--name", "mine"]
    done = bucket.build(*words)
    assert done.returncode == 0, done.stderr
    assert list((here / "downloads").iterdir())


def test_an_error_of_a_store_is_one_line(bucket: Bucket) -> None:
    for words in (
        ["drawn", "--data-dir", "gs://bucket/forbidden", "--eval-examples", "3"],
        ["folder", "--source-dir", "gs://bucket/forbidden", "--data-dir", "gs://bucket/data"],
        ["folder", "--source-dir", "gs://bucket/nothing", "--data-dir", "gs://bucket/data"],
        ["drawn", "--negatives", "gs://bucket/forbidden", "--data-dir", "gs://bucket/data", "--eval-examples", "3"],
        ["drawn", "--data-dir", "ftp://bucket/data"],
    ):
        done = bucket.build(*words)
        assert done.returncode in (1, 2), words
        lines = done.stderr.strip().splitlines()
        assert "Traceback" not in done.stderr, done.stderr
        assert len(lines) == 1, lines
    assert not bucket.written.exists()
