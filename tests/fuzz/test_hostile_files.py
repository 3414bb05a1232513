"""Files and names that are made to hurt: bombs, pipes, links, long names. Each is one line, in time and in memory."""

from __future__ import annotations

import gc
import io
import mmap
import os
import struct
import time
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import DatasetError, HairnetError, PictureError
from hairnet_data.core.images.label_image import MaskPicture
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.images.picture_file import MAX_COPIED
from hairnet_data.core.labels.class_config import read_config
from hairnet_data.core.labels.class_map import ColourMap, IndexMap, PartMap
from hairnet_data.dataset.codec import decode_image
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.recipes.policy import read_policy
from hairnet_data.recipes.recipe import Recipe
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
from tests.fuzz.limits import TooHungry, TooSlow, limited

SIDE = 10_000  # 100 megapixels


# Pictures that are small as files


def png(depth: int, kind: int, channels: int, more: bytes = b"", side: int = SIDE, fill: int = 0) -> bytes:
    """A PNG of one byte, again and again, `side` a multiple of 100."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    # A hundred rows are packed once: after a full flush their bytes can be said again.
    rows = 100 * (b"\0" + bytes([fill]) * ((side * channels * depth + 7) // 8))
    packer, checksum = zlib.compressobj(1, wbits=-zlib.MAX_WBITS), 1
    packed = packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(side // 100):
        checksum = zlib.adler32(rows, checksum)
    body = b"\x78\1" + packed * (side // 100) + b"\3\0" + struct.pack(">I", checksum)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, depth, kind, 0, 0, 0))
    if kind == 3:
        more += chunk(b"PLTE", b"\1\2\3") + chunk(b"tRNS", b"\x80")
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def saved(mode: str, kind: str, size: tuple[int, int], orientation: int = 1, **options: Any) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stream = io.BytesIO()
    Image.new(mode, size, (0, 0, 0, 128) if mode == "RGBA" else 0).save(stream, kind, exif=exif.tobytes(), **options)
    return stream.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "clear palette": lambda: png(8, 3, 1),
    "colour with alpha": lambda: png(8, 6, 4, fill=128),
    "turned JPEG of many passes": lambda: saved("RGB", "JPEG", (SIDE, SIDE), 6, progressive=True, subsampling=0),
    "WebP": lambda: saved("RGBA", "WEBP", (8000, MAX_COPIED // 8000), lossless=True, method=0, quality=0),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_the_largest_pictures_are_read_within_a_gigabyte(name: str) -> None:
    data = BOMBS[name]()
    photo = asked(lambda: read_photo(data, "a.jpg"), PictureError)
    assert photo is not None
    assert not photo[:9, :9].any() or photo.min() > 0
    del photo
    asked(lambda: read_mask(data, "a.jpg"), PictureError)


@pytest.mark.parametrize(("mode", "kind"), [("RGB", "WEBP"), ("CMYK", "JPEG"), ("RGB", "AVIF")])
def test_pictures_of_which_decoders_keep_copies_have_a_lower_limit(mode: str, kind: str) -> None:
    if kind not in Image.SAVE:
        pytest.skip("this Pillow cannot write it")
    options = {"method": 0} if kind == "WEBP" else {"speed": 10} if kind == "AVIF" else {}
    data = saved(mode, kind, (8192, MAX_COPIED // 8192 + 1), **options)
    with pytest.raises(PictureError, match="more than the limit of 50 megapixels"):
        read_photo(data, "a")


def test_the_largest_masks_are_mapped_within_a_gigabyte() -> None:
    largest = partial(asked, seconds=30)  # 100 megapixels take a slow processor more than five seconds
    rng = np.random.default_rng(0)
    rgb = np.tile(rng.integers(0, 256, (1000, SIDE // 2, 3), dtype=np.uint8), (20, 1, 1))
    grey = rgb[:, :, 0]
    palette = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    colours, indices = MaskPicture(None, None, rgb), MaskPicture(grey, palette, None)
    deep = MaskPicture(grey.astype(np.uint16), None, None)
    classes = {(0, 0, 255): 0, (255, 0, 0): 1, (0, 255, 0): 2}
    nearest = largest(lambda: ColourMap(classes, nearest=True).read(colours, "m"))
    assert nearest is not None
    corner, _ = ColourMap(classes, nearest=True).read(MaskPicture(None, None, rgb[:50, :50]), "m")
    assert np.array_equal(nearest[0][:50, :50], corner)
    assert largest(lambda: ColourMap(classes).read(colours, "m"), PictureError) is None
    assert largest(lambda: ColourMap(classes, nearest=True).read(indices, "m")) is not None
    assert largest(lambda: IndexMap({1: 1, 0: 0}).read(deep, "m"), PictureError) is None
    assert largest(lambda: IndexMap(dict.fromkeys(range(256), 2)).read(deep, "m")) is not None
    assert largest(lambda: PartMap({"p": 1}, nearest=True).read({"p": (indices, "p")}, "m")) is not None


def test_a_record_of_a_huge_picture_is_refused_by_its_header() -> None:
    with limited(most=64 << 20), pytest.raises(ValueError, match="more than 8192 a side"):
        decode_image(png(1, 0, 1, side=9000))


def test_records_hold_no_formats_but_ours() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "BMP")
    with pytest.raises(ValueError, match="does not decode"):
        decode_image(stream.getvalue())


# Wrong endings


@pytest.mark.parametrize("ending", ["jpg", "png", "gif", "tif", "webp", "txt"])
def test_the_content_decides_not_the_ending(tmp_path: Path, ending: str) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    for kind in ("PNG", "BMP", "TIFF", "PPM"):
        Image.fromarray(pixels).save(tmp_path / f"a.{ending}", kind)
        np.testing.assert_array_equal(read_photo(tmp_path / f"a.{ending}"), pixels)
        assert read_mask(tmp_path / f"a.{ending}").size == (7, 5)
    (tmp_path / f"a.{ending}").write_bytes(b"PK\3\4" + bytes(100))
    with pytest.raises(PictureError, match="is not a picture"):
        read_photo(tmp_path / f"a.{ending}")


# Text


@pytest.mark.parametrize(
    "text",
    [
        b"a" + b".a" * 100_000 + b" = 1",
        b"a = " + b"[" * 50_000,
        b"a = " + b"{a=" * 50_000,
        b"a = " + b"9" * 5000,
        b"scale = [0x" + b"f" * 50_000 + b", 1]",
        b"# " + b"x" * (1 << 20),
        b"a = '" + b"x" * 200_000 + b"'",
        b"\xff\xfe",
    ],
    ids=["dots", "arrays", "tables", "digits", "hex", "large", "long value", "not UTF-8"],
)
def test_toml_that_tires_its_reader(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "a.toml").write_bytes(text)
    assert asked(lambda: read_policy(tmp_path / "a.toml")) is None
    assert asked(lambda: read_config(tmp_path / "a.toml", "a.toml")) is None
    (tmp_path / "a.toml").write_bytes(b"[options]\nseed = 1\n[colours]\nhair = '" + text.replace(b"'", b"") + b"'")
    assert asked(lambda: read_config(tmp_path / "a.toml", "a.toml")) is None


def test_a_recipe_that_quotes_a_megabyte_is_told_in_a_line() -> None:
    with pytest.raises(DatasetError) as caught:
        Recipe.from_json('{"version":"' + "x" * (1 << 20) + '"}')
    assert len(str(caught.value)) < 1000


# Names and what is no file


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
@pytest.mark.parametrize(
    "name",
    ["n" * 300, "a/" * 3000 + "b", "no\nsuch", "\x1b[31m", "'\"<b>&", "..", "../..", "\udcff", " ", "a\0b"],
    ids=ascii,
)
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
        copy = tmp_path / name / "1.5.0"
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


# The measure itself


def test_the_limits_bite() -> None:
    def loop() -> None:
        while True:
            pass

    with pytest.raises(TooSlow), limited(seconds=0.05):
        loop()
    with pytest.raises(TooSlow), limited(waiting=0.05):
        time.sleep(30)
    if Path("/proc/self/clear_refs").exists():
        gc.collect()  # else what other tests left behind makes room meanwhile
        with pytest.raises(TooHungry), limited(most=100 << 20):
            # Mapped anew: the allocator would hand out again what other tests returned, which is no more than before.
            np.frombuffer(mmap.mmap(-1, 200 << 20), np.uint8)[:] = 1
    with pytest.raises(AssertionError, match="not one line"):
        asked(lambda: (_ for _ in ()).throw(ValueError("a\nb")), ValueError)
    with pytest.raises(KeyError):
        asked(lambda: {}["nothing"], HairnetError)
