"""Records compared with their source: masks, images, the share of the head that is hidden, and a changed source."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.dataset.codec import decode_image, decode_mask, encode_image, encode_mask
from hairnet_data.dataset.provenance import open_available_sources
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.recipes.recipe import asset_id
from hairnet_data.recipes.splits import EVALUATION_SPLITS
from hairnet_data.rendering.paint import shrink_background
from hairnet_data.rendering.renderer import render
from hairnet_data.rendering.subject import Subject
from tests.support.datasets import CopyOf, change_record, rewrite
from tests.support.portraits import draw_head, save_picture
from tests.support.verifying import (
    Features,
    first_index,
    id_of,
    lines_of,
    recipe_of,
    record_of,
    verify_all,
)


def test_recipe_of_another_example(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    index = first_index(dataset, "train", lambda record, recipe: recipe.kind == "portrait")
    recipe = recipe_of(dataset, "train", index)
    other = replace(recipe, affine=replace(recipe.affine, rotation=-recipe.affine.rotation))
    change_record(dataset, "train", index, lambda record: record.update(recipe=other.to_json().encode()))
    lines = lines_of(verify_all(dataset))
    assert all(line.startswith(f"train {index} ({id_of(dataset, 'train', index)}): ") for line in lines)
    assert any("its head is turned by" in line for line in lines)
    assert len(lines) == 2, "the turn of the head and the mask"


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("step", [-1, 1])
def test_a_mask_shifted_by_one_pixel(built_drawn: Path, copy_of: CopyOf, axis: int, step: int) -> None:
    dataset = copy_of(built_drawn)
    shifted = set()
    for split in ("train", "validation", "test_occluded"):
        index = first_index(dataset, split, lambda record, recipe: (decode_mask(record["mask"]) > 0).sum() > 300)
        mask = np.roll(decode_mask(record_of(dataset, split, index)["mask"]), step, axis)
        change_record(dataset, split, index, lambda record, mask=mask: record.update(mask=encode_mask(mask)))
        shifted.add(f"{split} {index} ({id_of(dataset, split, index)})")
    assert {line.split(":")[0] for line in lines_of(verify_all(dataset))} == shifted


def test_one_wrong_pixel_inside_a_class(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    mask = decode_mask(record_of(dataset, "validation", 0)["mask"]).copy()
    inside = np.lib.stride_tricks.sliding_window_view(mask, (7, 7)).reshape(58, 58, 49)
    row, column = np.argwhere(inside.min(axis=2) == inside.max(axis=2))[0] + 3
    mask[row, column] = (mask[row, column] + 1) % 3
    change_record(dataset, "validation", 0, lambda record: record.update(mask=encode_mask(mask)))
    (line,) = lines_of(verify_all(dataset))
    assert re.match(rf"validation 0 \({id_of(dataset, 'validation', 0)}\): ", line)


def test_images_of_two_records_swapped(
    built_drawn: Path, built_folder: Path, portraits_dir: Path, negatives_dir: Path, copy_of: CopyOf
) -> None:
    for built, folders in ((built_drawn, ()), (built_folder, (portraits_dir, negatives_dir))):
        dataset = copy_of(built)

        def swap(records: list[Features]) -> None:
            records[0]["image"], records[1]["image"] = records[1]["image"], records[0]["image"]

        rewrite(dataset, "train", swap)
        lines = lines_of(verify_all(dataset, *folders))
        assert [line.split(":")[0] for line in lines] == [f"train {k} ({id_of(dataset, 'train', k)})" for k in (0, 1)]
        assert all("image is not its recipe's" in line for line in lines)


def test_images_are_compared_loosely_with_other_libraries(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    file = dataset / "metadata.json"
    metadata = json.loads(file.read_text())
    metadata["libraries"]["opencv"] = "4.0.0"
    file.write_text(json.dumps(metadata))

    def brighten(record: Features) -> None:
        image = decode_image(record["image"])
        record["image"] = encode_image(np.clip(image.astype(int) + 1, 0, 255).astype(np.uint8), "jpeg")

    change_record(dataset, "train", 0, brighten)
    assert lines_of(verify_all(dataset)) == []
    change_record(dataset, "train", 1, lambda r: r.update(image=record_of(dataset, "train", 2)["image"]))
    (line,) = lines_of(verify_all(dataset))
    assert line.startswith(f"train 1 ({id_of(dataset, 'train', 1)}): its image is off its recipe's by")


def test_a_changed_or_missing_source_file(
    built_folder: Path, portraits_dir: Path, negatives_dir: Path, tmp_path: Path
) -> None:
    portraits = shutil.copytree(portraits_dir, tmp_path / "portraits")
    shown = id_of(built_folder, "test", 0)
    (photo,) = (portraits / "images").glob(f"{shown}.*")
    other, _ = draw_head(12345, *Image.open(photo).size)
    save_picture(photo, other)
    lines = lines_of(verify_all(built_folder, portraits, negatives_dir))
    assert f"test 0 ({shown}): {shown} has changed since the dataset was built" in lines
    photo.unlink()
    (portraits / "masks" / f"{shown}.png").unlink()
    lines = lines_of(verify_all(built_folder, portraits, negatives_dir))
    assert f"test 0 ({shown}): {shown} is not in the given source" in lines
    negatives = shutil.copytree(negatives_dir, tmp_path / "negatives")
    index = first_index(built_folder, "train", lambda record, recipe: recipe.kind == "negative")
    id = id_of(built_folder, "train", index)
    (negatives / id).unlink()
    lines = lines_of(verify_all(built_folder, portraits_dir, negatives))
    assert f"train {index} ({id}): {id} is not in the given source" in lines


def test_a_missing_photo_of_lfw(built_lfw: Path, lfw_dir: Path, tmp_path: Path) -> None:
    extracted = tmp_path / "extracted"
    extracted.mkdir()
    for archive in lfw_dir.glob("*.tgz"):
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():  # extractall(filter=...) came with 3.11.4
                tar.extract(member, extracted)
    for listed in lfw_dir.glob("*.txt"):
        shutil.copy(listed, extracted)
    assert lines_of(verify_all(built_lfw, extracted)) == []
    (extracted / "lfw_funneled" / "Ed_Elm" / "Ed_Elm_0001.jpg").unlink()
    lines = lines_of(verify_all(built_lfw, extracted))
    index = first_index(built_lfw, "validation", lambda record, recipe: recipe.source_id == "Ed_Elm_0001")
    assert lines == [f"validation {index} (Ed_Elm_0001): Ed_Elm_0001 is not in the given source"]


@pytest.mark.parametrize(("factor", "hint"), [(1.0, None), (0.4, "less"), (3.0, "more")])
def test_an_occluder_that_hides_too_little_or_too_much(
    built_drawn: Path, copy_of: CopyOf, factor: float, hint: str | None
) -> None:
    """Image and mask are those of the recipe: only the share that the split promises is missed."""
    (least, most) = next(split.policy.cover for split in EVALUATION_SPLITS if split.name == "test_occluded")
    assert (least, most) == (0.2, 0.5)
    dataset = copy_of(built_drawn)
    prepared = open_prepared(dataset)
    available = open_available_sources(prepared, None, None, dataset)
    recipe = recipe_of(dataset, "test_occluded", 0)
    (occluder,) = recipe.occluders
    centre = np.mean(occluder.outline, axis=0)
    outline = tuple((x, y) for x, y in (centre + factor * (np.array(occluder.outline) - centre)).round(6).tolist())
    resized = replace(recipe, occluders=(replace(occluder, outline=outline),))
    assert available.portraits
    assert available.backgrounds
    portrait = available.portraits.load(asset_id(recipe.portrait))
    backgrounds = {name: available.backgrounds.load(asset_id(name)) for name in recipe.assets()[1]}
    image, mask = render(resized, Subject(portrait), lambda name: shrink_background(backgrounds[name], recipe.size))
    changes = {"recipe": resized.to_json().encode(), "image": encode_image(image, "jpeg"), "mask": encode_mask(mask)}
    change_record(dataset, "test_occluded", 0, lambda record: record.update(changes))
    lines = lines_of(verify_all(dataset))
    if hint is None:
        assert lines == []
        return
    (line,) = lines
    where = re.escape(f"test_occluded 0 ({recipe.source_id})")
    match = re.fullmatch(rf"{where}: its occluder hides (\d+)% of the head, not 20-50 %", line)
    assert match, line
    assert int(match[1]) < 20 if hint == "less" else int(match[1]) > 50


@pytest.mark.parametrize("libraries", ["the same", "others"])
def test_another_version_is_the_cause_and_said_once(built_drawn: Path, copy_of: CopyOf, libraries: str) -> None:
    dataset = copy_of(built_drawn)
    file = dataset / "metadata.json"
    metadata = json.loads(file.read_text())
    metadata["program"] = "0.0.9"
    if libraries == "others":
        metadata["libraries"]["opencv"] = "4.0.0"
    file.write_text(json.dumps(metadata))
    assert not verify_all(dataset).findings, "the pictures are the same: nothing is wrong"

    def exchange(records: list[Features]) -> list[Features]:
        return [
            {**record, "image": other["image"]}
            for record, other in zip(records, records[1:] + records[:1], strict=True)
        ]

    rewrite(dataset, "train", exchange)
    lines = list(verify_all(dataset).lines())
    assert len(lines) == 1, lines
    assert lines[0].startswith("40 alike (train 0, train 1, train 2 and 37 more), the first: train 0 (")
    assert "drawn by renderer 1.6.0 of hairnet 0.0.9, and this is renderer 1.6.0 of hairnet 0.1.0" in lines[0]
