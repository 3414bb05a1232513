"""A dataset is found by its folder, by one above it, or by its name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.records.dataset_lookup import datasets_below, resolve_dataset


def test_every_way_to_name_it(data_dir: Path, built_drawn: Path) -> None:
    name, version = built_drawn.parts[-2:]
    there = data_dir / "hairnet_synthetic" / name / version
    for given in (there, there.parent, there.parent.parent, data_dir):
        assert resolve_dataset(given, Path("elsewhere")) == there
    for text in (name, f"{name}/{version}", f"hairnet_synthetic/{name}"):
        assert resolve_dataset(Path(text), data_dir) == there


def test_what_is_not_there_is_left_to_the_reader(data_dir: Path, tmp_path: Path) -> None:
    for given in (tmp_path / "none", Path("none"), tmp_path):
        resolved = resolve_dataset(given, tmp_path / "empty")
        assert resolved == given or resolved.is_relative_to(data_dir)
    damaged = next(data_dir.glob("*/*/*"))
    (damaged / "dataset_info.json").unlink()
    assert resolve_dataset(damaged, data_dir) == damaged


def test_several_are_named(data_dir: Path, built_drawn: Path) -> None:
    home = data_dir / "hairnet_synthetic"
    shutil.copytree(home / built_drawn.parts[-2], home / "other")
    with pytest.raises(DatasetError, match=r"holds 2 datasets .*name one of them") as caught:
        resolve_dataset(data_dir, data_dir)
    assert "other/1.6.0" in str(caught.value)
    assert resolve_dataset(Path("other"), data_dir) == home / "other" / "1.6.0"


def test_tfds_is_asked_only_for_names(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A packed dataset is trained on where there is no TFDS."""
    monkeypatch.setattr("hairnet_data.core.records.dataset_lookup.default_data_dir", lambda: 1 / 0)
    monkeypatch.chdir(data_dir)
    (data_dir / "packed.npz").write_bytes(b"x")
    assert resolve_dataset(Path("packed.npz")) == Path("packed.npz")
    assert resolve_dataset(Path("hairnet_synthetic")).name == "1.6.0"
    with pytest.raises(ZeroDivisionError):
        resolve_dataset(Path("nobody"))


def test_a_folder_that_goes_while_datasets_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = tmp_path / "data" / "drawn" / "1.0.0"
    for folder in (prepared, tmp_path / "gone"):
        folder.mkdir(parents=True)
    (prepared / "dataset_info.json").write_text("{}")
    listed = Path.iterdir

    def iterdir(folder: Path) -> Iterator[Path]:
        if folder.name == "gone":
            raise FileNotFoundError(folder)
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert list(datasets_below(tmp_path)) == [prepared]
