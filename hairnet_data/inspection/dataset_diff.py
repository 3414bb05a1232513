"""Compares two prepared datasets by their metadata and their tables of examples: no shard is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from hairnet_data.building.identity import differences
from hairnet_data.core.errors import DatasetError
from hairnet_data.dataset.dataset_metadata import read_identity, read_metadata
from hairnet_data.dataset.example_table import damaged, read_lines
from hairnet_data.recipes.policy import DEFAULT
from hairnet_data.recipes.splits import splits_for

_PARTS = {
    **dict.fromkeys(("kind", "portrait"), "portrait"),
    "companions": "companions",
    **dict.fromkeys(("affine", "edge"), "affine"),
    "occluders": "occluders",
    "photometric": "colours",
    **dict.fromkeys(("negative", "fill"), "background"),
    "traits": "traits",
    "size": "size",
}
PARTS = (*dict.fromkeys(_PARTS.values()), "content", "other")
"""What of a recipe may differ. `content` is a photo, mask or background that has another digest under the same name."""

_ORDER = {split.name: number for number, split in enumerate(splits_for(DEFAULT, 0))}


@dataclass(slots=True)
class SplitDiff:
    """How a split differs.

    Attributes:
        before: records in the first dataset.
        after: records in the second one.
        same: indices whose recipes are equal.
        parts: of the indices in both, how many differ in each of `PARTS`.
    """

    before: int = 0
    after: int = 0
    same: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    differing: int = 0

    @property
    def left_out(self) -> int:
        """How many indices only the first dataset has."""
        return self.before - self.same - self.differing

    @property
    def added(self) -> int:
        """How many indices only the second dataset has."""
        return self.after - self.same - self.differing

    def to_json(self) -> dict[str, Any]:
        """All numbers as JSON values."""
        parts = {part: self.parts[part] for part in PARTS if self.parts[part]}
        numbers = {name: getattr(self, name) for name in ("before", "after", "same", "left_out", "added", "differing")}
        return {**numbers, "parts": parts}


@dataclass(frozen=True, slots=True)
class NamesDiff:
    """How what two datasets show differs: portraits, backgrounds or people, as far as any record shows them.

    Attributes:
        before: how many the first dataset shows.
        after: how many the second one shows.
        left_out: names that only the first one shows, sorted.
        added: names that only the second one shows, sorted.
        changed: names behind which there is something else, sorted.
        moved: names that are shown in other pools, sorted.
    """

    before: int
    after: int
    left_out: list[str]
    added: list[str]
    changed: list[str]
    moved: list[str]

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return bool(self.left_out or self.added or self.changed or self.moved)

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {name: getattr(self, name) for name in NamesDiff.__slots__}


@dataclass(frozen=True, slots=True)
class DatasetDiff:
    """How two datasets differ.

    Attributes:
        settings: of their builds, those that differ: key, both values. Policy and classes are among them.
        splits: by name, in order.
        names: "portraits", "backgrounds" and "people".
        shares: by split, then by what the share is of: both shares, 0..1. Only those that differ.
    """

    settings: list[tuple[str, Any, Any]]
    splits: dict[str, SplitDiff]
    names: dict[str, NamesDiff]
    shares: dict[str, dict[str, tuple[float, float]]]

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        records = any(split.before != split.same or split.after != split.same for split in self.splits.values())
        return bool(self.settings) or records or any(diff.differs for diff in self.names.values())

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "differs": self.differs,
            "settings": [{"key": key, "before": before, "after": after} for key, before, after in self.settings],
            "splits": {name: split.to_json() for name, split in self.splits.items()},
            "names": {what: diff.to_json() for what, diff in self.names.items()},
            "shares": {
                split: {what: {"before": before, "after": after} for what, (before, after) in shares.items()}
                for split, shares in self.shares.items()
            },
        }


@dataclass(slots=True)
class _Dataset:
    """A dataset while its table is read."""

    path: Path
    pools: Mapping[str, str]
    records: Counter[str] = field(default_factory=Counter)
    shares: dict[str, Counter[str]] = field(default_factory=dict)
    contents: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    shown_in: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[tuple[int, int], str, dict[str, Any]]]:
        """Yields the order, the split and the recipe of each record, and counts what it shows."""
        last = (-1, -1)
        for number, line in enumerate(read_lines(self.path)):
            try:
                row = orjson.loads(line)
                recipe = orjson.loads(row["recipe"])
                split = row["split"]
                order = _ORDER[split], row["index"]
                if order <= last:
                    raise ValueError("its rows are in no order")
                self._count(split, row, recipe)
            except (ValueError, KeyError, TypeError) as error:
                raise damaged(self.path, number, error) from error
            last = order
            yield order, split, recipe

    def _count(self, split: str, row: dict[str, Any], recipe: dict[str, Any]) -> None:
        self.records[split] += 1
        pool = self.pools[split]
        portraits = [recipe["portrait"], *(each["portrait"] for each in recipe["companions"])]
        for what, assets in (("portraits", portraits), ("backgrounds", _backgrounds(recipe))):
            contents, shown_in = self.contents.setdefault(what, {}), self.shown_in.setdefault(what, {})
            for asset in filter(None, assets):
                id, _, content = asset.rpartition("@")
                contents.setdefault(id, set()).add(content)
                shown_in.setdefault(id, set()).add(pool)
        people = self.shown_in.setdefault("people", {})
        for person in orjson.loads(row["people"]):
            people.setdefault(person, set()).add(pool)
        self.shares.setdefault(split, Counter()).update(_features(row, recipe))


def _backgrounds(recipe: dict[str, Any]) -> list[str]:
    crops = [recipe["negative"], recipe["fill"]["crop"], *(each["paint"]["crop"] for each in recipe["occluders"])]
    return [crop["asset"] for crop in crops if crop]


def _features(row: dict[str, Any], recipe: dict[str, Any]) -> set[str]:
    """What the record is one of, for shares."""
    features = {row["kind"], *(f"{name} {value}" for name, value in recipe["traits"].items())}
    if row["kind"] != "negative":
        features.add(f"fill {row['fill']}")
    features |= {f"hidden by {shape}" for shape in row["shapes"].split()}
    flags = {"occluded": row["occluders"], "mirrored": row["mirror"], "grey": row["grey"], "jpeg": row["jpeg"]}
    flags |= {"turned": row["rotation"], "blurred": row["blur"]}
    return features | {name for name, value in flags.items() if value}


def diff(before: Path, after: Path) -> DatasetDiff:
    """Compares two datasets.

    Records are compared by split and index, recipe by recipe. How they lie in shards, and what the libraries made of
    the recipes, is not compared.

    Args:
        before: folder of the first dataset.
        after: folder of the second one.

    Raises:
        DatasetError: a dataset's metadata or table is missing or damaged.
    """
    sides = tuple(_Dataset(path, _pools(path)) for path in (before, after))
    splits = _compare_records(*sides)
    return DatasetDiff(
        settings=list(differences(read_identity(before), read_identity(after))),
        splits=dict(sorted(splits.items(), key=lambda named: _ORDER[named[0]])),
        names={what: _compare_names(what, *sides) for what in ("portraits", "backgrounds", "people")},
        shares={name: moved for name in splits if (moved := _compare_shares(name, *sides))},
    )


def _pools(path: Path) -> dict[str, str]:
    splits = read_metadata(path).splits
    if not splits.keys() <= _ORDER.keys():
        unknown = ", ".join(sorted(splits.keys() - _ORDER.keys()))
        raise DatasetError(str(path), f"has a split that this version does not know ({unknown})", "build it again")
    return {name: split.pool for name, split in splits.items()}


def _compare_records(before: _Dataset, after: _Dataset) -> dict[str, SplitDiff]:
    """Reads both tables side by side."""
    splits: dict[str, SplitDiff] = {}
    old_rows, new_rows = before.rows(), after.rows()
    old, new = next(old_rows, None), next(new_rows, None)
    while old or new:
        if old and new and old[0] == new[0]:
            split = splits.setdefault(old[1], SplitDiff())
            if old[2] == new[2]:
                split.same += 1
            else:
                split.differing += 1
                split.parts.update(_differing_parts(old[2], new[2]))
            old, new = next(old_rows, None), next(new_rows, None)
        elif new is None or (old and old[0] < new[0]):
            old = next(old_rows, None)
        else:
            new = next(new_rows, None)
    for name in {*before.records, *after.records}:
        split = splits.setdefault(name, SplitDiff())
        split.before, split.after = before.records[name], after.records[name]
    return splits


def _differing_parts(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    parts = set()
    for key in (*old, *(new.keys() - old.keys())):
        values = old.get(key), new.get(key)
        if values[0] == values[1]:
            continue
        named = tuple(_without_contents(key, value) for value in values)
        parts.add("content" if named[0] == named[1] else _PARTS.get(key, "other"))
    return parts


def _without_contents(key: str, value: Any) -> Any:
    """A part of a recipe that names assets by their ids alone."""
    if key in ("portrait", "asset") and isinstance(value, str):
        return value.rpartition("@")[0]
    if isinstance(value, dict):
        return {inner: _without_contents(inner, part) for inner, part in value.items()}
    return [_without_contents("", part) for part in value] if isinstance(value, list) else value


def _compare_names(what: str, before: _Dataset, after: _Dataset) -> NamesDiff:
    old, new = before.shown_in.get(what, {}), after.shown_in.get(what, {})
    old_contents, new_contents = before.contents.get(what, {}), after.contents.get(what, {})
    both = sorted(old.keys() & new.keys())
    return NamesDiff(
        before=len(old),
        after=len(new),
        left_out=sorted(old.keys() - new.keys()),
        added=sorted(new.keys() - old.keys()),
        changed=[name for name in both if old_contents.get(name) != new_contents.get(name)],
        moved=[name for name in both if not (old[name] <= new[name] or new[name] <= old[name])],
    )


def _compare_shares(split: str, before: _Dataset, after: _Dataset) -> dict[str, tuple[float, float]]:
    if not (before.records[split] and after.records[split]):
        return {}
    old, new = before.shares[split], after.shares[split]
    pairs = {
        what: (round(old[what] / before.records[split], 4), round(new[what] / after.records[split], 4))
        for what in sorted({*old, *new})
    }
    return {what: pair for what, pair in pairs.items() if pair[0] != pair[1]}
