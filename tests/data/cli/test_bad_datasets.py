"""Prepared datasets that are damaged, missing or in the way, for every command that reads one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.bad_build import QUICK, files
from tests.support.command import Command, start_command
from tests.support.datasets import CopyOf, digests

pytestmark = pytest.mark.usefixtures("few_backgrounds")


def test_places_that_cannot_be_written(command: Command, portraits_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    for data_dir in (file, file / "below"):
        ran = command("build", "folder", "--source-dir", portraits_dir, *QUICK, "--data-dir", data_dir)
        assert ran.status == 1
        assert ran.err.startswith(f"hairnet-data: {data_dir}: cannot be written (")
        assert len(ran.error_lines) == 1
    assert file.read_text() == "mine"
    ran = command("preview", "folder", "--source-dir", portraits_dir, "--count", 1, "--out", tmp_path / "no" / "a.png")
    assert (ran.status, len(ran.error_lines)) == (1, 1)
    assert "cannot be written" in ran.err
    assert "make the folder first" in ran.err


def spoil(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoiler(dataset: Path) -> None:
        file = dataset / "metadata.json"
        metadata = json.loads(file.read_text())
        change(metadata)
        file.write_text(json.dumps(metadata))

    return spoiler


def written(name: str, content: str) -> Callable[[Path], object]:
    return lambda dataset: (dataset / name).write_text(content)


SPOILT: dict[str, Callable[[Path], object]] = {
    "no metadata": lambda dataset: (dataset / "metadata.json").unlink(),
    "no info": lambda dataset: (dataset / "dataset_info.json").unlink(),
    "a folder": lambda dataset: [(dataset / "metadata.json").unlink(), (dataset / "metadata.json").mkdir()],
    "cut off": lambda dataset: os.truncate(dataset / "metadata.json", 500),
    "empty": written("metadata.json", ""),
    "a list": written("metadata.json", "[]"),
    "null": written("metadata.json", "null"),
    "a number": written("dataset_info.json", "3"),
    "nothing in it": written("metadata.json", "{}"),
    "no text": lambda dataset: (dataset / "metadata.json").write_bytes(b"\xff\xfe"),
    "too deep": written("metadata.json", "[" * 100_000),
    "no source": spoil(lambda m: m["identity"].pop("source")),
    "source is text": spoil(lambda m: m["identity"].update(source="drawn")),
    "unknown source": spoil(lambda m: m["identity"]["source"].update(name="celeba")),
    "unknown backgrounds": spoil(lambda m: m["identity"]["backgrounds"].update(name=3)),
    "no counts": spoil(lambda m: m["identity"]["source"].pop("train")),
    "counts are text": spoil(lambda m: m["identity"]["source"].update(train="8")),
    "size": spoil(lambda m: m["identity"].update(image_size="64")),
    "format": spoil(lambda m: m["identity"].update(image_format="bmp")),
    "no policy": spoil(lambda m: m["splits"]["test"].pop("policy")),
    "strange policy": spoil(lambda m: m["splits"]["test"]["policy"].update(zoom=3)),
    "rate": spoil(lambda m: m["splits"]["test"]["policy"].update(mirror=3)),
    "no counts of a split": spoil(lambda m: m["splits"]["test"].pop("negative")),
    "pool": spoil(lambda m: m["splits"]["test"].update(pool="lido")),
    "a split less": spoil(lambda m: m["splits"].pop("test")),
    "splits are a list": spoil(lambda m: m.update(splits=[])),
    "skipped": spoil(lambda m: m.update(skipped="some")),
}


@pytest.mark.parametrize("how", SPOILT)
def test_broken_metadata(how: str, built_drawn: Path, copy_of: CopyOf, command: Command, tmp_path: Path) -> None:
    dataset = copy_of(built_drawn)
    SPOILT[how](dataset)
    for arguments in (
        ("verify", dataset, "--workers", 1),
        ("stats", dataset),
        ("explain", dataset, "train", 0),
        ("preview", "--dataset", dataset, "--out", tmp_path / "out.png"),
    ):
        ran = command(*arguments)
        assert (ran.status, ran.out) == (1, ""), ran
        assert len(ran.error_lines) == 1, ran
        assert str(dataset) in ran.err
        assert ran.err.rstrip().endswith(("the folder that `hairnet-data build` printed", "build it again"))
    assert not (tmp_path / "out.png").exists()


def test_no_dataset_there(command: Command, tmp_path: Path, portraits_dir: Path) -> None:
    for path in (tmp_path / "none", portraits_dir, portraits_dir / "classes.toml", Path("/")):
        for name in ("verify", "stats"):
            ran = command(name, path)
            assert (ran.status, len(ran.error_lines)) == (1, 1)
            assert "give the folder that `hairnet-data build` printed" in ran.err


def test_a_name_that_is_taken(command: Command, portraits_dir: Path, data_dir: Path) -> None:
    arguments = ("build", "folder", "--source-dir", portraits_dir, *QUICK, "--data-dir", data_dir, "--name", "mine")
    assert command(*arguments).status == 0
    before = digests(data_dir)
    ran = command(*arguments, "--seed", 5)
    assert (ran.status, len(ran.error_lines)) == (1, 1)
    assert "was built with other settings (seed 0 there, 5 now); choose another --name, or --overwrite" in ran.err
    assert digests(data_dir) == before
    loud = [argument for argument in arguments if argument != "--quiet"]
    assert "already there:" in command(*loud).out


def test_as_real_processes(portraits: Path, negatives_dir: Path, data_dir: Path, tmp_path: Path) -> None:
    (portraits / "images" / "bb_0.png").write_bytes(b"")
    sources = ("--source-dir", portraits, "--negatives", negatives_dir)
    runs: list[tuple[subprocess.Popen[str], int, int]] = [
        (start_command("build", "folder", *sources, *QUICK, "--data-dir", data_dir), 1, 2),
        (start_command("build", "drawn", "--negative-rate", "7", "--data-dir", data_dir), 2, 1),
        (start_command("verify", tmp_path / "none"), 1, 1),
    ]
    for process, status, lines in runs:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (status, "")
        assert len(err.splitlines()) == lines
        assert err.startswith("hairnet-data: ")
    assert files(data_dir) == []
