"""Records that are wrong in themselves: features, pictures, masks, and their order."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from hairnet_data.core.records.example import parse
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.dataset.codec import decode_image, decode_mask, encode_image, encode_mask
from hairnet_data.dataset.reader import FEATURES
from tests.support.datasets import CopyOf, change_record, rewrite
from tests.support.verifying import (
    Features,
    first_index,
    id_of,
    lines_of,
    record_of,
    shard_of,
    verify_all,
    verify_records,
)


def png(pixels: Any, mode: str | None = None, palette: list[int] | None = None, **options: Any) -> bytes:
    picture = Image.fromarray(pixels)
    if palette is not None:
        picture = picture.copy()
        picture.putpalette(palette)
    buffer = io.BytesIO()
    (picture.convert(mode) if mode else picture).save(buffer, "PNG", **options)
    return buffer.getvalue()


def test_wrong_pictures(built_drawn: Path, copy_of: CopyOf) -> None:
    """TFDS checks none of these."""
    image = decode_image(record_of(built_drawn, "train", 5)["image"])
    mask = decode_mask(record_of(built_drawn, "train", 5)["mask"])
    large, jpeg = np.zeros((65, 64, 3), np.uint8), encode_image(image, "jpeg")
    unknown = mask.copy()
    unknown[3, 4] = 77
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
        ("mask", encode_mask(unknown), "its mask has class 77"),
        ("mask", encode_image(image, "jpeg"), "its mask is no PNG"),
        ("mask", encode_mask(mask)[:60], "its mask is broken"),
        ("mask", encode_mask(mask)[:20], "its mask is no PNG"),
    ]
    dataset = copy_of(built_drawn)
    shard = shard_of(dataset, "train")
    intact = shard.read_bytes()
    for name, data, what in damages:
        shard.write_bytes(intact)
        change_record(dataset, "train", 5, lambda record, name=name, data=data: record.update({name: data}))
        lines = lines_of(verify_records(dataset))
        assert any(line.startswith(f"train 5 ({id}): {what}") for line in lines), (what, lines)
        assert all(line.startswith("train 5 (") for line in lines), lines


def test_a_png_dataset_expects_png(built_folder: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_folder)
    image = decode_image(record_of(dataset, "test", 0)["image"])
    change_record(dataset, "test", 0, lambda record: record.update(image=encode_image(image, "jpeg")))
    assert lines_of(verify_all(dataset)) == [f"test 0 ({id_of(dataset, 'test', 0)}): its image is no PNG"]


def test_wrong_features(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = shard_of(dataset, "train")
    intact = shard.read_bytes()
    id = id_of(dataset, "train", 4)
    damages: list[tuple[Callable[[Features], object], str]] = [
        (lambda r: r.update(index=9), f"train 4 ({id}): its index is 9, not 4"),
        (lambda r: r.update(index=b"4"), f"train 4 ({id}): its index is b'4', not 4"),
        (
            lambda r: r.pop("person"),
            "train 4: its features are image, index, kind, mask, people, pose, recipe, source_id, source_ids",
        ),
        (lambda r: r.update(pose=[0.0] * 5), f"train 4 ({id}): its pose has 5 numbers, not 6"),
        (lambda r: r.update(more=1), "train 4: its features are image, index, kind, mask, more, people, person"),
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
        shard.write_bytes(intact)
        change_record(dataset, "train", 4, change)
        lines = lines_of(verify_records(dataset))
        assert any(line.startswith(what) for line in lines), (what, lines)


def test_a_record_that_is_no_example(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = shard_of(dataset, "test")
    records = unframe(shard.read_bytes())
    shard.write_bytes(frame(records[0]) + frame(b"\xff\xff no protobuf") + frame(records[2]))
    assert any(line.startswith("test 1: it is no tf.train.Example") for line in lines_of(verify_records(dataset)))


def test_duplicated_swapped_and_missing_records(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = shard_of(dataset, "train")
    intact = shard.read_bytes()
    id = id_of(dataset, "train", 10)
    rewrite(dataset, "train", lambda records: [*records[:11], records[10], *records[11:]])
    lines = lines_of(verify_records(dataset))
    assert f"train 11 ({id}): its index is 10, not 11" in lines
    assert any(line.startswith("train 40: the shard holds 41 records where its metadata say 40") for line in lines)
    shard.write_bytes(intact)
    rewrite(dataset, "train", lambda records: [*records[:11], records[10], *records[12:]])
    lines = lines_of(verify_records(dataset))
    assert f"train 11 ({id}): its index is 10, not 11" in lines
    assert f"train 11 ({id}): its recipe describes another example" in lines
    shard.write_bytes(intact)
    rewrite(dataset, "train", lambda records: records[:-1])
    assert any(line.startswith("train 39: the shard holds 39 records") for line in lines_of(verify_records(dataset)))


def test_a_negative_with_labels(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    for split in ("train", "test_negatives"):
        index = first_index(dataset, split, lambda record, recipe: recipe.kind == "negative")
        mask = np.zeros((64, 64), np.uint8)
        mask[10:12, 20:25] = 1
        change_record(
            dataset, split, index, lambda r, mask=mask: r.update(mask=encode_mask(mask), person=b"Eve", people=[b"Eve"])
        )
        lines = lines_of(verify_records(dataset))
        where = f"{split} {index} ({id_of(dataset, split, index)})"
        assert f"{where}: a negative's mask has 10 pixels that are not background" in lines
        assert f"{where}: a negative shows a person, Eve" in lines


def test_damage_uses_the_format_of_a_build(built_drawn: Path) -> None:
    """The tests above damage what a build serialised."""
    data = unframe(shard_of(built_drawn, "train").read_bytes())[0]
    assert sorted(parse(data)) == list(FEATURES)
