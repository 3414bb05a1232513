"""`--log-file` and `-v`: what a command did, with times."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.command import Command


def test_the_file_has_versions_the_command_and_how_it_ended(
    command: Command, built_drawn: Path, tmp_path: Path
) -> None:
    log = tmp_path / "run.log"
    assert command("--log-file", log, "stats", built_drawn).status == 0
    lines = log.read_text().splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO ", line) for line in lines)
    text = log.read_text()
    assert "hairnet-data 0" in text
    assert "numpy" in text
    assert f"stats {built_drawn}" in text
    assert "counting: " in text, "what is said on standard error"
    assert "exit status 0 after" in lines[-1]


def test_errors_are_in_it_with_their_traceback_and_it_grows(command: Command, tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    for _ in range(2):
        ran = command("--log-file", log, "stats", tmp_path / "nowhere")
        assert ran.status == 1
        assert len(ran.err.splitlines()) == 1
    text = log.read_text()
    assert text.count("nowhere: is no folder") == 4, "the line, and the end of the traceback, twice"
    assert text.count("Traceback") == 2
    assert text.count("exit status 1 after") == 2


def test_verbose_says_it_on_standard_error(command: Command, tmp_path: Path) -> None:
    ran = command("-v", "stats", tmp_path / "nowhere")
    assert "Traceback" in ran.err
    assert ran.err.splitlines()[-1].startswith("exit status 1 after")


def test_a_file_that_cannot_be_written(command: Command, tmp_path: Path) -> None:
    ran = command("--log-file", tmp_path / "none" / "run.log", "list")
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "--log-file" in ran.err


def test_it_may_stand_behind_the_command_and_has_what_is_wrong_with_the_command_line(
    command: Command, built_drawn: Path, tmp_path: Path
) -> None:
    log = tmp_path / "run.log"
    assert command("stats", built_drawn, "--log-file", log).status == 0
    assert "counting: " in log.read_text()
    for wrong in (["stats", "--fly"], ["fly"], ["explain", built_drawn, "train", "one"]):
        ran = command(*wrong, f"--log-file={log}")
        assert ran.status == 2
        assert f"INFO {ran.error_lines[0]}" in log.read_text()
    assert log.read_text().count("exit status 2 after") == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_full_disk_ends_the_log_and_not_the_command(command: Command, tmp_path: Path) -> None:
    ran = command("list", "--data-dir", tmp_path, "--log-file", "/dev/full")
    assert ran.status == 0
    (full, there) = ran.error_lines
    assert full.startswith("--log-file: /dev/full cannot be written (")
    assert there.startswith("no dataset in ")
