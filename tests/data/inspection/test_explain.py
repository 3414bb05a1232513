"""`explain`: what a record's recipe renders step by step is what is stored."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.errors import SourceError
from hairnet_data.dataset.codec import encode_image
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.inspection.preview import explain
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.command import Command
from tests.support.datasets import CopyOf, available, change_record
from tests.support.portraits import draw_head, in_colours, make_negatives, save_picture


@pytest.mark.parametrize("which", ["built_drawn", "built_folder", "built_lfw"])
def test_explain_renders_again_what_is_stored(which: str, request: pytest.FixtureRequest) -> None:
    dataset = request.getfixturevalue(which)
    folders: tuple[Path, ...] = ()
    if which == "built_folder":
        folders = (request.getfixturevalue("portraits_dir"), request.getfixturevalue("negatives_dir"))
    elif which == "built_lfw":
        folders = (request.getfixturevalue("lfw_dir"),)
    prepared, sources = open_prepared(dataset), available(dataset, *folders)
    image_format = prepared.metadata.identity.image_format
    kinds = set()
    for split in prepared.shards:
        for index in range(min(12, prepared.records(split))):
            record = prepared.record(split, index)
            recipe = Recipe.from_json(record["recipe"])  # type: ignore[arg-type]
            cells, missing = explain(prepared, sources, split, index)
            assert missing == []
            *_, last, stored = cells
            assert stored.title == "as stored"
            assert last.title[0].isdigit()
            assert last.mask is not None
            assert stored.mask is not None
            assert np.array_equal(last.mask, stored.mask), "bit for bit"
            assert encode_image(last.image, image_format) == record["image"], "before encoding too"
            if image_format == "png":
                assert np.array_equal(last.image, stored.image)
            titles = [cell.title for cell in cells]
            assert ("source" in titles) == (recipe.kind != "negative")
            assert titles.count("source") == len(recipe.portraits)
            assert sum("occluded by" in title for title in titles) == len(recipe.occluders)
            kinds.add((recipe.kind, bool(recipe.occluders)))
    alone_or_nobody = {(kind, occluded) for kind in ("portrait", "negative") for occluded in (False, True)}
    assert alone_or_nobody <= kinds, "portraits and negatives, occluded or not"
    assert which == "built_folder" or "group" in {kind for kind, _ in kinds}


def test_large_photos_are_shrunk_the_same_way(tmp_path: Path) -> None:
    folder = tmp_path / "large"
    (folder / "images").mkdir(parents=True)
    (folder / "classes.toml").write_text('[colours]\nbackground = "#0000ff"\nface = "#00ff00"\nhair = "#ff0000"\n')
    for number in range(5):
        photo, mask = draw_head(number, 700, 500)
        save_picture(folder / "images" / f"p{number}.png", photo)
        save_picture(folder / "masks" / f"p{number}.png", in_colours(mask))
    negatives = make_negatives(tmp_path / "negatives", 5)
    save_picture(negatives / "wide.png", Image.open(negatives / "wall_0.png").resize((900, 600)))
    policy = Policy(scale=(0.3, 3), negative_rate=0.2)
    settings = BuildSettings(image_size=40, train_examples=25, image_format="png", policy=policy)
    dataset = build(Sources(Folder.open(folder), PhotoFolder(negatives)), settings, tmp_path / "data").path
    prepared, sources = open_prepared(dataset), available(dataset, folder, negatives)
    for index in range(25):
        cells, _ = explain(prepared, sources, "train", index)
        assert np.array_equal(cells[-2].image, cells[-1].image)


def test_explain_names_what_is_missing(
    built_folder: Path, built_lfw: Path, portraits_dir: Path, negatives_dir: Path, command: Command
) -> None:
    prepared = open_prepared(built_folder)
    recipes = [Recipe.from_json(record["recipe"]) for record in prepared.read("train")]  # type: ignore[arg-type]
    index = next(k for k, recipe in enumerate(recipes) if recipe.kind == "portrait" and recipe.assets()[1])
    recipe = recipes[index]
    portrait = f"note: the portrait {recipe.source_id} is not available: give its folder with --source-dir"
    background_id = recipe.assets()[1][0].partition("@")[0]
    background = f"note: the background {background_id} is not available: give its folder with --negatives"
    for folders, expected in (
        ((), [portrait, background]),
        (("--source-dir", portraits_dir), [background]),
        (("--negatives", negatives_dir), [portrait]),
        (("--source-dir", portraits_dir, "--negatives", negatives_dir), []),
    ):
        ran = command("explain", built_folder, "train", index, *folders)
        assert (ran.status, ran.err) == (0, "")
        notes = [line for line in ran.out.splitlines() if line.startswith("note: ")]
        assert [note for note in notes if note in (portrait, background)] == expected
        assert ("1. warped" in ran.out) == (not notes)
        assert f"as stored: train {index}; " in ran.out
    # A negative of drawn backgrounds needs no portraits.
    lfw = [Recipe.from_json(record["recipe"]) for record in open_prepared(built_lfw).read("train")]  # type: ignore[arg-type]
    negative = next(k for k, recipe in enumerate(lfw) if recipe.kind == "negative")
    assert "1. crop of a background" in command("explain", built_lfw, "train", negative).out


def test_explain_draws_each_step(built_drawn: Path, tmp_path: Path, command: Command) -> None:
    for name in ("steps.png", "steps.html"):
        ran = command("explain", built_drawn, "test_occluded", 1, "--out", tmp_path / name)
        assert (ran.status, ran.err) == (0, "")
        lines = ran.out.splitlines()
        assert lines[0].startswith("source: test_0000")
        assert any(line.startswith("2. occluded by a") for line in lines)
        assert lines[-1] == str(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize(
    ("split", "index", "what"),
    [
        ("dev", "0", "SPLIT: no split named 'dev'; choose from train, validation, validation_negatives, test, "),
        ("train", "40", "INDEX: 40 is outside 0..39; train has no more"),
        ("train", "9999999999999999999999", "INDEX: 9999999999999999999999 is outside 0..39; "),
        ("train", "first", "Invalid value for 'INDEX'"),
    ],
)
def test_wrong_split_or_index(built_drawn: Path, command: Command, split: str, index: str, what: str) -> None:
    ran = command("explain", built_drawn, split, index)
    assert (ran.status, ran.out) == (2, "")
    (line,) = ran.error_lines
    assert line.startswith(f"hairnet-data: {what}")


def test_negative_index(built_drawn: Path, command: Command) -> None:
    ran = command("explain", built_drawn, "train", "--", "-1")
    assert (ran.status, len(ran.error_lines)) == (2, 1)
    assert "INDEX: -1 is outside 0..39" in ran.err


def test_folders_that_mean_nothing(built_drawn: Path, built_folder: Path, tmp_path: Path, command: Command) -> None:
    for option in ("--source-dir", "--negatives"):
        ran = command("explain", built_drawn, "train", 0, option, tmp_path)
        assert (ran.status, len(ran.error_lines)) == (2, 1)
        assert "are drawn; leave it out" in ran.err
    ran = command("explain", built_folder, "train", 0, "--source-dir", tmp_path / "none")
    assert (ran.status, len(ran.error_lines)) == (1, 1)


def test_a_changed_source(built_folder: Path, portraits_dir: Path, negatives_dir: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(portraits_dir, tmp_path / "changed")
    for photo in changed.glob("images/*"):
        other, _ = draw_head(777, *Image.open(photo).size)
        save_picture(photo, other)
    with pytest.raises(SourceError, match="has changed since the dataset was built; give the folder"):
        explain(open_prepared(built_folder), available(built_folder, changed, negatives_dir), "test", 0)


def test_another_drawing_is_refused(built_drawn: Path, copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch) -> None:
    from hairnet_data.sources.drawn import source as drawn

    monkeypatch.setattr(drawn, "VERSION", drawn.VERSION + 1)
    with pytest.raises(SourceError, match="this version draws other portraits than the dataset's; build it again"):
        available(built_drawn)


def test_a_recipe_that_is_not_the_records_is_seen(built_drawn: Path, copy_of: CopyOf) -> None:
    """The comparison above can fail."""
    dataset = copy_of(built_drawn)
    prepared = open_prepared(dataset)
    recipe = Recipe.from_json(prepared.record("validation", 0)["recipe"])  # type: ignore[arg-type]
    moved = replace(recipe, affine=replace(recipe.affine, shift=(0.02, 0.0)))
    change_record(dataset, "validation", 0, lambda record: record.update(recipe=moved.to_json().encode()))
    cells, _ = explain(open_prepared(dataset), available(dataset), "validation", 0)
    assert cells[-2].mask is not None
    assert cells[-1].mask is not None
    assert not np.array_equal(cells[-2].mask, cells[-1].mask)


def test_drawn_backgrounds_need_no_folder(built_lfw: Path, lfw_dir: Path) -> None:
    sources = available(built_lfw, lfw_dir)
    assert isinstance(sources.backgrounds, DrawnBackgrounds)
