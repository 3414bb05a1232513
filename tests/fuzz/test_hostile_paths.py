"""Names and what is no file, made to hurt: pipes, links, long names. Each is one line, in time and in memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.labels.class_config import read_config
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.recipes.policy import read_policy
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.archives import unpack
from hairnet_data.sources.lfw.source import LISTS, LfwParts
from hairnet_model.data import tfds_records
from hairnet_model.data.packed_feed import PackedFeed
from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.inference import photo_paths
from hairnet_model.model_io import model_file
from hairnet_model.training import checkpoint
from tests.fuzz.answers import asked


def readers(path: Path, home: Path) -> dict[str, Callable[[], object]]:
    """Everything that opens what a user names."""
    return {
        "photo": lambda: read_photo(path),
        "mask": lambda: read_mask(path),
        "policy": lambda: read_policy(path),
        "classes.toml": lambda: read_config(path, str(path)),
        "folder": lambda: Folder.open(path),
        "negatives": lambda: PhotoFolder(path).catalogue(),
        "LFW": lambda: LfwParts.open(path, home / "cache"),
        "archive": lambda: unpack(path, home / "cache", {"a"}),
        "records": lambda: open_dataset(path),
        "prepared": lambda: open_prepared(path),
        "model": lambda: model_file.load(path),
        "packed": lambda: PackedFeed(path),
        "run": lambda: checkpoint.read(path),
        "photos": lambda: [read_photo(photo.path) for photo in photo_paths.find([path], home / "out").photos],
    }


NAMES = ["n" * 300, "a/" * 3000 + "b", "no\nsuch", "\x1b[31m", "'\"<b>&", "..", "../..", "\udcff", " ", "a\0b"]
READERS = list(readers(Path(), Path()))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_that_are_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, name: str) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    # ".." names a folder without pictures, which `photos` says in its list of errors.
    assert asked(lambda: readers(Path(name), tmp_path)[reader]()) in (None, [])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", ["pipe", "zero", "loop", "dangling", "folder"])
def test_what_is_no_plain_file(tmp_path: Path, reader: str, kind: str) -> None:
    """A pipe nobody writes to would hold a reader for ever, and a device feed it for ever."""
    path = tmp_path / "a.keras"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to({"zero": "/dev/zero", "loop": path, "dangling": tmp_path / "nothing"}[kind])
    assert asked(lambda: readers(path, tmp_path)[reader]()) in (None, [])


def test_pipes_in_the_places_of_files(tmp_path: Path, tiny_dataset: Path) -> None:
    """The folder is in order but for one file."""
    source = tmp_path / "folder"
    (source / "images").mkdir(parents=True)
    (source / "masks").mkdir()
    os.mkfifo(source / "classes.toml")
    assert asked(lambda: Folder.open(source)) is None
    lfw = tmp_path / "lfw"
    lfw.mkdir()
    for name in (*LISTS.values(), "lfw-funneled.tgz", "parts_lfw_funneled_gt_images.tgz"):
        os.mkfifo(lfw / name)
    assert asked(lambda: LfwParts.open(lfw, tmp_path / "cache")) is None
    for name in LISTS.values():
        (lfw / name).unlink()
        (lfw / name).write_text("Ann_Ash 1\n" if "train" in name else f"{name[6:9]} 1\n")
    assert asked(lambda: LfwParts.open(lfw, tmp_path / "cache")) is None
    run = tmp_path / "run"
    run.mkdir()
    os.mkfifo(run / "best.keras")
    os.mkfifo(run / "state.npz")
    assert asked(lambda: model_file.load(run)) is None
    assert asked(lambda: checkpoint.read(run)) is None
    for name in ("dataset_info.json", next(tiny_dataset.glob("*-train.tfrecord-*")).name):
        copy = tmp_path / name / "1.6.0"
        copy.mkdir(parents=True)
        for file in tiny_dataset.iterdir():
            (copy / file.name).write_bytes(file.read_bytes())
        (copy / name).unlink()
        os.mkfifo(copy / name)
        assert asked(lambda copy=copy: list(tfds_records.read(open_dataset(copy), "train"))) is None


def test_links_in_a_source_folder(tmp_path: Path) -> None:
    source = tmp_path / "folder"
    (source / "masks").mkdir(parents=True)
    images = source / "images"
    images.mkdir()
    (source / "classes.toml").write_text("[indices]\nbackground = 0\nhair = 1\n")
    Image.new("RGB", (8, 8)).save(images / "a.png")
    Image.new("L", (8, 8)).save(source / "masks" / "a.png")
    links = {"loop": "loop", "loop.jpg": "loop.jpg", "up": "..", "etc": "/etc", "passwd.png": "/etc/passwd"}
    links |= {
        "zero.png": "/dev/zero",
        "gone.jpg": "nothing",
        "gone": "nothing",
        "one.jpg": "two.jpg",
        "two.jpg": "one.jpg",
    }
    for name, to in links.items():
        (images / name).symlink_to(to)
    os.mkfifo(images / "pipe.png")
    os.mkfifo(source / "masks" / "pipe.png")
    folder = asked(lambda: Folder.open(source))
    assert folder is not None
    catalogue = folder.catalogue()
    assert {entry.id for entry in catalogue.entries} <= {"a", "pipe"}
    assert {"passwd", "zero"} <= {error.where.rpartition("/")[2].removesuffix(".png") for error in catalogue.errors}
    assert asked(lambda: folder.load("pipe"), PictureError) is None
    assert asked(lambda: folder.content("pipe"), PictureError) is None
    nobody = asked(lambda: PhotoFolder(images).catalogue())
    assert nobody is not None
    assert [entry.id for entry in nobody.entries] == ["a.png"]
    photos = photo_paths.find([images], tmp_path / "out").photos
    read = {photo.place.as_posix(): asked(lambda photo=photo: read_photo(photo.path)) for photo in photos}
    assert [name for name, pixels in read.items() if pixels is not None] == ["a.png"]
