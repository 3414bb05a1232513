"""`hairnet-data classes`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.sources.folder.source import Folder
from tests.support.command import Command
from tests.support.portraits import make_folder, save_picture


def test_from_masks_to_a_source_that_opens(tmp_path: Path, command: Command) -> None:
    root = make_folder(tmp_path / "mine", people=3)
    (root / "classes.toml").unlink()
    ran = command("classes", root, "--out", root / "classes.toml")
    assert ran.status == 0
    assert "hold the values of LFW Part Labels" in ran.out
    assert "#0000ff" in ran.out
    assert len(Folder.open(root).catalogue().entries) == 4
    again = command("classes", root, "--out", root / "classes.toml")
    assert (again.status, again.out) == (2, "")
    assert "exists; name a new file" in again.err


def test_json_has_values_and_draft(tmp_path: Path, command: Command) -> None:
    save_picture(tmp_path / "masks" / "a.png", np.repeat(np.array([[0, 13, 17]], np.uint8), 4, axis=0))
    ran = command("classes", tmp_path, "--json")
    said = json.loads(ran.out)
    assert [value["value"] for value in said["values"]] == [0, 13, 17]
    assert "unassigned" in said["classes_toml"]
    assert said["known"] is None


def test_datasets_are_listed_and_named(built_drawn: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    data_dir, name = built_drawn.parents[2], built_drawn.parts[-2]
    ran = command("list", "--data-dir", data_dir)
    assert ran.status == 0
    assert ran.out.startswith(f"{name}/1.6.0: ")
    assert "40 to train" in ran.out
    (said,) = json.loads(command("list", "--data-dir", data_dir, "--json").out)
    assert said["path"] == str(built_drawn)
    # Everything that takes a dataset takes its name, or a folder above it.
    monkeypatch.setattr("hairnet_data.core.records.dataset_lookup.default_data_dir", lambda: data_dir)
    for given in (built_drawn, built_drawn.parent, data_dir, name, f"hairnet_synthetic/{name}"):
        assert command("stats", given, "--json").status == 0
    assert command("stats", "nobody").status == 1


def test_an_empty_data_folder(tmp_path: Path, command: Command) -> None:
    ran = command("list", "--data-dir", tmp_path)
    assert (ran.status, ran.out) == (0, "")
    assert "no dataset in" in ran.err


@pytest.mark.parametrize("folder", ["none", "."])
def test_nothing_there_is_one_line(tmp_path: Path, command: Command, folder: str) -> None:
    ran = command("classes", tmp_path / folder)
    assert (ran.status, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 1
