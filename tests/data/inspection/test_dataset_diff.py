"""`diff`: what it counts is what was changed in a copy of a dataset."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.core.errors import DatasetError
from hairnet_data.dataset.example_table import TABLE
from hairnet_data.inspection.dataset_diff import diff
from tests.support.command import Command
from tests.support.datasets import CopyOf

Row = dict[str, Any]


def rewrite_table(dataset: Path, change: Callable[[Row, Row], bool]) -> None:
    """Rewrites rows and their recipes; a row for which `change` returns False is left out."""
    table = dataset / TABLE
    rows = [json.loads(line) for line in gzip.decompress(table.read_bytes()).splitlines()]
    lines = []
    for row in rows:
        recipe = json.loads(row["recipe"])
        if change(row, recipe):
            lines.append(json.dumps(row | {"recipe": json.dumps(recipe)}) + "\n")
    table.unlink()
    table.write_bytes(gzip.compress("".join(lines).encode()))


def test_a_dataset_is_the_same_as_itself_and_its_copy(built_drawn: Path, copy_of: CopyOf, command: Command) -> None:
    copy = copy_of(built_drawn)
    assert not diff(built_drawn, copy).differs
    ran = command("diff", built_drawn, copy)
    assert (ran.status, ran.out) == (0, "no differences\n")


def test_each_part_is_counted(built_lfw: Path, copy_of: CopyOf) -> None:
    def change(row: Row, recipe: Row) -> bool:
        if row["split"] == "train" and row["kind"] == "portrait":
            match row["index"] % 5:
                case 0:
                    recipe["affine"]["rotation"] = 123.0
                case 1:
                    recipe["photometric"]["grey"] = not recipe["photometric"]["grey"]
                case 2:
                    recipe["portrait"] = recipe["portrait"].replace("@", "x@")
                    recipe["fill"]["kind"] = "else"
                case 3:
                    recipe["portrait"] = recipe["portrait"].rpartition("@")[0] + "@0123456789abcdef"
        return True

    copy = copy_of(built_lfw)
    rewrite_table(copy, change)
    counted = diff(built_lfw, copy).splits["train"]
    kinds = [json.loads(line) for line in gzip.decompress((built_lfw / TABLE).read_bytes()).splitlines()]
    shown = [row["index"] % 5 for row in kinds if row["split"] == "train" and row["kind"] == "portrait"]
    expected = {"affine": shown.count(0), "colours": shown.count(1), "portrait": shown.count(2)}
    expected |= {"background": shown.count(2), "content": shown.count(3)}
    assert all(expected.values())
    assert dict(counted.parts) == expected
    assert counted.same == counted.before - sum(shown.count(number) for number in range(4))
    assert (counted.left_out, counted.added) == (0, 0)


def test_left_out_and_added_records_and_portraits(built_lfw: Path, copy_of: CopyOf) -> None:
    copy = copy_of(built_lfw)
    rows = [json.loads(line) for line in gzip.decompress((built_lfw / TABLE).read_bytes()).splitlines()]
    gone = next(row["source_id"] for row in rows if row["split"] == "test")
    rewrite_table(copy, lambda row, _: gone not in row["source_ids"])
    count = sum(gone in row["source_ids"] for row in rows)
    forward, backward = diff(built_lfw, copy), diff(copy, built_lfw)
    assert sum(split.left_out for split in forward.splits.values()) == count
    assert sum(split.added for split in backward.splits.values()) == count
    assert sum(split.differing for split in forward.splits.values()) == 0
    assert gone in forward.names["portraits"].left_out
    assert gone in backward.names["portraits"].added


def test_shares_move(built_lfw: Path, copy_of: CopyOf) -> None:
    copy = copy_of(built_lfw)
    rewrite_table(copy, lambda row, _: row["split"] != "train" or row["kind"] != "negative")
    before, after = diff(built_lfw, copy).shares["train"]["negative"]
    assert before > 0
    assert after == 0


def test_settings_and_the_status(built_drawn: Path, copy_of: CopyOf, command: Command) -> None:
    copy = copy_of(built_drawn)
    metadata = json.loads((copy / "metadata.json").read_text())
    metadata["identity"]["policy"]["rotate"] = [0, 7]
    (copy / "metadata.json").unlink()
    (copy / "metadata.json").write_text(json.dumps(metadata))
    ran = command("diff", built_drawn, copy)
    assert ran.status == 1
    assert "policy.rotate" in ran.out
    assert "[0, 7]" in ran.out
    said = json.loads(command("diff", built_drawn, copy, "--json").out)
    assert [setting["key"] for setting in said["settings"]] == ["policy.rotate"]
    assert said["differs"]


@pytest.mark.parametrize("damage", ["missing", "order", "split"])
def test_damaged_tables(built_drawn: Path, copy_of: CopyOf, command: Command, damage: str) -> None:
    copy = copy_of(built_drawn)
    if damage == "missing":
        (copy / TABLE).unlink()
    else:
        change = {"order": {"index": 0}, "split": {"split": "other"}}[damage]
        rewrite_table(copy, lambda row, _: row.update(change) or True)
    with pytest.raises(DatasetError, match="build the dataset again"):
        diff(built_drawn, copy)
    ran = command("diff", built_drawn, copy)
    assert ran.status == 2
    assert ran.err.count("\n") == 1
