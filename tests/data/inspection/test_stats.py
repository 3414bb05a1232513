"""`stats`: the numbers are those of the records, counted here by hand."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.progress import silent
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.inspection.stats import count
from tests.support.command import Command
from tests.support.datasets import CopyOf, change_record


def listed(record: dict[str, Any], feature: str) -> list[bytes]:
    values = record[feature]
    assert isinstance(values, list)
    return values


def by_hand(dataset: Path) -> dict[str, Any]:
    """Counts with Pillow and json, from the records alone."""
    prepared = open_prepared(dataset)
    counted = {}
    for split in prepared.shards:
        records = [dict(record) for record in prepared.read(split)]
        recipes = [json.loads(record["recipe"]) for record in records]  # type: ignore[arg-type]
        masks = [np.asarray(Image.open(io.BytesIO(record["mask"]))) for record in records]  # type: ignore[arg-type]
        poses = [record["pose"] for record in records]
        yaw = [pose[0] for pose in poses if not np.isnan(pose[0])]  # type: ignore[index]
        shown = np.concatenate([mask.ravel() for mask in masks])
        traits = [(trait, value) for recipe in recipes for trait, value in recipe["traits"].items()]
        by_trait = {name: dict(sorted(Counter(v for t, v in traits if t == name).items())) for name in dict(traits)}
        counted[split] = {
            **({"traits": by_trait} if by_trait else {}),
            "examples": len(records),
            "bytes": sum(path.stat().st_size for path in dataset.glob(f"*-{split}.tfrecord-*")),
            "portraits": sum(record["kind"] == b"portrait" for record in records),
            "groups": sum(record["kind"] == b"group" for record in records),
            "negatives": sum(record["kind"] == b"negative" for record in records),
            "occluded": round(sum(bool(recipe["occluders"]) for recipe in recipes) / len(records), 4),
            "people": len({person for record in records for person in listed(record, "people")}),
            "ids": len({id for record in records for id in listed(record, "source_ids")}),
            "posed": round(len(yaw) / max(1, sum(record["kind"] != b"negative" for record in records)), 4),
            "yaw": {str(first): sum(first <= angle < first + 30 for angle in yaw) for first in range(-180, 180, 30)},
            "classes": {
                name: round(float((shown == id).mean()), 4) for id, name in enumerate(("background", "hair", "face"))
            },
        }
    return counted


@pytest.mark.parametrize("which", ["built_drawn", "built_folder", "built_lfw"])
def test_numbers_are_those_counted_by_hand(which: str, request: pytest.FixtureRequest) -> None:
    dataset = request.getfixturevalue(which)
    counted = count(open_prepared(dataset), silent)
    assert counted == by_hand(dataset)
    assert all(sum(split["classes"].values()) == pytest.approx(1, abs=2e-4) for split in counted.values())
    assert counted["test_negatives"]["classes"]["background"] == 1
    assert counted["test_occluded"]["occluded"] == 1
    assert counted["validation"]["negatives"] == 0


def test_metadata_counts_the_same(built_folder: Path) -> None:
    prepared = open_prepared(built_folder)
    for split, counted in count(prepared, silent).items():
        promised = prepared.metadata.splits[split]
        counts = (promised.examples, promised.portrait, promised.group, promised.negative)
        assert counts == tuple(counted[what] for what in ("examples", "portraits", "groups", "negatives"))
        assert round(promised.occluded / promised.examples, 4) == counted["occluded"]


def test_progress_reaches_the_end(built_lfw: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    count(open_prepared(built_lfw), lambda *step: steps.append(step))
    total = sum(open_prepared(built_lfw).records(split) for split in open_prepared(built_lfw).shards)
    assert steps[-1] == ("counting", total, total)


def test_table_and_json(built_folder: Path, command: Command) -> None:
    ran = command("stats", built_folder, "--json")
    assert (ran.status, ran.err) == (0, "")
    counted = json.loads(ran.out)
    assert counted.pop("ledger")
    assert counted == by_hand(built_folder)
    ran = command("stats", built_folder)
    assert ran.status == 0
    table, terms = ran.out.split("\n\n")
    assert terms
    head, *rows = table.splitlines()
    columns = ["split", "examples", "size", "portraits", "groups", "negatives", "occluded", "people", "hair", "face"]
    assert head.split() == [*columns, "posed"]
    assert [row.split()[0] for row in rows] == list(counted)
    train = rows[0].split()
    assert (train[1], train[4], train[6]) == (
        "30",
        str(counted["train"]["portraits"]),
        str(counted["train"]["negatives"]),
    )
    assert train[-3:] == [*(f"{counted['train']['classes'][name]:.1%}" for name in ("hair", "face")), "0%"]


def test_the_histogram_of_yaw_is_printed_where_poses_are_known(built_drawn: Path, command: Command) -> None:
    counted = count(open_prepared(built_drawn), silent)
    assert counted["train"]["posed"] == counted["test"]["posed"] == 1
    assert counted["test_negatives"]["posed"] == 0
    _, below = command("stats", built_drawn).out.split("(right of the picture is positive):\n\n")
    head, *lines = [line.split() for line in below.splitlines()]
    rows = [line for line in lines if line and line[0] in counted]  # the terms of the pictures come after
    assert head == ["split", *map(str, range(-180, 180, 30))]
    assert [row[0] for row in rows] == [split for split, counts in counted.items() if counts["posed"]]
    yaw = counted["train"]["yaw"]
    assert rows[0][1:] == [f"{100 * number / sum(yaw.values()):.0f}" for number in yaw.values()]


@pytest.mark.parametrize(("split", "index"), [("train", 5), ("test", 2)])
@pytest.mark.parametrize("change", [{"recipe": b"{}"}, {"mask": b"PNG"}, {"people": [b"\xff"]}], ids=str)
def test_a_record_that_cannot_be_read_is_named(
    built_lfw: Path, copy_of: CopyOf, split: str, index: int, change: dict[str, Any]
) -> None:
    dataset = copy_of(built_lfw)
    change_record(dataset, split, index, lambda record: record.update(change))
    with pytest.raises(DatasetError, match=rf"^{split} {index}: cannot be read .*run hairnet-data verify$"):
        count(open_prepared(dataset), silent)


def test_damaged_shards(built_lfw: Path, copy_of: CopyOf, command: Command) -> None:
    dataset = copy_of(built_lfw)
    (shard,) = dataset.glob("*-test.tfrecord-*")
    shard.write_bytes(shard.read_bytes()[:-9])
    ran = command("stats", dataset)
    assert (ran.status, ran.out) == (1, "")
    assert ran.error_lines[-1].startswith(f"hairnet-data: {shard}: record 2 is damaged or cut off; ")
