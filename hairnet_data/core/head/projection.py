"""Where the points of a head appear in a picture."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

CAMERA_DISTANCE = 110.0
"""Centimetres from the camera to the head's origin; portraits are drawn with it, and measured ones are close to it."""


class Placed(Protocol):
    """What `project` needs of a pose: that of a record (`pose.Pose`), or one in pixels of a photo."""

    @property
    def yaw(self) -> float: ...
    @property
    def pitch(self) -> float: ...
    @property
    def roll(self) -> float: ...
    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float: ...
    @property
    def size(self) -> float: ...


def turn_of(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """The rotation Rz(roll) Rx(pitch) Ry(yaw) from the head's axes to the camera's, see `Pose`.

    Args:
        yaw: to the right of the picture, radians.
        pitch: down, radians.
        roll: clockwise on the screen, radians.

    Returns:
        float64 (3, 3).
    """
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y)


def project(pose: Placed, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Projects points of a head into its picture.

    The principal axis of the perspective goes through the head's origin, not through the picture's centre: a head that
    is moved looks the same, so a shifted picture keeps its pose.

    Args:
        pose: of the head.
        points: (..., 3) in the head's axes, cm; nearer than `CAMERA_DISTANCE`.

    Returns:
        float64 (..., 2): x and y in the unit of the pose, for a record's in frames.
    """
    seen = np.asarray(points) @ turn_of(*np.radians((pose.yaw, pose.pitch, pose.roll))).T
    zoom = pose.size * CAMERA_DISTANCE / (CAMERA_DISTANCE - seen[..., 2:])
    return np.asarray((pose.x, pose.y) + seen[..., :2] * zoom)
