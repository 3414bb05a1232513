"""A user's own folder: who is on a photo, names and files, and what can be wrong with it."""

import json
import os
import pickle
import re
import sys
from collections import Counter, defaultdict

import numpy as np
import pytest

from hairnet_data.core.errors import SourceError
from hairnet_data.sources.folder.source import Folder
from tests.support.folder_kit import COLOURS, HEIGHT, PARTS, WIDTH, check, photo, save

# Who is on it, and the pools


def test_by_default_everybody_is_alone(kit):
    for n in range(20):
        kit.pair(f"p{n}")
    entries = kit.open().catalogue().entries
    assert [entry.person for entry in entries] == [entry.id for entry in entries]
    assert Counter(entry.pool for entry in entries) == {"train": 16, "validation": 2, "test": 2}


@pytest.mark.parametrize("pattern", ["^([a-z]+)_", "^(x)?(?P<person>[a-z]+)_"])
def test_people_by_the_name_without_its_folder(kit, pattern):
    for stem in ("ann_1", "deep/ann_2", "ben_1", "cy_1", "deep/er/cy_2"):
        kit.pair(stem)
    kit.config(COLOURS + f"[options]\nperson = '{pattern}'\nfractions = [0.4, 0.3, 0.3]\n")
    source = kit.open()
    people = {entry.id: entry.person for entry in source.catalogue().entries}
    assert people == {"ann_1": "ann", "ben_1": "ben", "cy_1": "cy", "deep/ann_2": "ann", "deep/er/cy_2": "cy"}
    pools = defaultdict(set)
    for entry in source.catalogue().entries:
        pools[entry.person].add(entry.pool)
    assert all(len(people_pools) == 1 for people_pools in pools.values())
    assert source.people_apart


def test_people_by_subfolder(kit):
    for stem in ("ann/1", "ann/holiday/1", "ben/1"):
        kit.pair(stem)
    kit.config(COLOURS + '[options]\nperson = "folder"\n')
    assert {e.id: e.person for e in kit.open().catalogue().entries} == {
        "ann/1": "ann",
        "ann/holiday/1": "ann",
        "ben/1": "ben",
    }


def test_an_expression_that_would_search_for_ever_is_named(kit):
    kit.pair("a" * 80)
    kit.config(COLOURS + "[options]\nperson = '^((a|aa)+)+$x'\n")
    with pytest.raises(SourceError, match="takes more than 2 s to search the name 'aaaa") as caught:
        kit.open()
    assert len(str(caught.value).splitlines()) == 1


def test_files_that_are_left_out_are_named_or_counted(kit):
    kit.pair("ann")
    for name in ("images/raw.cr2", "images/clip.mov", "masks/notes.txt", "masks/.DS_Store"):
        (kit.root / name).write_bytes(b"x")
    (error,) = kit.errors()
    assert error.startswith("images/raw.cr2: is a raw photo")
    named = "images/clip.mov: is no picture by the ending of its name"
    assert kit.open().catalogue().notes == (named, "masks: other files: 1 .txt, 1 hidden")


@pytest.mark.parametrize("person", ["folder", "^([0-9]+)_", "^z*()", "^(b)?"])
def test_a_photo_that_does_not_say_who_it_shows_is_an_error(kit, person):
    kit.pair("ann")
    kit.config(COLOURS + f'[options]\nperson = "{person}"\n')
    (error,) = kit.errors()
    assert error.startswith("images/ann.jpg: does not say who it shows")


def test_seed_and_fractions_change_the_pools(kit):
    for n in range(30):
        kit.pair(f"p{n}")
    pools = {}
    for seed in (0, 1):
        kit.config(COLOURS + f"[options]\nseed = {seed}\nfractions = [0.5, 0.3, 0.2]\n")
        pools[seed] = {entry.id: entry.pool for entry in kit.open().catalogue().entries}
        assert Counter(pools[seed].values()) == {"train": 15, "validation": 9, "test": 6}
    assert pools[0] != pools[1]


# Names and files


def test_ids_are_sorted_and_hold_the_subfolder(kit):
    for stem in ("b", "a", "sub/a", "sub/deep/a"):
        kit.pair(stem)
    assert kit.ids() == ["a", "b", "sub/a", "sub/deep/a"]


@pytest.mark.parametrize(
    "stem", ["a\nb", 'quo"te', "it's", "a..b", "..a b", "x.jpg", "ünïcode 顔", "-rf", "%s{}", "a\\b"]
)
def test_names_of_any_kind(kit, stem):
    if stem.startswith("."):
        stem = "x" + stem
    kit.pair(stem)
    source = kit.open()
    assert [entry.id for entry in source.catalogue().entries] == [stem]
    check(source.load(stem))
    (kit.root / f"masks/{stem}.png").unlink()
    assert len(kit.errors()) == 1


def test_composed_and_decomposed_names_are_the_same(kit):
    kit.photo("caf\u00e9.jpg")
    kit.mask("cafe\u0301.png")
    check(kit.open().load("caf\u00e9"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_not_utf8_is_an_error(kit):
    kit.pair("a")
    os.rename(kit.root / "images/a.jpg", os.fsencode(kit.root) + b"/images/\xff.jpg")
    assert any("not UTF-8" in error for error in kit.errors())


def test_other_files_are_passed_over(kit):
    kit.pair("a")
    for name in (
        "images/.hidden.jpg",
        "images/notes.txt",
        "masks/Thumbs.db",
        "masks/._a.png",
        "images/.git/x.jpg",
    ):
        (kit.root / name).parent.mkdir(exist_ok=True)
        (kit.root / name).write_bytes(b"x")
    assert kit.errors() == []
    assert kit.ids() == ["a"]


def test_a_raw_photo_is_one_error_and_none_beside_a_picture(kit):
    kit.pair("a")
    kit.pair("b")
    for name in ("images/a.CR2", "masks/a.psd", "images/raw.dng", "images/sub/deep.nef", "masks/b.xcf"):
        (kit.root / name).parent.mkdir(exist_ok=True)
        (kit.root / name).write_bytes(b"x")
    kit.mask("raw.png")
    kit.mask("sub/deep.png")
    (kit.root / "masks/b.png").unlink()
    assert kit.ids() == ["a"]
    assert kit.errors() == [
        "images/raw.dng: is a raw photo (.dng); save it as JPEG or PNG",
        "images/sub/deep.nef: is a raw photo (.nef); save it as JPEG or PNG",
        "masks/b.xcf: is a picture of a kind that is not read (.xcf); save it as JPEG or PNG",
    ]
    assert kit.open().catalogue().notes == (
        "images/a.CR2: is a raw photo (.cr2); a.jpg beside it is read",
        "masks/a.psd: is a picture of a kind that is not read (.psd); a.png beside it is read",
    )


def test_the_masks_of_a_link_that_is_not_followed_are_no_errors(kit, tmp_path):
    kit.pair("a")
    kit.mask("trip/b.png")
    kit.mask("trip2/c.png")
    save(tmp_path / "elsewhere/b.jpg", photo())
    (kit.root / "images/trip").symlink_to(tmp_path / "elsewhere")
    assert [error.split(":")[0] for error in kit.errors()] == ["images/trip", "masks/trip2/c.png"]


def test_links_out_of_the_folder_are_not_followed(kit, tmp_path):
    kit.pair("a")
    outside = save(tmp_path / "outside" / "secret.jpg", photo())
    (kit.root / "images/link.jpg").symlink_to(outside)
    (kit.root / "images/folder").symlink_to(outside.parent)
    (kit.root / "images/round").symlink_to(kit.root / "images")
    (kit.root / "images/broken.jpg").symlink_to(tmp_path / "nothing.jpg")
    (kit.root / "images/inside.jpg").symlink_to("a.jpg")
    kit.mask("inside.png")
    assert kit.ids() == ["a", "inside"]
    errors = kit.errors()
    assert len(errors) == 4
    assert sum("link that leads outside" in error for error in errors) == 2
    assert sum("link to a folder" in error for error in errors) == 2


def test_a_folder_that_is_itself_a_link(kit, tmp_path):
    kit.pair("a")
    (tmp_path / "alias").symlink_to(kit.root)
    assert len(Folder.open(tmp_path / "alias").catalogue().entries) == 1
    (kit.root / "images").rename(tmp_path / "elsewhere")
    (kit.root / "images").symlink_to(tmp_path / "elsewhere")
    assert "leads outside" in kit.refused()


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
