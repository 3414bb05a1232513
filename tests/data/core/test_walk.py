"""Files below a folder: which are listed, which are passed over, and which links are followed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hairnet_data.core.storage.walk import FolderListing, is_within, list_folder

ENDINGS = frozenset({".png", ".jpg"})


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_pictures_of_all_subfolders_in_order(tmp_path: Path) -> None:
    for name in ("b.png", "a.JPG", "z/c.png", "z/y/x/d.jpg", "notes.txt", "png", "z/e.png.txt"):
        write(tmp_path / name)
    (tmp_path / "empty").mkdir()
    expected = ["a.JPG", "b.png", "z/c.png", "z/y/x/d.jpg"]
    listing = list_folder(tmp_path, ENDINGS)
    others = ["notes.txt", "png", "z/e.png.txt"]
    assert listing == FolderListing(expected, ["empty", "z", "z/y", "z/y/x"], others=others)


def test_a_folder_may_be_called_like_a_picture(tmp_path: Path) -> None:
    write(tmp_path / "album.png/a.png")
    assert list_folder(tmp_path, ENDINGS).files == ["album.png/a.png"]


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    for name in (".a.png", "._b.png", ".cache/c.png", "sub/.d.png", "kept.png"):
        write(tmp_path / name)
    passed_over = ["._b.png", ".a.png", ".cache", "sub/.d.png"]
    assert list_folder(tmp_path, ENDINGS) == FolderListing(["kept.png"], ["sub"], hidden=passed_over)
    hidden = tmp_path / ".cache"
    assert list_folder(hidden, ENDINGS).files == ["c.png"], "the folder that was asked for may be hidden itself"


def test_links(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside/secret.png")
    root = tmp_path / "root"
    write(root / "images/a.png")
    write(root / "others/b.png")
    for name, target in {
        "inside.png": "a.png",
        "beside.png": "../others/b.png",
        "gone.png": "nowhere.png",
        "self.png": "self.png",
        "out.png": outside,
        "lost.png": tmp_path / "nowhere.png",
        "text.txt": outside,
        ".hidden.png": outside,
        "folder": outside.parent,
        "folder.png": outside.parent,
        "loop": root,
        "knot": "knot",
    }.items():
        (root / "images" / name).symlink_to(target)
    listing = list_folder(root, ENDINGS, "images")
    names = ["a.png", "beside.png", "gone.png", "inside.png", "self.png"]
    assert listing.files == [f"images/{name}" for name in names]
    assert listing.outside_links == ["images/lost.png", "images/out.png"]
    assert listing.folder_links == ["images/folder", "images/folder.png", "images/loop"]
    within = list_folder(root / "images", ENDINGS)
    assert within.files == [name for name in names if name != "beside.png"]
    assert "beside.png" in within.outside_links


def test_a_root_that_is_a_link_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "real/a.png")
    (tmp_path / "real/b.png").symlink_to("a.png")
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    assert list_folder(tmp_path / "link", ENDINGS) == FolderListing(["a.png", "b.png"])


def test_a_link_to_a_neighbour_of_a_similar_name_leads_outside(tmp_path: Path) -> None:
    write(tmp_path / "root-2/a.png")
    (tmp_path / "root").mkdir()
    (tmp_path / "root/a.png").symlink_to(tmp_path / "root-2/a.png")
    assert list_folder(tmp_path / "root", ENDINGS).outside_links == ["a.png"]
    assert not is_within(tmp_path / "root-2", str(tmp_path / "root"))
    assert is_within(tmp_path / "root/x/../y", str(tmp_path / "root"))


def test_folders_that_cannot_be_listed_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.png")
    write(tmp_path / "shut/b.png")
    scandir = os.scandir

    def refuse(path: str | os.PathLike[str]) -> Iterator[os.DirEntry[str]]:
        if os.fspath(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert list_folder(tmp_path, ENDINGS) == FolderListing(
        ["a.png"], ["shut"], unlisted=[("shut", "Permission denied")]
    )
    monkeypatch.undo()
    assert list_folder(tmp_path / "none", ENDINGS).unlisted == [("", "No such file or directory")]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_names_that_are_not_utf8_are_listed_as_they_are(tmp_path: Path) -> None:
    write(tmp_path / os.fsdecode(b"\xff/a.png"))
    (path,) = list_folder(tmp_path, ENDINGS).files
    assert os.fsencode(path) == b"\xff/a.png"


def test_a_deep_tree_is_no_recursion(tmp_path: Path) -> None:
    depth = 400
    deep = tmp_path
    for _ in range(depth):
        deep = deep / "d"
    write(deep / "a.png")
    assert list_folder(tmp_path, ENDINGS).files == ["d/" * depth + "a.png"]


class Store:
    """A folder of a store, as `epath` shows it."""

    def __init__(self, path: str, tree: dict[str, object]) -> None:
        self._path, self._tree = path, tree
        self.name = path.rpartition("/")[2]

    def __fspath__(self) -> str:
        return self._path

    def __truediv__(self, inner: str) -> Store:
        tree: object = self._tree
        for name in inner.split("/"):
            assert isinstance(tree, dict)
            tree = tree[name]
        return Store(f"{self._path}/{inner}", tree)  # type: ignore[arg-type]

    def is_dir(self) -> bool:
        return isinstance(self._tree, dict)

    def iterdir(self) -> Iterator[Store]:
        if "forbidden" in self._path:
            raise RuntimeError("403 you may not\nwhatever follows")
        return (self / name for name in self._tree)


def test_a_store_has_the_same_rule() -> None:
    sub = {"d.png": None, ".e.png": None, "deep": {"f.JPG": None}}
    tree = {"images": {"b.png": None, "a.txt": None, ".git": {"c.png": None}, "sub": sub}, "masks": {"g.png": None}}
    root = Store("gs://bucket/portraits", tree)  # type: ignore[arg-type]
    expected = ["images/b.png", "images/sub/d.png", "images/sub/deep/f.JPG"]
    folders = ["images/sub", "images/sub/deep"]
    passed_over = {"others": ["images/a.txt"], "hidden": ["images/.git", "images/sub/.e.png"]}
    within = list_folder(root, ENDINGS, "images")  # type: ignore[arg-type]
    assert within == FolderListing(expected, folders, **passed_over)  # type: ignore[arg-type]
    listing = list_folder(root, ENDINGS)  # type: ignore[arg-type]
    everything = FolderListing([*expected, "masks/g.png"], ["images", *folders, "masks"], **passed_over)  # type: ignore[arg-type]
    assert listing == everything


def test_a_store_that_refuses_is_an_os_error() -> None:
    root = Store("gs://bucket/x", {"forbidden": {"a.png": None}})
    with pytest.raises(OSError, match="403 you may not") as caught:
        list_folder(root, ENDINGS)  # type: ignore[arg-type]
    assert caught.value.strerror == "403 you may not"
