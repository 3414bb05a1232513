"""`hairnet-model folds`: nobody is predicted by a network that has seen them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.errors import UsageError
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_model.data.tfds_records import Shown
from hairnet_model.model_io import model_file
from hairnet_model.networks import fcn
from hairnet_model.training.folds import divide
from tests.support import small_network
from tests.support.command import Command
from tests.support.portraits import make_folder


def of(person: str, id: str, *others: str) -> Shown:
    return Shown("group" if others else "portrait", person, id, (person,) if person else (), (id, *others))


def test_people_are_divided_evenly_and_stay_together() -> None:
    records = [of(f"p{number // 2}", f"p{number // 2}_{number % 2}") for number in range(20)]
    records += [of("", "stranger"), Shown("negative", "", "wall", (), ("wall",))]
    division = divide(records, 3, 0)
    assert sorted(list(division.of_key.values()).count(fold) for fold in range(3)) == [3, 4, 4]
    assert "wall" not in division.of_id
    for number in range(10):
        assert division.of_id[f"p{number}_0"] == division.of_id[f"p{number}_1"] == division.of_key[f"p{number}"]
    assert divide(records, 3, 1) != division == divide(records, 3, 0)
    fold = division.of_key["p3"]
    assert division.shows(of("p3", "p3_0"), fold)
    other = next(f"p{number}" for number in range(10) if division.of_key[f"p{number}"] != fold)
    assert division.shows(of(other, f"{other}_0", "p3_1"), fold), "everybody in a group is shown"
    assert not division.shows(of(other, f"{other}_0"), fold)
    assert not division.shows(records[-1], fold)


def test_there_are_as_many_people_as_folds() -> None:
    with pytest.raises(UsageError, match=r"--folds: is 3; give a number from 2 to 2"):
        divide([of("a", "a_0"), of("b", "b_0")], 3, 0)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of portraits, and a dataset of it."""
    root = tmp_path_factory.mktemp("folds")
    folder = make_folder(root / "mine")
    settings = BuildSettings(image_size=32, train_examples=24, eval_examples=3)
    sources = Sources(Folder.open(folder), DrawnBackgrounds(4, 2, 2, size=64))
    return folder, build(sources, settings, root / "data", BuildOptions(name="mine")).path


def test_every_photo_is_predicted_and_the_command_goes_on(
    built: tuple[Path, Path], tmp_path: Path, model_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcn, "create", small_network.create)
    folder, dataset = built
    out = tmp_path / "seen"
    command = ("folds", dataset, "--photos", folder / "images", "--out", out, "--folds", 2, "--quiet")
    command += ("--init", "none", "--steps", 1, "--batch", 4)
    status, printed, said = model_command(*command)
    assert (status, printed.strip()) == (0, str(out)), said
    photos = sorted(path for path in (folder / "images").iterdir())
    assert sorted(path.stem for path in out.glob("*.png")) == [path.stem for path in photos]
    for photo in photos:
        seen = np.asarray(Image.open(out / f"{photo.stem}.png"))
        assert seen.shape[:2] == Image.open(photo).size[::-1]
        assert np.abs(seen.astype(int).sum(-1) - 255).max() <= 2
    trained_on = [set(model_file.load(out / f"runs/{fold}").people) for fold in (1, 2)]
    assert all(trained_on)
    assert not trained_on[0] & trained_on[1]

    first = out / f"{photos[0].stem}.png"
    before = first.read_bytes()
    first.unlink()
    others = {path: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert model_command(*command)[0] == 0
    assert first.read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in others} == others, "what is there is kept"

    status, _, said = model_command(*command[:-1], 8)
    assert (status, said.count("\n")) == (1, 1)
    assert "was made with other settings (settings batch was 4, now 8)" in said


def test_a_photo_that_is_missing_is_named(built: tuple[Path, Path], tmp_path: Path, model_command: Command) -> None:
    folder, dataset = built
    images = Path(shutil.copytree(folder / "images", tmp_path / "images"))
    next(images.glob("cc_*")).unlink()
    out = tmp_path / "seen"
    status, _, said = model_command("folds", dataset, "--photos", images, "--out", out, "--init", "none", "--folds", 2)
    assert (status, said.count("\n")) == (1, 1)
    assert "--photos: has no photo of cc_0; name the folder" in said
    assert not out.exists()
