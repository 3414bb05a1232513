"""A model in one file: written atomically, and refused in one line if it is no model."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from hairnet_data.core.errors import UsageError
from hairnet_model.model_io import model_file
from hairnet_model.model_io.model_file import Model, ModelError
from hairnet_model.networks import fcn
from tests.support import colours


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    network = fcn.create()
    model_file.save(tmp_path / "a.keras", Model(network, 96, frozenset({"p", "q"}), {"architecture": "hairnet"}))
    again = model_file.load(tmp_path / "a.keras")
    assert (again.image_size, again.people, again.about) == (96, {"p", "q"}, {"architecture": "hairnet"})
    for a, b in zip(network.get_weights(), again.network.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert [path.name for path in tmp_path.iterdir()] == ["a.keras"]


def test_another_size_is_that_of_the_squares_alone() -> None:
    model = colours.by_colour(64)
    assert model.at_size(None) is model
    assert model.at_size(128).image_size == 128
    assert model.at_size(128).network is model.network
    for size in (0, -32, 100, 8192):
        with pytest.raises(
            UsageError, match=f"takes no pictures of {size} pixels; give a multiple of 32 from 32 to 4096"
        ):
            model.at_size(size)


def test_a_runs_folder_is_its_best(tmp_path: Path) -> None:
    colours.saved(tmp_path / "best.keras")
    assert model_file.load(tmp_path).image_size == 64


def test_what_is_no_model(tmp_path: Path) -> None:
    good = colours.saved(tmp_path / "good.keras")
    with pytest.raises(ModelError, match=r"none\.keras: is missing; give a \.keras file or a folder"):
        model_file.load(tmp_path / "none.keras")
    (tmp_path / "cut.keras").write_bytes(good.read_bytes()[:-100])
    with pytest.raises(ModelError, match="is no model of ours"):
        model_file.load(tmp_path / "cut.keras")
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(tmp_path / "other.keras")
    with pytest.raises(ModelError, match="is no model of ours"):
        model_file.load(tmp_path / "other.keras")


def test_other_classes(tmp_path: Path) -> None:
    good = colours.saved(tmp_path / "good.keras")
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(tmp_path / "cats.keras", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "hairnet.json":
                data = json.dumps({**json.loads(data), "classes": ["background", "cat"]}).encode()
            new.writestr(name, data)
    with pytest.raises(ModelError, match="was trained on other classes"):
        model_file.load(tmp_path / "cats.keras")


def test_a_failed_save_leaves_the_old_one(tmp_path: Path, monkeypatch) -> None:
    good = colours.saved(tmp_path / "m.keras").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(model_file.os, "fsync", full)
    with pytest.raises(ModelError, match=r"m\.keras: cannot be written \(No space left"):
        colours.saved(tmp_path / "m.keras")
    assert (tmp_path / "m.keras").read_bytes() == good
    assert [path.name for path in tmp_path.iterdir()] == ["m.keras"]
    shutil.rmtree(tmp_path)
