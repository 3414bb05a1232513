"""From the numbers of the pose head to poses, and from poses to what it is trained to put out, in NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_model.networks import rotations
from hairnet_model.networks.rotations import Floats

NUMBERS = 10
"""Of the head's output: six of the rotation, x and y of the origin in frames, the logarithm of the size in units of
`USUAL_SIZE`, and the logit of a head being there."""

USUAL_SIZE = 0.028
"""Frames per cm of a head that fills about two thirds of the square."""

REACH = (0.012, 0.07)
"""Frames per cm of the heads whose poses the head is trained on: from a third of the square to more than all of it.

`inference.locate` cuts smaller ones out, and what fills more of the picture hardly shows which way it looks.
"""

SURE = 0.9
"""From this probability of a head on there is one. Of LFW's 250 validation portraits none is below 0.99."""


@dataclass(frozen=True, slots=True, eq=False)
class Poses:
    """Poses of N squares, in frames of the square.

    Attributes:
        rotation: float64 (N, 3, 3), from the head's axes to the camera's; see `core.head.pose.Pose`.
        centre: float64 (N, 2), of the head's origin.
        size: float64 (N), frames per cm.
        sure: float64 (N), probability that a head is there, 0..1.
    """

    rotation: Floats
    centre: Floats
    size: Floats
    sure: Floats

    def __len__(self) -> int:
        return len(self.sure)

    def __getitem__(self, row: int) -> Poses:
        """The pose of one square, as N = 1."""
        rows = slice(row, row + 1)
        return Poses(self.rotation[rows], self.centre[rows], self.size[rows], self.sure[rows])

    def numbers(self) -> Floats:
        """Yaw, pitch and roll in degrees, x, y and size, float64 (N, 6), in the order of a record's `pose`."""
        angles = rotations.to_angles(self.rotation)
        return np.concatenate([angles, self.centre, self.size[:, None]], -1)


def decode(outputs: NDArray[Any]) -> Poses:
    """Poses of what the head puts out, float (N, ..., 10)."""
    values = np.asarray(outputs, np.float64).reshape(-1, NUMBERS)
    size = USUAL_SIZE * np.exp(np.clip(values[:, 8], -5, 5))
    sure = 1 / (1 + np.exp(-np.clip(values[:, 9], -50, 50)))
    return Poses(rotations.from_six(values[:, :6]), values[:, 6:8], size, sure)


def targets(poses: NDArray[Any], is_head: NDArray[Any]) -> NDArray[np.float32]:
    """What the head is trained to put out.

    Args:
        poses: float (N, 6) of records, NaN where a pose is not known.
        is_head: bool (N), whether somebody is shown.

    Returns:
        float32 (N, 11): the numbers of the head, with 0 or 1 in place of the last, and 1 where the pose is known, else
        0; the first nine are then 0. A pose counts as not known where the size is out of `REACH` or the origin is
        outside the square.
    """
    numbers = np.asarray(poses, np.float64)
    centre, size = numbers[:, 3:5], numbers[:, 5]  # comparisons with NaN are false
    inside = ((centre >= 0) & (centre <= 1)).all(-1)
    known = np.isfinite(numbers).all(-1) & inside & (size >= REACH[0]) & (size <= REACH[1])
    values = np.zeros((len(numbers), NUMBERS + 1), np.float32)
    values[:, NUMBERS - 1], values[:, NUMBERS] = is_head, known
    if known.any():
        angles, centre, size = numbers[known, :3], numbers[known, 3:5], numbers[known, 5:]
        six = rotations.to_six(rotations.from_angles(angles))
        values[known, : NUMBERS - 1] = np.concatenate([six, centre, np.log(size / USUAL_SIZE)], -1)
    return values
