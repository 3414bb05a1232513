"""Names and files in a user's own folder: which are read, which are passed over, and which are errors."""

import os
import sys

import pytest

from hairnet_data.sources.folder.source import Folder
from tests.support.folder_kit import check, photo, save


def test_files_that_are_left_out_are_named_or_counted(kit):
    kit.pair("ann")
    for name in ("images/raw.cr2", "images/clip.mov", "masks/notes.txt", "masks/.DS_Store"):
        (kit.root / name).write_bytes(b"x")
    (error,) = kit.errors()
    assert error.startswith("images/raw.cr2: is a raw photo")
    named = "images/clip.mov: is no picture by the ending of its name"
    assert kit.open().catalogue().notes == (named, "masks: other files: 1 .txt, 1 hidden")


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
