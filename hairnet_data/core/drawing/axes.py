"""Draws a head's pose over its picture: three axes from the head's origin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.drawing.overlay import Colour, lay_over
from hairnet_data.core.head.projection import project, turn_of

if TYPE_CHECKING:
    from hairnet_data.core.head.pose import Pose

AXES: dict[str, Colour] = {"right": (255, 176, 32), "down": (200, 120, 255), "nose": (40, 190, 255)}
"""RGB of each of the head's own axes x, y and z, in order; unlike the colours of hair and face."""

_LENGTH = 11.0
"""Of an axis, cm: the last one ends just before the tip of the nose."""


def draw_axes(image: Pixels, poses: Sequence[Pose]) -> Pixels:
    """Draws the axes of heads, each with a dot at its end.

    Args:
        image: uint8 (H, W, 3) RGB.
        poses: of the heads in it; the last is drawn above the others.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    return lay_over(image, axes_layer(poses, image.shape[0], image.shape[1])) if poses else image


def axes_layer(poses: Sequence[Pose], height: int, width: int, thick: float = 0.0) -> Pixels:
    """Draws the lines of `draw_axes` on a transparent layer, to be laid over a picture of any size.

    Args:
        poses: of the heads, in the frame of which the picture is the middle, see `Pose`.
        height: rows of the layer.
        width: columns of the layer.
        thick: thickness of the lines in pixels at most; 0 for one that suits the size.

    Returns:
        uint8 (height, width, 4) RGBA, transparent where there is no line.
    """
    thickest = thick or max(1.5, min(height, width) / 130)
    # Premultiplied colour, and how much of the picture shows through.
    layer, clear = np.zeros((height, width, 3), np.float32), np.ones((height, width), np.float32)
    for pose in poses:
        # Thinner on a small head, which would be hidden.
        thick = min(thickest, max(1.0, 0.7 * pose.size * max(height, width)))
        ends = _ends(pose, height, width)
        turned = turn_of(*np.radians((pose.yaw, pose.pitch, pose.roll)))
        nearest_last = [(tuple(AXES)[number], ends[number + 1]) for number in np.argsort(turned[2])]
        for name, end in nearest_last:
            dot = _to_line(end, end, height, width) - np.float32(thick * 0.8)
            distance = np.minimum(_to_line(ends[0], end, height, width), dot)
            for colour, wide in (((0, 0, 0), thick + 1.5), (AXES[name], thick)):
                share = np.clip(np.float32(wide / 2 + 0.5) - distance, 0, 1)
                share *= np.float32(0.55 if wide > thick else 1)
                layer += (np.array(colour, np.float32) - layer) * share[..., None]
                clear *= np.float32(1) - share
    cover = np.float32(1) - clear
    layer /= np.maximum(cover, np.float32(1 / 255))[..., None]  # from premultiplied to straight alpha
    rgba = np.dstack([np.minimum(layer, np.float32(255)), cover * np.float32(255)])
    return np.asarray(np.rint(rgba), np.uint8)


def _ends(pose: Pose, height: int, width: int) -> NDArray[np.float64]:
    """Where the origin and the ends of the three axes are, in pixels: float64 (4, 2), x and y."""
    points = project(pose, np.vstack([np.zeros(3), _LENGTH * np.eye(3)]))
    return np.asarray((points - 0.5) * max(height, width) + (width / 2, height / 2))


def _to_line(start: NDArray[np.float64], end: NDArray[np.float64], height: int, width: int) -> NDArray[np.float32]:
    """Each pixel's distance to a line from start to end, in pixels: float32 (height, width)."""
    right = np.arange(width, dtype=np.float32) + np.float32(0.5 - start[0])
    down = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5 - start[1])
    x, y = (np.float32(value) for value in end - start)
    along = np.clip((right * x + down * y) / max(x * x + y * y, np.float32(1e-6)), 0, 1)
    return np.hypot(right - along * x, down - along * y)
