"""Points of a head in the pixels of a canvas."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.head.projection import CAMERA_DISTANCE, Placed, turn_of
from hairnet_model.effects.matting import smoothstep
from hairnet_model.tryon import head

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class View:
    """A head's pose in the pixels of some canvas, and how broad the head is.

    Attributes:
        yaw: degrees, as `core.head.pose.Pose` has it, and so are pitch and roll.
        pitch: degrees.
        roll: degrees.
        x: of the head's origin, in pixels from the canvas's left edge.
        y: from its upper edge.
        size: pixels per centimetre at the depth of the origin.
        breadth: what the head's x is multiplied by.
        hairline: centimetres that the hairline at the forehead lies higher than usual.
    """

    yaw: float
    pitch: float
    roll: float
    x: float
    y: float
    size: float
    breadth: float = 1.0
    hairline: float = 0.0

    @classmethod
    def of(cls, pose: Placed) -> View:
        """The view of a pose in pixels."""
        return cls(pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.size)

    def on(self, left: float, top: float, scale: float) -> View:
        """The same on a canvas that shows the picture from (left, top) on, `scale` times as large."""
        return replace(self, x=(self.x - left) * scale, y=(self.y - top) * scale, size=self.size * scale)

    @property
    def turn(self) -> Floats:
        """float32 (3, 3), from the head's axes to the camera's."""
        return turn_of(*np.radians((self.yaw, self.pitch, self.roll))).astype(np.float32)

    def seen(self, points: Floats) -> Floats:
        """Points (..., 3) of a head of usual breadth in the camera's axes, in cm."""
        turn = self.turn * np.array((self.breadth, 1, 1), np.float32)
        return np.asarray(points @ turn.T, np.float32)

    def seen_hair(self, points: Floats) -> Floats:
        """Points (S, T, 3) of strands in the camera's axes; those that grow at the forehead follow its hairline."""
        if not self.hairline:
            return self.seen(points)
        roots = points[:, :1]
        up = np.array((0, -1, -0.45), np.float32) * np.float32(self.hairline)  # the forehead slopes back
        return self.seen(points + up * self.on_forehead(roots)[..., None])

    @staticmethod
    def on_forehead(points: Floats) -> Floats:
        """1 at points (..., 3) of the forehead, 0 behind and below it."""
        return smoothstep(1, 6, points[..., 2]) * smoothstep(2, 5, -points[..., 1])

    def seen_body(self, points: Floats) -> Floats:
        """The same of points of the shoulders, which follow the head's yaw a little and its pitch not at all."""
        pivot = np.array(head.PIVOT, np.float32)
        foot = self.seen(pivot)
        turn = turn_of(np.radians(head.FOLLOWS * self.yaw), 0, np.radians(head.FOLLOWS * self.roll)).astype(np.float32)
        return np.asarray((points - pivot) @ turn.T + foot, np.float32)

    def seen_surface(self, name: str) -> Floats:
        """Points of a surface of `head` in the camera's axes."""
        points = head.surfaces()[name].points
        return self.seen(points) if name in head.SKIN else self.seen_body(points)

    def places(self, seen: Floats) -> Floats:
        """Points (..., 3) of `seen` on the canvas, float32 (..., 2)."""
        return np.asarray(np.array((self.x, self.y), np.float32) + seen[..., :2] * self.zoom(seen)[..., None])

    def zoom(self, seen: Floats) -> Floats:
        """Pixels per centimetre at points (..., 3) of `seen`."""
        return np.asarray(np.float32(self.size * CAMERA_DISTANCE) / (np.float32(CAMERA_DISTANCE) - seen[..., 2]))
