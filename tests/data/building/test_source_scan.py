"""Every portrait and background is loaded once, and all that is wrong is said together."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.building.picture_scan import head_of
from hairnet_data.building.source_scan import ScanResult, scan_sources
from hairnet_data.core.progress import silent
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.recipes.pools import HEAD_SIDE, Pool
from hairnet_data.sources.base import Portrait
from hairnet_data.sources.drawing_cache import DrawnOnceBackgrounds, DrawnOncePortraits, drawing_folder
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.kept_drawings import drawings_kept
from tests.support.portraits import draw_head, save_picture


def look(portraits: Path, negatives: Path, folder: Path, workers: int = 1) -> ScanResult:
    folder.mkdir()
    with WorkerPool(workers) as executor:
        return scan_sources(Sources(Folder.open(portraits), PhotoFolder(negatives)), executor, folder, silent)


def test_everything_sound_is_found(portraits_dir: Path, negatives_dir: Path, tmp_path: Path) -> None:
    one = look(portraits_dir, negatives_dir, tmp_path / "one")
    assert one.errors == ()
    assert sum(len(pool.portraits) for pool in one.pools.values()) == 15
    assert sum(len(pool.backgrounds) for pool in one.pools.values()) == 8
    two = look(portraits_dir, negatives_dir, tmp_path / "two", workers=2)
    assert replace(two, sources=one.sources) == one
    for pool in one.pools.values():
        assert [asset.id for asset in pool.portraits] == sorted(asset.id for asset in pool.portraits)
        assert all(asset.head for asset in pool.portraits)
        assert pool.people == {asset.name: asset.person for asset in pool.portraits}


def test_errors_are_found_together_and_the_rest_goes_on(
    portraits_dir: Path, negatives_dir: Path, tmp_path: Path
) -> None:
    portraits = shutil.copytree(portraits_dir, tmp_path / "portraits")
    negatives = shutil.copytree(negatives_dir, tmp_path / "negatives")
    (portraits / "images" / "bb_0.png").write_bytes(b"")
    (portraits / "masks" / "cc_0.png").unlink()
    (negatives / "wall_2.png").write_bytes(b"no picture")
    scan = look(portraits, negatives, tmp_path / "scan")
    assert [str(error).split(": ")[0].rpartition("/")[2] for error in scan.errors] == [
        "wall_2.png",
        "bb_0.png",
        "cc_0.png",
    ]
    ids = {asset.id for pool in scan.pools.values() for asset in pool.portraits}
    assert len(ids) == 13
    assert not ids & {"bb_0", "cc_0"}


def test_digests_follow_the_content(portraits_dir: Path, negatives_dir: Path, tmp_path: Path) -> None:
    before = look(portraits_dir, negatives_dir, tmp_path / "before")
    portraits = shutil.copytree(portraits_dir, tmp_path / "portraits")
    same = look(portraits, negatives_dir, tmp_path / "same")
    assert same.portraits_digest == before.portraits_digest
    photo, _ = draw_head(5, 72, 72)
    save_picture(portraits / "images" / "bb_0.png", photo)
    after = look(portraits, negatives_dir, tmp_path / "after")
    assert after.portraits_digest != before.portraits_digest
    assert after.backgrounds_digest == before.backgrounds_digest


def test_a_second_scan_in_one_process_sees_the_second_source(
    portraits_dir: Path, negatives_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for count, source in ((8, PhotoFolder(negatives_dir)), (5, DrawnBackgrounds(2, 1, 2, 32))):
        with WorkerPool(1) as executor:
            scratch = folder / str(count)
            scratch.mkdir()
            scan = scan_sources(Sources(Folder.open(portraits_dir), source), executor, scratch, silent)
        assert sum(len(pool.backgrounds) for pool in scan.pools.values()) == count


@pytest.mark.parametrize(("width", "height"), [(64, 64), (640, 320), (50, 100)])
def test_the_map_of_the_head(width: int, height: int) -> None:
    mask = np.zeros((height, width), np.uint8)
    mask[: height // 2, : width // 2] = 1
    bits = np.unpackbits(np.frombuffer(head_of(Portrait(np.zeros((height, width, 3), np.uint8), mask)), np.uint8))
    head = bits.reshape(HEAD_SIDE, HEAD_SIDE)
    wide, tall = (round(HEAD_SIDE * side / max(width, height)) for side in (width, height))
    left, top = (HEAD_SIDE - wide) // 2, (HEAD_SIDE - tall) // 2
    expected = np.zeros_like(head)
    expected[top : top + tall // 2, left : left + wide // 2] = 1
    assert (head != expected).sum() <= HEAD_SIDE, "but for its edges"


def look_at_drawn(cache: Path, folder: Path, sample: bool) -> ScanResult:
    portraits = DrawnOncePortraits(Drawn(30, 9, 3, size=40), drawing_folder(cache))
    backgrounds = DrawnOnceBackgrounds(DrawnBackgrounds(20, 9, 3, size=40), drawing_folder(cache))
    folder.mkdir()
    with drawings_kept(), WorkerPool(1) as executor:
        return scan_sources(Sources(portraits, backgrounds), executor, folder, silent, sample)


def test_a_sample_of_what_is_not_drawn_yet_decides_the_same(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    sample = look_at_drawn(cache, tmp_path / "1", sample=True)
    assert not cache.exists(), "it is not kept: what would be drawn next time could not be timed"
    entire = look_at_drawn(cache, tmp_path / "2", sample=False)
    assert (sample.summary.portraits, sample.summary.measured) == (42, 8 + 8 + 3)
    assert sample.undrawn_seconds > 0
    assert (sample.portraits_digest, sample.backgrounds_digest) == (entire.portraits_digest, entire.backgrounds_digest)

    def without_pixels(pool: Pool) -> Pool:  # heads and poses are known of what was drawn alone
        return Pool(tuple(replace(asset, head=b"", pose=None) for asset in pool.portraits), pool.backgrounds)

    assert {name: without_pixels(pool) for name, pool in sample.pools.items()} == {
        name: without_pixels(pool) for name, pool in entire.pools.items()
    }
    for name, pool in sample.pools.items():
        entire_pool = {asset.id: asset for asset in entire.pools[name].portraits}
        looked_at = [asset for asset in pool.portraits if asset.head]
        assert len(looked_at) == min(8, len(pool.portraits))
        assert looked_at == [entire_pool[asset.id] for asset in looked_at]


def test_what_is_kept_is_looked_at_entirely(tmp_path: Path) -> None:
    entire = look_at_drawn(tmp_path / "cache", tmp_path / "1", sample=False)
    again = look_at_drawn(tmp_path / "cache", tmp_path / "2", sample=True)
    assert replace(again, sources=entire.sources) == entire
    assert again.summary.measured == 42
