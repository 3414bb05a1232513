"""Measures a model on the splits of a prepared dataset."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import DatasetError, HairnetError
from hairnet_data.core.progress import Progress, silent
from hairnet_model.data import tfds_records
from hairnet_model.data.person_hash import hashed
from hairnet_model.data.prepared_dataset import Dataset
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.metrics import Counts
from hairnet_model.evaluation.report import Negatives, Report, SplitReport
from hairnet_model.model_io.model_file import Model
from hairnet_model.networks.fcn import STRIDE
from hairnet_model.networks.outputs import class_ids


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One picture, the model's prediction, and its counts.

    Attributes:
        split: the record's split.
        index: the record's index in it.
        kind: "portrait" or "negative".
        person: who is shown, "" for nobody or unknown.
        source_id: the portrait or background shown.
        traits: of a portrait as its recipe has them, e.g. `{"tone": "7", "hair": "curly"}`; often none.
        image: uint8 (S, S, 3) RGB.
        truth: uint8 (S, S) class ids, and `UNLABELLED`.
        predicted: uint8 (S, S) class ids of the model.
        counts: of this picture alone.
    """

    split: str
    index: int
    kind: str
    person: str
    source_id: str
    traits: dict[str, str]
    image: Pixels
    truth: Pixels
    predicted: Pixels
    counts: Counts


def evaluate(
    model: Model,
    dataset: Dataset,
    splits: Sequence[str] | None = None,
    batch: int = 32,
    progress: Progress = silent,
    watch: Callable[[Case], None] = lambda case: None,
    segment: Callable[[Pixels], Pixels] | None = None,
) -> Report:
    """Measures a model.

    Args:
        model: any of ours.
        dataset: a prepared dataset.
        splits: which of its splits; unless given, `test` and all whose names begin with `test_`.
        batch: pictures a step; it changes the speed, not the result.
        progress: called with the number of records done.
        watch: called with every case, for instance to keep the worst (`hard_examples.HardExamples`).
        segment: from pictures, uint8 (N, S, S, 3) RGB, to class ids (N, S, S), for instance `Segmenter.segment`, which
            looks at small heads closely; unless given, the model sees each picture once.

    Raises:
        UsageError: the dataset has no such split.
        DatasetError: its pictures do not fit a network, or a record is damaged or missing.
        HairnetError: the model's outputs are not finite.
    """
    check_size(dataset)
    names = splits or [name for name in dataset.shards if name == "test" or name.startswith("test_")]
    counts = {name: dataset.count(name) for name in names}
    if not names:
        raise DatasetError(str(dataset.path), "has no test split", f"it has {', '.join(dataset.shards)}")
    for name in names:
        tfds_records.check_shards(dataset, name)  # all of them before the first is measured
    total = sum(counts.values())
    progress("evaluating", 0, total)
    done, reports = 0, {}
    for name in counts:
        tally = _Tally()
        for case in cases(model, dataset, name, batch, segment):
            tally.add(case, model.people)
            watch(case)
            done += 1
            if done % batch == 0 or done == total:
                progress("evaluating", done, total)
        reports[name] = tally.report(bool(model.people))
    speed = latency(model)
    size = dataset.image_size
    return Report(dataset.name, dataset.fingerprint, dataset.source, size, reports, speed, model.image_size)


def check_size(dataset: Dataset) -> None:
    """Raises DatasetError if the networks cannot take the dataset's pictures."""
    size = dataset.image_size
    if size % STRIDE:
        nearest = max(1, round(size / STRIDE)) * STRIDE
        hint = f"build it with an --image-size divisible by {STRIDE}, for instance {nearest}"
        raise DatasetError(str(dataset.path), f"has pictures of {size} pixels, which no network here takes", hint)


def cases(
    model: Model, dataset: Dataset, split: str, batch: int = 32, segment: Callable[[Pixels], Pixels] | None = None
) -> Iterator[Case]:
    """Yields every picture of a split with the model's prediction; see `evaluate`.

    Raises:
        UsageError: there is no such split.
        DatasetError: a record is damaged or missing.
        HairnetError: the model's outputs are not finite.
    """
    for records in tfds_records.read(dataset, split, batch) if dataset.count(split) else ():
        predicted = segment(records.images) if segment else predict(model, records.images)
        for i, index in enumerate(records.index):
            yield Case(
                split, index, records.kind[i], records.person[i], records.source_id[i], _traits(records.recipe[i]),
                records.images[i], records.masks[i], predicted[i], metrics.count(records.masks[i], predicted[i]),
            )  # fmt: skip


def predict(model: Model, images: Pixels) -> Pixels:
    """The model's class ids.

    Args:
        model: any of ours.
        images: uint8 (N, H, W, 3) RGB, H and W divisible by 32.

    Returns:
        uint8 (N, H, W).

    Raises:
        HairnetError: the model's outputs are not finite.
    """
    # Compiled: 15 ms for one picture of 224 pixels where calling the network takes 120, and the same numbers.
    outputs = np.asarray(model.network.predict_on_batch(images))
    if not np.isfinite(outputs).all():
        raise HairnetError("the model", "its outputs are not finite numbers", "its training diverged: train it again")
    return class_ids(outputs)


def latency(model: Model, runs: int = 50) -> float:
    """Median time in milliseconds of one picture from NumPy through the network and back, on this machine.

    The batch is 1 and the picture has the size the model was trained on. The first five runs, which compile and fill
    caches, are left out. Other work on the machine is included.
    """
    side = model.image_size
    picture = (np.arange(side * side * 3) % 251).astype(np.uint8).reshape(1, side, side, 3)
    seconds = []
    for _ in range(5 + runs):
        started = time.perf_counter()
        model.network.predict_on_batch(picture)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[5:]) * 1000


def _traits(recipe: str) -> dict[str, str]:
    """The traits in a recipe, {} if it has none: evaluation needs pictures and masks alone."""
    try:
        traits = json.loads(recipe)["traits"]
        return {str(name): str(value) for name, value in traits.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


@dataclass(slots=True)
class _Tally:
    """Counts of one split."""

    portraits: Counts = field(default_factory=Counts)
    strangers: Counts = field(default_factory=Counts)
    traits: dict[str, dict[str, Counts]] = field(default_factory=dict)
    shares: list[float] = field(default_factory=list)
    blobs: int = 0
    backgrounds: set[str] = field(default_factory=set)

    def add(self, case: Case, people: frozenset[str]) -> None:
        if case.kind == "negative":
            self.shares.append(metrics.false_positive_share(case.predicted))
            self.blobs += metrics.has_blob(case.predicted)
            self.backgrounds.add(case.source_id)
            return
        self.portraits += case.counts
        if case.person and hashed(case.person) not in people:
            self.strangers += case.counts
        for name, value in case.traits.items():
            values = self.traits.setdefault(name, {})
            values[value] = values.get(value, Counts()) + case.counts

    def report(self, people_known: bool) -> SplitReport:
        portraits = metrics.score(self.portraits) if self.portraits.pictures or not self.shares else None
        traits = {
            name: {value: metrics.score(counts) for value, counts in sorted(values.items(), key=_in_order)}
            for name, values in sorted(self.traits.items())
        }
        strangers = metrics.score(self.strangers) if portraits and people_known else None
        return SplitReport(portraits, strangers, traits, self._negatives() if self.shares else None)

    def _negatives(self) -> Negatives:
        pictures, backgrounds = len(self.shares), len(self.backgrounds)
        interval = metrics.wilson(self.blobs / pictures * backgrounds, backgrounds)
        return Negatives(pictures, backgrounds, float(np.mean(self.shares)), self.blobs, interval)


def _in_order(group: tuple[str, Any]) -> tuple[int, str]:
    """A sort key: numbers by size, names by the alphabet."""
    return (int(group[0]) if group[0].isdecimal() else 0, group[0])
