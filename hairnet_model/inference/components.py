"""Heads in a mask: what hangs together, divided by the faces in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.squares import Square

LEAST_FACE = 0.002
"""Smallest face, in areas of the network's square."""

LEAST_HAIR = 0.005
"""Smallest hair without a face."""

PART = 0.25
"""A face smaller than this share of another one that it hangs together with is a part of it: an ear, a neck."""

Box = tuple[float, float, float, float]
"""(x, y, width, height) in pixels of the photo."""


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Which way a head looks, where it is and how large; axes and signs are those of `core.head.pose.Pose`.

    Attributes:
        yaw: degrees in -180..180, positive where the face looks to the right of the picture.
        pitch: degrees in -90..90, positive where it looks down.
        roll: degrees in -180..180, positive where the head is turned clockwise on the screen.
        x: of the head's origin between the ears, in pixels of the photo from its left edge.
        y: of the head's origin, in pixels from the upper edge.
        size: pixels per centimetre at the depth of the origin.
        sure: probability of a head, 0.9..1.
    """

    yaw: float
    pitch: float
    roll: float
    x: float
    y: float
    size: float
    sure: float

    def to_json(self) -> dict[str, float]:
        """Values by name, rounded to a tenth of what a picture can tell."""
        digits = {"yaw": 2, "pitch": 2, "roll": 2, "x": 2, "y": 2, "size": 4, "sure": 4}
        return {name: round(getattr(self, name), count) + 0.0 for name, count in digits.items()}  # no -0.0


@dataclass(frozen=True, slots=True)
class Head:
    """A head that was found.

    Attributes:
        box: (x, y, width, height) of its hair and face, in pixels of the photo.
        sure: mean probability of hair or face in it, 0..1.
        pose: its pose; None where the network has no pose head, was not asked, or the pose head sees no head there.
    """

    box: tuple[int, int, int, int]
    sure: float
    pose: HeadPose | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """Hair and face that belong together.

    Attributes:
        box: in pixels of the photo.
        area: in pixels of the photo.
        sure: mean probability of hair or face.
        has_face: whether there is a face, or hair alone.
        cropped: whether it touches the border of the square it was seen in.
    """

    box: Box
    area: float
    sure: float
    has_face: bool
    cropped: bool

    @property
    def longer(self) -> float:
        """The longer side of its box, in pixels."""
        return max(self.box[2], self.box[3])

    def head(self, height: int, width: int) -> Head:
        """The same as a head whose box lies within the photo."""
        x, y, wide, tall = self.box
        left, top = max(0, round(x)), max(0, round(y))
        right, bottom = min(width, round(x + wide)), min(height, round(y + tall))
        return Head((left, top, max(1, right - left), max(1, bottom - top)), round(self.sure, 4))


def components(
    probabilities: Probabilities,
    square: Square,
    shape: tuple[int, int],
    least_face: float = LEAST_FACE,
    least_hair: float = LEAST_HAIR,
) -> list[Component]:
    """Heads in a square.

    Hair goes to the nearest face of those that it hangs together with, so that people who touch are two; small faces
    are parts of the large one beside them.

    Args:
        probabilities: float32 (S, S, 3).
        square: where the square lies in the photo.
        shape: rows and columns of the photo; what is said of the square outside it does not count.
        least_face: smallest face, in areas of the square.
        least_hair: smallest hair without a face.
    """
    size = probabilities.shape[0]
    classes = np.argmax(probabilities, -1).astype(np.uint8)
    centres = (np.arange(size) + 0.5) * square.side / size
    for axis, (start, length) in enumerate(((square.top, shape[0]), (square.left, shape[1]))):
        outside = (start + centres < 0) | (start + centres > length)
        classes[(outside, slice(None)) if axis == 0 else (slice(None), outside)] = BACKGROUND
    anything = (classes != BACKGROUND).astype(np.uint8)
    count, whole = cv2.connectedComponents(anything, connectivity=8)
    if count == 1:
        return []
    owner = _owners(classes, np.asarray(whole), least_face * classes.size)
    likely = 1 - probabilities[..., BACKGROUND]
    parts = []
    for number in range(1, int(owner.max()) + 1):
        own = owner == number
        area = int(np.count_nonzero(own))
        face = int(np.count_nonzero(own & (classes == FACE)))
        if face < least_face * size * size and area < least_hair * size * size:
            continue
        rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
        first, last = (int(columns[0]), int(rows[0])), (int(columns[-1]) + 1, int(rows[-1]) + 1)
        scale = square.side / size
        box = (
            square.left + first[0] * scale,
            square.top + first[1] * scale,
            (last[0] - first[0]) * scale,
            (last[1] - first[1]) * scale,
        )
        cropped = min(first) == 0 or max(last) == size
        has_face = face >= least_face * size * size
        parts.append(Component(box, area * scale**2, float(likely[own].mean()), has_face, cropped))
    return parts


def _owners(classes: Pixels, whole: NDArray[Any], least: float) -> NDArray[np.int32]:
    """The head of every pixel, from 1; 0 for background. Faces of fewer than `least` pixels are parts of others."""
    face = (classes == FACE).astype(np.uint8)
    _, faces, stats, _ = cv2.connectedComponentsWithStats(face, connectivity=8)
    owner = np.zeros(classes.shape, np.int32)
    heads = 0
    for number in range(1, int(whole.max()) + 1):
        inside = whole == number
        parts = [int(at) for at in np.unique(faces[inside]) if at]
        areas = {at: int(stats[at, cv2.CC_STAT_AREA]) for at in parts}
        largest = max(areas.values(), default=0)
        seeds = [at for at in parts if areas[at] >= max(least, PART * largest)]
        if len(seeds) < 2:
            heads += 1
            owner[inside] = heads
            continue
        apart = [cv2.distanceTransform((faces != seed).astype(np.uint8), cv2.DIST_L2, 5) for seed in seeds]
        owner[inside] = heads + 1 + np.argmin(np.stack(apart), 0)[inside]
        heads += len(seeds)
    return owner


def overlap(one: Box, other: Box) -> float:
    """Area that two boxes share, as a share of the smaller one's."""
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    tall = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if wide <= 0 or tall <= 0:
        return 0.0
    return wide * tall / max(1e-9, min(one[2] * one[3], other[2] * other[3]))
