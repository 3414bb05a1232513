"""The table of statistics."""

from __future__ import annotations

import pytest

from hairnet_data.cli.stats_table import print_stats


def test_the_table_is_no_wider_than_its_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    counted = {
        "train": {
            "examples": 1234567,
            "bytes": 4_200_000_000,
            "portraits": 1000000,
            "groups": 0,
            "negatives": 234567,
            "occluded": 0.6001,
            "people": 5000,
            "classes": {"background": 0.7, "hair": 0.1, "face": 0.2},
            "posed": 1.0,
            "yaw": {str(first): 83333 for first in range(-180, 180, 30)},
        }
    }
    print_stats(counted)
    said = capsys.readouterr().out
    assert "1,234,567" in said
    assert "4.2 GB" in said
    assert "60.0%" in said
    assert max(map(len, said.splitlines())) <= 100
