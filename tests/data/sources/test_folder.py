"""A user's own folder: errors of its portraits, of the folder itself, and what a dataset is told of it."""

import json
import pickle
import re

import numpy as np
import pytest

from hairnet_data.core.errors import SourceError
from hairnet_data.sources.folder.source import Folder
from tests.support.folder_kit import COLOURS, HEIGHT, PARTS, WIDTH, check, photo

# Errors of single portraits


def test_all_errors_are_listed_together(kit):
    kit.pair("good")
    kit.photo("no mask.jpg")
    kit.mask("no photo.png")
    kit.pair("twice")
    kit.photo("twice.png")
    kit.pair("mask twice")
    kit.mask("mask twice.bmp")
    assert kit.errors() == [
        "images/no mask.jpg: has no mask (masks/no mask); add it or remove the photo",
        "images/twice.jpg: has the same name as images/twice.png; keep or rename one",
        "masks/mask twice.bmp: has the same name as masks/mask twice.png; keep or rename one",
        "masks/no photo.png: has no photo; add it or remove the mask",
    ]
    assert kit.ids() == ["good"]


def test_errors_of_parts(kit):
    kit.config(PARTS)
    blank = np.zeros((HEIGHT, WIDTH), np.uint8)
    for stem in "abc":
        kit.photo(f"{stem}.jpg")
    for name in ("a_hair", "a_wig", "b_skin", "b_wig", "d_hair"):
        kit.mask(f"{name}.png", blank)
    assert kit.errors() == [
        "images/c.jpg: has no mask (masks/c_skin, masks/skin/c or another part); add it or remove the photo",
        "masks/a_wig.png: and 1 more are masks of the part 'wig', which has no class; "
        "add it to [parts] in classes.toml",
        "masks/d_hair.png: has no photo; add it or remove the mask",
    ]


def test_a_name_without_its_suffix_is_an_error(kit):
    kit.config(COLOURS + '[options]\nimage_suffix = "-org"\nmask_suffix = "-gt"\n')
    kit.photo("a-org.jpg")
    kit.mask("a-gt.png")
    kit.photo("b.jpg")
    kit.photo("-org.jpg")
    kit.mask("b.png")
    assert kit.ids() == ["a"]
    assert [error.split(":")[0] for error in kit.errors()] == [
        "images/-org.jpg",
        "images/b.jpg",
        "masks/b.png",
    ]


# The folder itself


def test_missing_folders_and_files(kit, tmp_path):
    with pytest.raises(SourceError, match="is not a folder"):
        Folder.open(tmp_path / "none")
    assert "images: holds no pictures" in kit.refused()
    kit.pair("a")
    (kit.root / "classes.toml").unlink()
    assert "classes.toml: is missing" in kit.refused()
    kit.config(COLOURS + '[options]\nmasks = "labels"\n')
    assert "labels: is not a folder" in kit.refused()


def test_all_portraits_faulty_is_still_a_catalogue(kit):
    kit.photo("a.jpg")
    catalogue = kit.open().catalogue()
    assert catalogue.entries == ()
    assert len(catalogue.errors) == 1


def test_it_survives_pickling_and_tells_no_path(kit, tmp_path):
    kit.config(COLOURS + "[options]\nnearest = true\nperson = '^([a-z])'\n")
    kit.pair("a")
    source = pickle.loads(pickle.dumps(kit.open()))
    check(source.load("a"))
    text = json.dumps(source.settings())
    assert str(tmp_path) not in text
    assert json.loads(text) == {
        "colours": [["#0000ff", "background"], ["#ff0000", "hair"], ["#7f0000", "hair"], ["#00ff00", "face"]],
        "options": {
            "nearest": True,
            "person": "^([a-z])",
            "fractions": [0.8, 0.1, 0.1],
            "seed": 0,
            "images": "images",
            "masks": "masks",
            "image_suffix": "",
            "mask_suffix": "",
            "match": "path",
            "pad": 0,
            "order": [],
        },
    }


def test_content_follows_photo_and_masks(kit):
    kit.config(PARTS)
    kit.photo("a.jpg")
    kit.mask("a_hair.png", np.zeros((HEIGHT, WIDTH), np.uint8))
    seen = {kit.open().content("a")}
    kit.mask("a_hair.png", np.full((HEIGHT, WIDTH), 255, np.uint8))
    seen.add(kit.open().content("a"))
    (kit.root / "masks/a_hair.png").rename(kit.root / "masks/a_skin.png")
    seen.add(kit.open().content("a"))
    kit.photo("a.jpg", photo()[::-1])
    seen.add(kit.open().content("a"))
    assert len(seen) == 4
    assert all(re.fullmatch("[0-9a-f]{16}", value) for value in seen)
