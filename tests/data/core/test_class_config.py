"""`classes.toml`: what it may leave unlabelled, and that a folder that leaves nothing is named as it always was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.core.errors import PictureError, SourceError
from hairnet_data.core.images.label_image import MaskPicture
from hairnet_data.core.labels.class_config import Config, read_config
from hairnet_data.core.labels.class_map import ColourMap, IndexMap, PartMap


@pytest.fixture
def read(tmp_path: Path):
    def read_text(text: str) -> Config:
        (tmp_path / "classes.toml").write_text(text)
        return read_config(tmp_path / "classes.toml", "classes.toml")

    return read_text


def grey(values) -> MaskPicture:
    return MaskPicture(np.array(values, np.uint8), np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1), None)


def rgb(values) -> MaskPicture:
    return MaskPicture(None, None, np.array(values, np.uint8))


def test_indices_may_be_ignored(read) -> None:
    config = read("[indices]\nhair = [1]\nignore = [0, 255]\n")
    assert config.classes == IndexMap({1: HAIR, 0: UNLABELLED, 255: UNLABELLED})
    mask, _ = config.classes.read(grey([[0, 1, 255]]), "m.png")
    assert mask.tolist() == [[255, 1, 255]]
    with pytest.raises(PictureError, match=r"index 253 \(1 pixels\) in no class"):
        config.classes.read(grey([[0, 1, 253]]), "m.png")
    assert config.unlabelled == ("background", "hair", "face")


@pytest.mark.parametrize("picture", [rgb, lambda values: grey([[value[0] for value in values[0]]])])
def test_colours_may_be_ignored(read, picture) -> None:
    config = read('[colours]\nhair = "#ffffff"\nignore = ["#000000", "#fdfdfd"]\n[options]\nnearest = true\n')
    assert isinstance(config.classes, ColourMap)
    mask, snapped = config.classes.read(picture([[(0,) * 3, (255,) * 3, (253,) * 3, (10,) * 3, (254,) * 3]]), "m.png")
    assert mask.tolist() == [[255, 1, 255, 255, 255]]
    assert snapped == 1


def test_parts_may_be_ignored_and_lie_on_top(read) -> None:
    config = read('[parts]\nignore = "doubt"\nface = "skin"\nhair = "hair"\nbackground = "hat"\n')
    assert config.classes == PartMap({"skin": FACE, "hair": HAIR, "hat": BACKGROUND, "doubt": UNLABELLED})
    parts = {"hair": (grey([[0, 255, 255]]), "h.png"), "doubt": (grey([[0, 0, 255]]), "d.png")}
    assert config.classes.read(parts, "p.jpg")[0].tolist() == [[0, 1, 255]]


def test_what_is_under_no_part_may_be_ignored(read) -> None:
    config = read('[parts]\nhair = "hair"\n[options]\nrest = "ignore"\nignored = ["face", "background"]\n')
    assert config.classes.read({"hair": (grey([[0, 255]]), "h.png")}, "p.jpg")[0].tolist() == [[255, 1]]
    assert config.unlabelled == ("background", "face")
    settings = config.settings()
    assert settings["unlabelled"] == ["background", "face"]
    assert settings["labelled"] == ["hair"]
    assert settings["options"]["rest"] == "ignore"


def test_settings_without_it_are_as_they_were(read) -> None:
    """They name datasets: one that was built before must get the same name."""
    for text in ("[indices]\nbackground = 0\nhair = 1\n", '[parts]\nhair = "hair"\n[options]\nrest = "background"\n'):
        config = read(text)
        assert config.unlabelled == ()
        settings = config.settings()
        assert set(settings) == {text[1 : text.index("]")], "options"}
        assert set(settings["options"]) == {
            *("nearest", "person", "fractions", "seed", "images", "masks", "image_suffix", "mask_suffix", "match"),
            *("pad", "order"),
        }


def test_numbers_are_kept_as_they_are_written(read) -> None:
    """Settings are hashed as JSON: 1 that became 1.0 would give the dataset another name."""
    options = read("[indices]\nbackground = 0\nhair = 1\n[options]\nfractions = [1, 0, 0.0]\n").settings()["options"]
    assert json.dumps(options["fractions"]) == "[1, 0, 0.0]"


def test_any_class_said_in_full_is_any_class(read) -> None:
    table = "[indices]\nhair = 1\nignore = 0\n"
    full = read(f'{table}[options]\nignored = ["face", "hair", "background"]\n')
    assert full.settings() == read(table).settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[indices]\nignore = 0\n", "names neither hair nor face"),
        ("[indices]\nhair = 1\n", "does not say what background is"),
        ("[indices]\nhair = [0, 1]\nignore = 0\n", "gives 0 to hair and to ignore"),
        ("[indices]\nhair = 1\nignore = -1\n", "[indices] ignore: should be at least 0, received -1"),
        (
            '[indices]\nhair = 1\nignore = 0\n[options]\nignored = ["face"]\n',
            "[options] ignored: should be two or all of background, hair, face: a pixel that",
        ),
        (
            '[indices]\nhair = 1\nignore = 0\n[options]\nignored = ["face", "face"]\n',
            "that label, received ['face', 'face']",
        ),
        (
            '[indices]\nhair = 1\nignore = 0\n[options]\nignored = ["face", "skin"]\n',
            "should be 'background', 'hair' or 'face', received 'skin'",
        ),
        (
            '[indices]\nhair = 1\nignore = 0\n[options]\nignored = [["face"], 1]\n',
            "should be 'background', 'hair' or 'face', received ['face']",
        ),
        (
            '[indices]\nhair = 1\nignore = 0\n[options]\nignored = "face"\n',
            "[options] ignored: should be a list, received 'face'",
        ),
        (
            '[indices]\nbackground = 0\nhair = 1\n[options]\nignored = ["background", "face"]\n',
            "[options] ignored: says what no pixel is; add ignore = ...",
        ),
        ('[indices]\nbackground = 0\nhair = 1\n[options]\nrest = "ignore"\n', "rest = 'ignore' means nothing with"),
        (
            '[parts]\nhair = "hair"\n[options]\nrest = "hair"\n',
            "[options] rest: should be 'background' or 'ignore', received 'hair'",
        ),
        (
            '[parts]\nhair = "hair"\n[options]\nrest = true\n',
            "[options] rest: should be 'background' or 'ignore', received True",
        ),
    ],
)
def test_what_is_refused_in_one_line(read, text: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("red", ['"#ff0000"', '"#F00"', '"red"', '"Red"', "[255, 0, 0]"])
@pytest.mark.parametrize("several", [False, True])
def test_colours_may_be_written_in_several_ways(read, red, several) -> None:
    hair = f'[{red}, "#7f0000"]' if several else red
    classes = read(f'[colours]\nbackground = "blue"\nhair = {hair}\n').classes
    expected = {(0, 0, 255): BACKGROUND, (255, 0, 0): HAIR} | ({(127, 0, 0): HAIR} if several else {})
    assert classes == ColourMap(expected)


@pytest.mark.parametrize(
    "wrong", ['"reddish"', "[255, 0]", "[256, 0, 0]", "[0.5, 0, 0]", "[true, 0, 0]", '"#ff00"', "7"]
)
def test_what_is_no_colour_is_refused(read, wrong) -> None:
    with pytest.raises(SourceError, match=r"\[colours\] hair: should be a colour"):
        read(f'[colours]\nbackground = "#000000"\nhair = {wrong}\n')
