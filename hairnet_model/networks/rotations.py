"""Rotations of heads: six numbers, matrices, angles and tangent vectors, in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.head.projection import turn_of

Floats = NDArray[np.float64]


def from_six(six: NDArray[Any]) -> Floats:
    """The rotation whose first two columns are nearest to two vectors, by Gram-Schmidt.

    Zhou, Barnes, Lu, Yang, Li: "On the continuity of rotation representations in neural networks", CVPR 2019. Unlike
    angles or quaternions the six numbers have no jump: a head that is turned past 180 degrees stays near.

    Args:
        six: (..., 6), the first column and then the second; neither zero nor parallel.

    Returns:
        float64 (..., 3, 3).
    """
    first, second = (np.asarray(part, np.float64) for part in (six[..., :3], six[..., 3:6]))
    first = first / np.maximum(np.linalg.norm(first, axis=-1, keepdims=True), 1e-9)
    second = second - (first * second).sum(-1, keepdims=True) * first
    second = second / np.maximum(np.linalg.norm(second, axis=-1, keepdims=True), 1e-9)
    return np.stack([first, second, np.cross(first, second)], -1)


def to_six(rotation: NDArray[Any]) -> Floats:
    """The first two columns of rotations (..., 3, 3), as float64 (..., 6)."""
    turn = np.asarray(rotation, np.float64)
    return np.concatenate([turn[..., 0], turn[..., 1]], -1)


def from_angles(angles: NDArray[Any]) -> Floats:
    """Rotations float64 (..., 3, 3) of yaw, pitch and roll in degrees, (..., 3); see `core.head.pose.Pose`."""
    numbers = np.radians(np.asarray(angles, np.float64))
    turns = [turn_of(*each) for each in numbers.reshape(-1, 3)]
    return np.asarray(turns, np.float64).reshape(*numbers.shape[:-1], 3, 3)


def to_angles(rotation: NDArray[Any]) -> Floats:
    """Yaw, pitch and roll in degrees, float64 (..., 3), of rotations (..., 3, 3).

    The inverse of `from_angles` for pitches between -90 and 90; yaw and roll are in -180..180.
    """
    turn = np.asarray(rotation, np.float64)
    yaw = np.arctan2(-turn[..., 2, 0], turn[..., 2, 2])
    pitch = np.arcsin(np.clip(-turn[..., 2, 1], -1, 1))
    roll = np.arctan2(-turn[..., 0, 1], turn[..., 1, 1])
    return np.asarray(np.degrees(np.stack([yaw, pitch, roll], -1)))


def angle_between(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """Geodesic distances of rotations (..., 3, 3): the least turn from one to the other in degrees, float64 (...)."""
    chord = np.linalg.norm(np.asarray(one, np.float64) - np.asarray(other, np.float64), axis=(-2, -1))
    return np.asarray(np.degrees(2 * np.arcsin(np.clip(chord / np.sqrt(8), 0, 1))))


def to_tangent(rotation: NDArray[Any]) -> Floats:
    """The axis of a rotation (3, 3) times its angle in radians, 0..pi, float64 (3): the logarithm of the matrix."""
    import cv2

    return np.asarray(cv2.Rodrigues(np.asarray(rotation, np.float64))[0], np.float64)[:, 0]


def from_tangent(tangent: NDArray[Any]) -> Floats:
    """The rotation, float64 (3, 3), about an axis (3) by its length in radians (Rodrigues)."""
    import cv2

    return np.asarray(cv2.Rodrigues(np.asarray(tangent, np.float64))[0], np.float64)


def difference(angles: NDArray[Any]) -> Floats:
    """Differences of angles in degrees, brought into -180..180."""
    return np.asarray((np.asarray(angles, np.float64) + 180) % 360 - 180)
