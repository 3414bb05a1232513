"""`verify`: a sound dataset is sound, and each kind of damage is found where it is."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.records.example import parse
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.dataset.checksums import SUMS
from hairnet_data.dataset.codec import decode_image, decode_mask, encode_image, encode_mask
from hairnet_data.dataset.provenance import AvailableSources, open_available_sources
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_data.verify.dataset_checks import Report, verify
from hairnet_data.verify.record_checks import Finding
from tests.support.command import Command
from tests.support.datasets import CopyOf, change_record, rewrite
from tests.support.portraits import draw_head, in_colours, save_picture

Features = dict[str, Any]


def check(dataset: Path, source_dir: Path | None = None, negatives: Path | None = None, workers: int = 1) -> Report:
    """Runs `verify` with what is at hand: drawn sources always are."""
    prepared = open_prepared(dataset)
    available = open_available_sources(prepared, source_dir, negatives, dataset.parents[2] / "downloads")
    with WorkerPool(workers) as executor:
        return verify(prepared, available, executor, lambda what, done, total: None)


def glance(dataset: Path) -> Report:
    """Runs `verify` on the records alone: quicker where what is drawn need not be drawn again."""
    with WorkerPool(1) as executor:
        return verify(open_prepared(dataset), AvailableSources(None, None), executor, lambda what, done, total: None)


def said(report: Report) -> list[str]:
    return [str(finding) for finding in report.findings]


def record_of(dataset: Path, split: str, index: int) -> Features:
    return open_prepared(dataset).record(split, index)


def first(dataset: Path, split: str, wanted: Callable[[Features, Recipe], object]) -> int:
    """The index of the first record of a kind."""
    for index, record in enumerate(open_prepared(dataset).read(split)):
        if wanted(dict(record), Recipe.from_json(record["recipe"])):  # type: ignore[arg-type]
            return index
    raise AssertionError("there is none of that kind")


def id_of(dataset: Path, split: str, index: int) -> str:
    return bytes(record_of(dataset, split, index)["source_id"]).decode()


# ---------------------------------------------------------------------------------------------------- sound


def test_drawn_is_sound_and_wholly_compared(built_drawn: Path) -> None:
    for workers in (1, 2):
        report = check(built_drawn, workers=workers)
        assert said(report) == []
        assert report.records == 40 + 3 + 4 * 3 + 4
        assert (report.masks, report.images) == (report.records, report.records)
        assert report.notes == []


def test_own_photos_are_sound_with_and_without_their_folders(
    built_folder: Path, portraits_dir: Path, negatives_dir: Path
) -> None:
    both = check(built_folder, portraits_dir, negatives_dir)
    assert said(both) == []
    assert both.masks == both.images == both.records > 30
    assert both.notes == []
    neither = check(built_folder)
    assert said(neither) == []
    assert (neither.masks, neither.images) == (0, 0)
    assert neither.notes == ["masks were not compared: give the portraits' folder with --source-dir"]
    one = check(built_folder, portraits_dir)
    assert said(one) == []
    assert one.masks == one.records
    assert 0 < one.images < one.records
    left = one.records - one.images
    assert one.notes == [f"{left} images show backgrounds and were not compared: give their folder with --negatives"]


def test_lfw_is_sound_and_says_that_people_are_shared(built_lfw: Path, lfw_dir: Path, tmp_path: Path) -> None:
    report = check(built_lfw, lfw_dir)
    assert said(report) == []
    assert report.masks == report.images == report.records
    (note,) = report.notes
    assert "some people in more than one pool" in note
    apart = LfwParts.open(lfw_dir, tmp_path / "unpacked", "person")
    settings = BuildSettings(image_size=40, train_examples=20)
    other = build(Sources(apart, DrawnBackgrounds(2, 1, 1, size=32)), settings, tmp_path)
    report = check(other.path, lfw_dir)
    assert (said(report), report.notes) == ([], [])


def test_left_out_portraits_are_noted(portraits_dir: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(portraits_dir, tmp_path / "broken")
    (broken / "images" / "bb_1.png").write_bytes(b"no picture")
    (broken / "images" / "dd_0.jpg").write_bytes(b"no picture")
    settings = BuildSettings(image_size=40, train_examples=20)
    ground = DrawnBackgrounds(2, 1, 1, size=32)
    outcome = build(Sources(Folder.open(broken), ground), settings, tmp_path / "data", BuildOptions(skip_bad=True))
    assert outcome.skipped == 2
    assert open_prepared(outcome.path).metadata.skipped == 2
    report = check(outcome.path, broken)
    assert said(report) == []
    assert report.notes == ["2 faulty portraits or backgrounds were left out when it was built"]


# ------------------------------------------------------------------------------------------ damage of files


def the_shard(dataset: Path, split: str) -> Path:
    (path,) = dataset.glob(f"*-{split}.tfrecord-*")
    return path


def test_a_flipped_byte(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = the_shard(dataset, "train")
    data = bytearray(shard.read_bytes())
    records = unframe(bytes(data))
    before = sum(len(record) + 16 for record in records[:7])
    data[before + 12 + records[7].index(b"\xff\xd8\xff") + 200] ^= 4
    shard.write_bytes(data)
    report = check(dataset)
    assert report.records == 40 + 19 - 1, "the others are read all the same"
    place, whole, *others = said(report)
    assert whole == f"train ({shard.name}): its SHA-256 is not the one it was made with"
    assert place == "train: has 39 sound records, 40 were promised"
    id = id_of(built_drawn, "train", 7)
    assert others[0].startswith(f"train 7 ({id}): its bytes are damaged or cut off: a checksum does not fit")
    assert all(finding.startswith("train") for finding in others)


def test_every_byte_of_a_shard_counts(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = the_shard(dataset, "validation")
    sound = shard.read_bytes()
    rng = np.random.default_rng(1)
    for at in [0, 3, 9, 11, 12, len(sound) - 1, *rng.integers(0, len(sound), 25).tolist()]:
        data = bytearray(sound)
        data[at] ^= 1 << int(rng.integers(8))
        shard.write_bytes(data)
        findings = glance(dataset).findings
        assert any(f.split == "validation" and "checksum" in f.what for f in findings), at
        assert any(f.split == "validation" and "SHA-256" in f.what for f in findings), at
        assert {f.split for f in findings} == {"validation"}


@pytest.mark.parametrize("left", [0, 5, 1000, -1, -300])
def test_a_truncated_shard(built_drawn: Path, copy_of: CopyOf, left: int) -> None:
    dataset = copy_of(built_drawn)
    shard = the_shard(dataset, "train")
    data = shard.read_bytes()
    sizes = [len(record) + 16 for record in unframe(data)]
    cut = data[:left]
    shard.write_bytes(cut)
    whole = next(k for k in range(41) if sum(sizes[: k + 1]) > len(cut))
    findings = glance(dataset).findings
    assert any(f.split == "train" and f.index == whole for f in findings), said(glance(dataset))
    assert Finding("train", -1, "", f"has {whole} sound records, 40 were promised") in findings


def test_a_missing_shard(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    the_shard(dataset, "test_rotated").unlink()
    lines = said(glance(dataset))
    assert any(
        line.startswith("test_rotated 0: its shard cannot be read (No such file or directory)") for line in lines
    )
    assert all(line.startswith("test_rotated") for line in lines)


def test_sums_are_checked_first(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    assert subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=dataset, check=False).returncode == 0
    assert glance(dataset).sums == 7
    told: list[str] = []
    with WorkerPool(1) as executor:
        verify(
            open_prepared(dataset), AvailableSources(None, None), executor, lambda what, done, total: told.append(what)
        )
    assert list(dict.fromkeys(told)) == ["checking sums", "verifying"]
    # Records that are sound in themselves, and still not those that were made.
    sums = (dataset / SUMS).read_text()
    rewrite(dataset, "test", lambda records: [{**record, "person": b""} for record in records])
    (dataset / SUMS).write_text(sums)
    name = the_shard(dataset, "test").name
    report = glance(dataset)
    assert said(report) == [f"test ({name}): its SHA-256 is not the one it was made with"]
    assert report.sums == 6


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (None, "SHA256SUMS: is missing"),
        (lambda text: text.replace("  ", " "), "SHA256SUMS: line 1 is no SHA-256 sum and name"),
        (
            lambda text: text[text.index("\n") + 1 :],
            "train (hairnet_synthetic-train.tfrecord-00000-of-00001): ",
        ),
        (lambda text: "\0" + text, "SHA256SUMS: line 1 is no"),
    ],
)
def test_sums_that_are_none(built_drawn: Path, copy_of: CopyOf, change: Any, finding: str) -> None:
    dataset = copy_of(built_drawn)
    if change:
        (dataset / SUMS).write_text(change((dataset / SUMS).read_text()))
    else:
        (dataset / SUMS).unlink()
    (line,) = said(glance(dataset))
    assert line.startswith(finding)


# ---------------------------------------------------------------------------------------- damage of records


def png(pixels: Any, mode: str | None = None, palette: list[int] | None = None, **options: Any) -> bytes:
    picture = Image.fromarray(pixels)
    if palette is not None:
        picture = picture.copy()
        picture.putpalette(palette)
    buffer = io.BytesIO()
    (picture.convert(mode) if mode else picture).save(buffer, "PNG", **options)
    return buffer.getvalue()


def test_wrong_pictures(built_drawn: Path, copy_of: CopyOf) -> None:
    """Everything that TFDS passes unseen."""
    image = decode_image(record_of(built_drawn, "train", 5)["image"])
    mask = decode_mask(record_of(built_drawn, "train", 5)["mask"])
    large, jpeg = np.zeros((65, 64, 3), np.uint8), encode_image(image, "jpeg")
    strange = mask.copy()
    strange[3, 4] = 77
    id = id_of(built_drawn, "train", 5)
    damages: list[tuple[str, bytes, str]] = [
        ("image", encode_image(large, "jpeg"), "its image is 64x65, not 64x64"),
        ("image", encode_image(image, "png"), "its image is no JPEG"),
        ("image", b"", "its image is no JPEG"),
        ("image", b"GIF89a", "its image is no JPEG"),
        ("image", jpeg[: len(jpeg) // 2], "its image ends early"),
        ("image", jpeg[:300] + b"\xff\xd9", "its image"),
        ("mask", png(mask, palette=[0, 0, 0, 255, 0, 0, 0, 255, 0]), "its mask is a PNG of colour type 3 with"),
        ("mask", png(mask, "RGB"), "its mask is a PNG of colour type 2 with 8 bits, not 8-bit grey"),
        ("mask", png(mask, "LA"), "its mask is a PNG of colour type 4"),
        ("mask", png(mask.astype(np.uint16)), "its mask is a PNG of colour type 0 with 16 bits"),
        ("mask", encode_mask(mask[:-1]), "its mask is 64x63, not 64x64"),
        ("mask", encode_mask(strange), "its mask has class 77"),
        ("mask", encode_image(image, "jpeg"), "its mask is no PNG"),
        ("mask", encode_mask(mask)[:60], "its mask is broken"),
        ("mask", encode_mask(mask)[:20], "its mask is no PNG"),
    ]
    dataset = copy_of(built_drawn)
    shard = the_shard(dataset, "train")
    sound = shard.read_bytes()
    for name, data, what in damages:
        shard.write_bytes(sound)
        change_record(dataset, "train", 5, lambda record, name=name, data=data: record.update({name: data}))
        lines = said(glance(dataset))
        assert any(line.startswith(f"train 5 ({id}): {what}") for line in lines), (what, lines)
        assert all(line.startswith("train 5 (") for line in lines), lines


def test_png_sets_want_png(built_folder: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_folder)
    image = decode_image(record_of(dataset, "test", 0)["image"])
    change_record(dataset, "test", 0, lambda record: record.update(image=encode_image(image, "jpeg")))
    assert said(check(dataset)) == [f"test 0 ({id_of(dataset, 'test', 0)}): its image is no PNG"]


def test_wrong_features(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = the_shard(dataset, "train")
    sound = shard.read_bytes()
    id = id_of(dataset, "train", 4)
    damages: list[tuple[Callable[[Features], object], str]] = [
        (lambda r: r.update(index=9), f"train 4 ({id}): its index is 9, not 4"),
        (lambda r: r.update(index=b"4"), f"train 4 ({id}): its index is b'4', not 4"),
        (lambda r: r.pop("person"), "train 4: its features are image, index, kind, mask, recipe, source_id"),
        (lambda r: r.update(more=1), "train 4: its features are image, index, kind, mask, more, person"),
        (lambda r: r.update(kind=b"ghost"), f"train 4 ({id}): its recipe describes another example"),
        (lambda r: r.update(source_id=b"train_00999"), "train 4 (train_00999): its recipe describes another example"),
        (lambda r: r.update(recipe=b"{}"), "train 4: recipe: cannot be read"),
        (lambda r: r.update(recipe=b"\xff"), "train 4: "),
        (lambda r: r.update(recipe=7), "train 4: 7 is no text"),
        (lambda r: r.update(mask=7), f"train 4 ({id}): its mask is no PNG"),
        (lambda r: r.update(image=7), f"train 4 ({id}): its image is no JPEG"),
        (lambda r: r.update(source_id=b"a\nb\x1b[31m"), "train 4 (a\\nb\\x1b[31m): its recipe describes"),
    ]
    for change, what in damages:
        shard.write_bytes(sound)
        change_record(dataset, "train", 4, change)
        lines = said(glance(dataset))
        assert any(line.startswith(what) for line in lines), (what, lines)


def test_a_record_that_is_no_example(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = the_shard(dataset, "test")
    records = unframe(shard.read_bytes())
    shard.write_bytes(frame(records[0]) + frame(b"\xff\xff no protobuf") + frame(records[2]))
    assert any(line.startswith("test 1: it is no tf.train.Example") for line in said(glance(dataset)))


def test_duplicated_swapped_and_missing_records(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = the_shard(dataset, "train")
    sound = shard.read_bytes()
    id = id_of(dataset, "train", 10)
    rewrite(dataset, "train", lambda records: [*records[:11], records[10], *records[11:]])
    lines = said(glance(dataset))
    assert f"train 11 ({id}): its index is 10, not 11" in lines
    assert any(line.startswith("train 40: the shard holds 41 records, the info says 40") for line in lines)
    shard.write_bytes(sound)
    rewrite(dataset, "train", lambda records: [*records[:11], records[10], *records[12:]])
    lines = said(glance(dataset))
    assert f"train 11 ({id}): its index is 10, not 11" in lines
    assert f"train 11 ({id}): its recipe describes another example" in lines
    shard.write_bytes(sound)
    rewrite(dataset, "train", lambda records: records[:-1])
    assert any(line.startswith("train 39: the shard holds 39 records") for line in said(glance(dataset)))


def test_a_portrait_twice_where_each_is_promised_once(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)

    def twice(records: list[Features]) -> list[Features]:
        other = replace(Recipe.from_json(records[0]["recipe"]), index=1)
        return [records[0], {**records[0], "index": 1, "recipe": other.to_json().encode()}, *records[2:]]

    rewrite(dataset, "validation", twice)
    assert said(glance(dataset)) == ["validation: shows 2 portraits in 3 examples, each was to be shown once"]


def test_recipe_of_another_example(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shown = open_prepared(dataset)
    at = first(dataset, "train", lambda record, recipe: recipe.kind == "portrait")
    recipe = Recipe.from_json(shown.record("train", at)["recipe"])  # type: ignore[arg-type]
    other = replace(recipe, affine=replace(recipe.affine, rotation=-recipe.affine.rotation))
    change_record(dataset, "train", at, lambda record: record.update(recipe=other.to_json().encode()))
    (line,) = said(check(dataset))
    assert line.startswith(f"train {at} ({id_of(dataset, 'train', at)}): ")


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("step", [-1, 1])
def test_a_mask_shifted_by_one_pixel(built_drawn: Path, copy_of: CopyOf, axis: int, step: int) -> None:
    dataset = copy_of(built_drawn)
    for split in ("train", "validation", "test_occluded"):
        at = first(dataset, split, lambda record, recipe: (decode_mask(record["mask"]) > 0).sum() > 300)
        mask = np.roll(decode_mask(record_of(dataset, split, at)["mask"]), step, axis)
        change_record(dataset, split, at, lambda record, mask=mask: record.update(mask=encode_mask(mask)))
        assert any(line.startswith(f"{split} {at} ({id_of(dataset, split, at)}): ") for line in said(check(dataset)))


def test_one_wrong_pixel_inside_a_class(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    mask = decode_mask(record_of(dataset, "validation", 0)["mask"]).copy()
    inside = np.lib.stride_tricks.sliding_window_view(mask, (7, 7)).reshape(58, 58, 49)
    row, column = np.argwhere(inside.min(axis=2) == inside.max(axis=2))[0] + 3
    mask[row, column] = (mask[row, column] + 1) % 3
    change_record(dataset, "validation", 0, lambda record: record.update(mask=encode_mask(mask)))
    (line,) = said(check(dataset))
    assert re.match(rf"validation 0 \({id_of(dataset, 'validation', 0)}\): ", line)


def test_images_of_two_records_swapped(
    built_drawn: Path, built_folder: Path, portraits_dir: Path, negatives_dir: Path, copy_of: CopyOf
) -> None:
    for built, folders in ((built_drawn, ()), (built_folder, (portraits_dir, negatives_dir))):
        dataset = copy_of(built)

        def swap(records: list[Features]) -> None:
            records[0]["image"], records[1]["image"] = records[1]["image"], records[0]["image"]

        rewrite(dataset, "train", swap)
        lines = said(check(dataset, *folders))
        assert [line.split(":")[0] for line in lines] == [f"train {k} ({id_of(dataset, 'train', k)})" for k in (0, 1)]
        assert all("image is not its recipe's" in line for line in lines)


def test_images_are_compared_loosely_with_other_libraries(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    file = dataset / "metadata.json"
    metadata = json.loads(file.read_text())
    metadata["libraries"]["opencv"] = "4.0.0"
    file.write_text(json.dumps(metadata))

    def off_by_one(record: Features) -> None:
        image = decode_image(record["image"])
        record["image"] = encode_image(np.clip(image.astype(int) + 1, 0, 255).astype(np.uint8), "jpeg")

    change_record(dataset, "train", 0, off_by_one)
    assert said(check(dataset)) == []
    change_record(dataset, "train", 1, lambda r: r.update(image=record_of(dataset, "train", 2)["image"]))
    (line,) = said(check(dataset))
    assert line.startswith(f"train 1 ({id_of(dataset, 'train', 1)}): its image is off its recipe's by")


def test_a_negative_with_labels(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    for split in ("train", "test_negatives"):
        at = first(dataset, split, lambda record, recipe: recipe.kind == "negative")
        mask = np.zeros((64, 64), np.uint8)
        mask[10:12, 20:25] = 1
        change_record(dataset, split, at, lambda r, mask=mask: r.update(mask=encode_mask(mask), person=b"Eve"))
        lines = said(glance(dataset))
        name = f"{split} {at} ({id_of(dataset, split, at)})"
        assert f"{name}: a negative's mask has 10 pixels that are not background" in lines
        assert f"{name}: a negative shows a person, Eve" in lines


def test_a_person_in_two_pools(built_folder: Path, built_lfw: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_folder)
    at = first(dataset, "train", lambda record, recipe: recipe.kind == "portrait")
    person = record_of(dataset, "train", at)["person"]
    change_record(dataset, "test", 0, lambda record: record.update(person=person))
    assert f"test ({person.decode()}): this person is in the pool train too" in said(glance(dataset))
    dataset = copy_of(built_lfw)
    change_record(dataset, "test", 0, lambda record: record.update(person=b"Bob_Birch"))
    assert said(glance(dataset)) == [], "the public lists promise nothing of the kind"


def test_portraits_backgrounds_and_content_in_two_pools(built_folder: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_folder)
    at = first(dataset, "train", lambda record, recipe: recipe.kind == "portrait")
    theirs = Recipe.from_json(record_of(dataset, "train", at)["recipe"])

    def stolen(record: Features) -> None:
        recipe = replace(Recipe.from_json(record["recipe"]), portrait=theirs.portrait)
        record.update(recipe=recipe.to_json().encode(), source_id=recipe.source_id.encode())

    change_record(dataset, "test", 0, stolen)
    lines = said(glance(dataset))
    assert f"test ({theirs.source_id}): this portrait is in the pool train too" in lines
    assert f"test ({theirs.portrait.partition('@')[2]}): this picture is in the pool train too" in lines


def test_rates_that_do_not_hold(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    file = dataset / "metadata.json"
    sound = json.loads(file.read_text())
    train = sound["splits"]["train"]
    n, o = train["negative"], train["occluded"]
    for change, what in (
        ({"policy": {**train["policy"], "negative_rate": 0.99}}, f"train: {n} of 40 are negative, the policy says 99%"),
        ({"policy": {**train["policy"], "occlude_rate": 0}}, f"train: {o} of 40 are occluded, the policy says 0%"),
        ({"negative": n + 1}, f"train: {n} are negative, the metadata says {n + 1}"),
        ({"examples": 41}, "train: has 40 sound records, 41 were promised"),
    ):
        file.write_text(json.dumps({**sound, "splits": {**sound["splits"], "train": {**train, **change}}}))
        assert said(glance(dataset)) == [what]


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
    assert said(glance(dataset)) == ["train: no portrait shows any hair"]


# ----------------------------------------------------------------------------------------- a changed source


def test_a_source_file_that_changed_or_went(
    built_folder: Path, portraits_dir: Path, negatives_dir: Path, tmp_path: Path
) -> None:
    portraits = shutil.copytree(portraits_dir, tmp_path / "portraits")
    shown = bytes(record_of(built_folder, "test", 0)["source_id"]).decode()
    (photo,) = (portraits / "images").glob(f"{shown}.*")
    other, _ = draw_head(12345, *Image.open(photo).size)
    save_picture(photo, other)
    lines = said(check(built_folder, portraits, negatives_dir))
    assert f"test 0 ({shown}): {shown} has changed since the dataset was built" in lines
    photo.unlink()
    (portraits / "masks" / f"{shown}.png").unlink()
    lines = said(check(built_folder, portraits, negatives_dir))
    assert f"test 0 ({shown}): {shown} is not in the given source" in lines
    negatives = shutil.copytree(negatives_dir, tmp_path / "negatives")
    at = first(built_folder, "train", lambda record, recipe: recipe.kind == "negative")
    id = id_of(built_folder, "train", at)
    (negatives / id).unlink()
    lines = said(check(built_folder, portraits_dir, negatives))
    assert f"train {at} ({id}): {id} is not in the given source" in lines


def test_a_photo_of_lfw_that_went(built_lfw: Path, lfw_dir: Path, tmp_path: Path) -> None:
    extracted = tmp_path / "extracted"
    extracted.mkdir()
    for archive in lfw_dir.glob("*.tgz"):
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():  # extractall(filter=...) came with 3.11.4
                tar.extract(member, extracted)
    for listed in lfw_dir.glob("*.txt"):
        shutil.copy(listed, extracted)
    assert said(check(built_lfw, extracted)) == []
    (extracted / "lfw_funneled" / "Ed_Elm" / "Ed_Elm_0001.jpg").unlink()
    lines = said(check(built_lfw, extracted))
    at = first(built_lfw, "validation", lambda record, recipe: recipe.source_id == "Ed_Elm_0001")
    assert lines == [f"validation {at} (Ed_Elm_0001): Ed_Elm_0001 is not in the given source"]


# ------------------------------------------------------------------------------------------- the command line


def test_command(built_drawn: Path, copy_of: CopyOf, command: Command) -> None:
    ran = command("verify", built_drawn, "--workers", 1)
    assert ran.status == 0
    assert ran.out == "sound: 59 records read, 59 masks compared with the reference's, 59 images with their recipes'\n"
    dataset = copy_of(built_drawn)
    change_record(dataset, "train", 3, lambda record: record.update(index=8))
    ran = command("verify", dataset, "--workers", 1)
    assert ran.status == 1
    id = id_of(built_drawn, "train", 3)
    assert ran.out.splitlines()[0] == f"train 3 ({id}): its index is 8, not 3"
    assert ran.out.splitlines()[1].startswith("1 findings: 59 records read")
    ran = command("verify", dataset, "--workers", 2, "--json")
    assert ran.status == 1
    assert ran.err == ""
    assert json.loads(ran.out) == {
        "shards_with_their_sum": 7,
        "records": 59,
        "masks_compared": 59,
        "images_compared": 59,
        "notes": [],
        "findings": [{"split": "train", "index": 3, "id": id, "what": "its index is 8, not 3"}],
    }


def test_json_of_a_sound_one(built_lfw: Path, lfw_dir: Path, command: Command) -> None:
    ran = command("verify", built_lfw, "--source-dir", lfw_dir, "--json", "--workers", 1)
    assert (ran.status, ran.err) == (0, "")
    read = json.loads(ran.out)
    assert read["findings"] == []
    assert len(read["notes"]) == 1


def test_a_record_parses_to_what_was_said(built_drawn: Path) -> None:
    """The hand-made damage above goes through the same bytes as a build."""
    data = unframe(the_shard(built_drawn, "train").read_bytes())[0]
    assert sorted(parse(data)) == ["image", "index", "kind", "mask", "person", "recipe", "source_id"]
