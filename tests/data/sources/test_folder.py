"""A user's own folder: every way to say what masks mean, who is on a photo, and what can be wrong with it."""

import io
import json
import os
import pickle
import re
import sys
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.core.errors import PictureError, SourceError
from hairnet_data.core.labels.class_config import read_config
from hairnet_data.interchange.class_files import class_files
from hairnet_data.sources.base import PortraitSource
from hairnet_data.sources.folder.source import Folder
from tests.support.paths import ROOT

DOCS = ROOT / "docs"
COLOURS = '[colours]\nbackground = "#0000ff"\nhair = ["#ff0000", "#7f0000"]\nface = "#00ff00"\n'
INDICES = "[indices]\nbackground = 0\nhair = 17\nface = [1, 2]\n"
PARTS = '[parts]\nhair = "hair"\nface = ["skin", "neck"]\nbackground = "hat"\n'
WIDTH, HEIGHT = 24, 18


def classes(width=WIDTH, height=HEIGHT):
    """A head: hair over a face."""
    mask = np.full((height, width), BACKGROUND, np.uint8)
    mask[height // 3 :, width // 4 : -width // 4] = FACE
    mask[height // 6 : height // 2, width // 4 : -width // 4] = HAIR
    return mask


def photo(width=WIDTH, height=HEIGHT):
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows * 255 // height, columns * 255 // width, rows * 0 + 90], 2).astype(np.uint8)


def in_colours(mask):
    return np.array([(0, 0, 255), (255, 0, 0), (0, 255, 0)], np.uint8)[mask]


def in_indices(mask):
    return np.array([0, 17, 1], np.uint8)[mask]


def save(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(path, **options)
    return path


class Kit:
    """Writes a folder."""

    def __init__(self, root):
        self.root = root
        (root / "images").mkdir(parents=True)
        (root / "masks").mkdir()
        self.config(COLOURS)

    def config(self, text):
        (self.root / "classes.toml").write_text(text)

    def photo(self, name, pixels=None, folder="images", **options):
        return save(self.root / folder / name, photo() if pixels is None else pixels, **options)

    def mask(self, name, pixels=None, folder="masks", **options):
        return save(self.root / folder / name, in_colours(classes()) if pixels is None else pixels, **options)

    def pair(self, stem):
        self.photo(f"{stem}.jpg")
        self.mask(f"{stem}.png")

    def open(self):
        return Folder.open(self.root)

    def ids(self):
        return [entry.id for entry in self.open().catalogue().entries]

    def errors(self):
        lines = [str(error) for error in self.open().catalogue().errors]
        assert all("\n" not in line for line in lines)
        return lines

    def refused(self):
        with pytest.raises(SourceError) as caught:
            self.open()
        assert "\n" not in str(caught.value)
        return str(caught.value)

    def load_refused(self, id="a"):
        with pytest.raises(PictureError) as caught:
            self.open().load(id)
        assert "\n" not in str(caught.value)
        return str(caught.value)


@pytest.fixture
def kit(tmp_path):
    return Kit(tmp_path / "set")


def check(portrait, mask=None):
    np.testing.assert_array_equal(portrait.mask, classes() if mask is None else mask)
    assert portrait.mask.dtype == portrait.image.dtype == np.uint8
    assert portrait.image.shape[2] == 3


# What masks may look like


@pytest.mark.parametrize("extension", ["png", "bmp", "tif", "webp", "ppm", "PNG"])
def test_colours(kit, extension):
    kit.photo("a.jpeg")
    kit.mask(f"a.{extension}", **({"lossless": True} if extension == "webp" else {}))
    source: PortraitSource = kit.open()
    check(source.load("a"))
    assert source.load("a").snapped == 0


def test_several_colours_a_class(kit):
    kit.photo("a.jpg")
    pixels = in_colours(classes())
    pixels[HEIGHT // 6 : HEIGHT // 4][classes()[HEIGHT // 6 : HEIGHT // 4] == HAIR] = (127, 0, 0)
    kit.mask("a.png", pixels)
    check(kit.open().load("a"))


def test_blended_edges_are_refused_or_snapped_and_counted(kit):
    kit.photo("a.jpg")
    pixels = in_colours(classes())
    pixels[0, 0], pixels[0, 1] = (5, 0, 250), (3, 0, 252)
    kit.mask("a.png", pixels)
    assert "masks/a.png: has colour #0300fc (1 pixels), #0500fa (1 pixels) in no class" in kit.load_refused()
    kit.config(COLOURS + "[options]\nnearest = true\n")
    portrait = kit.open().load("a")
    check(portrait, classes())
    assert portrait.snapped == 1, "four levels are what JPEG does to a flat area"


def test_a_mask_saved_as_jpeg_needs_nearest(kit):
    kit.photo("a.png")
    kit.mask("a.jpg", quality=95, subsampling=0)
    assert "in no class" in kit.load_refused()
    kit.config(COLOURS + "[options]\nnearest = true\n")
    assert (kit.open().load("a").mask == classes()).mean() > 0.98


def test_indices(kit):
    kit.config(INDICES)
    for id in "abc":
        kit.photo(f"{id}.jpg")
    kit.mask("a.png", in_indices(classes()))
    palette = Image.fromarray(in_indices(classes())).convert("P")
    palette.putpalette([0] * 768)  # the colours do not matter
    kit.mask("b.png", palette)
    kit.mask("c.png", in_indices(classes()).astype(np.uint16))
    source = kit.open()
    for id in "abc":
        check(source.load(id))


def test_colours_of_a_palette(kit):
    palette = Image.fromarray(classes()).convert("P")
    palette.putpalette([0, 0, 255, 255, 0, 0, 0, 255, 0])
    kit.photo("a.jpg")
    kit.mask("a.png", palette)
    check(kit.open().load("a"))


def test_parts(kit):
    kit.config(PARTS)
    kit.photo("a_b.jpg")
    kit.mask("a_b_skin.png", ((classes() != BACKGROUND) * 255).astype(np.uint8))
    kit.mask("a_b_hair.png", ((classes() == HAIR) * 255).astype(np.uint8))
    source = kit.open()
    check(source.load("a_b"))
    hat = np.zeros((HEIGHT, WIDTH), np.uint8)
    hat[: HEIGHT // 4] = 255
    kit.mask("a_b_hat.png", hat)
    expected = classes()
    expected[: HEIGHT // 4] = BACKGROUND
    source = kit.open()
    assert source.catalogue().errors == ()
    check(source.load("a_b"), expected)


def test_the_order_of_parts_can_be_given(kit):
    everywhere = np.full((HEIGHT, WIDTH), 255, np.uint8)
    kit.photo("a.jpg")
    for part in ("skin", "hair", "hat"):
        kit.mask(f"a_{part}.png", everywhere)
    tops = {}
    for order in (
        ["hat", "neck", "hair", "skin"],
        ["skin", "hat", "neck", "hair"],
        ["hair", "skin", "neck", "hat"],
    ):
        kit.config(PARTS + f"[options]\norder = {json.dumps(order)}\n")
        tops[order[-1]] = set(np.unique(kit.open().load("a").mask))
    assert tops == {"skin": {FACE}, "hair": {HAIR}, "hat": {BACKGROUND}}


# Sizes and orientations


@pytest.mark.parametrize(("width", "height"), [(12, 9), (48, 36), (240, 180), (23, 17), (47, 35)])
def test_photo_and_mask_may_differ_in_size(kit, width, height):
    kit.photo("a.jpg")
    kit.mask("a.png", in_colours(classes(width, height)))
    portrait = kit.open().load("a")
    assert portrait.image.shape == (HEIGHT, WIDTH, 3)
    check(portrait, classes(width, height))


def test_other_aspects_are_refused_naming_both_sizes(kit):
    kit.photo("a.jpg")
    kit.mask("a.png", in_colours(classes(24, 24)))
    assert "masks/a.png: is 24 x 24 pixels, its photo 24 x 18" in kit.load_refused()


def oriented(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def test_the_mask_must_fit_the_upright_photo(kit):
    lying = np.ascontiguousarray(photo().transpose(1, 0, 2)[::-1])
    kit.photo("a.jpg", lying, exif=oriented(6), quality=100)
    kit.mask("a.png")
    portrait = kit.open().load("a")
    check(portrait)
    assert np.abs(portrait.image.astype(int) - photo()).mean() < 4


def test_a_mask_turned_by_the_same_orientation_fits(kit):
    kit.photo("a.jpg", np.ascontiguousarray(photo().transpose(1, 0, 2)[::-1]), exif=oriented(6))
    kit.mask("a.png", np.ascontiguousarray(in_colours(classes()).transpose(1, 0, 2)[::-1]), exif=oriented(6))
    check(kit.open().load("a"))


def test_a_mask_that_fits_only_the_lying_photo_is_refused_with_the_reason(kit):
    kit.photo("a.jpg", np.ascontiguousarray(photo().transpose(1, 0, 2)[::-1]), exif=oriented(6))
    kit.mask("a.png", in_colours(classes(HEIGHT, WIDTH)))
    text = kit.load_refused()
    assert "is 18 x 24 pixels, its photo 24 x 18 when turned upright as its EXIF orientation asks" in text
    assert "turn the mask too" in text


def test_a_lying_mask_of_an_upright_photo_is_not_blamed_on_exif(kit):
    kit.photo("a.jpg")
    kit.mask("a.png", in_colours(classes(HEIGHT, WIDTH)))
    assert "EXIF" not in kit.load_refused()


def test_damaged_pictures(kit):
    kit.pair("a")
    path = kit.root / "images/a.jpg"
    path.write_bytes(path.read_bytes()[:-100])
    assert kit.load_refused().startswith("images/a.jpg: is truncated")


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


# classes.toml


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[colours\n", "line 1"),
        ('[colours]\nhair = "#ff0000"\nhair = "#ff0000"\n', "line 3"),
        ("", "no table of classes"),
        (COLOURS + INDICES, "[colours] and [indices]"),
        (COLOURS + "[option]\n", "[option]: is unknown, received {}; known are colours, indices, parts, options"),
        (
            COLOURS.replace("hair", "hairs"),
            "[colours] hairs: is unknown: a key should be 'background', 'hair', 'face' or 'ignore'",
        ),
        (
            COLOURS.replace("#00ff00", "greenish"),
            '[colours] face: should be a colour, written "#rrggbb", "#rgb", "red" (a name of CSS) or [255, 0, 0], '
            "received 'greenish'",
        ),
        (COLOURS.replace("#00ff00", "#ff0000"), "gives '#ff0000' to hair and to face"),
        (COLOURS.replace("#7f0000", "#FF0000"), "names '#ff0000' twice"),
        ('[colours]\nbackground = "#000000"\n', "neither hair nor face"),
        ('[colours]\nhair = "#000000"\n', "does not say what background is"),
        (INDICES.replace("17", "-1"), "[indices] hair: should be at least 0, received -1"),
        (INDICES.replace("17", "true"), "[indices] hair: should be an integer, received True"),
        (INDICES.replace("17", "70000"), "[indices] hair: should be at most 65535, received 70000"),
        (INDICES.replace("17", "{}"), "[indices] hair: should be an integer, received {}"),
        (INDICES + "[options]\nnearest = true\n", "means nothing with [indices]"),
        (
            PARTS.replace('"hair"', '"a/hair"'),
            "[parts] hair: should be a part: the last words of its masks' names, as \"hair\", received 'a/hair'",
        ),
        (
            PARTS.replace('"hair"', '""'),
            "[parts] hair: should be a part: the last words of its masks' names, as \"hair\", received ''",
        ),
        (PARTS + '[options]\norder = ["hair"]\n', "differ in hat, neck, skin"),
        (PARTS + '[options]\norder = ["hair", "hair", "skin", "neck", "hat"]\n', "a part twice"),
        (PARTS + "[options]\norder = [1]\n", "[options] order: should be a text, received 1"),
        ("colours = 3\n", "[colours]: should be a table of keys and values, received 3"),
        ("options = 3\n" + COLOURS, "[options]: should be a table of keys and values, received 3"),
        (COLOURS + "[options]\nperson = '^[a-z]+'\n", "has no group"),
        (COLOURS + "[options]\nperson = '('\n", "[options] person: is no regular expression (missing )"),
        (COLOURS + "[options]\nperson = 3\n", "[options] person: should be a text, received 3"),
        (COLOURS + "[options]\nnearest = 'yes'\n", "[options] nearest: should be true or false, received 'yes'"),
        (COLOURS + "[options]\nseed = true\n", "[options] seed: should be an integer, received True"),
        (COLOURS + "[options]\npad = -1\n", "[options] pad: should be at least 0, received -1"),
        (COLOURS + "[options]\nmatch = 'stem'\n", "[options] match: should be 'path' or 'name', received 'stem'"),
        (
            COLOURS + "[options]\nfractions = [1, 1, 1]\n",
            "should be the shares of train, validation and test, sum 1, received [1, 1, 1]",
        ),
        (
            COLOURS + "[options]\nfractions = [1.2, -0.1, -0.1]\n",
            "[options] fractions: should be at least 0, received -0.1",
        ),
        (
            COLOURS + "[options]\nfractions = [0.5, 0.5]\n",
            "[options] fractions: has too few items, received [0.5, 0.5]",
        ),
        (
            COLOURS + "[options]\nfractions = [nan, 0.5, 0.5]\n",
            "[options] fractions: should be a finite number, received nan",
        ),
        (COLOURS + "[options]\nfractions = ['a', 0.5, 0.5]\n", "[options] fractions: should be a number, received 'a'"),
        (COLOURS + "[options]\nfractions = 0.8\n", "[options] fractions: should be a list, received 0.8"),
        (COLOURS + "[options]\nmask = 'm'\n", "[options] mask: is unknown, received 'm'; known are nearest, person, "),
        (COLOURS + "[options]\nimages = '../other'\n", "images: should be the name of a folder inside this one"),
        (COLOURS + "[options]\nimages = '/etc'\n", "should be the name of a folder inside this one"),
        (COLOURS + "[options]\nimages = ''\n", "should be the name of a folder inside this one"),
        (COLOURS + "[options]\nimages = 'a*/images'\n", "should be the name of a folder inside this one"),
        (COLOURS + "[options]\nimages = '*/*'\n", "should be the name of a folder inside this one"),
        (COLOURS + "[options]\nimages = '*/images'\n", 'images and masks differ in how often "*" is in them'),
        (COLOURS + "[options]\nmasks = 'images'\n", "images and masks are both 'images', and nothing tells them apart"),
    ],
)
def test_what_can_be_wrong_with_classes_toml(kit, text, words):
    kit.pair("a")
    kit.config(text)
    text = kit.refused()
    assert "classes.toml" in text
    assert words in text


def test_classes_toml_of_other_encodings(kit):
    kit.pair("a")
    (kit.root / "classes.toml").write_bytes(b"\xef\xbb\xbf" + COLOURS.replace("\n", "\r\n").encode())
    assert kit.ids() == ["a"]
    (kit.root / "classes.toml").write_bytes(COLOURS.encode("utf-16"))
    assert "not UTF-8" in kit.refused()


@given(st.text(st.sampled_from('[]{}"=\n#, .abchair1-_\\'), max_size=60), st.integers(0, 200))
def test_any_classes_toml_is_read_or_refused(tmp_path_factory, noise, index):
    path = tmp_path_factory.mktemp("toml") / "classes.toml"
    text = PARTS + "[options]\nseed = 1\n"
    index = min(index, len(text))
    path.write_text(text[:index] + noise + text[index:])
    try:
        read_config(path, "classes.toml")
    except SourceError as error:
        text = str(error)
        assert "\n" not in text, text


# The ready files, with pictures in each set's own layout


def test_celebamask_hq(tmp_path):
    root = tmp_path / "CelebAMask-HQ"
    size, half = 64, 32
    for number in (0, 17, 2000):
        save(root / f"CelebA-HQ-img/{number}.jpg", photo(size, size))
    masks = root / "CelebAMask-HQ-mask-anno"
    boxes = {  # rows and columns of each part
        "skin": (6, 24, 8, 24), "neck": (20, 30, 12, 20), "hair": (2, 22, 6, 26),
        "l_brow": (9, 10, 10, 14), "nose": (12, 16, 15, 17), "u_lip": (18, 19, 13, 19),
        "eye_g": (10, 13, 8, 24), "l_ear": (12, 16, 6, 8), "hat": (0, 4, 4, 28),
        "cloth": (28, 32, 0, 32), "ear_r": (15, 17, 6, 7), "neck_l": (26, 27, 12, 20),
    }  # fmt: skip

    def box(part):
        pixels = np.zeros((half, half, 3), np.uint8)
        top, bottom, left, right = boxes[part]
        pixels[top:bottom, left:right] = 255
        return pixels

    for part in boxes:
        save(masks / f"0/00017_{part}.png", box(part))
    save(masks / "0/00000_skin.png", box("skin"))
    save(masks / "1/02000_hair.png", box("hair"))
    (root / "classes.toml").write_bytes(class_files()["celebamask_hq"].read_bytes())
    source = Folder.open(root)
    assert source.catalogue().errors == ()
    assert [entry.id for entry in source.catalogue().entries] == ["0", "17", "2000"]
    expected = np.zeros((half, half), np.uint8)
    for part in (
        "skin",
        "nose",
        "eye_g",
        "l_brow",
        "l_ear",
        "u_lip",
        "hair",
        "hat",
        "ear_r",
        "neck_l",
        "neck",
        "cloth",
    ):
        top, bottom, left, right = boxes[part]
        label = {
            "hair": HAIR,
            "hat": BACKGROUND,
            "ear_r": BACKGROUND,
            "neck_l": BACKGROUND,
            "cloth": BACKGROUND,
        }
        expected[top:bottom, left:right] = label.get(part, FACE)
    portrait = source.load("17")
    assert portrait.image.shape == (size, size, 3)
    np.testing.assert_array_equal(portrait.mask, expected)
    assert set(np.unique(source.load("0").mask)) == {BACKGROUND, FACE}
    assert set(np.unique(source.load("2000").mask)) == {BACKGROUND, HAIR}


def test_figaro(tmp_path):
    root = tmp_path / "Figaro1k"
    hair = classes() == HAIR
    for number, part in ((1, "Training"), (2, "Training"), (3, "Testing")):
        save(root / f"Original/{part}/Frame{number:05d}-org.jpg", photo())
        save(
            root / f"GT/{part}/Frame{number:05d}-gt.pbm",
            Image.fromarray((hair * 255).astype(np.uint8)).convert("1"),
        )
    # A PBM marks black with 1; the set's hair is white, and so 0 in its file.
    header, body = b"P1 2 1\n", b"0 1\n"
    assert np.asarray(Image.open(io.BytesIO(header + body))).tolist() == [[True, False]]
    (root / "classes.toml").write_bytes(class_files()["figaro"].read_bytes())
    source = Folder.open(root)
    assert source.catalogue().errors == ()
    ids = ["Testing/Frame00003", "Training/Frame00001", "Training/Frame00002"]
    assert [entry.id for entry in source.catalogue().entries] == ids
    for id in ids:
        np.testing.assert_array_equal(source.load(id).mask, np.where(hair, HAIR, UNLABELLED))
    assert source.settings()["unlabelled"] == ["background", "face"]


def test_every_example_in_the_guide_is_read(tmp_path):
    blocks = re.findall(r"```toml\n(.*?)```", (DOCS / "folder.md").read_text(), re.DOTALL)
    tables = [block for block in blocks if "[options]" not in block]
    complete = [block for block in blocks if block.partition("[options]")[0].strip() and "[options]" in block]
    assert len(complete) == 2
    for block in complete:
        path = tmp_path / "classes.toml"
        path.write_text(block)
        assert read_config(path, "classes.toml").unlabelled == ("background", "face")
    options, *others = sorted((block for block in blocks if block.startswith("[options]")), key=len, reverse=True)
    assert len(tables) == 3
    assert len(others) == 2
    for block in tables:
        path = tmp_path / "classes.toml"
        path.write_text(block)
        read_config(path, "classes.toml")
        path.write_text(block + (options if "[indices]" not in block else options.replace("nearest", "# nearest")))
        read_config(path, "classes.toml")
        for other in others:
            path.write_text(block + other)
            read_config(path, "classes.toml")
