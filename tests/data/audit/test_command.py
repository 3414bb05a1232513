"""`hairnet-data audit` on a folder: the table, the files, and what it says where something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.audit import predictions
from tests.data.audit.conftest import truth
from tests.support.command import Command
from tests.support.portraits import CLASSES_TOML, in_colours, save_picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A source of ten portraits, one with hair and face exchanged; and predictions of it in `seen`."""
    for number in range(10):
        portrait = truth(number)
        wrong = np.array([0, 2, 1], np.uint8)[portrait.mask] if number == 4 else portrait.mask
        save_picture(tmp_path / "mine/images" / f"p_{number}.png", portrait.image)
        save_picture(tmp_path / "mine/masks" / f"p_{number}.png", in_colours(wrong))
        seen = np.eye(3, dtype=np.uint8)[portrait.mask] * np.uint8(255) if number % 2 else portrait.mask
        save_picture(tmp_path / "seen" / f"p_{number}.png", seen)
    (tmp_path / "mine/classes.toml").write_text(CLASSES_TOML)
    return tmp_path / "mine"


def test_a_folder_is_audited_with_predictions_of_a_folder(command: Command, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "audit"
    ran = command(
        *("audit", "folder", "--source-dir", folder, "--predictions", tmp_path / "seen", "--out", out),
        *("--workers", 1),
    )
    assert ran.status == 0, ran.err
    assert "Hair and face exchanged" in ran.out
    content = json.loads((out / "audit.json").read_text())
    exchanged = [finding for finding in content["findings"] if finding["kind"] == "exchanged"]
    assert [finding["id"] for finding in exchanged] == ["p_4"]
    page = (out / "audit.html").read_text()
    assert "Hair and face exchanged: 1" in page
    assert page.count("p_4") >= 2  # the mask, and what the network sees
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "")


def test_without_a_network_one_line_says_so(
    command: Command, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictions, "find_predictor", lambda: None)
    ran = command("audit", "folder", "--source-dir", folder, "--out", tmp_path / "audit", "--workers", 1, "--json")
    assert ran.status == 0
    assert ran.err.count("\n") == 1
    assert "not compared with a network" in ran.err
    assert json.loads(ran.out)["network"] is False


def test_predictions_that_are_missing_are_named(command: Command, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "seen/p_3.png").unlink()
    arguments = ("audit", "folder", "--source-dir", folder, "--out", tmp_path / "audit", "--workers", 1)
    ran = command(*arguments, "--predictions", tmp_path / "seen")
    assert "p_3.png" in ran.err
    assert ran.status == 1
    assert not (tmp_path / "audit").exists()
    ran = command(*arguments, "--predictions", tmp_path / "nothing")
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "is no folder" in ran.err
