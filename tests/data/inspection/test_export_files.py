"""A prepared dataset as files: what was stored, under names that the source `folder` reads back."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_data.core.head.pose import to_numbers
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from hairnet_data.dataset.codec import decode_image, decode_mask
from hairnet_data.dataset.example_columns import COLUMNS
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.inspection.export_files import export, file_stem
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from tests.support.command import Command
from tests.support.datasets import CopyOf, change_record, digests, files_below


def table(out: Path) -> list[dict[str, str]]:
    with open(out / "recipes.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("which", ["built_lfw", "built_folder", "built_drawn"])
def test_the_round_trip(which: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Every portrait and group returns through the source `folder`, bit for bit, with its person; negatives beside."""
    prepared = open_prepared(request.getfixturevalue(which))
    out = tmp_path / "out"
    assert export(prepared, out) == sum(prepared.records(split) for split in prepared.shards)
    rows = {(row["split"], int(row["index"])): row for row in table(out)}
    source = Folder.open(out)
    catalogue = source.catalogue()
    assert catalogue.errors == ()
    entries = {entry.id: entry for entry in catalogue.entries}
    backgrounds = {entry.id for entry in PhotoFolder(out / "negatives").catalogue().entries}
    seen = 0
    people: dict[str, str] = {}
    for split in prepared.shards:
        for record in prepared.read(split):
            row = rows[split, int(record["index"])]
            id = row["image"].partition("/")[2].rpartition(".")[0]
            image, mask = decode_image(bytes(record["image"])), decode_mask(bytes(record["mask"]))
            if record["kind"] != b"negative":
                portrait = source.load(id)
                np.testing.assert_array_equal(portrait.image, image)
                np.testing.assert_array_equal(portrait.mask, mask)
                np.testing.assert_array_equal(np.float32(to_numbers(portrait.pose)), np.float32(record["pose"]))
                assert people.setdefault(entries[id].person, row["person"]) == row["person"]
                assert row["person"] == record["person"].decode()
                seen += 1
            else:
                assert any(row["image"].endswith(background) or background.endswith(id) for background in backgrounds)
                np.testing.assert_array_equal(read_mask(out / row["mask"]).indices, mask)
            assert read_photo(out / row["image"]).shape == image.shape
    assert seen == len(entries)
    assert len(people) == len(set(people.values())) > 3  # one person, one name


def test_files_are_the_stored_bytes_and_lines_the_recipes(built_lfw: Path, tmp_path: Path) -> None:
    prepared = open_prepared(built_lfw)
    export(prepared, tmp_path / "out", ["train", "test_occluded"])
    rows = table(tmp_path / "out")
    assert list(rows[0]) == ["image", "mask", *COLUMNS]
    records = [*prepared.read("train"), *prepared.read("test_occluded")]
    assert len(rows) == len(records) == len({row["image"] for row in rows})
    for row, record in zip(rows, records, strict=True):
        assert (tmp_path / "out" / row["image"]).read_bytes() == record["image"]
        assert (tmp_path / "out" / row["mask"]).read_bytes() == record["mask"]
        recipe = Recipe.from_json(row["recipe"])
        assert row["recipe"].encode() == record["recipe"]
        assert (row["split"], int(row["index"]), row["kind"]) == (recipe.split, recipe.index, recipe.kind)
        assert (float(row["scale"]), float(row["right"])) == (recipe.affine.scale, recipe.affine.shift[0])
        assert int(row["occluders"]) == len(recipe.occluders) == len(row["shapes"].split())
        assert (row["yaw"], row["head_size"]) == ("", "")
        assert json.loads(row["mirror"]) is (recipe.negative or recipe.affine).mirror
    assert {row["kind"] for row in rows} == {"portrait", "negative"}


def test_the_table_has_the_poses(built_drawn: Path, tmp_path: Path) -> None:
    export(open_prepared(built_drawn), tmp_path / "out", ["train"])
    known = 0
    for row, record in zip(table(tmp_path / "out"), open_prepared(built_drawn).read("train"), strict=True):
        numbers = [float(row[name] or "nan") for name in ("yaw", "pitch", "roll", "head_x", "head_y", "head_size")]
        np.testing.assert_allclose(numbers, np.array(record["pose"]), rtol=1e-5, atol=1e-5)
        known += row["yaw"] != ""
    assert 0 < known < 40
    lines = (tmp_path / "out" / "poses.csv").read_text().splitlines()
    assert len(lines) == known + 1
    assert max(map(len, lines)) < 100


def test_a_dataset_is_built_from_it(built_lfw: Path, tmp_path: Path) -> None:
    export(open_prepared(built_lfw), tmp_path / "out", ["train"])
    sources = Sources(Folder.open(tmp_path / "out"), PhotoFolder(tmp_path / "out" / "negatives"))
    result = build(
        sources, BuildSettings(image_size=64, train_examples=6), tmp_path / "data", BuildOptions(name="again")
    )
    assert result.skipped == ()
    shown = [record["person"].decode() for record in open_prepared(result.path).read("train")]
    assert set(shown) <= {"", "Ann_Ash", "Bob_Birch", "Cy_Cedar", "Di_Dogwood"}


def test_single_records(built_lfw: Path, tmp_path: Path, command: Command) -> None:
    out = tmp_path / "out"
    ran = command("export", built_lfw, "--split", "test_occluded", "--index", 0, "--index", 2, "--out", out)
    assert (ran.status, ran.out) == (0, f"{out}\n"), ran.err
    assert [(row["split"], row["index"]) for row in table(out)] == [("test_occluded", "0"), ("test_occluded", "2")]
    assert len(os.listdir(out / "images")) == len(os.listdir(out / "masks")) == 2
    assert not (out / "negatives").exists()
    record = open_prepared(built_lfw).record("test_occluded", 2)
    assert (out / table(out)[1]["image"]).read_bytes() == record["image"]


def test_wrong_names_are_one_line(built_lfw: Path, tmp_path: Path, command: Command) -> None:
    for arguments, message in (
        (("--split", "tset"), "no split named 'tset'"),
        (("--split", "test", "--index", 99999), "99999 is outside"),
        (("--index", 0), "counts within one split"),
    ):
        ran = command("export", built_lfw, *arguments, "--out", tmp_path / "out", "--quiet")
        assert (ran.status, len(ran.error_lines)) == (2, 1)
        assert message in ran.err
    assert not list(tmp_path.iterdir())


def test_nothing_but_an_earlier_export_is_replaced(built_lfw: Path, tmp_path: Path, command: Command) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    for flags in ((), ("--overwrite",)):
        ran = command("export", built_lfw, "--split", "test", "--out", mine, "--quiet", *flags)
        assert (ran.status, len(ran.error_lines)) == (1, 1)
        assert "is there already" in ran.err
    assert files_below(mine) == ["letter.txt"]
    out = tmp_path / "out"
    out.mkdir()
    assert command("export", built_lfw, "--split", "test", "--out", out).status == 0
    before = digests(out)
    assert command("export", built_lfw, "--split", "train", "--out", out).status == 1
    assert digests(out) == before
    assert command("export", built_lfw, "--split", "train", "--out", out, "--overwrite").status == 0
    assert {row["split"] for row in table(out)} == {"train"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "out"]


def test_a_damaged_dataset_leaves_nothing_behind(built_lfw: Path, tmp_path: Path, copy_of: CopyOf) -> None:
    damaged = copy_of(built_lfw)
    change_record(damaged, "test", 2, lambda record: record.update(mask=b"no picture"))
    with pytest.raises(DatasetError, match="test 2: has no mask"):
        export(open_prepared(damaged), tmp_path / "out", ["test"])
    change_record(damaged, "test", 1, lambda record: record.update(recipe="{}"))
    with pytest.raises(DatasetError, match="is damaged"):
        export(open_prepared(damaged), tmp_path / "out", ["test"])
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_progress_and_indices_of_several_splits(built_lfw: Path, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    prepared = open_prepared(built_lfw)
    export(prepared, tmp_path / "out", ["train"], progress=lambda *step: steps.append(step))
    assert (steps[0], steps[-1]) == (("exporting", 0, 40), ("exporting", 40, 40))
    with pytest.raises(UsageError):
        export(prepared, tmp_path / "more", ["train", "test"], [0])


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
@example("../../etc/passwd")
@example("trip/carl 1")
@example("é" * 200)
def test_any_person_makes_a_name(person: str) -> None:
    stem = file_stem("test_shifted", 7, person)
    assert stem.startswith("test_shifted-00007_")
    assert len(stem.encode()) < 200
    assert not set(stem) & set('/\\:*?"<>|\0 \n')
    assert file_stem("train", 7, person + "x") != file_stem("train", 7, person)
