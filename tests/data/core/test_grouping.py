"""Messages that share a cause are one line."""

from __future__ import annotations

from hairnet_data.building.plan import FaultySource
from hairnet_data.core.errors import SourceError
from hairnet_data.core.grouping import MOST_SINGLE, cause_of, grouped_lines
from hairnet_data.verify.dataset_checks import Report
from hairnet_data.verify.record_checks import Finding


def test_few_are_lines_of_their_own() -> None:
    few = [(cause_of(f"off by {n}"), f"off by {n}", f"train {n}") for n in range(MOST_SINGLE)]
    assert list(grouped_lines(few)) == [f"off by {n}" for n in range(MOST_SINGLE)]


def test_a_fault_of_300_portraits_is_one_line() -> None:
    errors = [SourceError(f"p_{n}.png", f"holds {n:,} colours", "use the class colours") for n in range(300)]
    lines = str(FaultySource((*errors, SourceError("q.png", "is no picture")))).splitlines()
    assert lines == [
        "300 alike (p_0.png, p_1.png, p_2.png and 297 more), the first: "
        "p_0.png: holds 0 colours; use the class colours",
        "q.png: is no picture",
        "301 faulty: fix them, or go on without them with --skip-bad",
    ]


def test_findings_of_one_cause_are_one_line_and_json_has_all() -> None:
    found = [Finding("train", n, f"id{n}", f"wall_{n:x}.png is not there", "missing") for n in range(50)]
    report = Report([*found, Finding("test", 1, "", "its mask has class 7")])
    assert list(report.lines()) == [
        "50 alike (train 0, train 1, train 2 and 47 more), the first: train 0 (id0): wall_0.png is not there",
        "test 1: its mask has class 7",
    ]
    assert len(report.to_json()["findings"]) == 51
