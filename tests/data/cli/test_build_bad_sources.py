"""What can be wrong with a source that `build` is given: a line an error, exit status 1, nothing half-written."""

from __future__ import annotations

import io
import json
import shutil
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.sources.folder.backgrounds import PhotoFolder
from tests.support.bad_build import QUICK, Bad
from tests.support.command import Command
from tests.support.portraits import draw_head, in_colours, save_picture

pytestmark = pytest.mark.usefixtures("few_backgrounds")


def test_photo_without_mask_and_the_reverse(bad: Bad, portraits: Path) -> None:
    (portraits / "masks" / "bb_0.png").unlink()
    (portraits / "images" / "cc_0.png").unlink()
    assert bad.folder(portraits) == [
        "images/bb_0.png: has no mask (masks/bb_0); add it or remove the photo",
        "masks/cc_0.png: has no photo; add it or remove the mask",
        "2 faulty: fix them, or go on without them with --skip-bad",
    ]


def test_aspects_that_differ(bad: Bad, portraits: Path) -> None:
    _, mask = draw_head(1, 50, 40)
    save_picture(portraits / "masks" / "bb_0.png", in_colours(mask))
    line = bad.portrait(portraits)
    assert line == "masks/bb_0.png: is 50 x 40 pixels, its photo 72 x 72; give them one aspect"


def test_photo_turned_by_exif(bad: Bad, portraits: Path, command: Command, data_dir: Path) -> None:
    photo, mask = draw_head(3, 80, 60)
    exif = Image.Exif()
    exif[0x0112] = 6  # a camera held upright: stored lying, shown turned
    for name in ("bb_0.png", "bb_1.png"):
        (portraits / "images" / name).unlink()
        (portraits / "masks" / name).unlink()
    save_picture(portraits / "images" / "bb_0.jpg", photo, exif=exif)
    save_picture(portraits / "masks" / "bb_0.png", in_colours(mask))
    line = bad.portrait(portraits)
    assert line == (
        "masks/bb_0.png: is 80 x 60 pixels, its photo 60 x 80 when turned upright as its EXIF orientation asks; "
        "turn the mask too or remove the orientation from the photo"
    )
    save_picture(portraits / "masks" / "bb_0.png", in_colours(np.rot90(mask, -1)))
    assert command("build", "folder", "--source-dir", portraits, *QUICK, "--data-dir", data_dir).status == 0


def test_unknown_colours_are_named_and_counted(bad: Bad, portraits: Path) -> None:
    _, mask = draw_head(1, 72, 72)
    coloured = in_colours(mask)
    coloured[:2, :5] = (18, 52, 86)
    coloured[4, :3] = (255, 255, 255)
    save_picture(portraits / "masks" / "bb_0.png", coloured)
    line = bad.portrait(portraits)
    assert line.startswith("masks/bb_0.png: has colour #123456 (10 pixels), #ffffff (3 pixels) in no class; ")


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it has ten thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def animation(kind: str) -> bytes:
    frames = [Image.new("RGB", (72, 72), colour) for colour in ("red", "green", "blue")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def refused() -> dict[str, tuple[bytes, str]]:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (72, 72, 3)).astype(np.uint8))
    jpeg, png = encoded(noise, "JPEG"), encoded(noise, "PNG")
    return {
        "truncated jpeg": (jpeg[:-300], "is truncated"),
        "truncated png": (png[:-300], "is truncated"),
        "header only": (jpeg[:200], "is truncated"),
        "empty": (b"", "is empty"),
        "text": (b"Dear Sir or Madam", "is not a picture"),
        "gif": (animation("GIF"), "is an animation or a document of 3 pictures"),
        "apng": (animation("PNG"), "is an animation or a document of 3 pictures"),
        "webp": (animation("WEBP"), "is an animation or a document of 3 pictures"),
        "bomb": (bomb(), "more than the limit of 100 megapixels"),
        "floats": (encoded(Image.new("F", (72, 72), 0.5), "TIFF"), "holds floating-point values"),
        "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 72 72\n", "is not a picture"),
    }


@pytest.mark.parametrize("kind", sorted(refused()))
def test_photos_that_cannot_be_converted(bad: Bad, portraits: Path, kind: str) -> None:
    data, what = refused()[kind]
    (portraits / "images" / "bb_0.png").write_bytes(data)
    line = bad.portrait(portraits)
    assert line.startswith("images/bb_0.png: ")
    assert what in line
    assert "; " in line, "a hint"


@pytest.mark.parametrize("kind", ["truncated png", "empty", "text", "gif", "bomb"])
def test_masks_and_backgrounds_that_cannot_be_read(
    bad: Bad, portraits: Path, negatives_dir: Path, tmp_path: Path, kind: str
) -> None:
    data, what = refused()[kind]
    (portraits / "masks" / "bb_0.png").write_bytes(data)
    negatives = shutil.copytree(negatives_dir, tmp_path / "negatives")
    (negatives / "wall_0.png").write_bytes(data)
    lines = bad.folder(portraits, "--negatives", negatives)
    assert len(lines) == 3
    assert lines[0].startswith(f"{negatives / 'wall_0.png'}: ")
    assert lines[1].startswith("masks/bb_0.png: ")
    assert what in lines[0]
    assert what in lines[1]
    assert lines[2].startswith("2 faulty: ")


def test_photos_that_can_be_converted(portraits: Path, command: Command, data_dir: Path) -> None:
    """16-bit, CMYK, transparent, grey, palette and one-bit photos come as RGB."""
    photo, _ = draw_head(4, 72, 72)
    picture = Image.fromarray(photo)
    grey = picture.convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    clear = picture.convert("RGBA")
    clear.putalpha(grey)
    forms = {
        "bb_0.png": encoded(deep, "PNG"),
        "bb_1.png": encoded(picture.convert("CMYK"), "TIFF"),
        "cc_0.png": encoded(clear, "PNG"),
        "dd_0.jpg": encoded(grey, "JPEG"),
        "ee_0.png": encoded(picture.convert("P"), "GIF"),
        "ff_0.png": encoded(picture.convert("1"), "BMP"),
        "hh_0.png": encoded(picture.convert("CMYK"), "JPEG"),
    }
    for name, data in forms.items():
        with Image.open(portraits / "images" / name) as before:
            size = before.size
        form = Image.open(io.BytesIO(data))
        form.load()
        (portraits / "images" / name).write_bytes(encoded(form.resize(size), form.format or "PNG"))
    ran = command("build", "folder", "--source-dir", portraits, *QUICK, "--data-dir", data_dir)
    assert ran.status == 0, ran
    verified = command("verify", ran.out.strip(), "--source-dir", portraits, "--workers", 1)
    assert verified.status == 0, verified
    assert "sound" in verified.out


def test_all_faults_are_listed_together_and_skip_bad_goes_on(
    bad: Bad, portraits: Path, command: Command, data_dir: Path
) -> None:
    (portraits / "images" / "bb_0.png").write_bytes(b"")
    (portraits / "masks" / "dd_1.png").write_bytes(b"nothing")
    (portraits / "masks" / "ff_0.png").unlink()
    _, mask = draw_head(1, 50, 40)
    save_picture(portraits / "masks" / "hh_0.png", in_colours(mask))
    lines = bad.folder(portraits)
    assert [line.split(":")[0] for line in lines] == [
        "images/bb_0.png",
        "images/ff_0.png",
        "masks/dd_1.png",
        "masks/hh_0.png",
        "4 faulty",
    ]
    assert bad.folder(portraits, "--workers", 2) == lines
    loud = [argument for argument in QUICK if argument != "--quiet"]
    ran = command("build", "folder", "--source-dir", portraits, "--skip-bad", *loud, "--data-dir", data_dir)
    assert ran.status == 0, ran
    assert ran.out.splitlines()[0] == "left out 4 faulty (--skip-bad)"
    assert [f"left out: {line}" for line in lines[:-1]] == [
        line for line in ran.err.splitlines() if line.startswith("left out: ")
    ]
    dataset = Path(ran.out.splitlines()[-1])
    metadata = json.loads((dataset / "metadata.json").read_text())
    assert metadata["skipped"] == 4
    assert sum(pool["portraits"] for pool in metadata["pools"].values()) == 15 - 4
    verified = command("verify", dataset, "--source-dir", portraits, "--workers", 1)
    assert verified.status == 0, verified
    assert "note: 4 faulty portraits or backgrounds were left out when it was built" in verified.out


def test_strange_file_names_stay_one_line(bad: Bad, portraits: Path) -> None:
    (portraits / "images" / "new\nline_\x1b[31m.png").write_bytes(b"")
    line = bad.portrait(portraits)
    assert "new\\nline_\\x1b[31m.png" in line


def test_the_same_picture_in_two_pools(bad: Bad, portraits: Path) -> None:
    for number in range(12):
        person = f"copy{chr(97 + number)}"
        shutil.copy(portraits / "images" / "bb_0.png", portraits / "images" / f"{person}_0.png")
        shutil.copy(portraits / "masks" / "bb_0.png", portraits / "masks" / f"{person}_0.png")
    *lines, last = bad.folder(portraits)
    assert last.endswith("faulty: fix them, or go on without them with --skip-bad")
    assert all(" is the same as " in line and "remove one of the two" in line for line in lines)


def test_empty_pools(bad: Bad, portraits: Path, negatives_dir: Path, tmp_path: Path, command: Command) -> None:
    for picture in portraits.glob("*/[b-z]*.???"):
        picture.unlink()
    line = bad.one("folder", "--source-dir", portraits)
    assert line == ("folder portraits: the pool validation is empty; give more portraits, or --eval-examples 0")
    args = ("build", "folder", "--source-dir", portraits, *QUICK, "--data-dir", tmp_path / "other")
    assert command(*args, "--eval-examples", 0).status == 0
    toml = portraits / "classes.toml"
    toml.write_text(toml.read_text().replace("[0.6, 0.2, 0.2]", "[1, 0, 0]"))
    assert command(*args).status == 0, "those who want no other pools need none"
    toml.write_text(toml.read_text().replace("[1, 0, 0]", "[0, 0, 1]"))
    assert bad.one("folder", "--source-dir", portraits) == (
        "folder portraits: the pool train is empty; give more portraits"
    )


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_backgrounds(bad: Bad, portraits: Path, negatives_dir: Path, tmp_path: Path, count: int) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for picture in sorted(negatives_dir.glob("*.png"))[:count]:
        shutil.copy(picture, few)
    line = bad.one("folder", "--source-dir", portraits, "--negatives", few)
    assert line.endswith("backgrounds: the pool is empty; give --negatives a folder with more pictures")


def test_no_background_for_a_pool_whose_portraits_need_one(
    bad: Bad, portraits: Path, negatives_dir: Path, tmp_path: Path
) -> None:
    """A portrait that is not square shows its ground, in the clean splits too."""
    negatives = shutil.copytree(negatives_dir, tmp_path / "negatives")
    for entry in PhotoFolder(negatives).catalogue().entries:
        if entry.pool == "validation":
            (negatives / entry.id).write_bytes(b"spoiled")
    line = bad.one("folder", "--source-dir", portraits, "--negatives", negatives, "--skip-bad")
    assert line == "validation backgrounds: the pool is empty; give --negatives a folder with more pictures"
