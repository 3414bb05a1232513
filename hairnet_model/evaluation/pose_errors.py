"""How far the poses of a pose head are from those of the records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.progress import Progress, silent
from hairnet_model.data import tfds_records
from hairnet_model.data.prepared_dataset import Dataset
from hairnet_model.evaluation.metrics import json_number
from hairnet_model.inference.cuts import Located
from hairnet_model.inference.evidence import RIM
from hairnet_model.inference.segmenter import Segmenter
from hairnet_model.inference.squares import framed_square
from hairnet_model.networks import rotations

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
        total: over all labelled heads that were found; None if there are none.
        bands: of those of `BANDS`, by their ends, that have heads.
        bias: mean errors of yaw, pitch and roll; NaN for no heads.
        missed: share of the pictures of somebody in which it is not found with a pose, 0..1; NaN for no pictures.
        invented: share of the pictures of nobody in which one is found; NaN likewise.
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


def compare_poses(found: NDArray[Any], poses: NDArray[Any], is_head: NDArray[Any]) -> PoseReport:
    """Compares the poses that were found with those that are known.

    Args:
        found: float (N, 6), as records have poses; NaN where no head was found.
        poses: float (N, 6) of the records, NaN where a pose is not known.
        is_head: bool (N), whether somebody is shown.
    """
    seen, shown = np.isfinite(np.asarray(found)).all(-1), np.asarray(is_head, bool)
    known = np.isfinite(np.asarray(poses)).all(-1) & seen
    wanted, numbers = (np.asarray(each, np.float64)[known] for each in (poses, found))
    geodesic = rotations.angle_between(rotations.from_angles(numbers[:, :3]), rotations.from_angles(wanted[:, :3]))
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
    return PoseReport(
        over(np.ones(len(errors), bool)) if len(errors) else None,
        {band: over(rows) for band, rows in groups.items() if rows.any()},
        tuple(bias.tolist()),
        float(1 - seen[shown].mean()) if shown.any() else math.nan,
        float(seen[~shown].mean()) if (~shown).any() else math.nan,
    )


def measure_poses(
    segmenter: Segmenter, dataset: Dataset, splits: Sequence[str], progress: Progress = silent
) -> dict[str, PoseReport]:
    """Measures poses on splits of a dataset, as a user gets them: heads are located; see `pose_of`.

    Args:
        segmenter: of a network with a pose head.
        dataset: a prepared dataset.
        splits: of it.
        progress: called with the number of records done.

    Raises:
        UsageError: the dataset has no such split, or the network no pose head.
        DatasetError: a record is damaged or missing.
    """
    done, total = 0, sum(dataset.count(split) for split in splits)
    reports = {}
    for split in splits:
        found, poses, shown = [], [], []
        for records in tfds_records.read(dataset, split, segmenter.batch) if dataset.count(split) else ():
            seen = segmenter.look(list(records.images), poses=True)
            found += [pose_of(located, known) for located, known in zip(seen, records.pose, strict=True)]
            poses.append(records.pose)
            shown += [kind != "negative" for kind in records.kind]
            done += len(records.index)
            progress("measuring poses", done, total)
        if found:
            reports[split] = compare_poses(np.array(found), np.concatenate(poses), np.array(shown))
    return reports


def pose_of(located: Located, known: NDArray[Any]) -> tuple[float, ...]:
    """The pose that was found of a head, in the units of a record's `pose`; NaN for none.

    It is that of the largest head with a pose whose box, or `RIM` around it, the known origin lies in: a bystander's
    pose is no error of the head that was not found, and of a head that is cut off the origin lies beside its box.

    Args:
        located: what was found in the record's picture.
        known: float (6), the record's pose; NaN where it is not known, and then the largest head with a pose counts.
    """
    left, top, side = astuple(framed_square(located.height, located.width))
    x, y = left + side * known[3], top + side * known[4]
    anywhere = not np.isfinite(known).all()
    for head in located.heads:
        at_left, at_top, wide, high = head.box
        rim = RIM * max(wide, high)
        across, down = -rim <= x - at_left <= wide + rim, -rim <= y - at_top <= high + rim
        if head.pose and (anywhere or (across and down)):
            pose = head.pose
            return pose.yaw, pose.pitch, pose.roll, (pose.x - left) / side, (pose.y - top) / side, pose.size / side
    return (math.nan,) * 6


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
            f"{100 * share:.1f} % of the pictures of {what}"
            for share, what in (
                (report.missed, "somebody show no head in its place"),
                (report.invented, "nobody are called a head"),
            )
            if not math.isnan(share)
        ]
        text.append(f"{split}: {'; '.join(parts)}")
    return text
