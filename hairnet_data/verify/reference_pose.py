"""The reference for poses: what must a record's pose be?

The points of the alignment contract that concern poses (see `reference_mask` for the others):

13. The pose is float32 (6): yaw, pitch, roll in degrees, x and y of the head's origin in frames, size in frames per cm;
    see `core.head.pose.Pose`. All six are NaN for a negative, and where the source does not know the pose.
14. With the rotation R = Rz(roll) Rx(pitch) Ry(yaw) of the head in its portrait, an affine map of clockwise rotation
    phi and mirror M = diag(-1, 1, 1) makes it Rz(phi) M R M. So a mirror changes the signs of yaw and roll, rotation
    adds to roll alone, and scale and shift leave all three.
15. The head's origin moves by the matrix that moves the picture, its size by the scale.
16. The identity recipe returns the pose; a map and then its inverse restore it.
17. A group has the pose of its largest portrait, the one of `source_id`; its recipe has that of every portrait.
18. Where the pose projects a point of the head, the picture shows it, within half a pixel. A mirrored picture shows a
    mirrored head: its point (x, y, z) is (-x, y, z) of the head in the portrait.

It shares no code with `geometry` and with `core.head.projection`, and compares rotations as matrices: -180 and 180
degrees are one angle.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hairnet_data.recipes.recipe import Recipe

POSE_TOLERANCE = 1e-6
"""Of the entries of rotations; of x and y in frames, or of themselves beyond 1; of sizes relative to them."""


def rotation_of(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Multiplies Rz(roll) Rx(pitch) Ry(yaw), angles in degrees: float64 (3, 3).

    The axes are x right, y down, z towards the camera. Yaw takes z towards x, pitch z towards y, roll x towards y.
    """
    return _turn(0, 1, roll) @ _turn(2, 1, pitch) @ _turn(2, 0, yaw)


def _turn(axis: int, towards: int, degrees: float) -> NDArray[np.float64]:
    """The rotation in the plane of two axes that takes the first towards the second."""
    matrix = np.eye(3)
    matrix[axis, axis] = matrix[towards, towards] = math.cos(math.radians(degrees))
    matrix[towards, axis] = math.sin(math.radians(degrees))
    matrix[axis, towards] = -matrix[towards, axis]
    return matrix


def pose_error(numbers: Sequence[float], recipe: Recipe) -> str:
    """Says what is wrong with a record's pose, "" if nothing is.

    Args:
        numbers: the record's feature `pose`.
        recipe: the record's own.
    """
    if len(numbers) != 6:
        return f"its pose has {len(numbers)} numbers, not 6"
    unknown = [math.isnan(number) for number in numbers]
    if recipe.pose is None:
        owner = "a negative" if recipe.kind == "negative" else "its recipe"
        return "" if all(unknown) else f"it has a pose, and {owner} has none"
    if any(unknown):
        return "it has no pose, and its recipe has one"
    pose, affine = recipe.pose, recipe.affine
    mirror = np.diag([-1.0 if affine.mirror else 1.0, 1.0, 1.0])
    turned = _turn(0, 1, affine.rotation) @ mirror @ rotation_of(pose.yaw, pose.pitch, pose.roll) @ mirror
    found = rotation_of(*numbers[:3])
    if not np.abs(found - turned).max() <= POSE_TOLERANCE:
        yaw, pitch, roll = numbers[:3]
        return f"its head is turned by {yaw:.2f}, {pitch:.2f}, {roll:.2f}, which its recipe does not say"
    from_centre = complex(pose.x - 0.5, pose.y - 0.5)
    if affine.mirror:
        from_centre = -from_centre.conjugate()
    place = complex(0.5, 0.5) + complex(*affine.shift)
    place += affine.scale * cmath.exp(1j * math.radians(affine.rotation)) * from_centre
    expected = (place.real, place.imag, pose.size * affine.scale)
    for name, value, right in zip(("x", "y", "size"), numbers[3:], expected, strict=True):
        unit = abs(right) if name == "size" else max(1.0, abs(right))
        if not abs(value - right) <= POSE_TOLERANCE * unit:
            return f"its head's {name} is {value:.5f}, by its recipe {right:.5f}"
    return ""
