"""`who`: the records it lists are those whose own feature `people` holds the name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from hairnet_data.core.errors import DatasetError
from hairnet_data.dataset.example_table import TABLE
from hairnet_data.dataset.reader import decode_texts, open_prepared
from hairnet_data.inspection.people import find_person
from tests.support.command import Command
from tests.support.datasets import CopyOf


def shown(dataset: Path) -> dict[str, set[tuple[str, int]]]:
    """Split and index of the records by person, from the records themselves."""
    prepared = open_prepared(dataset)
    records: dict[str, set[tuple[str, int]]] = {}
    for split in prepared.shards:
        for index, record in enumerate(prepared.read(split)):
            for person in decode_texts(record["people"]):
                records.setdefault(person, set()).add((split, index))
    return records


def test_everybody_is_found_where_the_records_show_them(built_lfw: Path) -> None:
    by_person = shown(built_lfw)
    assert by_person
    roles = set()
    for person, expected in by_person.items():
        records = find_person(person, [built_lfw])[built_lfw]
        assert {(record.split, record.index) for record in records} == expected
        assert len(records) == len(expected)
        roles |= {record.role for record in records}
    assert roles == {"alone", "largest", "companion"}


def test_names_that_need_escapes(tmp_path: Path) -> None:
    name = 'Zoë "Z", \\ "people":"'
    row = {"split": "train", "index": 0, "kind": "portrait", "source_id": "a", "person": name}
    row |= {"source_ids": '["a"]', "people": json.dumps([name], ensure_ascii=False), "scale": 1.0, "shard": "s"}
    text = json.dumps(row, separators=(",", ":"), ensure_ascii=False)
    (tmp_path / TABLE).write_bytes(gzip.compress(text.encode() + b"\n"))
    assert len(find_person(name, [tmp_path])[tmp_path]) == 1


def test_the_command(command: Command, built_lfw: Path, built_folder: Path) -> None:
    person, expected = next(iter(shown(built_lfw).items()))
    ran = command("who", person, built_lfw, built_folder)
    assert ran.status == 0
    assert len(ran.out.splitlines()) == len(expected)
    said = json.loads(command("who", person, built_lfw, built_folder, "--json").out)
    assert said["person"] == person
    assert [entry["dataset"] for entry in said["datasets"]] == [str(built_lfw), str(built_folder)]
    assert len(said["datasets"][0]["records"]) == len(expected)


def test_an_unknown_name_suggests_near_ones(command: Command, built_lfw: Path) -> None:
    person = next(iter(shown(built_lfw)))
    ran = command("who", person.upper() + "x", built_lfw)
    assert ran.status == 1
    assert ran.out == ""
    assert "nobody of that name is shown; did you mean" in ran.err
    assert person in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("damage", ["missing", "cut", "text", "rows"])
def test_damaged_tables(built_lfw: Path, copy_of: CopyOf, damage: str) -> None:
    table = copy_of(built_lfw) / TABLE
    data = table.read_bytes()
    table.unlink()
    if damage != "missing":
        table.write_bytes({"cut": data[:-20], "text": b"no gzip", "rows": gzip.compress(b"{}\n")}[damage])
    with pytest.raises(DatasetError, match="build the dataset again"):
        find_person("Ann", [table.parent])
