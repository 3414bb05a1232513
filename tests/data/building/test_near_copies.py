"""Backgrounds that are made of one picture are found, and others are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from hairnet_data.building.near_copies import Sketch, first_of_each, sketch
from hairnet_data.building.source_scan import ScanResult, scan_sources
from hairnet_data.building.source_summary import summary_lines
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.progress import silent
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds


@pytest.fixture(scope="module")
def scenes() -> list[Pixels]:
    source = DrawnBackgrounds(24, 0, 0, size=320)
    return [source.load(entry.id) for entry in source.catalogue().entries]


@pytest.fixture(scope="module")
def sketches(scenes: list[Pixels]) -> list[Sketch]:
    return [sketch(scene) for scene in scenes]


def jpeg(picture: Pixels, quality: int = 80) -> Pixels:
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED), np.uint8)


def resized(picture: Pixels, scale: float) -> Pixels:
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


MADE_OF = {
    "saved again": jpeg,
    "a crop": lambda picture: picture[40:260, 60:290],
    "a crop, enlarged and saved": lambda picture: jpeg(resized(picture[40:260, 60:290], 1.6)),
    "half the size": lambda picture: jpeg(resized(picture, 0.5)),
    "mirrored": lambda picture: jpeg(picture[:, ::-1].copy()),
    "turned": lambda picture: np.rot90(picture).copy(),
    "other colours": lambda picture: picture[:, :, [2, 0, 1]].copy(),
}


@pytest.mark.parametrize("make", MADE_OF.values(), ids=MADE_OF)
def test_what_is_made_of_one_is_found(
    scenes: list[Pixels], sketches: list[Sketch], make: Callable[[Pixels], Pixels]
) -> None:
    first = first_of_each([*sketches, *(sketch(make(scene)) for scene in scenes)])
    count = len(scenes)
    assert first[:count] == list(range(count)), "different scenes stay apart"
    found = [first[count + number] for number in range(count)]
    assert all(of in (number, count + number) for number, of in enumerate(found)), "never another one's"
    assert sum(of == number for number, of in enumerate(found)) >= 0.5 * count, "some scenes have hardly a corner"


def test_pictures_without_corners() -> None:
    flat = [np.full((side, 90, 3), level, np.uint8) for side, level in ((70, 9), (70, 9), (1, 200), (3000, 50))]
    assert first_of_each([sketch(picture) for picture in flat]) == [0, 1, 2, 3]
    assert first_of_each([]) == []


def scanned(folder: Path, scratch: Path) -> ScanResult:
    scratch.mkdir()
    with WorkerPool(1) as executor:
        return scan_sources(Sources(Drawn(1, 1, 1, size=32), PhotoFolder(folder)), executor, scratch, silent)


def test_they_are_in_one_pool(scenes: list[Pixels], sketches: list[Sketch], tmp_path: Path) -> None:
    folder = tmp_path / "walls"
    folder.mkdir()
    rich = [number for number, sketched in enumerate(sketches) if len(sketched.straight.points) > 150][:12]
    for number in rich:
        Image.fromarray(scenes[number]).save(folder / f"{number:02d}_a.png")
        Image.fromarray(scenes[number][30:290, 20:300]).save(folder / f"{number:02d}_b.jpg", quality=90)
        Image.fromarray(scenes[number]).save(folder / f"{number:02d}_c.png", compress_level=1)  # the same pixels
    scan = scanned(folder, tmp_path / "scratch")
    listed = {entry.id: entry.pool for entry in PhotoFolder(folder).catalogue().entries}
    pools = {asset.id: name for name, pool in scan.pools.items() for asset in pool.backgrounds}
    assert scan.errors == ()
    assert len(pools) == 3 * len(rich)
    assert len({(id[:2], pool) for id, pool in pools.items()}) == len(rich)
    apart = {id for id in pools if listed[id] != listed[f"{id[:2]}_a.png"]}
    assert {id for id, _ in scan.summary.apart} <= apart
    assert len(scan.summary.apart) >= 0.9 * len(apart) > 0
    assert all(pool.backgrounds for pool in scan.pools.values())
    assert any(" backgrounds are made of others (" in line for line in summary_lines(scan.summary))
