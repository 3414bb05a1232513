"""Draws the poses of heads: three axes from where the head's origin is, the one out of the face the longest."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.head.pose import Pose
from hairnet_data.core.head.projection import project
from hairnet_model.inference.components import Head, HeadPose

AXES = (
    ((9.0, 0.0, 0.0), (255, 92, 92)),
    ((0.0, 9.0, 0.0), (120, 220, 90)),
    ((0.0, 0.0, 16.0), (80, 170, 255)),
)
"""Ends of the head's axes in cm and their colours: red to the right, green down, blue out of the face."""


def draw_axes(photo: Pixels, heads: Iterable[Head]) -> Pixels:
    """A copy of a photo, uint8 (H, W, 3) RGB, with the axes of all heads whose pose is known."""
    painted = photo.copy()
    for head in heads:
        if head.pose is not None:
            _draw(painted, head.pose)
    return as_pixels(painted)


def _draw(painted: Pixels, pose: HeadPose) -> None:
    ends = np.array([end for end, _ in AXES])
    places = project(Pose(pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.size), np.vstack([np.zeros(3), ends]))
    origin, *tips = [tuple(round(float(16 * value)) for value in place) for place in places - 0.5]
    width = max(1, round(0.45 * pose.size))
    nearest_last = sorted(zip(tips, AXES, strict=True), key=lambda each: _depth(pose, each[1][0]))
    for tip, (_, colour) in nearest_last:
        for thickness, shade in ((width + max(2, width // 2), (20, 20, 20)), (width, colour)):
            cv2.line(painted, origin, tip, shade, thickness, cv2.LINE_AA, 4)


def _depth(pose: HeadPose, end: tuple[float, float, float]) -> float:
    """How near the camera an axis ends, in cm."""
    from hairnet_model.networks.rotations import from_angles

    return float((from_angles(np.array([pose.yaw, pose.pitch, pose.roll])) @ np.array(end))[2])
