"""Steadies the poses of a video's heads: still where they hardly move, without lag where they do.

The One Euro filter (Casiez, Roussel, Vogel: "1€ Filter", CHI 2012) is a low-pass whose cutoff rises with the speed. It
runs on what has neither jumps nor corners: the rotation's tangent vector at the last output, the centre in units of the
head's size, and the logarithm of the size; never on angles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hairnet_model.inference.components import Box, Head, HeadPose, overlap
from hairnet_model.inference.posing import box_of
from hairnet_model.networks import rotations
from hairnet_model.networks.rotations import Floats

SLOWEST = 0.5
"""Cutoff in Hz of a head that does not move."""

SPEED_CUTOFF = 1.0
"""Cutoff in Hz of the speed itself."""

QUICKER = (2.0, 0.3, 3.0)
"""By how many Hz the cutoff rises with each unit a second of the rotation (radians), the centre (cm) and the logarithm
of the size."""

FORGOTTEN = 0.5
"""Seconds without a pose after which a head is another one."""

LEAST_OVERLAP = 0.3
"""Of the boxes of a head in two frames, see `components.overlap`."""


def share_of_new(cutoff: float, seconds: float) -> float:
    """The weight of a new value in exponential smoothing with a cutoff in Hz, 0..1."""
    turn = 2 * math.pi * cutoff * seconds
    return turn / (turn + 1)


@dataclass(slots=True)
class PoseFilter:
    """Steadies one head's poses, given one after another.

    Attributes:
        seconds: when the last one was; None before the first.
        rotation: what was shown last, float64 (3, 3).
        place: likewise, float64 (2), in pixels.
        size: likewise, the logarithm of the pixels per cm, float64 (1).
        speeds: low-passed, of the rotation (3), the place in cm (2) and the size (1), in units a second.
    """

    seconds: float | None = None
    rotation: Floats = field(default_factory=lambda: np.eye(3))
    place: Floats = field(default_factory=lambda: np.zeros(2))
    size: Floats = field(default_factory=lambda: np.zeros(1))
    speeds: list[Floats] = field(default_factory=lambda: [np.zeros(3), np.zeros(2), np.zeros(1)])

    def steady(self, pose: HeadPose, seconds: float) -> HeadPose:
        """What to show of a pose.

        After a pause of more than `FORGOTTEN`, or a step back in time, it begins anew.

        Args:
            pose: as it was found, in the photo's pixels.
            seconds: when.
        """
        rotation = rotations.from_angles(np.array([pose.yaw, pose.pitch, pose.roll]))
        place, size = np.array([pose.x, pose.y]), np.array([math.log(pose.size)])
        since = math.inf if self.seconds is None else seconds - self.seconds
        if 0 < since <= FORGOTTEN:
            turn = self._let_through(0, rotations.to_tangent(rotation @ self.rotation.T), since)
            self.rotation = rotations.from_tangent(turn) @ self.rotation
            unit = float(np.exp(self.size[0]))  # pixels per cm
            self.place = self.place + unit * self._let_through(1, (place - self.place) / unit, since)
            self.size = self.size + self._let_through(2, size - self.size, since)
        elif since != 0:
            self.rotation, self.place, self.size = rotation, place, size
            self.speeds = [np.zeros_like(speed) for speed in self.speeds]
        self.seconds = seconds
        yaw, pitch, roll = rotations.to_angles(self.rotation).tolist()
        x, y = self.place.tolist()
        return replace(pose, yaw=yaw, pitch=pitch, roll=roll, x=x, y=y, size=float(np.exp(self.size[0])))

    def _let_through(self, number: int, change: Floats, seconds: float) -> Floats:
        """The part of a change that is shown, of the value with that number in `QUICKER`."""
        speed = self.speeds[number]
        self.speeds[number] = speed = speed + share_of_new(SPEED_CUTOFF, seconds) * (change / seconds - speed)
        cutoff = SLOWEST + QUICKER[number] * float(np.linalg.norm(speed))
        return share_of_new(cutoff, seconds) * change


class PoseSteadier:
    """Steadies the poses of all heads of a video's frames, given one after another.

    Attributes:
        followed: boxes of the heads that were seen last, and their filters.
    """

    def __init__(self) -> None:
        self.followed: list[tuple[Box, PoseFilter]] = []

    def steady(self, heads: Sequence[Head], seconds: float) -> tuple[Head, ...]:
        """The heads of the next frame with steadied poses.

        A head is the one of the frames before whose box overlaps its own the most.

        Args:
            heads: of the frame.
            seconds: when it is shown.
        """
        before = [each for each in self.followed if 0 <= seconds - (each[1].seconds or 0.0) <= FORGOTTEN]
        now: list[tuple[Box, PoseFilter]] = []
        steadied = []
        for head in heads:
            if head.pose is not None:
                box = box_of(head)
                near = max(before, key=lambda each: overlap(each[0], box), default=None)
                known = PoseFilter()
                if near is not None and overlap(near[0], box) > LEAST_OVERLAP:
                    before.remove(near)
                    known = near[1]
                head = replace(head, pose=known.steady(head.pose, seconds))
                now.append((box, known))
            steadied.append(head)
        self.followed = [*now, *before]
        return tuple(steadied)

    def to_json(self) -> list[dict[str, Any]]:
        """All that the next frame depends on, as JSON values."""
        return [
            {
                "box": box,
                "seconds": known.seconds,
                "rotation": known.rotation.tolist(),
                "place": known.place.tolist(),
                "size": known.size.tolist(),
                "speeds": [speed.tolist() for speed in known.speeds],
            }
            for box, known in self.followed
        ]

    def restore(self, values: Sequence[dict[str, Any]]) -> None:
        """The inverse of `to_json`. Raises KeyError, TypeError or ValueError for anything else."""
        self.followed = []
        for each in values:
            x, y, width, height = each["box"]
            rotation, place, size = (np.array(each[name], np.float64) for name in ("rotation", "place", "size"))
            speeds = [np.array(speed, np.float64) for speed in each["speeds"]]
            known = PoseFilter(each["seconds"], rotation, place, size, speeds)
            self.followed.append(((x, y, width, height), known))
