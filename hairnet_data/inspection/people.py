"""Finds the records that show a person, from tables of examples alone: no shard is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.near_misses import near_misses
from hairnet_data.dataset.example_table import damaged, read_lines

_PEOPLE = b'"people":"'  # a quote inside a value is escaped, so this begins the column and nothing else


@dataclass(frozen=True, slots=True)
class Appearance:
    """A record that shows a person.

    Attributes:
        split: the split's name.
        index: within the split, from 0.
        kind: "portrait" or "group".
        role: "alone"; in a group "largest" or "companion".
        source_ids: of all portraits in the record, the largest first.
        shard: the file that holds the record.
    """

    split: str
    index: int
    kind: str
    role: str
    source_ids: list[str]
    shard: str


def find_person(person: str, datasets: Iterable[Path]) -> dict[Path, list[Appearance]]:
    """Finds every record that shows a person, alone or in a group.

    Args:
        person: the name, as the datasets' column `people` has it.
        datasets: folders of prepared datasets.

    Returns:
        The records by dataset, in the order of its table; an empty list for a dataset without the person.

    Raises:
        DatasetError: a table is missing or damaged, or no dataset shows the person.
    """
    names: set[str] = set()
    found = {dataset: _search(person, dataset, names) for dataset in datasets}
    if not any(found.values()):
        raise DatasetError(person, "nobody of that name is shown", near_misses(person, names))
    return found


def _search(person: str, dataset: Path, names: set[str]) -> list[Appearance]:
    """The records of one dataset. Adds everybody whom it names to `names`.

    Only rows whose column `people` holds the person are parsed as a whole; equal columns are parsed once.
    """
    appearances: list[Appearance] = []
    shows: dict[bytes, bool] = {}  # by the column, as it is written
    for number, line in enumerate(read_lines(dataset)):
        try:
            start = line.index(_PEOPLE) + len(_PEOPLE) - 1
            column = line[start : line.index(b'","', start) + 1]
            shown = shows.get(column)
            if shown is None:
                people = orjson.loads(orjson.loads(column))
                names.update(people)
                shown = shows[column] = person in people
            if shown:
                appearances.append(_appearance(person, orjson.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise damaged(dataset, number, error) from error
    return appearances


def _appearance(person: str, row: dict[str, Any]) -> Appearance:
    role = "alone" if row["kind"] != "group" else "largest" if row["person"] == person else "companion"
    return Appearance(row["split"], row["index"], row["kind"], role, orjson.loads(row["source_ids"]), row["shard"])
