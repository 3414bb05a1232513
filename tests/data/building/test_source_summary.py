"""The summary of a source: what is counted, and what is doubted."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.building.source_summary import PortraitFacts, summarise, summary_lines
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from tests.support.command import Command


def pool(*people: str) -> Pool:
    portraits = tuple(Asset(f"{person}{number}", "c", person) for number, person in enumerate(people))
    return Pool(portraits, (Asset("wall", "c"),))


POOLS = {"train": pool("ann", "ann", "bob"), "validation": pool("cid", "dan"), "test": pool("eve", "fay")}


def facts(width: int, height: int, **pixels: int) -> PortraitFacts:
    numbers = {"background": BACKGROUND, "hair": HAIR, "face": FACE, "unlabelled": UNLABELLED}
    return PortraitFacts(width, height, {numbers[name]: count for name, count in pixels.items()})


def test_what_is_counted() -> None:
    small, large = facts(60, 80, background=50, hair=25, face=25), facts(200, 100, background=100)
    summary = summarise([small] * 4 + [large] * 3, POOLS)
    assert (summary.portraits, summary.smallest, summary.largest, summary.sizes) == (7, (60, 80), (200, 100), 2)
    assert summary.shares == {"background": 5 / 7, "hair": 1 / 7, "face": 1 / 7}
    assert summary.never_seen == ()
    assert (summary.pools["train"].portraits, summary.pools["train"].people) == (3, 2)
    assert list(summary_lines(summary)) == [
        "7 portraits of 60 x 80 to 200 x 100 pixels",
        "  train: 3 portraits of 2 people, 1 backgrounds",
        "  validation: 2 portraits of 2 people, 1 backgrounds",
        "  test: 2 portraits of 2 people, 1 backgrounds",
        "  pixels: background 71.4%, hair 14.3%, face 14.3%",
    ]


def test_that_a_sample_was_counted_is_said() -> None:
    lines = list(summary_lines(summarise([facts(60, 80, background=50, hair=25, face=25)] * 2, POOLS)))
    assert lines[0].startswith("7 portraits of 60 x 80")
    assert "  pixels: background 50.0%, hair 25.0%, face 25.0% (measured on 2 of 7 portraits)" in lines


def test_a_class_that_is_never_seen_is_doubted_unless_it_may_be_unlabelled() -> None:
    bald = [facts(60, 80, background=50, face=50)]
    (line,) = [line for line in summary_lines(summarise(bald, POOLS)) if line.startswith("warning: ")]
    assert "no portrait shows hair" in line
    hair_only = [facts(60, 80, hair=50, unlabelled=50)]
    assert not any(line.startswith("warning: ") for line in summary_lines(summarise(hair_only, POOLS)))


def test_small_pools_are_doubted() -> None:
    alone = {**POOLS, "test": pool("eve", "eve")}
    assert "warning: the pool test shows one person alone" in "\n".join(summary_lines(summarise([], alone)))
    tiny = {**POOLS, "train": pool(*map(str, range(30))), "test": pool("eve", "fay")}
    many = [facts(60, 80, background=1, hair=1, face=1)] * 34
    said = [line for line in summary_lines(summarise(many, tiny)) if line.startswith("warning: ")]
    assert [line.split(" has ")[0] for line in said] == ["warning: the pool validation", "warning: the pool test"]


def test_nothing_at_all() -> None:
    assert next(iter(summary_lines(summarise([], {})))) == "0 portraits of 0 x 0 to 0 x 0 pixels"


def test_a_dry_run_says_it(portraits_dir: Path, negatives_dir: Path, tmp_path: Path, command: Command) -> None:
    sources = ("--source-dir", portraits_dir, "--negatives", negatives_dir)
    ran = command("build", "folder", *sources, "--data-dir", tmp_path, "--workers", 1, "--dry-run", "--no-check")
    assert ran.status == 0
    assert "15 portraits of 60 x 80 to 90 x 60 pixels" in ran.err
    assert "pixels: background " in ran.err


def test_a_photo_with_another_mask_and_other_bytes_is_the_same_photo(
    portraits_dir: Path, negatives_dir: Path, tmp_path: Path
) -> None:
    """Saved again without its metadata, beside a mask of another encoder: still nobody may be in two pools."""
    root = shutil.copytree(portraits_dir, tmp_path / "portraits")
    entries = {entry.id: entry.pool for entry in Folder.open(root).catalogue().entries}
    png = next(path for path in sorted((root / "images").glob("*.png")))
    for number in range(40):  # under the names of new people, until one lies in another pool
        name = f"{chr(97 + number % 26)}{'xyz'[number // 26]}copy_{number}.png"
        Image.open(png).save(root / "images" / name, compress_level=1 + number % 9)
        shutil.copy(root / "masks" / png.name, root / "masks" / name)
        mask = Image.open(root / "masks" / name)
        Image.fromarray(np.asarray(mask)).save(root / "masks" / name, compress_level=0)
        pools = {entry.id: entry.pool for entry in Folder.open(root).catalogue().entries}
        if pools[name.removesuffix(".png")] != entries[png.stem]:
            break
        (root / "images" / name).unlink()
        (root / "masks" / name).unlink()
    sources = Sources(Folder.open(root), PhotoFolder(negatives_dir))
    result = build(sources, BuildSettings(image_size=48), tmp_path / "data", BuildOptions(skip_bad=True, dry_run=True))
    assert len(result.skipped) == 1


def test_what_was_left_out_is_said() -> None:
    lines = list(summary_lines(summarise([], {}, left_out=["clip.mov: is no picture", "images: other files: 1 .txt"])))
    assert lines.index("left out: clip.mov: is no picture") + 1 == lines.index("left out: images: other files: 1 .txt")
