"""What can be wrong with the folders and archives that `build` is given."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest

from tests.support.bad_build import Bad
from tests.support.lfw import write_archive

pytestmark = pytest.mark.usefixtures("few_backgrounds")


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
    assert line.startswith(f"{lfw}: has no lfw-funneled.tgz; download these into one folder")
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
def test_members_that_point_outside(bad: Bad, lfw: Path, tmp_path: Path, name: str) -> None:
    archive = write_archive(lfw / "lfw-funneled.tgz", {name: b"out"})
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
    assert lines[-1] == "3 faulty: fix them, or go on without them with --skip-bad"
    assert len(lines) == 4
    assert any(line.startswith("Zoe_Zinnia_0001: lfw_funneled/Zoe_Zinnia/Zoe_Zinnia_0001.jpg and") for line in lines)
    assert any(line.startswith("parts_test.txt, line 5: is 'not a line of it', which names no") for line in lines)
    assert any(line.startswith("parts_test.txt, line 6: names Ann_Ash_0001, which is listed before") for line in lines)
