"""Paints shaded ribbons and the quads of a head, far ones first: hair behind the head is hidden by it.

The painter needs no depth buffer and no graphics library: OpenCV fills convex polygons.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SUPERSAMPLED = 2
"""Pixels of the canvas for each of the picture, along each side."""

_SHIFT = 4
_FARTHEST = 1 << 14  # pixels of the canvas: OpenCV's fixed point overflows far outside it

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Quads:
    """Convex polygons of four corners, one colour each.

    Attributes:
        corners: float32 (N, 4, 2), x and y in pixels of the canvas.
        near: float32 (N,), centimetres towards the camera; nearer ones hide farther ones.
        colours: float32 (N, 4), red, green, blue and coverage, each 0..255, premultiplied. All 0 erases.
    """

    corners: Floats
    near: Floats
    colours: Floats


def joined(*parts: Quads) -> Quads:
    """All of them in one."""
    return Quads(
        np.concatenate([part.corners for part in parts]),
        np.concatenate([part.near for part in parts]),
        np.concatenate([part.colours for part in parts]),
    )


def paint(quads: Quads, height: int, width: int) -> Floats:
    """Paints quads on a canvas and takes the means of its pixels.

    Args:
        quads: what to paint.
        height: of the picture, in pixels; the canvas is `SUPERSAMPLED` times as high.
        width: likewise.

    Returns:
        float32 (height, width, 4): premultiplied red, green and blue, and coverage, each 0..1.
    """
    canvas = np.zeros((height * SUPERSAMPLED, width * SUPERSAMPLED, 4), np.uint8)
    low, high = quads.corners.min(1), quads.corners.max(1)
    seen = (high >= 0).all(1) & (low[:, 0] < canvas.shape[1]) & (low[:, 1] < canvas.shape[0])
    seen &= (high - low < _FARTHEST).all(1) & (np.abs(low) < _FARTHEST).all(1)
    order = np.flatnonzero(seen)
    order = order[np.argsort(quads.near[order], kind="stable")]
    # OpenCV's pixel centres are whole numbers, ours lie half a pixel further.
    fixed = np.rint((quads.corners[order] - np.float32(0.5)) * (1 << _SHIFT)).astype(np.int32)
    colours = np.clip(quads.colours[order], 0, 255).tolist()
    fill = cv2.fillConvexPoly
    for corners, colour in zip(fixed, colours, strict=True):
        fill(canvas, corners, colour, cv2.LINE_8, _SHIFT)
    means = cv2.resize(canvas.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(means / np.float32(255), np.float32)


def ribbons(places: Floats, near: Floats, widths: Floats, colours: Floats) -> Quads:
    """Strands as ribbons that face the camera.

    Args:
        places: float32 (S, T, 2), pixels of the canvas from root to tip.
        near: float32 (S, T), cm towards the camera.
        widths: float32 (S, T), pixels of the canvas.
        colours: float32 (S, T, 4), see `Quads`.
    """
    along = np.empty_like(places)
    along[:, 1:-1] = places[:, 2:] - places[:, :-2]
    along[:, 0], along[:, -1] = places[:, 1] - places[:, 0], places[:, -1] - places[:, -2]
    length = np.sqrt((along * along).sum(-1, keepdims=True)) + np.float32(1e-6)
    # OpenCV also fills the pixels that an outline touches: half a pixel more on either side.
    half = np.maximum(0, widths[..., None] - 1) / 2
    across = along[..., ::-1] * np.array((-1, 1), np.float32) / length * half
    left, right = places - across, places + across
    corners = np.stack([left[:, :-1], left[:, 1:], right[:, 1:], right[:, :-1]], 2)
    return Quads(
        corners.reshape(-1, 4, 2),
        np.asarray((near[:, 1:] + near[:, :-1]) / 2, np.float32).reshape(-1),
        np.asarray((colours[:, 1:] + colours[:, :-1]) / 2, np.float32).reshape(-1, 4),
    )


def faces(places: Floats, near: Floats, colours: Floats) -> Quads:
    """The quads of a grid that face the camera.

    Args:
        places: float32 (R, C, 2), pixels of the canvas; seen from outside, columns go to the right and rows down.
        near: float32 (R, C), cm towards the camera.
        colours: float32 (R, C, 4), see `Quads`.
    """
    corners = np.stack([places[:-1, :-1], places[:-1, 1:], places[1:, 1:], places[1:, :-1]], 2)
    first, second = corners[..., 2, :] - corners[..., 0, :], corners[..., 3, :] - corners[..., 1, :]
    turned = first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0] > 0

    def mean(values: Floats) -> Floats:
        return np.asarray((values[:-1, :-1] + values[:-1, 1:] + values[1:, 1:] + values[1:, :-1]) / 4)

    return Quads(corners[turned], mean(near)[turned], mean(colours)[turned])
