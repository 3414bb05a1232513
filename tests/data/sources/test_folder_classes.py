"""classes.toml: what can be wrong with it, and the ready files with pictures in each set's own layout."""

import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.core.errors import SourceError
from hairnet_data.core.labels.class_config import read_config
from hairnet_data.interchange.class_files import class_files
from hairnet_data.sources.folder.source import Folder
from tests.support.folder_kit import (
    COLOURS,
    INDICES,
    PARTS,
    classes,
    photo,
    save,
)
from tests.support.paths import ROOT

DOCS = ROOT / "docs"


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


@pytest.mark.parametrize(
    ("text", "labelled"),
    [
        ("background = 0\nhair = 1\nface = 2\n", True),
        ("background = 0\nhair = 1\n", False),
        ("background = 0\nhair = 1\nface = 2\nignore = 3\n", False),
        ('background = 0\nhair = 1\nface = 2\nignore = 3\n[options]\nignored = ["face", "background"]\n', False),
    ],
)
def test_heads_are_cut_out_where_all_of_them_is_labelled(kit, text, labelled):
    kit.pair("a")
    kit.config(f"[indices]\n{text}")
    assert Folder.open(kit.root).knows_coverage is labelled


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
