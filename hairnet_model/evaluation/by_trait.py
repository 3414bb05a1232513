"""Scores of groups of portraits that share a trait, with intervals, and the group that is served worst."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.core.errors import DatasetError, UsageError, unreadable
from hairnet_data.core.near_misses import near_misses
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.evaluate import Case
from hairnet_model.evaluation.metrics import Counts, json_number

FEWEST = 10
"""Pictures that a group must have to be called the worst: the scores of smaller ones are mostly chance."""

_RESAMPLES = 1000
_MOST_WEIGHTS = 4_000_000  # numbers that are held at once
_MOST_BYTES = 64 << 20
_KEYS = {"picture": "picture", "portrait": "picture", "person": "person"}  # columns, and what each names

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Group:
    """A group's scores from 0 to 1, NaN where undefined, each with its 95 % interval.

    Attributes:
        value: of the trait.
        pictures: how many show it.
        miou: mean IoU, of the pixels of all pictures.
        hair_f1: F1 of hair.
        face_f1: F1 of face.
        intervals: of the three, in that order.
    """

    value: str
    pictures: int
    miou: float
    hair_f1: float
    face_f1: float
    intervals: tuple[Interval, Interval, Interval]

    def to_json(self) -> dict[str, Any]:
        """Plain values by name."""
        names = ("miou", "hair_f1", "face_f1")
        scores = {name: json_number(getattr(self, name)) for name in names}
        intervals = zip(names, self.intervals, strict=True)
        return {"pictures": self.pictures, **scores} | {
            f"{name}_95": [json_number(end) for end in interval] for name, interval in intervals
        }


@dataclass(frozen=True, slots=True)
class TraitReport:
    """A split's portraits by a trait.

    Attributes:
        trait: its name.
        everybody: all portraits, those without the trait too.
        groups: by the trait's value, in order.
    """

    trait: str
    everybody: Group
    groups: tuple[Group, ...]

    @property
    def worst(self) -> Group | None:
        """The group of `FEWEST` pictures or more with the lowest mean IoU; None where there are not two to compare."""
        compared = [group for group in self.groups if group.pictures >= FEWEST and not math.isnan(group.miou)]
        return min(compared, key=lambda group: group.miou) if len(compared) > 1 else None

    def worst_line(self) -> str:
        """The worst group in words."""
        worst = self.worst
        if worst is None:
            return f"fewer than two groups by {self.trait} have {FEWEST} pictures: none is called the worst"
        low, high = worst.intervals[0]
        text = (
            f"worst by {self.trait}: {worst.value}, mIoU {100 * worst.miou:.1f} ({100 * low:.1f} to {100 * high:.1f})"
        )
        text += f", everybody {100 * self.everybody.miou:.1f}"
        return text if high < self.everybody.miou else f"{text}, which is within its interval"

    def to_json(self) -> dict[str, Any]:
        """Plain values by name."""
        return {
            "everybody": self.everybody.to_json(),
            "groups": {group.value: group.to_json() for group in self.groups},
            "worst": self.worst.value if self.worst else None,
        }


@dataclass(slots=True)
class ByTrait:
    """Collects cases by a trait; `add` is what `evaluate.evaluate` calls with each.

    Args:
        trait: its name.
        table: traits of `read_traits`, which win over those that the records have.
    """

    trait: str
    table: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    _cases: dict[str, list[tuple[str, Counts]]] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def add(self, case: Case) -> None:
        """Adds a case; pictures of nobody are passed over."""
        if case.kind == "negative":
            return
        traits = dict(case.traits)
        for key in (("person", case.person), ("picture", case.source_id)):
            traits |= self.table.get(key, {})
        self._known |= traits.keys()
        self._cases.setdefault(case.split, []).append((traits.get(self.trait, ""), case.counts))

    def reports(self) -> dict[str, TraitReport]:
        """The report of each split that shows portraits, by its name.

        Raises:
            UsageError: no portrait has the trait.
        """
        if not any(value for cases in self._cases.values() for value, _ in cases):
            known = f"known are {', '.join(sorted(self._known))}" if self._known else "give --traits FILE.csv"
            near = near_misses(self.trait, self._known)
            hint = near if near.startswith("did") else known
            raise UsageError("--by", f"no portrait has the trait {self.trait!r}", hint)
        return {split: self._report(cases) for split, cases in self._cases.items()}

    def _report(self, cases: list[tuple[str, Counts]]) -> TraitReport:
        by_value: dict[str, list[Counts]] = {}
        for value, counts in cases:
            if value:
                by_value.setdefault(value, []).append(counts)
        ordered = sorted(by_value, key=_order)
        everybody = _group("everybody", [counts for _, counts in cases])
        return TraitReport(self.trait, everybody, tuple(_group(value, by_value[value]) for value in ordered))


def _order(value: str) -> tuple[bool, int, str]:
    """A sort key: numbers by size, then names by the alphabet."""
    return (not value.isdecimal(), int(value) if value.isdecimal() else 0, value)


def _group(value: str, counts: list[Counts]) -> Group:
    total = metrics.total(counts)
    partly = total.unlabelled > 0
    f1 = metrics.f1(total.confusion, partly)
    matrices = np.stack([each.confusion for each in counts]).astype(np.float64)
    resampled = np.concatenate(list(_resampled(matrices, partly)))
    low, high = np.nanpercentile(resampled, (2.5, 97.5), axis=0) if len(resampled) else np.full((2, 3), np.nan)
    intervals = tuple((float(a), float(b)) for a, b in zip(low, high, strict=True))
    miou = metrics.miou(total.confusion, partly)
    return Group(value, len(counts), miou, float(f1[HAIR]), float(f1[FACE]), intervals)  # type: ignore[arg-type]


def _resampled(matrices: NDArray[np.float64], partly: bool) -> Iterator[NDArray[np.float64]]:
    """Mean IoU and F1 of hair and face, float64 (n, 3), of pictures drawn with replacement (Efron 1979)."""
    pictures = len(matrices)
    rng = np.random.default_rng(0)  # the same pictures, the same intervals
    step = max(1, min(_RESAMPLES, _MOST_WEIGHTS // pictures))
    for first in range(0, _RESAMPLES, step):
        weights = rng.multinomial(pictures, np.full(pictures, 1 / pictures), min(step, _RESAMPLES - first))
        sums = (weights @ matrices.reshape(pictures, -1)).reshape(-1, *matrices.shape[1:])
        right = np.diagonal(sums, axis1=1, axis2=2)
        true, guessed = sums.sum(2), sums.sum(1)
        defined = (true + guessed > 0) & ((true > 0) | (not partly))
        with np.errstate(invalid="ignore", divide="ignore"):
            iou = np.where(defined, right / (true + guessed - right), np.nan)
            f1 = np.where(defined, 2 * right / (true + guessed), np.nan)
            count = defined.sum(1)
            miou = np.where(count > 0, np.nansum(iou, axis=1) / count, np.nan)
        yield np.stack([miou, f1[:, HAIR], f1[:, FACE]], axis=1)


def read_traits(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Reads a CSV of traits: a column `picture` or `portrait` (the id), or `person`, and a column for every trait.

    Returns:
        Traits by ("picture" or "person", name); empty cells are left out.

    Raises:
        DatasetError: it cannot be read, has neither column, names something twice, or a row has too many cells.
    """
    hint = "begin it with a line such as picture,tone,hair"
    try:
        rows = list(csv.reader(io.StringIO(read_bytes(path, _MOST_BYTES).decode("utf-8-sig"))))
    except (OSError, ValueError, csv.Error) as error:
        raise DatasetError(str(path), unreadable(error), hint) from error
    head = rows[0] if rows else []
    keys = [name for name in head if name in _KEYS]
    if len(keys) != 1 or len(set(head)) != len(head):
        raise DatasetError(str(path), f"has no column {' or '.join(_KEYS)}, or a column twice", hint)
    column, traits = head.index(keys[0]), {}
    for number, row in enumerate(rows[1:], 2):
        if not row:
            continue
        if len(row) != len(head):
            raise DatasetError(f"{path}, line {number}", f"has {len(row)} cells, the first line {len(head)}", hint)
        key = _KEYS[keys[0]], row[column]
        if key in traits:
            raise DatasetError(f"{path}, line {number}", f"names {row[column]!r} again", "keep one line")
        traits[key] = {name: value for name, value in zip(head, row, strict=True) if name != keys[0] and value}
    return traits
