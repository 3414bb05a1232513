"""Photos in files and folders to photos with other hair, with the shipped network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import PictureError, UsageError
from hairnet_data.core.images.photos import read_photo
from hairnet_model import Segmenter
from hairnet_model.tryon import catalogue, photos
from hairnet_model.tryon.photos import Wish, linear_colour, try_on_photos
from tests.model.tryon import scenes
from tests.support.portraits import save_picture


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter.load(finer=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A portrait in a subfolder, and a photo of nobody."""
    root = tmp_path_factory.mktemp("photos")
    save_picture(root / "trip" / "anna.png", scenes.portrait(25).image)
    save_picture(root / "wall.png", np.full((120, 160, 3), 140, np.uint8))
    return root


@pytest.fixture(scope="module")
def written(folder, tmp_path_factory, segmenter):
    out = tmp_path_factory.mktemp("out")
    done = []
    result = try_on_photos([folder], out, segmenter, Wish("Bob"), lambda *at: done.append(at))
    return out, result, done


def test_a_photo_gets_hair_and_its_place_below_the_folder(written) -> None:
    out, result, done = written
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.png")} == {"trip/anna_bob.png", "wall_bob.png"}
    made = read_photo(out / "trip" / "anna_bob.png")
    assert made.shape == (160, 160, 3)
    assert (made != scenes.portrait(25).image).any(-1).mean() > 0.05
    assert not result.errors
    assert done[-1] == ("trying on", 2, 2)


def test_nobody_is_written_as_it_is_and_named(written) -> None:
    out, result, _ = written
    assert (read_photo(out / "wall_bob.png") == 140).all()
    assert {photo.file.name: photo.reasons for photo in result.photos}["wall.png"] == ("no head found",)


def test_nothing_is_replaced_without_leave(folder, written, segmenter) -> None:
    out, _, _ = written
    with pytest.raises(UsageError, match=r"exists already, and 1 more; add --overwrite"):
        try_on_photos([folder], out, segmenter, Wish("bob"))
    again = try_on_photos([folder / "trip"], out, segmenter, Wish("bob", overwrite=True))
    assert len(again.photos) == 1


def test_a_sheet_shows_the_photo_and_all_styles(folder, tmp_path, segmenter, monkeypatch) -> None:
    monkeypatch.setattr(catalogue, "names", lambda: ["bob", "crew_cut"])
    result = try_on_photos([folder / "trip" / "anna.png"], tmp_path / "new", segmenter, Wish(sheet=True))
    (file,) = result.photos[0].written
    assert file.name == "anna_sheet.png"
    sheet = read_photo(file)
    assert sheet.shape[0] > photos._TILE
    assert sheet.shape[1] > 2 * photos._TILE


def test_a_colour_that_is_asked_for_is_worn(folder, tmp_path, segmenter) -> None:
    photo = folder / "trip" / "anna.png"
    try_on_photos([photo], tmp_path, segmenter, Wish("bob", "#20c040"))
    made = read_photo(tmp_path / "anna_bob.png").astype(int)
    assert (made[..., 1] > made[..., [0, 2]].max(-1) + 40).mean() > 0.05


def test_what_cannot_be_read_is_an_error_and_the_others_are_done(folder, tmp_path, segmenter) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    film = tmp_path / "film.mp4"
    film.write_bytes(b"")
    result = try_on_photos([broken, film, folder / "wall.png"], tmp_path / "out", segmenter, Wish("bob"))
    assert len(result.photos) == 1
    assert sorted(Path(error.where).name for error in result.errors) == ["broken.jpg", "film.mp4"]


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (Wish(), "has no style to try on"),
        (Wish("mohawk"), "no style 'mohawk'; choose from .*bob"),
        (Wish("bob", "glitter"), "--colour: there is no hair colour 'glitter'"),
        (Wish("bob", "copper roots"), "is a pattern"),
    ],
)
def test_bad_wishes_are_refused_before_anything_is_written(folder, tmp_path, segmenter, wish, says) -> None:
    with pytest.raises(UsageError, match=says):
        try_on_photos([folder], tmp_path / "out", segmenter, wish)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_read_is_not_written_to(folder, segmenter) -> None:
    with pytest.raises(UsageError, match="a folder that pictures are read from"):
        try_on_photos([folder], folder, segmenter, Wish("bob"))


def test_no_photo_at_all_is_an_error(tmp_path, segmenter) -> None:
    with pytest.raises(PictureError):
        try_on_photos([tmp_path / "*.jpg"], tmp_path / "out", segmenter, Wish("bob"))


def test_own_is_no_colour_and_names_may_be_written_freely() -> None:
    assert linear_colour(" Own ") is None
    assert np.allclose(linear_colour("Honey-Blond"), linear_colour("honey blond"))
    assert catalogue.name_of("Long  waves") == catalogue.name_of("long-waves") == "long_waves"


def test_the_command_needs_neither_tensorflow_nor_keras(folder, tmp_path) -> None:
    # Typer imports pydantic where it is installed; the package itself does not.
    program = (
        "import sys\n"
        "from hairnet_model.cli.app import app\n"
        f"sys.argv = ['', 'tryon', {str(folder)!r}, '--style', 'bob', '--out', {str(tmp_path)!r}, '--quiet']\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "assert not {'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [f"hairnet-model: {folder / 'wall.png'}: no head found; left as it is"]
    with Image.open(tmp_path / "trip" / "anna_bob.png") as image:
        assert image.mode == "RGB"


def test_the_list_names_styles_and_colours(capsys) -> None:
    from hairnet_model.cli.tryon_command import tryon

    tryon(list_styles=True)
    lines = capsys.readouterr().out.splitlines()
    assert "bob: Bob" in lines
    assert lines[-1].startswith("colours: own, jet black")
