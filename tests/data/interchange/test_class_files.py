"""The ready class files of public sets, each on a tiny set in that layout."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import UsageError
from hairnet_data.interchange.class_files import class_files
from hairnet_data.interchange.import_set import import_set
from hairnet_data.interchange.report import Report
from hairnet_data.sources.folder.source import Folder

SIZE = (20, 32)  # (h, w)


def save(path: Path, pixels: Any = None, **options: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    photo = np.full((*SIZE, 3), (90, 120, 150), np.uint8)
    Image.fromarray(photo if pixels is None else pixels).save(path, **options)


def bands(values: list[int]) -> np.ndarray[Any, Any]:
    """The values as upright bands, uint8 (h, w)."""
    return np.broadcast_to(np.repeat(np.array(values, np.uint8), -(-SIZE[1] // len(values)))[: SIZE[1]], SIZE).copy()


def imported(kind: str, path: Path, tmp_path: Path) -> tuple[Report, dict[str, Any]]:
    report = import_set("masks", path, tmp_path / "out", classes=kind)
    top = tmp_path / "out" / "masks"
    files = sorted(file for file in top.rglob("*.png"))
    assert Folder.open(tmp_path / "out").catalogue().errors == ()
    return report, {file.relative_to(top).as_posix(): np.asarray(Image.open(file)) for file in files}


def options(tmp_path: Path) -> dict[str, Any]:
    content = tomllib.loads((tmp_path / "out" / "classes.toml").read_text())
    found: dict[str, Any] = content.get("options", {})
    return found


def test_lapa(tmp_path: Path) -> None:
    values = list(range(11))
    for pool in ("train", "val", "test"):
        save(tmp_path / f"LaPa/{pool}/images/{pool}_0.jpg")
        save(tmp_path / f"LaPa/{pool}/labels/{pool}_0.png", bands(values))
        (tmp_path / f"LaPa/{pool}/landmarks").mkdir()
        (tmp_path / f"LaPa/{pool}/landmarks/{pool}_0.txt").write_text("106\n")
    report, masks = imported("lapa", tmp_path / "LaPa", tmp_path)
    assert sorted(masks) == ["test/test_0.png", "train/train_0.png", "val/val_0.png"]
    for mask in masks.values():
        assert np.array_equal(mask, bands([0, *[2] * 9, 1]))
    assert options(tmp_path) == {"pools": "folder"}
    assert [entry.pool for entry in Folder.open(tmp_path / "out").catalogue().entries] == [
        "test",
        "train",
        "validation",
    ]
    assert report.mapped["10", "hair"] == 3


def test_helen(tmp_path: Path) -> None:
    save(tmp_path / "Helen/images/100032540_1.jpg")
    for part in range(11):
        soft = bands([255 if at == part else 100 if at == part - 1 else 0 for at in range(11)])
        save(tmp_path / f"Helen/labels/100032540_1/100032540_1_lbl{part:02d}.png", soft)
    report, masks = imported("helen", tmp_path / "Helen", tmp_path)
    assert np.array_equal(masks["100032540_1.png"], bands([0, *[2] * 9, 1]))
    assert report.snapped
    assert "mask pixels took the nearest class" in " ".join(report.lines())
    assert report.mapped["lbl10", "hair"] == 1


def test_facesynthetics(tmp_path: Path) -> None:
    values = [*range(16)]
    save(tmp_path / "faces/000000.png")
    save(tmp_path / "faces/000000_seg.png", bands(values))
    save(tmp_path / "faces/000001.png")
    save(tmp_path / "faces/000001_seg.png", bands([16, 17, 18, 255]))
    (tmp_path / "faces/000000_ldmks.txt").write_text("0 0\n")
    _, masks = imported("facesynthetics", tmp_path / "faces", tmp_path)
    assert np.array_equal(masks["000000.png"], bands([0, *[2] * 12, 1, 2, 0]))
    assert np.array_equal(masks["000001.png"], bands([2, 0, 0, 255]))


def test_celebamask_hq(tmp_path: Path) -> None:
    half = (SIZE[0] // 2, SIZE[1] // 2)
    save(tmp_path / "CelebAMask-HQ/CelebA-HQ-img/17.jpg")
    for part, columns in {"skin": slice(0, 12), "hair": slice(8, 16), "hat": slice(14, 16)}.items():
        mask = np.zeros((*half, 3), np.uint8)
        mask[:, columns] = 255
        save(tmp_path / f"CelebAMask-HQ/CelebAMask-HQ-mask-anno/0/00017_{part}.png", mask)
    report, masks = imported("celebamask_hq", tmp_path / "CelebAMask-HQ", tmp_path)
    assert np.array_equal(masks["17.png"], np.broadcast_to(np.repeat(np.array([2, 1, 0], np.uint8), [8, 6, 2]), half))
    assert report.mapped == {("skin", "face"): 1, ("hair", "hair"): 1, ("hat", "background"): 1}


def test_figaro(tmp_path: Path) -> None:
    save(tmp_path / "Figaro/Original/Training/Frame00001-org.jpg")
    hair = Image.fromarray(bands([0, 255])).convert("1")
    (tmp_path / "Figaro/GT/Training").mkdir(parents=True)
    hair.save(tmp_path / "Figaro/GT/Training/Frame00001-gt.pbm")
    _, masks = imported("figaro", tmp_path / "Figaro", tmp_path)
    assert np.array_equal(masks["Training/Frame00001.png"], bands([255, 1]))
    assert options(tmp_path) == {"ignored": ["background", "face"]}


def test_every_class_file_is_tested_and_documented(pytestconfig: pytest.Config) -> None:
    guide = (pytestconfig.rootpath / "docs" / "formats.md").read_text()
    for name in class_files():
        assert f"test_{name}" in globals()
        assert f"`{name}`" in guide


def test_a_set_that_is_not_known_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="sets are celebamask_hq, facesynthetics, figaro, helen, lapa"):
        import_set("masks", tmp_path, tmp_path / "out", classes="lappa")
    with pytest.raises(UsageError, match="without --map"):
        import_set("masks", tmp_path, tmp_path / "out", {"1": "hair"}, classes="lapa")
