"""What the commands say while they work, and how they write sizes and times."""

from __future__ import annotations

import re
import sys

import pytest

from hairnet_data.core.progress import bytes_text, progress_bar, seconds_text, silent


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_340_000, "2.34 MB"), (5e9, "5 GB"), (1.25e12, "1.25 TB")],
)
def test_bytes(size: float, text: str) -> None:
    assert bytes_text(size) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "0 s"), (89, "89 s"), (90, "2 min"), (5400, "1.5 h")])
def test_seconds(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(quiet=True) as progress:
        progress("rendering", 10, 10)
    assert capsys.readouterr() == ("", "")


def test_a_log_gets_the_end_of_every_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar() as progress:
        for stage in ("looking", "rendering"):
            for done in range(1001):
                progress(stage, done, 1000)
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert [re.sub(r"\(.*\)", "()", line) for line in lines] == [
        "looking: 1,000 of 1,000 ()",
        "rendering: 1,000 of 1,000 ()",
    ]


def test_a_long_stage_says_how_long_is_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("hairnet_data.core.progress.time.monotonic", lambda: now[0])
    with progress_bar() as progress:
        for done in range(0, 101, 10):
            progress("rendering", done, 100)
            now[0] += 4
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "rendering: 30 of 100 (2/s, 28 s left)"
    assert lines[-1] == "rendering: 100 of 100 (2/s)"


def test_a_terminal_gets_a_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress_bar() as progress:
        for done in range(0, 51):
            progress("rendering", done, 50)
    said = capsys.readouterr()
    assert said.out == ""
    assert "rendering" in said.err
    assert "50/50" in said.err


def test_a_stage_that_is_resumed_does_not_count_what_was_done_before(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("hairnet_data.core.progress.time.monotonic", lambda: now[0])
    with progress_bar(unit="pictures") as progress:
        for done in range(1000, 1101, 10):
            progress("training", done, 1100, "loss 0.5")
            now[0] += 4
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "training: 1,030 of 1,100 (2 pictures/s, 28 s left), loss 0.5"
    assert lines[-1] == "training: 1,100 of 1,100 (2 pictures/s), loss 0.5"


def test_a_bar_shows_the_note(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "140")
    with progress_bar(unit="photos") as progress:
        for done in range(0, 51):
            progress("reading", done, 50, "loss [0.5]")
    assert "loss [0.5]" in capsys.readouterr().err


def test_silent_takes_everything(capsys: pytest.CaptureFixture[str]) -> None:
    silent("reading", 1, 2, "note")
    assert capsys.readouterr() == ("", "")
