"""`--log-file` and `-v`: what a command did, with times."""

from __future__ import annotations

import re
from pathlib import Path

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
