"""What the commands say while they work, and how they write sizes and times."""

from __future__ import annotations

import re
import sys

import pytest

from hairnet_data.cli.stats_table import print_stats
from hairnet_data.core.progress import bytes_text, progress_bar, seconds_text


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


def test_the_table_is_no_wider_than_its_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    counted = {
        "train": {
            "examples": 1234567,
            "bytes": 4_200_000_000,
            "portraits": 1000000,
            "negatives": 234567,
            "occluded": 0.6001,
            "people": 5000,
            "classes": {"background": 0.7, "hair": 0.1, "face": 0.2},
        }
    }
    print_stats(counted)
    said = capsys.readouterr().out
    assert "1,234,567" in said
    assert "4.2 GB" in said
    assert "60.0%" in said
    assert max(map(len, said.splitlines())) <= 100
