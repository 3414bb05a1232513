"""The tables on screen: every split, the strangers, predictions where nobody is, and the groups."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from hairnet_model.evaluation.metrics import Scores
from hairnet_model.evaluation.report import Negatives, Report, SplitReport, print_report

SCORES = Scores(1250, 0.987, (0.99, 0.71, 0.85), (0.995, 0.83, 0.92), 0.85, (0.61, 0.67))
STRANGERS = replace(SCORES, pictures=37, miou=0.753)
SEEN = Negatives(234, 117, 0.00123, 9, (0.01, 0.0912))
HAIR = {"bald": replace(SCORES, pictures=4, iou=(0.9, math.nan, 0.8)), "curly": SCORES}


def report(**splits: SplitReport) -> Report:
    return Report("small", "abc", "drawn", 224, splits, 12.34, 192)


def printed(capsys: pytest.CaptureFixture[str], **splits: SplitReport) -> str:
    print_report(report(**splits))
    return capsys.readouterr().out


def test_everything_is_in_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(
        capsys,
        test=SplitReport(SCORES, STRANGERS, {"hair": HAIR}, None),
        test_occluded=SplitReport(SCORES, STRANGERS, {"hair": HAIR}, None),
        test_negatives=SplitReport(None, None, {}, SEEN),
    )
    lines = out.splitlines()
    assert max(map(len, lines)) <= 100
    (row,) = (line for line in lines if line.startswith("test  "))
    assert row.split() == ["test", "1,250", "98.7", "85.0", "71.0", "85.0", "83.0", "92.0", "61.0", "67.0", "64.0"]
    assert sum("strangers" in line and "75.3" in line for line in lines) == 2
    text = " ".join(out.split())
    assert "test_negatives: 0.12% of the pixels called hair or face" in text
    assert "in 9 of 234 pictures more than 0.5% of them: 3.8%, 95 % interval 1.0% to 9.1% (117 backgrounds)" in text
    assert "one picture of 192 x 192 takes 12.3 ms" in text
    assert text.count("by hair") == 1, "the groups of one split are enough on screen"
    (bald,) = (line.split() for line in lines if line.startswith("bald"))
    assert bald[:5] == ["bald", "4", "98.7", "85.0", "-"]


def test_strangers_have_no_row_where_all_are_strangers(capsys: pytest.CaptureFixture[str]) -> None:
    assert "strangers" not in printed(capsys, test=SplitReport(SCORES, SCORES, {}, None))
    assert "strangers" not in printed(capsys, test=SplitReport(SCORES, None, {}, None))
    assert "strangers" in printed(capsys, test=SplitReport(SCORES, replace(SCORES, pictures=0), {}, None))


def test_json() -> None:
    values = report(
        test=SplitReport(SCORES, None, {"hair": HAIR}, None), test_negatives=SplitReport(None, None, {}, SEEN)
    ).to_json()
    assert values["dataset"] == {"name": "small", "fingerprint": "abc", "source": "drawn", "image_size": 224}
    assert set(values["splits"]["test"]) == {"portraits", "traits"}
    assert values["splits"]["test"]["portraits"]["boundary_f1"] == {"hair": 0.61, "face": 0.67, "mean": 0.64}
    assert values["splits"]["test"]["traits"]["hair"]["bald"]["iou"]["hair"] is None
    assert values["splits"]["test_negatives"] == {
        "negatives": {
            "pictures": 234,
            "backgrounds": 117,
            "false_positive_pixels": 0.00123,
            "blobs": 9,
            "blob_share": 0.038462,
            "blob_share_95": [0.01, 0.0912],
        }
    }
    assert values["latency"] == {"median_ms": 12.34, "image_size": 192, "batch": 1}
