"""Sources and datasets in an object store: `gs://` through `epath`, answered here by a folder of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hairnet_data.core.errors import UsageError
from hairnet_data.core.storage import paths
from tests.support.datasets import digests
from tests.support.lfw import make_lfw
from tests.support.object_store import Bucket, Commands
from tests.support.portraits import make_folder, make_negatives


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This machine's own data folder, where builds keep what they have drawn: each portrait once for all tests."""
    return tmp_path_factory.mktemp("here")


@pytest.fixture(scope="module")
def commands(here: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    started = Commands(tmp_path_factory.mktemp("commands"), here)
    yield started
    started.close()


@pytest.fixture
def bucket(tmp_path: Path, commands: Commands) -> Bucket:
    return Bucket(tmp_path, commands)


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
    assert (there.status, there.out) == (0, "gs://bucket/data/hairnet_synthetic/mine/1.6.0\n"), there.err
    local = ["--source-dir", bucket.files / "portraits", "--negatives", bucket.files / "walls"]
    here = bucket.build("folder", *local, "--data-dir", tmp_path / "data", "--name", "mine")
    assert here.status == 0, here.err
    home = bucket.files / "data" / "hairnet_synthetic"
    assert digests(home / "mine") == digests(tmp_path / "data" / "hairnet_synthetic" / "mine")
    assert [path.name for path in home.iterdir() if path.name.startswith(".incomplete")] == []
    order = [Path(line).name for line in bucket.written.read_text().splitlines()]
    assert order[-2:] == ["dataset_info.json", "metadata.json"], "what tells a dataset comes last"

    again = bucket.build("folder", *sources, "--data-dir", "gs://bucket/data", "--name", "mine")
    assert (again.status, again.out) == (0, there.out)
    for command in ("verify", "stats"):
        done = bucket.run(command, "gs://bucket/data/hairnet_synthetic/mine/1.6.0")
        assert done.status == 0, done.err
    checked = bucket.run("verify", "gs://bucket/data/hairnet_synthetic/mine/1.6.0", *sources)
    assert checked.status == 0, checked.err + checked.out


@pytest.mark.slow
def test_a_build_to_a_store_goes_on_where_it_was(bucket: Bucket) -> None:
    words = ["drawn", "--data-dir", "gs://bucket/data", "--eval-examples", "3", "--name", "mine"]
    assert bucket.build(*words).status == 0
    home = bucket.files / "data" / "hairnet_synthetic"
    before = digests(home / "mine")
    # As a build leaves it that is stopped while it copies: the tell-tale files are not there, its own folder is.
    (home / "mine" / "1.6.0" / "metadata.json").unlink()
    (home / "mine" / "1.6.0" / "dataset_info.json").unlink()
    (left,) = (home / "mine" / "1.6.0").glob("*test_shifted*")
    left.unlink()
    bucket.written.unlink()
    assert bucket.build(*words).status == 0
    assert digests(home / "mine") == before
    other = bucket.build(*words, "--seed", "7")
    assert other.status == 1
    assert "was built with other settings (seed 0 there, 7 now)" in other.err
    assert bucket.build(*words, "--seed", "7", "--overwrite").status == 0
    assert digests(home / "mine").keys() == before.keys()
    assert digests(home / "mine") != before


@pytest.mark.slow
def test_shards_that_are_in_the_store_are_not_rendered_again(bucket: Bucket) -> None:
    words = ["drawn", "--data-dir", "gs://bucket/data", "--eval-examples", "3", "--name", "mine"]
    bucket.environment["HAIRNET_TEST_FULL"] = "test_rotated"
    stopped = bucket.build(*words)
    assert stopped.status == 1
    assert stopped.err.splitlines() == [
        "hairnet-data: gs://bucket/data: cannot be written (507 no room); check the address and your rights there, and "
        "the same command resumes the build"
    ]
    finished = {manifest.stem for manifest in bucket.files.rglob("manifests/*.json")}
    assert finished
    del bucket.environment["HAIRNET_TEST_FULL"]
    bucket.written.unlink()
    assert bucket.build(*words).status == 0
    again = {Path(line).name for line in bucket.written.read_text().splitlines() if "/shards/" in line}
    assert any("test_rotated" in shard for shard in again)
    assert not again & finished
    assert bucket.run("verify", "gs://bucket/data/hairnet_synthetic/mine/1.6.0").status == 0


@pytest.mark.slow
def test_archives_in_a_store_are_unpacked_here(bucket: Bucket, here: Path) -> None:
    make_lfw(bucket.files / "lfw")
    words = ["lfw_parts", "--source-dir", "gs://bucket/lfw", "--data-dir", "gs://bucket/data", "--name", "mine"]
    done = bucket.build(*words)
    assert done.status == 0, done.err
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
        assert done.status in (1, 2), words
        lines = done.err.strip().splitlines()
        assert "Traceback" not in done.err, done.err
        assert len(lines) == 1, lines
    assert not bucket.written.exists()
