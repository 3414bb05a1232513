"""The result of an evaluation: as values, as JSON and as a table on screen."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hairnet_data.core.classes import NAMES
from hairnet_model.evaluation.boundary import OUTLINED
from hairnet_model.evaluation.metrics import BLOB, Scores, json_number


@dataclass(frozen=True, slots=True)
class Negatives:
    """How often hair or face was predicted where nobody is.

    Attributes:
        pictures: how many there are.
        backgrounds: how many different backgrounds they show.
        pixel_share: share of false-positive pixels, 0 to 1; NaN for no pictures.
        blobs: pictures with more than `metrics.BLOB` of them.
        interval: 95 % interval of the share of such pictures (`metrics.wilson`). Its sample is the backgrounds:
            a model that sees a face in one crop of a wallpaper often sees it in the next one too (a correlation
            of 0.4 to 0.5 was measured), so the crops are not independent observations. It is a little too wide.
    """

    pictures: int
    backgrounds: int
    pixel_share: float
    blobs: int
    interval: tuple[float, float]

    @property
    def blob_share(self) -> float:
        """Share of pictures with a blob; NaN for no pictures."""
        return self.blobs / self.pictures if self.pictures else math.nan

    def to_json(self) -> dict[str, Any]:
        """Plain values by name."""
        return {
            "pictures": self.pictures,
            "backgrounds": self.backgrounds,
            "false_positive_pixels": json_number(self.pixel_share),
            "blobs": self.blobs,
            "blob_share": json_number(self.blob_share),
            "blob_share_95": [json_number(end) for end in self.interval],
        }


@dataclass(frozen=True, slots=True)
class SplitReport:
    """The scores of a split.

    Attributes:
        portraits: over all its portraits; None if it has none.
        strangers: over portraits of people the model was not trained on; None if these are unknown.
        traits: the scores of the portraits by the name and the value of each trait their recipes have.
        negatives: over its pictures with nobody in them; None if it has none.
    """

    portraits: Scores | None
    strangers: Scores | None
    traits: dict[str, dict[str, Scores]]
    negatives: Negatives | None

    def to_json(self) -> dict[str, Any]:
        """Plain values by name; None is left out, and so are traits if there are none."""
        traits = {
            name: {value: scores.to_json() for value, scores in values.items()} for name, values in self.traits.items()
        }
        parts = {"portraits": self.portraits, "strangers": self.strangers, "negatives": self.negatives}
        values: dict[str, Any] = {name: part.to_json() for name, part in parts.items() if part is not None}
        return {**values, "traits": traits} if traits else values


@dataclass(frozen=True, slots=True)
class Report:
    """Scores and latency of a model on a dataset.

    Attributes:
        dataset: the dataset's name.
        fingerprint: of its settings and content.
        source: where its portraits come from.
        image_size: side of its pictures.
        splits: in the dataset's order.
        latency_ms: median of one picture through the network on this machine; see `latency`.
        latency_size: side of that picture.
    """

    dataset: str
    fingerprint: str
    source: str
    image_size: int
    splits: dict[str, SplitReport]
    latency_ms: float
    latency_size: int

    def to_json(self) -> dict[str, Any]:
        """Plain values by name, shares from 0 to 1, None where a score is undefined."""
        return {
            "dataset": {
                "name": self.dataset,
                "fingerprint": self.fingerprint,
                "source": self.source,
                "image_size": self.image_size,
            },
            "splits": {name: split.to_json() for name, split in self.splits.items()},
            "latency": {"median_ms": round(self.latency_ms, 3), "image_size": self.latency_size, "batch": 1},
        }


def print_report(report: Report) -> None:
    """Prints the tables: every split, predictions where nobody is, and the groups of portraits."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    rows = _rows(report)
    if rows:
        console.print(_table("split", rows))
    for name, split in report.splits.items():
        if split.negatives:
            console.print(f"\n{name}: {_negatives_line(split.negatives)}")
    for title, groups in _groups(report):
        console.print()
        console.print(_table(title, groups))
    side = report.latency_size
    console.print(f"\none picture of {side} x {side} takes {report.latency_ms:.1f} ms here (median)")


def _rows(report: Report) -> list[tuple[str, Scores]]:
    """The splits, each followed by its strangers."""
    rows = []
    for name, split in report.splits.items():
        if split.portraits:
            rows.append((name, split.portraits))
        # If all are strangers, a second row would repeat the first.
        if split.portraits and split.strangers and split.strangers.pictures != split.portraits.pictures:
            rows.append(("  strangers", split.strangers))
    return rows


def _groups(report: Report) -> list[tuple[str, list[tuple[str, Scores]]]]:
    """The groups of the first split that has any, which is the clean one; the JSON has them all."""
    for name, split in report.splits.items():
        if split.traits:
            return [(f"{name} by {trait}", list(values.items())) for trait, values in split.traits.items()]
    return []


def _negatives_line(negatives: Negatives) -> str:
    """How often hair or face was predicted where nobody is, in words."""
    low, high = negatives.interval
    return (
        f"{negatives.pixel_share:.2%} of the pixels called hair or face; in {negatives.blobs:,} of "
        f"{negatives.pictures:,} pictures more than {BLOB:.1%} of them: {negatives.blob_share:.1%}, 95 % interval "
        f"{low:.1%} to {high:.1%} ({negatives.backgrounds:,} backgrounds)"
    )


def _table(head: str, rows: list[tuple[str, Scores]]) -> Any:
    """A table of scores in percent, a row per name."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(head, vertical="bottom", no_wrap=True)
    columns = ("pictures", "pixels\nright", "mIoU", "IoU\nhair", "IoU\nface", "F1\nhair", "F1\nface")
    for column in (*columns, "boundary\nF1 hair", "boundary\nF1 face", "boundary\nF1 mean"):
        table.add_column(column, justify="right", vertical="bottom")
    for name, scores in rows:
        shares = (
            scores.pixel_accuracy, scores.miou, *(scores.iou[number] for number in OUTLINED),
            *(scores.f1[number] for number in OUTLINED), *scores.boundary_f1, scores.boundary_mean,
        )  # fmt: skip
        table.add_row(name, f"{scores.pictures:,}", *map(percent, shares))
    return table


def percent(share: float) -> str:
    """A share in percent; "-" if it is undefined."""
    return "-" if math.isnan(share) else f"{100 * share:.1f}"


def agreement_line(iou: Sequence[float], pictures: int, size: int) -> str:
    """Size and agreement of an export, in one line.

    Args:
        iou: of each class, between the exported model and the Keras model, 0..1.
        pictures: how many they were compared on.
        size: of the file, in bytes.
    """
    each = ", ".join(f"{name} {value:.4f}" for name, value in zip(NAMES, iou, strict=True))
    return f"{size / 1e6:.2f} MB; IoU with the Keras model on {pictures} pictures: {each}"
