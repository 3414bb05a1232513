"""The command line: help at once, the options that were promised, one line for whatever goes wrong."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.building import pipeline as building
from hairnet_data.cli import options
from hairnet_data.core.errors import BuildError, HairnetError, UsageError
from hairnet_data.recipes.policy import Policy
from tests.support.command import Command, start_command
from tests.support.datasets import evaluation_counts

PROMISED = [
    *("--source-dir", "--negatives", "--train-examples", "--eval-examples", "--image-size", "--seed", "--policy"),
    *("--negative-rate", "--occlude-rate", "--scale", "--shift", "--rotate", "--mirror", "--photometric"),
    *("--image-format", "--split-by", "--name", "--data-dir", "--workers", "--file-format", "--skip-bad"),
    *("--overwrite", "--dry-run", "--quiet"),
]


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from hairnet_data.cli.app import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        "    print('status', end.code)\n"
        "heavy = ('tensorflow', 'tensorflow_datasets', 'cv2', 'numpy', 'PIL', 'google_crc32c', 'rich.progress')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    for arguments in (["--help"], ["build", "--help"], ["verify", "--help"], ["explain", "--help"]):
        ran = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
        assert ran.stdout.splitlines()[-2:] == ["status 0", "[]"], ran


def test_help_names_commands_and_options(command: Command) -> None:
    ran = command("--help")
    assert (ran.status, ran.err) == (0, "")
    for name in ("build", "preview", "verify", "stats", "explain"):
        assert re.search(rf"^\s+{name}\s", ran.out, re.MULTILINE), name
    said = command("build", "--help").out
    assert [option for option in PROMISED if option not in said] == []
    ran = command()
    assert ran.status == 2
    assert "Usage: " in ran.out
    ran = command("train")
    assert (ran.status, len(ran.error_lines)) == (2, 1)
    assert "No such command 'train'" in ran.err
    ran = command("verify")
    assert (ran.status, len(ran.error_lines)) == (2, 1)
    assert "Missing argument 'DIR'" in ran.err


def test_build_and_preview_share_every_field_of_a_request(command: Command) -> None:
    shared = ["[SOURCE]", *(f"--{field.name.replace('_', '-')}" for field in fields(options.Request)[1:])]
    printed = [
        re.findall(r"^ {2}(\[SOURCE\]|--[a-z-]+)", command(name, "--help").out, re.MULTILINE)
        for name in ("build", "preview")
    ]
    build, preview = ([option for option in options if option in shared] for options in printed)
    assert build == preview
    assert sorted(build) == sorted(shared)


def test_options_reach_the_settings(tmp_path: Path) -> None:
    assert options.Request().settings().policy == Policy()
    file = tmp_path / "policy.toml"
    file.write_text("negative_rate = 0.1\nmirror = 0.2\nscale = [0.5, 2]\nbackground_rate = 1\n")
    settings = options.Request(policy=file, mirror=0.0, rotate=0.0, shift=0.25, seed=3, image_size=64).settings()
    # Flags win over the file, also where they say 0; a single number is the end of a range from 0.
    assert settings.policy == Policy(
        negative_rate=0.1, mirror=0, scale=(0.5, 2), background_rate=1, rotate=(0, 0), shift=(0, 0.25)
    )
    assert (settings.seed, settings.image_size) == (3, 64)


def test_where_datasets_live_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tensorflow_datasets.core import constants

    monkeypatch.setattr(constants, "DATA_DIR", str(tmp_path / "tfds"))
    assert options.default_data_dir() == tmp_path / "tfds"
    monkeypatch.setattr(constants, "DATA_DIR", "~/tfds")
    assert options.default_data_dir() == Path.home() / "tfds"


def test_build_without_a_data_dir_goes_where_tfds_looks(
    portraits_dir: Path, negatives_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.setattr("tensorflow_datasets.core.constants.DATA_DIR", str(tmp_path / "tfds"))
    sources = ("folder", "--source-dir", portraits_dir, "--negatives", negatives_dir)
    arguments = ("build", *sources, "--workers", 1, "--train-examples", 12, "--image-size", 40)
    count = 12 + sum(evaluation_counts({"validation": 2, "test": 2}, {"validation": 1, "test": 2}).values())
    ran = command(*arguments, "--dry-run")
    assert ran.status == 0
    would, path = ran.out.splitlines()
    assert re.fullmatch(rf"would make {count} examples, about [\d.]+ kB, in about \d+ s with 1 worker", would)
    assert list(tmp_path.iterdir()) == []
    ran = command(*arguments)
    made, there = ran.out.splitlines()
    assert re.fullmatch(rf"made {count} examples, [\d.]+ kB", made)
    assert there == path
    assert Path(there).parent.parent == tmp_path / "tfds" / "hairnet_synthetic"
    quiet = command(*arguments, "--quiet")
    assert (quiet.status, quiet.out, quiet.err) == (0, f"{there}\n", "")


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (BuildError("a", "b", "c"), 1, "a: b; c"),
        (UsageError("--x", "b"), 2, "--x: b"),
        (HairnetError("a\nb", "c\x1b[0m", "d"), 1, "a\\nb: c\\x1b[0m; d"),
        (KeyboardInterrupt(), 130, "interrupted; nothing was changed"),
        (MemoryError(), 1, "memory: there is not enough; try fewer --workers or a smaller --image-size"),
        (OSError(5, "Input/output error", "disk"), 1, "disk: Input/output error; check the path, its rights"),
        (PermissionError(13, "Permission denied"), 1, "system: Permission denied; check the path"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_one_line_for_whatever_goes_wrong(
    error: BaseException, status: int, line: str, monkeypatch: pytest.MonkeyPatch, command: Command, tmp_path: Path
) -> None:
    def fail(*arguments: Any, **options: Any) -> None:
        raise error

    monkeypatch.setattr(building, "build", fail)
    ran = command("build", "--data-dir", tmp_path, "--quiet")
    assert (ran.status, ran.out) == (status, "")
    (said,) = ran.error_lines
    assert said.startswith(f"hairnet-data: {line}")


def test_an_error_of_the_program_is_not_hidden(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: Command
) -> None:
    """Only what the user can correct becomes a line; a bug keeps its traceback."""

    def fail(*arguments: Any, **options: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(building, "build", fail)
    with pytest.raises(ZeroDivisionError):
        command("build", "--data-dir", tmp_path)


def test_a_reader_that_leaves(built_drawn: Path) -> None:
    process = start_command("stats", built_drawn, "--json")
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(60) in (0, 1)


def test_verify_and_explain_do_not_write_beside_a_copied_dataset(
    built_lfw: Path, lfw_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.setattr("tensorflow_datasets.core.constants.DATA_DIR", str(tmp_path / "tfds"))
    lone = shutil.copytree(built_lfw, tmp_path / "home" / "lone")
    for arguments in (("verify", lone, "--workers", 1), ("explain", lone, "train", 0)):
        assert command(*arguments, "--source-dir", lfw_dir).status == 0
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["lone"]
    assert (tmp_path / "tfds" / "downloads").is_dir()


@pytest.mark.parametrize("workers", ["0", "-1"])
def test_verify_wants_workers(built_drawn: Path, command: Command, workers: str) -> None:
    ran = command("verify", built_drawn, "--workers", workers)
    assert (ran.status, ran.error_lines) == (
        2,
        [f"hairnet-data: --workers: {workers} is less than 1; give an integer from 1"],
    )


def test_cores() -> None:
    assert options.worker_count(None) >= 1
    assert options.worker_count(3) == 3


@pytest.mark.parametrize("name", ["two\nlines", "\x1b[31mred", "\udcff"])
def test_an_error_of_the_system_is_one_line_whatever_the_file_is_called(
    name: str, command: Command, monkeypatch: pytest.MonkeyPatch, built_drawn: Path
) -> None:
    def failing(path: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), name)

    monkeypatch.setattr("hairnet_data.dataset.reader.open_prepared", failing)
    ran = command("stats", built_drawn)
    quoted = repr(name)[1:-1]
    expected = f"hairnet-data: {quoted}: Input/output error; check the path, its rights and the disk\n"
    assert (ran.status, ran.err) == (1, expected)
