"""Masks beside the photo, in a folder of masks, or in a folder a class."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import HairnetError
from hairnet_data.interchange.import_set import import_set
from hairnet_data.interchange.report import Report
from hairnet_data.sources.folder.source import Folder

HAIR = np.array([[1, 1, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0]], bool)
FACE = np.array([[0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0]], bool)  # hair lies over it
EXPECTED = np.where(HAIR, 1, np.where(FACE, 2, 0)).astype(np.uint8)


def save(path: Path, pixels: Any = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((3, 4, 3), 90, np.uint8) if pixels is None else pixels).save(path)


def parts(top: Path, hair: str, face: str) -> None:
    save(top / hair, HAIR.astype(np.uint8) * 255)
    save(top / face, FACE)


def imported(top: Path, tmp_path: Path, **given: str) -> tuple[Report, dict[str, Any]]:
    report = import_set("masks", top, tmp_path / "out", given)
    folder = tmp_path / "out" / "masks"
    assert Folder.open(tmp_path / "out").catalogue().errors == ()
    masks = {file.relative_to(folder).as_posix(): np.asarray(Image.open(file)) for file in folder.rglob("*.png")}
    return report, masks


LAYOUTS = {
    "beside": lambda f: parts(f, "t/a_hair.png", "t/a-face.png") or save(f / "t/a.jpg"),
    "beside in images": lambda f: parts(f, "images/t/a_hair.png", "images/t/a_face.png") or save(f / "images/t/a.jpg"),
    "a folder a class": lambda f: parts(f, "hair/t/a.png", "face/t/a.png") or save(f / "images/t/a.jpg"),
    "below masks": lambda f: parts(f, "masks/hair/t/a.png", "masks/face/t/a.png") or save(f / "images/t/a.jpg"),
    "photos at the top": lambda f: parts(f, "t/hair/a.png", "t/face/a.png") or save(f / "t/a.jpg"),
    "in masks by name": lambda f: parts(f, "masks/t/a_hair.png", "masks/t/a_face.png") or save(f / "images/t/a.jpg"),
    "indices beside": lambda f: save(f / "t/a_mask.png", EXPECTED) or save(f / "t/a.jpg"),
    "of the same name": lambda f: save(f / "t/a.png", EXPECTED) or save(f / "t/a.jpg"),
    "indices in masks": lambda f: save(f / "masks/t/a.png", EXPECTED) or save(f / "images/t/a.jpg"),
    "in a division": lambda f: save(f / "t/labels/a.png", EXPECTED) or save(f / "t/images/a.jpg"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str, tmp_path: Path) -> None:
    LAYOUTS[layout](tmp_path / "set")
    given = {"1": "hair", "2": "face"} if "hair" not in str([*tmp_path.rglob("*.png")]) else {}
    _, masks = imported(tmp_path / "set", tmp_path, **given)
    assert list(masks) == ["t/a.png"]
    assert np.array_equal(masks["t/a.png"], EXPECTED)


def test_colours_and_what_is_left_out(tmp_path: Path) -> None:
    colours = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0]], np.uint8)[EXPECTED]
    save(tmp_path / "set/a.jpg")
    save(tmp_path / "set/a_seg.png", colours)
    save(tmp_path / "set/b.jpg")
    report, masks = imported(tmp_path / "set", tmp_path, **{"#ff0000": "hair", "#00ff00": "face"})
    assert np.array_equal(masks["a.png"], EXPECTED)
    assert report.mapped == {("#000000", "background"): 1, ("#ff0000", "hair"): 1, ("#00ff00", "face"): 1}
    assert report.unannotated == [str(tmp_path / "set/b.jpg")]


def test_photos_whose_names_end_in_words_are_no_masks_where_there_is_a_folder_of_masks(tmp_path: Path) -> None:
    for name in ("anna", "anna_side"):
        save(tmp_path / f"set/images/{name}.jpg")
        save(tmp_path / f"set/masks/{name}.png", EXPECTED)
    _, masks = imported(tmp_path / "set", tmp_path, **{"1": "hair", "2": "face"})
    assert sorted(masks) == ["anna.png", "anna_side.png"]


GREY = np.array([[0, 90, 255, 0]] * 3, np.uint8)
FAULTS = {
    "two masks": (("a_mask.png", EXPECTED), ("a_seg.png", EXPECTED), "is a mask of the same photo as"),
    "grey": (("a_hair.png", GREY), ("b.png", EXPECTED), "a_hair.png: holds 3 values where a mask of 'hair'"),
    "size": (("a_hair.png", HAIR[:2]), ("b.png", EXPECTED), "is for 4 x 2, but the picture shows 4 x 3"),
    "sizes": (("a_hair.png", HAIR), ("a_face.png", HAIR[:2]), "another mask of its photo"),
    "same name": (("a_mask.png", EXPECTED), ("a.webp", EXPECTED), "has the same name as"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_what_is_wrong(kind: str, tmp_path: Path) -> None:
    *files, words = FAULTS[kind]
    save(tmp_path / "set/a.jpg")
    for name, pixels in files:
        save(tmp_path / "set" / name, pixels)
    with pytest.raises(HairnetError) as raised:
        imported(
            tmp_path / "set", tmp_path, **({"1": "hair", "2": "face"} if kind in ("two masks", "same name") else {})
        )
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_a_mask_without_a_photo(tmp_path: Path) -> None:
    save(tmp_path / "set/images/a.jpg")
    parts(tmp_path / "set", "hair/a.png", "face/b.png")
    with pytest.raises(HairnetError, match=r"b.png: has no photo"):
        imported(tmp_path / "set", tmp_path)


def test_no_masks(tmp_path: Path) -> None:
    save(tmp_path / "set/a.jpg")
    with pytest.raises(HairnetError, match=r"has no photos with masks; .*--classes a file or one of celebamask_hq, "):
        imported(tmp_path / "set", tmp_path)


def test_black_and_white_masks_of_no_class_ask_for_one(tmp_path: Path) -> None:
    save(tmp_path / "set/a.jpg")
    save(tmp_path / "set/a_mask.png", HAIR.astype(np.uint8) * 255)
    with pytest.raises(HairnetError, match=r"'255' has no class; labels are 0: 1, 255: 1; --map \"255=hair\""):
        imported(tmp_path / "set", tmp_path)
    _, masks = imported(tmp_path / "set", tmp_path, **{"255": "hair"})
    assert np.array_equal(masks["a.png"], HAIR)


def test_blended_edges_are_explained(tmp_path: Path) -> None:
    save(tmp_path / "set/a.jpg", np.zeros((8, 8, 3), np.uint8))
    save(tmp_path / "set/a_mask.png", np.arange(64, dtype=np.uint8).reshape(8, 8))
    with pytest.raises(HairnetError, match=r"and 44 more; blended edges or JPEG.* nearest = true") as raised:
        imported(tmp_path / "set", tmp_path)
    assert len(str(raised.value)) < 400


def test_a_class_that_no_mask_holds_is_named(tmp_path: Path) -> None:
    save(tmp_path / "set/images/a.jpg")
    save(tmp_path / "set/masks/a.png", np.where(FACE, 2, HAIR).astype(np.uint8))
    (tmp_path / "set/classes.toml").write_text("[indices]\nbackground = [0, 1]\nhair = 9\nface = 2\n")
    report = import_set("masks", tmp_path / "set", tmp_path / "out", classes=str(tmp_path / "set/classes.toml"))
    assert "in no mask: 9 (hair)" in report.lines()
    assert "warning: no pixel is hair" in report.lines()
    assert "background: merged from 0 (1), 1 (1)" in report.lines()
