"""How far the poses of a pose head are from those of the records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.progress import Progress, silent
from hairnet_model.data import tfds_records
from hairnet_model.data.prepared_dataset import Dataset
from hairnet_model.evaluation.metrics import json_number
from hairnet_model.model_io.model_file import Model
from hairnet_model.model_io.pose_file import PoseHead
from hairnet_model.networks import pose_head, rotations
from hairnet_model.networks.pose_outputs import SURE, decode

BANDS = ((0, 30), (30, 60), (60, 100), (100, 180))
"""Groups of heads by the degrees that they look to a side; from 100 on they are seen from behind."""

ANGLES = ("yaw", "pitch", "roll")

HEADINGS = ("poses", "|yaw|", "heads", "geodesic", *ANGLES, "without bias", "centre %", "size %")
"""Of the table; see `PoseErrors`."""


@dataclass(frozen=True, slots=True)
class PoseErrors:
    """Errors over some heads, in degrees where nothing else is said; NaN for no heads.

    Attributes:
        heads: how many.
        geodesic: mean angle between the rotations.
        angles: mean absolute errors of yaw, pitch and roll.
        unbiased: the same with the mean error over all heads of the split subtracted: another data set's zero is
            another one, and the labels' own is not known.
        centre: mean distance of the origins, in frames.
        size: mean absolute error of the logarithm of the size; 0.05 is 5 %.
    """

    heads: int
    geodesic: float
    angles: tuple[float, float, float]
    unbiased: tuple[float, float, float]
    centre: float
    size: float

    def to_json(self) -> dict[str, Any]:
        """Plain values by name."""
        return {
            "heads": self.heads,
            "geodesic": json_number(self.geodesic),
            **{name: json_number(value) for name, value in zip(ANGLES, self.angles, strict=True)},
            **{f"{name}_unbiased": json_number(value) for name, value in zip(ANGLES, self.unbiased, strict=True)},
            "centre": json_number(self.centre),
            "size": json_number(self.size),
        }


@dataclass(frozen=True, slots=True)
class PoseReport:
    """The poses of a split.

    Attributes:
        total: over all labelled heads; None if there are none.
        bands: of those of `BANDS`, by their ends, that have heads.
        bias: mean errors of yaw, pitch and roll; NaN for no heads.
        missed: share of the pictures of somebody that are called nobody, 0..1; NaN for no pictures.
        invented: share of the pictures of nobody that are called somebody; NaN likewise.
    """

    total: PoseErrors | None
    bands: dict[tuple[int, int], PoseErrors]
    bias: tuple[float, float, float]
    missed: float
    invented: float

    def to_json(self) -> dict[str, Any]:
        """Plain values by name."""
        return {
            "all": self.total.to_json() if self.total else None,
            "by_yaw": {f"{low}-{high}": errors.to_json() for (low, high), errors in self.bands.items()},
            "bias": [json_number(value) for value in self.bias],
            "missed": json_number(self.missed),
            "invented": json_number(self.invented),
        }


def compare_poses(outputs: NDArray[Any], poses: NDArray[Any], is_head: NDArray[Any]) -> PoseReport:
    """Compares what the head says with what is known.

    Args:
        outputs: float (N, ..., 10) of the head.
        poses: float (N, 6) of the records, NaN where a pose is not known.
        is_head: bool (N), whether somebody is shown.
    """
    found, wanted = decode(outputs), np.asarray(poses, np.float64)
    known = np.isfinite(wanted).all(-1)
    wanted, numbers = wanted[known], found.numbers()[known]
    geodesic = rotations.angle_between(found.rotation[known], rotations.from_angles(wanted[:, :3]))
    errors = rotations.difference(numbers[:, :3] - wanted[:, :3])
    bias = errors.mean(0) if len(errors) else np.full(3, math.nan)
    centre = np.linalg.norm(numbers[:, 3:5] - wanted[:, 3:5], axis=-1)
    size = np.abs(np.log(numbers[:, 5] / wanted[:, 5]))

    def over(rows: NDArray[Any]) -> PoseErrors:
        raw, unbiased = (np.abs(each[rows]).mean(0).tolist() for each in (errors, errors - bias))
        means = (float(each[rows].mean()) for each in (geodesic, centre, size))
        angle, apart, scale = means
        return PoseErrors(int(rows.sum()), angle, tuple(raw), tuple(unbiased), apart, scale)

    yaw = np.abs(wanted[:, 0])
    groups = {(low, high): (yaw >= low) & ((yaw < high) | (high == 180)) for low, high in BANDS}
    sure, shown = found.sure >= SURE, np.asarray(is_head, bool)
    return PoseReport(
        over(np.ones(len(errors), bool)) if len(errors) else None,
        {band: over(rows) for band, rows in groups.items() if rows.any()},
        tuple(bias.tolist()),
        float(1 - sure[shown].mean()) if shown.any() else math.nan,
        float(sure[~shown].mean()) if (~shown).any() else math.nan,
    )


def measure_poses(
    model: Model, head: PoseHead, dataset: Dataset, splits: Sequence[str], progress: Progress = silent
) -> dict[str, PoseReport]:
    """Measures a pose head on splits of a dataset; each picture is seen as it is, in one pass.

    Args:
        model: whose trunk the head reads.
        head: the pose head.
        dataset: a prepared dataset.
        splits: of it.
        progress: called with the number of records done.

    Raises:
        UsageError: the dataset has no such split.
        DatasetError: a record is damaged or missing.
    """
    trunk = pose_head.trunk(model.network)
    done, total = 0, sum(dataset.count(split) for split in splits)
    reports = {}
    for split in splits:
        outputs, poses, shown = [], [], []
        for records in tfds_records.read(dataset, split, 32) if dataset.count(split) else ():
            outputs.append(np.asarray(head.network.predict_on_batch(trunk.predict_on_batch(records.images))))
            poses.append(records.pose)
            shown += [kind != "negative" for kind in records.kind]
            done += len(records.index)
            progress("measuring poses", done, total)
        if outputs:
            reports[split] = compare_poses(np.concatenate(outputs), np.concatenate(poses), np.array(shown))
    return reports


def lines(reports: dict[str, PoseReport]) -> list[str]:
    """The reports as text: a table of the labelled heads by yaw, and how often a head is missed or invented."""
    rows: list[tuple[str, ...]] = [HEADINGS]
    for split, report in reports.items():
        groups = [("all", report.total)] if report.total else []
        groups += [(f"{low}-{high}", errors) for (low, high), errors in report.bands.items()]
        for band, errors in groups:
            unbiased = " / ".join(f"{value:.1f}" for value in errors.unbiased)
            values = (f"{value:.1f}" for value in (errors.geodesic, *errors.angles))
            rest = (f"{100 * errors.centre:.1f}", f"{100 * errors.size:.1f}")
            rows.append((split, band, f"{errors.heads:,}", *values, unbiased, *rest))
    text = []
    if len(rows) > 1:
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            cells = [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
            text.append("  ".join(cells))
    for split, report in reports.items():
        parts = [
            f"{100 * share:.1f} % of the pictures of {whom} {what}"
            for share, whom, what in (
                (report.missed, "somebody", "are called nobody"),
                (report.invented, "nobody", "are called a head"),
            )
            if not math.isnan(share)
        ]
        text.append(f"{split}: {'; '.join(parts)}")
    return text
