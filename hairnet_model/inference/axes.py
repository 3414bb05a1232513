"""Draws the poses of heads over photos: the axes of `core.drawing.axes`, as lines that cost little on any size."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.drawing.axes import AXES
from hairnet_data.core.head.projection import project, turn_of
from hairnet_model.inference.components import Head, HeadPose

LENGTHS = (9.0, 9.0, 15.0)
"""Of the axes to the right, down and out of the face, cm."""

_FARTHEST = 1 << 20  # sixteenths of a pixel beyond which OpenCV's integers might not reach
_EDGE = (20, 20, 20)


def draw_axes(photo: Pixels, heads: Iterable[Head]) -> Pixels:
    """A copy of a photo, uint8 (H, W, 3) RGB, with the axes of all heads whose pose is known; the largest on top."""
    painted = photo.copy()
    for head in reversed(list(heads)):
        if head.pose is not None:
            _draw(painted, head.pose)
    return as_pixels(painted)


def _draw(painted: Pixels, pose: HeadPose) -> None:
    points = np.vstack([np.zeros(3), np.diag(LENGTHS)])
    places = project(pose, points)
    sixteenths = np.clip(np.rint(16 * (places - 0.5)), -_FARTHEST, _FARTHEST).astype(int)
    origin, *tips = [(int(x), int(y)) for x, y in sixteenths]
    width = max(1, round(0.35 * min(pose.size, max(painted.shape) / 10)))
    depths = turn_of(*np.radians((pose.yaw, pose.pitch, pose.roll)))[2] * LENGTHS
    for number in np.argsort(depths):  # the nearest last
        colour = list(AXES.values())[number]
        for thickness, shade in ((width + max(2, width // 2), _EDGE), (width, colour)):
            cv2.line(painted, origin, tips[number], shade, thickness, cv2.LINE_AA, 4)
