"""Running `verify` on built datasets, and finding records in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hairnet_data.core.progress import silent
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.dataset.provenance import AvailableSources, open_available_sources
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.verify.dataset_checks import Report, verify

Features = dict[str, Any]


def verify_all(
    dataset: Path, source_dir: Path | None = None, negatives: Path | None = None, workers: int = 1
) -> Report:
    """Runs `verify` with the given folders; drawn sources are always available."""
    prepared = open_prepared(dataset)
    available = open_available_sources(prepared, source_dir, negatives, dataset.parents[2] / "downloads")
    with WorkerPool(workers) as executor:
        return verify(prepared, available, executor, silent)


def verify_records(dataset: Path) -> Report:
    """Runs `verify` without any source: faster where nothing need be rendered again."""
    with WorkerPool(1) as executor:
        return verify(open_prepared(dataset), AvailableSources(None, None), executor, silent)


def lines_of(report: Report) -> list[str]:
    """The findings as the command prints them."""
    return [str(finding) for finding in report.findings]


def record_of(dataset: Path, split: str, index: int) -> Features:
    """A record's features."""
    return open_prepared(dataset).record(split, index)


def recipe_of(dataset: Path, split: str, index: int) -> Recipe:
    """A record's recipe."""
    return Recipe.from_json(record_of(dataset, split, index)["recipe"])


def id_of(dataset: Path, split: str, index: int) -> str:
    """The id of the portrait or background that a record shows."""
    return bytes(record_of(dataset, split, index)["source_id"]).decode()


def first_index(dataset: Path, split: str, condition: Callable[[Features, Recipe], object]) -> int:
    """The index of the first record of a split for which a condition holds."""
    for index, record in enumerate(open_prepared(dataset).read(split)):
        if condition(dict(record), Recipe.from_json(record["recipe"])):  # type: ignore[arg-type]
            return index
    raise AssertionError("no such record")


def shard_of(dataset: Path, split: str) -> Path:
    """A split's only shard."""
    (path,) = dataset.glob(f"*-{split}.tfrecord-*")
    return path
