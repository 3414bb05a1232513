"""`verify`: sound datasets, the promises of splits and pools, and the command."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.recipes.splits import EVALUATION_SPLITS
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.command import Command
from tests.support.datasets import CopyOf, change_record, evaluation_counts, rewrite
from tests.support.portraits import draw_head, in_colours, save_picture
from tests.support.verifying import (
    Features,
    first_index,
    id_of,
    lines_of,
    recipe_of,
    record_of,
    verify_all,
    verify_records,
)

TOTAL = 40 + sum(evaluation_counts({"validation": 3, "test": 3}, {"validation": 2, "test": 2}).values())
"""Examples of `built_drawn`."""


def test_drawn_is_sound_and_wholly_compared(built_drawn: Path) -> None:
    report = verify_all(built_drawn, workers=1)  # by two processes: `test_command`
    assert lines_of(report) == []
    assert report.records == TOTAL
    assert (report.masks, report.images) == (report.records, report.records)
    assert report.notes == []


def test_own_photos_are_sound_with_and_without_their_folders(
    built_folder: Path, portraits_dir: Path, negatives_dir: Path
) -> None:
    both = verify_all(built_folder, portraits_dir, negatives_dir)
    assert lines_of(both) == []
    assert both.masks == both.images == both.records > 30
    assert both.notes == []
    neither = verify_all(built_folder)
    assert lines_of(neither) == []
    assert (neither.masks, neither.images) == (0, 0)
    assert neither.notes == ["masks were not compared: give the portraits' folder with --source-dir"]
    one = verify_all(built_folder, portraits_dir)
    assert lines_of(one) == []
    assert one.masks == one.records
    assert 0 < one.images < one.records
    left = one.records - one.images
    assert one.notes == [f"{left} images show backgrounds and were not compared: give their folder with --negatives"]


def test_lfw_is_sound_and_says_that_people_are_shared(built_lfw: Path, lfw_dir: Path, tmp_path: Path) -> None:
    report = verify_all(built_lfw, lfw_dir)
    assert lines_of(report) == []
    assert report.masks == report.images == report.records
    (note,) = report.notes
    assert "some people in more than one pool" in note
    apart = LfwParts.open(lfw_dir, tmp_path / "unpacked", "person")
    settings = BuildSettings(image_size=40, train_examples=20)
    other = build(Sources(apart, DrawnBackgrounds(2, 1, 1, size=32)), settings, tmp_path)
    report = verify_all(other.path, lfw_dir)
    assert (lines_of(report), report.notes) == ([], [])


def test_left_out_portraits_are_noted(portraits_dir: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(portraits_dir, tmp_path / "broken")
    (broken / "images" / "bb_1.png").write_bytes(b"no picture")
    (broken / "images" / "dd_0.jpg").write_bytes(b"no picture")
    settings = BuildSettings(image_size=40, train_examples=20)
    backgrounds = DrawnBackgrounds(2, 1, 1, size=32)
    result = build(Sources(Folder.open(broken), backgrounds), settings, tmp_path / "data", BuildOptions(skip_bad=True))
    assert len(result.skipped) == 2
    assert open_prepared(result.path).metadata.skipped == 2
    report = verify_all(result.path, broken)
    assert lines_of(report) == []
    assert report.notes == ["2 faulty portraits or backgrounds were left out when it was built"]


def test_a_portrait_twice_where_each_is_promised_once(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)

    def twice(records: list[Features]) -> list[Features]:
        other = replace(Recipe.from_json(records[0]["recipe"]), index=1)
        return [records[0], {**records[0], "index": 1, "recipe": other.to_json().encode()}, *records[2:]]

    rewrite(dataset, "validation", twice)
    lines = lines_of(verify_records(dataset))
    assert lines == ["validation: shows 2 portraits in 3 examples, each was to be shown once"]


def test_a_person_in_two_pools(built_folder: Path, built_lfw: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_folder)
    index = first_index(dataset, "train", lambda record, recipe: recipe.kind == "portrait")
    person = record_of(dataset, "train", index)["person"]
    change_record(dataset, "test", 0, lambda record: record.update(person=person, people=[person]))
    assert f"test ({person.decode()}): this person is in the pool train too" in lines_of(verify_records(dataset))
    dataset = copy_of(built_lfw)
    change_record(dataset, "test", 0, lambda record: record.update(person=b"Bob_Birch", people=[b"Bob_Birch"]))
    assert lines_of(verify_records(dataset)) == [], "the public lists promise nothing of the kind"


def test_a_companion_in_two_pools(built_drawn: Path, built_folder: Path, copy_of: CopyOf) -> None:
    """Those beside the main portrait count as it does: by their person, and by their portrait."""
    dataset = copy_of(built_drawn)
    group = first_index(dataset, "test_group", lambda record, recipe: recipe.kind == "group")
    trained_on = first_index(dataset, "train", lambda record, recipe: recipe.kind == "portrait")
    portrait, id = recipe_of(dataset, "train", trained_on).portrait, id_of(dataset, "train", trained_on)
    recipe = recipe_of(dataset, "test_group", group)
    companions = (replace(recipe.companions[0], portrait=portrait), *recipe.companions[1:])
    leaking = replace(recipe, companions=companions)
    changed = {"recipe": leaking.to_json().encode(), "source_ids": [text.encode() for text in leaking.source_ids]}
    change_record(dataset, "test_group", group, lambda record: record.update(changed))
    said = lines_of(verify_records(dataset))
    assert any(id in line and "is in the pool train too" in line for line in said), said


def test_portraits_backgrounds_and_content_in_two_pools(built_folder: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_folder)
    index = first_index(dataset, "train", lambda record, recipe: recipe.kind == "portrait")
    trained_on = recipe_of(dataset, "train", index)

    def swap_portrait(record: Features) -> None:
        recipe = replace(Recipe.from_json(record["recipe"]), portrait=trained_on.portrait)
        record.update(recipe=recipe.to_json().encode(), source_id=recipe.source_id.encode())

    change_record(dataset, "test", 0, swap_portrait)
    lines = lines_of(verify_records(dataset))
    assert f"test ({trained_on.source_id}): this portrait is in the pool train too" in lines
    assert f"test ({trained_on.portrait.partition('@')[2]}): this picture is in the pool train too" in lines


def test_rates_that_do_not_hold(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    file = dataset / "metadata.json"
    values = json.loads(file.read_text())
    train = values["splits"]["train"]
    n, o = train["negative"], train["occluded"]
    for change, what in (
        ({"policy": {**train["policy"], "negative_rate": 0.99}}, f"train: {n} of 40 are negative, the policy says 99%"),
        ({"policy": {**train["policy"], "occlude_rate": 0}}, f"train: {o} of 40 are occluded, the policy says 0%"),
        ({"negative": n + 1}, f"train: {n} are negative, the metadata says {n + 1}"),
        ({"examples": 41}, "train: has 40 sound records, 41 were promised"),
    ):
        file.write_text(json.dumps({**values, "splits": {**values["splits"], "train": {**train, **change}}}))
        assert lines_of(verify_records(dataset)) == [what]


def test_classes_that_never_appear(tmp_path: Path) -> None:
    folder = tmp_path / "bald"
    (folder / "images").mkdir(parents=True)
    (folder / "classes.toml").write_text('[colours]\nbackground = "#0000ff"\nface = "#00ff00"\nhair = "#ff0000"\n')
    for number in range(8):
        photo, mask = draw_head(number, 40, 40)
        mask[mask == 1] = 2
        save_picture(folder / "images" / f"p{number}.png", photo)
        save_picture(folder / "masks" / f"p{number}.png", in_colours(mask))
    sources = Sources(Folder.open(folder), DrawnBackgrounds(2, 1, 1, size=32))
    dataset = build(sources, BuildSettings(image_size=40, train_examples=60), tmp_path / "data").path
    assert lines_of(verify_records(dataset)) == ["train: no portrait shows any hair"]


def test_command(built_drawn: Path, copy_of: CopyOf, command: Command) -> None:
    ran = command("verify", built_drawn, "--workers", 1)
    assert ran.status == 0
    assert ran.out == (
        f"sound: {TOTAL} records read, {TOTAL} masks compared with the reference's, "
        f"{TOTAL} images with their recipes'\n"
    )
    dataset = copy_of(built_drawn)
    change_record(dataset, "train", 3, lambda record: record.update(index=8))
    ran = command("verify", dataset, "--workers", 1)
    assert ran.status == 1
    id = id_of(built_drawn, "train", 3)
    assert ran.out.splitlines()[0] == f"train 3 ({id}): its index is 8, not 3"
    assert ran.out.splitlines()[1].startswith(f"1 findings: {TOTAL} records read")
    ran = command("verify", dataset, "--workers", 2, "--json")
    assert ran.status == 1
    assert ran.err == ""
    assert json.loads(ran.out) == {
        "shards_with_their_sum": 1 + len(EVALUATION_SPLITS),
        "records": TOTAL,
        "masks_compared": TOTAL,
        "images_compared": TOTAL,
        "notes": [],
        "findings": [{"split": "train", "index": 3, "id": id, "what": "its index is 8, not 3"}],
    }


def test_json_of_a_sound_one(built_lfw: Path, lfw_dir: Path, command: Command) -> None:
    ran = command("verify", built_lfw, "--source-dir", lfw_dir, "--json", "--workers", 1)
    assert (ran.status, ran.err) == (0, "")
    report = json.loads(ran.out)
    assert report["findings"] == []
    assert len(report["notes"]) == 1
