"""Everything that can be wrong with what a user gives: a line a fault, exit status 1 or 2, nothing half-written."""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import subprocess
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.dataset.reader import open_prepared
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.scenes.source import DrawnBackgrounds

Kit = Any
Command = Any

QUICK = ("--image-size", "40", "--train-examples", "20", "--workers", "1", "--quiet")


@pytest.fixture
def portraits(portraits_dir: Path, tmp_path: Path) -> Path:
    """A folder of portraits to spoil."""
    return shutil.copytree(portraits_dir, tmp_path / "portraits")


@pytest.fixture
def lfw(lfw_dir: Path, tmp_path: Path) -> Path:
    """The LFW archives, to spoil."""
    return shutil.copytree(lfw_dir, tmp_path / "lfw")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data dir that is not there yet."""
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def few_backgrounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve small drawn backgrounds instead of 420: every build looks at all of them."""
    monkeypatch.setattr(DrawnBackgrounds.__init__, "__defaults__", (6, 3, 3, 64))


def files(folder: Path) -> list[str]:
    """All files but archives' whole content, which is kept so that each is unpacked once."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if path.parts[0] != "downloads" or path.parts[1].startswith("."))


class Bad:
    """Runs a build that must fail, and looks at how it does."""

    def __init__(self, command: Command, data_dir: Path) -> None:
        self.command, self.data_dir = command, data_dir

    def __call__(self, *arguments: object, status: int = 1, extra: tuple[object, ...] = QUICK) -> list[str]:
        """The lines of standard error, without the command's name."""
        ran = self.command("build", *arguments, *extra, "--data-dir", self.data_dir)
        assert ran.status == status, ran
        assert ran.out == ""
        assert "Traceback" not in ran.err
        assert ran.err.startswith("hairnet-data: ")
        assert ran.err.endswith("\n")
        assert files(self.data_dir) == []
        lines = ran.err.removeprefix("hairnet-data: ").splitlines()
        assert all(line.strip() for line in lines)
        assert all("; " in line or ": " in line for line in lines), "what, where and the mend"
        return lines

    def folder(self, root: Path, *more: object) -> list[str]:
        return self("folder", "--source-dir", root, *more)

    def one(self, *arguments: object, status: int = 1) -> str:
        (line,) = self(*arguments, status=status)
        return line

    def portrait(self, root: Path) -> str:
        """The line about the single faulty portrait."""
        line, last = self.folder(root)
        assert last == "1 faulty: mend them, or go on without them with --skip-bad"
        return line


@pytest.fixture
def bad(command: Command, data_dir: Path) -> Bad:
    return Bad(command, data_dir)


# ---------------------------------------------------------------------------------------- folders, archives


def test_missing_folders(bad: Bad, portraits: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert bad.one("folder", "--source-dir", nowhere) == (
        f"{nowhere}: is not a folder; name the one that holds images and masks"
    )
    assert "--source-dir: is missing; give the folder" in bad.one("folder", status=2)
    assert bad.one("lfw_parts", "--source-dir", nowhere).startswith(f"{nowhere}: is not a folder; ")
    line = bad.one("folder", "--source-dir", portraits, "--negatives", nowhere)
    assert line == f"{nowhere}: there is no such folder; give a folder of photos with nobody in them"
    nowhere.mkdir()
    line = bad.one("folder", "--source-dir", portraits, "--negatives", nowhere)
    assert line.startswith(f"{nowhere}: there are no pictures in it; put photos there")
    assert "classes.toml: is missing; " in bad.one("folder", "--source-dir", nowhere)
    shutil.rmtree(portraits / "masks")
    assert "masks: is not a folder; " in bad.one("folder", "--source-dir", portraits)


def test_missing_archives_and_lists(bad: Bad, lfw: Path) -> None:
    (lfw / "lfw-funneled.tgz").unlink()
    line = bad.one("lfw_parts", "--source-dir", lfw)
    assert line.startswith(f"{lfw}: has no lfw-funneled.tgz; fetch by hand")
    assert "http" in line
    (lfw / "parts_test.txt").unlink()
    assert "has no parts_test.txt, lfw-funneled.tgz" in bad.one("lfw_parts", "--source-dir", lfw)


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 0.999])
def test_truncated_archives(bad: Bad, lfw: Path, kept: float) -> None:
    archive = lfw / "parts_lfw_funneled_gt_images.tgz"
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * kept)])
    line = bad.one("lfw_parts", "--source-dir", lfw)
    assert line.startswith(f"{archive}: is truncated")
    assert line.endswith("; fetch it again")
    assert not list(bad.data_dir.rglob("*.ppm"))


def test_mistyped_and_damaged_archives(bad: Bad, lfw: Path) -> None:
    archive = lfw / "lfw-funneled.tgz"
    sound = archive.read_bytes()
    for data in (b"<html>404</html>" * 100, b"PK\x03\x04" + b"x" * 2000, b"\x1f\x8b" + b"no gzip" * 30):
        archive.write_bytes(data)
        assert bad.one("lfw_parts", "--source-dir", lfw).startswith(f"{archive}: is ")
    spoiled = bytearray(sound)
    spoiled[len(sound) // 2] ^= 0xFF
    archive.write_bytes(bytes(spoiled))
    assert bad.one("lfw_parts", "--source-dir", lfw).startswith(f"{archive}: ")


@pytest.mark.parametrize("name", ["../outside.jpg", "/etc/outside.jpg", "lfw_funneled/../../outside.jpg"])
def test_members_that_point_outside(bad: Bad, lfw: Path, tmp_path: Path, name: str, kit: Kit) -> None:
    archive = kit.write_archive(lfw / "lfw-funneled.tgz", {name: b"out"})
    line = bad.one("lfw_parts", "--source-dir", lfw)
    assert line == f"{archive}: has a member that points outside ({name}); do not use this archive"
    assert not list(tmp_path.rglob("outside.jpg"))


def test_members_that_are_links(bad: Bad, lfw: Path) -> None:
    with tarfile.open(lfw / "lfw-funneled.tgz", "w:gz") as tar:
        member = tarfile.TarInfo("lfw_funneled/Ann_Ash/Ann_Ash_0001.jpg")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    assert "as a link or device, not as a file; fetch it again" in bad.one("lfw_parts", "--source-dir", lfw)


def test_portraits_missing_from_the_archives(bad: Bad, lfw: Path) -> None:
    with (lfw / "parts_test.txt").open("a") as listed:
        listed.write("Zoe_Zinnia 1\nnot a line of it\nAnn_Ash 1\n")
    lines = bad("lfw_parts", "--source-dir", lfw)
    assert lines[-1] == "3 faulty: mend them, or go on without them with --skip-bad"
    assert len(lines) == 4
    assert any(line.startswith("Zoe_Zinnia_0001: lfw_funneled/Zoe_Zinnia/Zoe_Zinnia_0001.jpg and") for line in lines)
    assert any(line.startswith("parts_test.txt, line 5: is 'not a line of it', which names no") for line in lines)
    assert any(line.startswith("parts_test.txt, line 6: names Ann_Ash_0001, which is listed before") for line in lines)


# ------------------------------------------------------------------------------------------- photos and masks


def test_photo_without_mask_and_the_reverse(bad: Bad, portraits: Path) -> None:
    (portraits / "masks" / "bb_0.png").unlink()
    (portraits / "images" / "cc_0.png").unlink()
    assert bad.folder(portraits) == [
        "images/bb_0.png: has no mask (masks/bb_0); add it or remove the photo",
        "masks/cc_0.png: has no photo; add it or remove the mask",
        "2 faulty: mend them, or go on without them with --skip-bad",
    ]


def test_aspects_that_differ(bad: Bad, portraits: Path, kit: Kit) -> None:
    _, mask = kit.head(1, 50, 40)
    kit.save(portraits / "masks" / "bb_0.png", kit.in_colours(mask))
    line = bad.portrait(portraits)
    assert line == "masks/bb_0.png: is 50 x 40 pixels, its photo 72 x 72; give them one aspect"


def test_photo_turned_by_exif(bad: Bad, portraits: Path, kit: Kit, command: Command, data_dir: Path) -> None:
    photo, mask = kit.head(3, 80, 60)
    exif = Image.Exif()
    exif[0x0112] = 6  # a camera held upright: stored lying, shown turned
    for name in ("bb_0.png", "bb_1.png"):
        (portraits / "images" / name).unlink()
        (portraits / "masks" / name).unlink()
    kit.save(portraits / "images" / "bb_0.jpg", photo, exif=exif)
    kit.save(portraits / "masks" / "bb_0.png", kit.in_colours(mask))
    line = bad.portrait(portraits)
    assert line == (
        "masks/bb_0.png: is 80 x 60 pixels, its photo 60 x 80 when turned upright as its EXIF orientation asks; "
        "turn the mask too or remove the orientation from the photo"
    )
    kit.save(portraits / "masks" / "bb_0.png", kit.in_colours(np.rot90(mask, -1)))
    assert command("build", "folder", "--source-dir", portraits, *QUICK, "--data-dir", data_dir).status == 0


def test_unknown_colours_are_named_and_counted(bad: Bad, portraits: Path, kit: Kit) -> None:
    _, mask = kit.head(1, 72, 72)
    coloured = kit.in_colours(mask)
    coloured[:2, :5] = (18, 52, 86)
    coloured[4, :3] = (255, 255, 255)
    kit.save(portraits / "masks" / "bb_0.png", coloured)
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
    assert "; " in line, "the mend"


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


def test_photos_that_can_be_converted(portraits: Path, command: Command, data_dir: Path, kit: Kit) -> None:
    """16-bit, CMYK, transparent, grey, palette and one-bit photos come as RGB."""
    photo, _ = kit.head(4, 72, 72)
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
    bad: Bad, portraits: Path, command: Command, data_dir: Path, kit: Kit
) -> None:
    (portraits / "images" / "bb_0.png").write_bytes(b"")
    (portraits / "masks" / "dd_1.png").write_bytes(b"nothing")
    (portraits / "masks" / "ff_0.png").unlink()
    _, mask = kit.head(1, 50, 40)
    kit.save(portraits / "masks" / "hh_0.png", kit.in_colours(mask))
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
    dataset = Path(ran.out.splitlines()[-1])
    metadata = open_prepared(dataset).metadata
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
    assert last.endswith("faulty: mend them, or go on without them with --skip-bad")
    assert all(" is the same as " in line and "remove one of the two" in line for line in lines)


# --------------------------------------------------------------------------------------------- empty pools


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
    bad: Bad, portraits: Path, negatives_dir: Path, tmp_path: Path, kit: Kit
) -> None:
    """A portrait that is not square shows its ground, in the clean splits too."""
    negatives = shutil.copytree(negatives_dir, tmp_path / "negatives")
    for entry in PhotoFolder(negatives).catalogue().entries:
        if entry.pool == "validation":
            (negatives / entry.id).write_bytes(b"spoiled")
    line = bad.one("folder", "--source-dir", portraits, "--negatives", negatives, "--skip-bad")
    assert line == "validation backgrounds: the pool is empty; give --negatives a folder with more pictures"


# ------------------------------------------------------------------------------------------ settings, options

VALUES = {
    ("--negative-rate", "1.5"): "--negative-rate: 1.5 is outside 0..1; give one from 0 to 1",
    ("--negative-rate", "-0.1"): "--negative-rate: -0.1 is outside 0..1; give one from 0 to 1",
    ("--occlude-rate", "nan"): "--occlude-rate: nan is not a number; ",
    ("--mirror", "2"): "--mirror: 2 is outside 0..1; give one from 0 to 1",
    ("--scale", "1.5", "0.5"): "--scale: the range 1.5..0.5 is empty; give the smaller first",
    ("--scale", "0", "1"): "--scale: 0 is outside 0.05..20; give one from 0.05 to 20",
    ("--scale", "1", "inf"): "--scale: inf is not a number; ",
    ("--shift", "-1"): "--shift: -1 is outside 0..2; ",
    ("--rotate", "181"): "--rotate: 181 is outside 0..180; ",
    ("--photometric", "-1"): "--photometric: -1 is outside 0..3; ",
    ("--image-size", "-224"): "--image-size: -224 is outside 32..2048; ",
    ("--image-size", "0"): "--image-size: 0 is outside 32..2048; ",
    ("--image-format", "gif"): "--image-format: no format named 'gif'; choose jpeg or png",
    ("--seed", "-1"): "--seed: -1 is outside 0..2^63-1; ",
    ("--train-examples", "0"): "--train-examples: 0 is less than 1; ",
    ("--train-examples", "-5"): "--train-examples: -5 is less than 1; ",
    ("--eval-examples", "-1"): "--eval-examples: -1 is negative; ",
    ("--workers", "0"): "--workers: 0 is less than 1; give a whole number from 1",
    ("--workers", "-2"): "--workers: -2 is less than 1; give a whole number from 1",
    ("--file-format", "riegeli"): "--file-format: no format named 'riegeli'; ",
    ("--split-by", "height"): "--split-by: no division named 'height'; choose official or person",
    ("--split-by", "person"): "--split-by: means nothing for folder, ",
    ("--name", "a/b"): "--name: 'a/b' cannot name a dataset; ",
    # Said by the parser of the command line:
    ("--workers", "two"): "Invalid value for '--workers': ",
    ("--scale", "1"): "Invalid value for '--scale': ",
    ("--negative-rate",): "Option '--negative-rate' requires an argument",
    ("--colour", "red"): "No such option: --colour",
    ("--negativ-rate", "1"): "No such option: --negativ-rate",
    ("more",): "Got unexpected extra argument",
}


@pytest.mark.parametrize("given", VALUES, ids=" ".join)
def test_values_that_mean_nothing(bad: Bad, portraits_dir: Path, given: tuple[str, ...]) -> None:
    # The data dir goes first: an option that lacks its value would take the next word for it.
    (line,) = (
        Bad(bad.command, bad.data_dir)(
            "folder", "--source-dir", portraits_dir, "--quiet", "--data-dir", bad.data_dir, *given, status=2, extra=()
        )
        if len(given) != 1
        else missing_value(bad, portraits_dir, given)
    )
    assert line.startswith(VALUES[given])
    assert ";" in line or "see --help" in line


def missing_value(bad: Bad, portraits_dir: Path, given: tuple[str, ...]) -> list[str]:
    ran = bad.command("build", "folder", "--source-dir", portraits_dir, "--data-dir", bad.data_dir, *given)
    assert (ran.status, ran.out) == (2, "")
    assert not bad.data_dir.exists()
    return ran.err.removeprefix("hairnet-data: ").splitlines()


def test_unknown_source(bad: Bad) -> None:
    assert bad.one("celeba", status=2) == ("SOURCE: no source named 'celeba'; choose from drawn, lfw_parts, folder")
    assert bad.one("drawn", "--source-dir", "x", status=2).startswith("--source-dir: means nothing for drawn; ")


def test_bad_policies(bad: Bad, portraits_dir: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    for content, what in {
        "scale = [0.5": "is not TOML",
        "= 3": "is not TOML",
        "\x00": "is not TOML",
        "zoom = 2": "no setting named 'zoom'",
        "scale = 2": "scale = 2 is not a range",
        "scale = [1, 2, 3]": "scale = [1, 2, 3] is not a range",
        "scale = ['a', 'b']": "'a' is not a number",
        "mirror = 'often'": "'often' is not a number",
        "mirror = true": "True is not a number",
        "negative_rate = 3": "3 is outside 0..1",
        "occluder_shapes = ['star']": "no shape named 'star'",
        "occluder_shapes = []": "no shape is left",
        "occluder_count = [0, 2]": "0 is outside 1..4",
        "cover = [0.5, 0.2]": "0.5..0.2 is empty",
        "[policy]\nmirror = 1": "no setting named 'policy'",
    }.items():
        policy.write_text(content)
        line = bad.one("folder", "--source-dir", portraits_dir, "--policy", policy, status=2)
        assert what in line, (content, line)
    policy.write_bytes(b"mirror = 0.5 # \xff")
    assert "is not TOML" in bad.one("folder", "--source-dir", portraits_dir, "--policy", policy, status=2)
    for path in (tmp_path / "none.toml", tmp_path):
        line = bad.one("folder", "--source-dir", portraits_dir, "--policy", path, status=2)
        assert line.startswith(f"{path}: cannot be read (")


def test_bad_classes(bad: Bad, portraits: Path) -> None:
    for content, what in {
        "[colours": "is no TOML",
        "": "has no table of classes",
        "[colours]\nhair = 'red'\nbackground = '#000000'": "",
        "[colours]\nbackground = '#0000ff'": "names neither hair nor face",
        "[colours]\nhair = '#ff0000'": "does not say what background is",
        "[shades]\nhair = 1": "has an unknown table 'shades'",
    }.items():
        (portraits / "classes.toml").write_text(content)
        line = bad.one("folder", "--source-dir", portraits)
        assert "classes.toml" in line
        assert what in line


# -------------------------------------------------------------------------------------- places, prepared sets


def test_places_that_cannot_be_written(command: Command, portraits_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    for data_dir in (file, file / "below"):
        ran = command("build", "folder", "--source-dir", portraits_dir, *QUICK, "--data-dir", data_dir)
        assert ran.status == 1
        assert ran.err.startswith(f"hairnet-data: {data_dir}: cannot be written (")
        assert len(ran.faults) == 1
    assert file.read_text() == "mine"
    ran = command("preview", "folder", "--source-dir", portraits_dir, "--count", 1, "--out", tmp_path / "no" / "a.png")
    assert (ran.status, len(ran.faults)) == (1, 1)
    assert "cannot be written" in ran.err
    assert "make the folder first" in ran.err


def spoil(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoiler(dataset: Path) -> None:
        file = dataset / "metadata.json"
        metadata = json.loads(file.read_text())
        change(metadata)
        file.write_text(json.dumps(metadata))

    return spoiler


def written(name: str, content: str) -> Callable[[Path], object]:
    return lambda dataset: (dataset / name).write_text(content)


SPOILT: dict[str, Callable[[Path], object]] = {
    "no metadata": lambda dataset: (dataset / "metadata.json").unlink(),
    "no info": lambda dataset: (dataset / "dataset_info.json").unlink(),
    "a folder": lambda dataset: [(dataset / "metadata.json").unlink(), (dataset / "metadata.json").mkdir()],
    "cut off": lambda dataset: os.truncate(dataset / "metadata.json", 500),
    "empty": written("metadata.json", ""),
    "a list": written("metadata.json", "[]"),
    "null": written("metadata.json", "null"),
    "a number": written("dataset_info.json", "3"),
    "nothing in it": written("metadata.json", "{}"),
    "no text": lambda dataset: (dataset / "metadata.json").write_bytes(b"\xff\xfe"),
    "too deep": written("metadata.json", "[" * 100_000),
    "no source": spoil(lambda m: m["identity"].pop("source")),
    "source is text": spoil(lambda m: m["identity"].update(source="drawn")),
    "unknown source": spoil(lambda m: m["identity"]["source"].update(name="celeba")),
    "unknown backgrounds": spoil(lambda m: m["identity"]["backgrounds"].update(name=3)),
    "no counts": spoil(lambda m: m["identity"]["source"].pop("train")),
    "counts are text": spoil(lambda m: m["identity"]["source"].update(train="8")),
    "size": spoil(lambda m: m["identity"].update(image_size="64")),
    "format": spoil(lambda m: m["identity"].update(image_format="bmp")),
    "no policy": spoil(lambda m: m["splits"]["test"].pop("policy")),
    "strange policy": spoil(lambda m: m["splits"]["test"]["policy"].update(zoom=3)),
    "rate": spoil(lambda m: m["splits"]["test"]["policy"].update(mirror=3)),
    "no counts of a split": spoil(lambda m: m["splits"]["test"].pop("negative")),
    "pool": spoil(lambda m: m["splits"]["test"].update(pool="lido")),
    "a split less": spoil(lambda m: m["splits"].pop("test")),
    "splits are a list": spoil(lambda m: m.update(splits=[])),
    "skipped": spoil(lambda m: m.update(skipped="some")),
}


@pytest.mark.parametrize("how", SPOILT)
def test_broken_metadata(how: str, built_drawn: Path, copy_of: Any, command: Command, tmp_path: Path) -> None:
    dataset = copy_of(built_drawn)
    SPOILT[how](dataset)
    for arguments in (
        ("verify", dataset, "--workers", 1),
        ("stats", dataset),
        ("explain", dataset, "train", 0),
        ("preview", "--dataset", dataset, "--out", tmp_path / "out.png"),
    ):
        ran = command(*arguments)
        assert (ran.status, ran.out) == (1, ""), ran
        assert len(ran.faults) == 1, ran
        assert str(dataset) in ran.err
        assert ran.err.rstrip().endswith(("the folder that `hairnet-data build` printed", "build it again"))
    assert not (tmp_path / "out.png").exists()


def test_no_dataset_there(command: Command, tmp_path: Path, portraits_dir: Path) -> None:
    for path in (tmp_path / "none", portraits_dir, portraits_dir / "classes.toml", Path("/")):
        for name in ("verify", "stats"):
            ran = command(name, path)
            assert (ran.status, len(ran.faults)) == (1, 1)
            assert "give the folder that `hairnet-data build` printed" in ran.err


def test_a_name_that_is_taken(command: Command, portraits_dir: Path, data_dir: Path, kit: Kit) -> None:
    arguments = ("build", "folder", "--source-dir", portraits_dir, *QUICK, "--data-dir", data_dir, "--name", "mine")
    assert command(*arguments).status == 0
    before = kit.digests(data_dir)
    ran = command(*arguments, "--seed", 5)
    assert (ran.status, len(ran.faults)) == (1, 1)
    assert "was built with other settings (seed 0 there, 5 now); choose another --name, or --overwrite" in ran.err
    assert kit.digests(data_dir) == before
    loud = [argument for argument in arguments if argument != "--quiet"]
    assert "already there:" in command(*loud).out


# ------------------------------------------------------------------------------------------- real processes


def test_as_real_processes(kit: Kit, portraits: Path, negatives_dir: Path, data_dir: Path, tmp_path: Path) -> None:
    (portraits / "images" / "bb_0.png").write_bytes(b"")
    sources = ("--source-dir", portraits, "--negatives", negatives_dir)
    runs: list[tuple[subprocess.Popen[str], int, int]] = [
        (kit.start("build", "folder", *sources, *QUICK, "--data-dir", data_dir), 1, 2),
        (kit.start("build", "drawn", "--negative-rate", "7", "--data-dir", data_dir), 2, 1),
        (kit.start("verify", tmp_path / "none"), 1, 1),
    ]
    for process, status, lines in runs:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (status, "")
        assert len(err.splitlines()) == lines
        assert err.startswith("hairnet-data: ")
    assert files(data_dir) == []
