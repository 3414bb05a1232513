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
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.metrics import Counts
from hairnet_model.evaluation.report import Negatives, Report, SplitReport
from hairnet_model.model_io.model_file import Model
from hairnet_model.networks import outputs as heads
from hairnet_model.networks.fcn import STRIDE


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One picture, what the model made of it, and how that counts.

    Attributes:
        split: where the record stands.
        index: its index there.
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
    dataset: tfds_records.Dataset,
    splits: Sequence[str] | None = None,
    batch: int = 32,
    progress: Progress = silent,
    watch: Callable[[Case], None] = lambda case: None,
) -> Report:
    """Measures a model.

    Args:
        model: any of ours.
        dataset: a prepared dataset.
        splits: which of its splits; unless given, `test` and all whose names begin with `test_`.
        batch: pictures a step; it changes the speed, not the result.
        progress: told how many records are done.
        watch: shown every case, for instance to keep the worst (`hard_examples.Worst`).

    Raises:
        UsageError: the dataset has no such split.
        DatasetError: its pictures do not fit a network, or a record is damaged or missing.
        HairnetError: the model puts out what is no number.
    """
    check_size(dataset)
    names = splits or [name for name in dataset.shards if name == "test" or name.startswith("test_")]
    counts = {name: dataset.count(name) for name in names}
    if not names:
        raise DatasetError(str(dataset.path), "has no test split", f"it has {', '.join(dataset.shards)}")
    total = sum(counts.values())
    progress("evaluating", 0, total)
    done, found = 0, {}
    for name in counts:
        tally = _Tally()
        for case in cases(model, dataset, name, batch):
            tally.add(case, model.people)
            watch(case)
            done += 1
            if done % batch == 0 or done == total:
                progress("evaluating", done, total)
        found[name] = tally.report(bool(model.people))
    speed = latency(model)
    size = dataset.image_size
    return Report(dataset.name, dataset.fingerprint, dataset.source, size, found, speed, model.image_size)


def check_size(dataset: tfds_records.Dataset) -> None:
    """Raises DatasetError if the networks cannot take the dataset's pictures."""
    size = dataset.image_size
    if size % STRIDE:
        hint = (
            f"build it with an --image-size divisible by {STRIDE}, for instance {max(1, round(size / STRIDE)) * STRIDE}"
        )
        raise DatasetError(str(dataset.path), f"has pictures of {size} pixels, which no network here takes", hint)


def cases(model: Model, dataset: tfds_records.Dataset, split: str, batch: int = 32) -> Iterator[Case]:
    """Yields every picture of a split with what the model made of it.

    Raises:
        UsageError: there is no such split.
        DatasetError: a record is damaged or missing.
        HairnetError: the model puts out what is no number.
    """
    read, wanted = 0, dataset.count(split)
    for part in tfds_records.read(dataset, split, batch) if wanted else ():
        predicted = predict(model, part.images)
        for at, index in enumerate(part.index):
            read += 1
            yield Case(
                split, index, part.kind[at], part.person[at], part.source_id[at], _traits(part.recipe[at]),
                part.images[at], part.masks[at], predicted[at], metrics.count(part.masks[at], predicted[at]),
            )  # fmt: skip
    if read != wanted:  # a shard that ends between two records reads like a whole one
        what = f"holds {read:,} records where its metadata say {wanted:,}"
        raise DatasetError(f"{dataset.path} ({split})", what, "build it again")


def predict(model: Model, images: Pixels) -> Pixels:
    """The model's class ids.

    Args:
        model: any of ours.
        images: uint8 (N, H, W, 3) RGB, H and W divisible by 32.

    Returns:
        uint8 (N, H, W).

    Raises:
        HairnetError: the model puts out what is no number.
    """
    # Compiled: 15 ms for one picture of 224 pixels where calling the network takes 120, and the same numbers.
    outputs = np.asarray(model.network.predict_on_batch(images))
    if not np.isfinite(outputs).all():
        raise HairnetError(
            "the model", "puts out values that are no numbers", "its training went astray: train it anew"
        )
    return heads.class_ids(outputs)


def latency(model: Model, runs: int = 50) -> float:
    """Median time in milliseconds of one picture from NumPy through the network and back, on this machine.

    The batch is 1 and the picture of the size the model was trained on. The compiler's and the caches' first
    runs are left out. Other work on the machine counts in.
    """
    side = model.image_size
    picture = (np.arange(side * side * 3) % 251).astype(np.uint8).reshape(1, side, side, 3)
    took = []
    for _ in range(5 + runs):
        began = time.perf_counter()
        model.network.predict_on_batch(picture)
        took.append(time.perf_counter() - began)
    return statistics.median(took[5:]) * 1000


def _traits(recipe: str) -> dict[str, str]:
    """The traits in a recipe; none if it has none: evaluation asks for pictures and masks alone."""
    try:
        traits = json.loads(recipe)["traits"]
        return {str(name): str(value) for name, value in traits.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


@dataclass(slots=True)
class _Tally:
    """What is counted of one split."""

    portraits: Counts = field(default_factory=Counts)
    strangers: Counts = field(default_factory=Counts)
    traits: dict[str, dict[str, Counts]] = field(default_factory=dict)
    shares: list[float] = field(default_factory=list)
    blobs: int = 0
    backgrounds: set[str] = field(default_factory=set)

    def add(self, case: Case, known: frozenset[str]) -> None:
        if case.kind == "negative":
            self.shares.append(metrics.false_positive_share(case.predicted))
            self.blobs += metrics.has_blob(case.predicted)
            self.backgrounds.add(case.source_id)
            return
        self.portraits += case.counts
        if case.person and hashed(case.person) not in known:
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
    """Numbers by their size, names by the alphabet."""
    return (int(group[0]) if group[0].isdecimal() else 0, group[0])
