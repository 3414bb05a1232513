"""The features of a frozen trunk, computed once for all steps of a pose head's training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.progress import Progress, silent
from hairnet_model.data import tfds_records
from hairnet_model.data.prepared_dataset import Dataset
from hairnet_model.model_io.model_file import Model
from hairnet_model.networks import pose_head
from hairnet_model.networks.pose_outputs import NUMBERS, targets

BATCH = 64


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What the head sees of N examples, and what it is to say of them.

    Attributes:
        deep: float16 (N, S/32, S/32, C).
        sixteenth: float16 (N, S/32, S/32, D).
        targets: float32 (N, 11), see `pose_outputs.targets`.
    """

    deep: NDArray[np.float16]
    sixteenth: NDArray[np.float16]
    targets: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def labelled(self) -> int:
        """How many have a known pose."""
        return int(self.targets[:, NUMBERS].sum())

    def batch(self, rows: NDArray[Any]) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
        """Some of them, as the head takes them, and their targets."""
        return [part[rows].astype(np.float32) for part in (self.deep, self.sixteenth)], self.targets[rows]


def collect(
    model: Model, parts: Sequence[tuple[Dataset, str]], progress: Progress = silent, note: str = "computing features"
) -> Features:
    """Runs the trunk over splits of datasets. An example of 224 pixels takes 25 kB.

    Args:
        model: whose trunk it is.
        parts: dataset and split, one after another.
        progress: called with the number of examples done.
        note: what they are called there.

    Raises:
        DatasetError: there is nothing in them, or a record is damaged.
        UsageError: a dataset has no such split, or the network no trunk that a head fits.
    """
    total = sum(dataset.count(split) for dataset, split in parts)
    if not total:
        names = ", ".join(str(dataset.path) for dataset, _ in parts)
        raise DatasetError(names, "has no examples", "build it with more --train-examples and --eval-examples")
    trunk = pose_head.trunk(model.network)
    size = parts[0][0].image_size
    shapes = [tuple(shape[1:]) for shape in trunk.compute_output_shape((1, size, size, 3))]
    deep, sixteenth = (np.empty((total, *shape), np.float16) for shape in shapes)
    wanted = np.empty((total, NUMBERS + 1), np.float32)
    done = 0
    progress(note, 0, total)
    for dataset, split in parts:
        for records in tfds_records.read(dataset, split, BATCH):
            rows = slice(done, done + len(records.index))
            # In 16 bits; what lies beyond them is cut off.
            seen = [np.clip(each, -6e4, 6e4) for each in trunk.predict_on_batch(records.images)]
            deep[rows], sixteenth[rows] = seen
            wanted[rows] = targets(records.pose, np.array([kind != "negative" for kind in records.kind]))
            done = rows.stop
            progress(note, done, total)
    return Features(deep, sixteenth, wanted)
