"""Who is on a photo, in which pool, and photos that are turned in a way that their masks' sizes cannot confirm."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from hairnet_data.building.source_summary import PortraitFacts, summarise, summary_lines
from hairnet_data.core.errors import SourceError
from hairnet_data.core.images.photos import read_oriented
from hairnet_data.sources.folder.source import Folder
from tests.support.folder_kit import COLOURS
from tests.support.picture_files import encoded, oriented

INDICES = "[indices]\nbackground = 0\nhair = 1\nface = 2\n"


def pair(root: Path, stem: str, size: tuple[int, int] = (8, 6), orientation: int = 1, of_mask: int = 1) -> None:
    """A photo and a mask drawn over it as it is stored or as it is seen: of the same size either way."""
    (root / "images" / stem).parent.mkdir(parents=True, exist_ok=True)
    (root / "masks" / stem).parent.mkdir(parents=True, exist_ok=True)
    width, height = size
    colours = np.random.default_rng(len(stem)).integers(0, 256, (height, width, 3), dtype=np.uint8)
    (root / "images" / f"{stem}.png").write_bytes(encoded(colours, "PNG", exif=oriented(orientation)))
    mask = np.zeros((height, width), np.uint8)
    (root / "masks" / f"{stem}.png").write_bytes(encoded(mask, "PNG", exif=oriented(of_mask)))


def folder(root: Path, options: str = "") -> Folder:
    (root / "classes.toml").write_text(INDICES + ("[options]\n" + options if options else ""))
    return Folder.open(root)


@pytest.mark.parametrize(
    ("size", "orientation", "of_mask", "turned"),
    [
        ((8, 6), 1, 1, False),
        ((8, 6), 2, 1, True),
        ((8, 6), 3, 1, True),
        ((8, 6), 4, 1, True),
        ((6, 6), 6, 1, True),
        ((8, 6), 3, 3, False),
        ((8, 6), 6, 6, False),
    ],
)
def test_a_turn_that_sizes_cannot_check(
    tmp_path: Path, size: tuple[int, int], orientation: int, of_mask: int, turned: bool
) -> None:
    pair(tmp_path, "a", size, orientation, of_mask)
    assert folder(tmp_path).load("a").turned == turned


def test_a_quarter_turn_is_confirmed_by_an_upright_mask(tmp_path: Path) -> None:
    pair(tmp_path, "a", (8, 6), 6)
    Image.new("L", (6, 8)).save(tmp_path / "masks" / "a.png")
    assert not folder(tmp_path).load("a").turned


def test_turned_photos_are_one_line() -> None:
    facts = [PortraitFacts(8, 6, {0: 48}, f"p{n}" if n < 4 else "") for n in range(9)]
    lines = [line for line in summary_lines(summarise(facts, {})) if "EXIF" in line]
    assert lines == [
        "warning: 4 photos are turned by EXIF in a way that sizes cannot check (p0, p1, p2, ...): see with "
        "`hairnet-data preview` whether their masks fit"
    ]


def test_the_text_of_a_png_may_hold_the_orientation() -> None:
    exif = b"Exif\0\0" + oriented(6).removeprefix(b"Exif\0\0")
    text = PngImagePlugin.PngInfo()
    text.add_text("Raw profile type exif", f"\nexif\n{len(exif):8}\n{exif.hex()}\n")  # as ImageMagick 6 writes it
    colours = np.random.default_rng(1).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    pixels, orientation = read_oriented(encoded(colours, "PNG", pnginfo=text))
    assert (pixels.shape, orientation) == ((8, 6, 3), 6)


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


def test_a_person_is_one_by_whatever_way_the_name_is_written(tmp_path: Path) -> None:
    names = [unicodedata.normalize(form, "josé") for form in ("NFC", "NFD")]
    for name in names:
        for number in range(4):
            pair(tmp_path, f"{name}_{number}{len(name)}")
    entries = folder(tmp_path, 'person = "^(.+)_"\nfractions = [0.5, 0.5, 0.0]\n').catalogue().entries
    assert {entry.person for entry in entries} == {names[0]}
    assert len({entry.pool for entry in entries}) == 1


def divided(root: Path) -> None:
    for stem in ("train/anna_1", "train/ben_1", "val/ben_2", "val/carl_1"):
        pair(root, stem)


def test_a_division_is_named_where_it_is_ignored(tmp_path: Path) -> None:
    divided(tmp_path)
    (doubt,) = folder(tmp_path).catalogue().doubts
    assert doubt == 'images is divided into train and val, which is ignored: pools = "folder" in classes.toml uses it'
    assert folder(tmp_path, 'pools = "folder"\n').catalogue().doubts == ()
    pair(tmp_path, "others/dora_1")
    assert folder(tmp_path).catalogue().doubts == ()


def test_a_division_is_used(tmp_path: Path) -> None:
    divided(tmp_path)
    pair(tmp_path, "Test/dora_1")
    source = folder(tmp_path, 'pools = "folder"\n')
    pools = {entry.id: entry.pool for entry in source.catalogue().entries}
    assert pools == {
        "train/anna_1": "train",
        "train/ben_1": "train",
        "val/ben_2": "validation",
        "val/carl_1": "validation",
        "Test/dora_1": "test",
    }
    assert source.catalogue().errors == ()
    assert source.settings()["options"]["pools"] == "folder"
    assert "pools" not in folder(tmp_path).settings()["options"], "the identity of other datasets stays"


def test_nobody_is_in_two_pools_of_a_division(tmp_path: Path) -> None:
    divided(tmp_path)
    pair(tmp_path, "elsewhere/dora_1")
    catalogue = folder(tmp_path, 'pools = "folder"\nperson = "^([a-z]+)_"\n').catalogue()
    assert [str(error) for error in catalogue.errors] == [
        "images/elsewhere/dora_1.png: lies in no folder of a pool; put it into one of train, validation, test",
        "images/val/ben_2.png: shows ben, who is in the pool train too; move all photos of a person into one folder",
    ]
    assert [entry.id for entry in catalogue.entries] == ["train/anna_1", "train/ben_1", "val/carl_1"]


def test_the_first_folder_cannot_be_both(tmp_path: Path) -> None:
    divided(tmp_path)
    with pytest.raises(SourceError, match="both take the first folder"):
        folder(tmp_path, 'pools = "folder"\nperson = "folder"\n')
