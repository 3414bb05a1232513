"""The head as a surface in space: its shape, its pose, and what of it the camera sees."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.head.projection import CAMERA_DISTANCE
from hairnet_data.sources.drawn.canvas import Bytes, Floats
from hairnet_data.sources.drawn.traits import Person

FIELD = 256
"""Side of the square fields that hold what the camera sees of the head."""

# Rings from the crown over the face and under the chin to the neck, cm: height at the front, height
# at the side, half width, depth of the front, depth of the back. After common adult proportions: a
# head 23 high, 15.4 wide, 19.6 deep, the eyes half-way up.
_RINGS = np.array(
    [
        (-11.6, -11.6, 0.05, 0.05, -0.05),
        (-11.2, -11.2, 2.9, 3.6, -4.2),
        (-10.2, -10.2, 4.9, 6.0, -6.7),
        (-8.2, -8.4, 6.5, 8.1, -8.9),
        (-5.6, -6.0, 7.35, 9.2, -9.8),
        (-3.2, -3.8, 7.65, 9.6, -10.0),
        (-1.4, -2.0, 7.55, 9.7, -9.9),
        (0.5, -0.4, 7.35, 9.2, -9.5),
        (2.5, 1.2, 7.2, 9.1, -8.9),
        (4.6, 2.8, 6.9, 9.2, -8.0),
        (6.7, 4.4, 6.5, 9.3, -7.0),
        (8.5, 5.8, 6.1, 9.0, -6.2),
        (10.2, 7.0, 5.6, 8.9, -5.8),
        (11.3, 7.7, 5.1, 8.2, -5.4),
        (11.5, 8.1, 4.7, 6.6, -5.2),
        (10.9, 8.4, 4.4, 4.2, -5.0),
    ]
)
_ROWS, _COLUMNS = 60, 96
_SEEN = slice(_COLUMNS // 2 - 32, _COLUMNS // 2 + 33)
"""The columns around the one that faces the camera; the others are turned away."""


@dataclass(frozen=True, slots=True)
class Pose:
    """A turn of the head and where it stands in the picture.

    Attributes:
        turn: float64 (3, 3), from head to camera axes.
        centre: x, y of the head's origin in pixels of a 256-pixel picture.
        scale: such pixels per centimetre at the origin's depth.
    """

    turn: NDArray[np.float64]
    centre: tuple[float, float]
    scale: float

    def to_picture(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Head points (..., 3) in cm to x, y in picture pixels and z in cm towards the camera."""
        return self.project(points @ self.turn.T)

    def project(self, seen: NDArray[np.floating]) -> NDArray[np.float64]:
        """Camera points (..., 3) in cm to x, y in picture pixels and z in cm."""
        zoom = self.scale * CAMERA_DISTANCE / (CAMERA_DISTANCE - seen[..., 2])
        out = np.empty(seen.shape)
        out[..., 0] = self.centre[0] + seen[..., 0] * zoom
        out[..., 1] = self.centre[1] + seen[..., 1] * zoom
        out[..., 2] = seen[..., 2]
        return out


def _rings(person: Person) -> NDArray[np.float64]:
    """The rings of this person, resampled to `_ROWS` rows: float64 (_ROWS, 5)."""
    rings = _RINGS.copy()
    low = np.clip(rings[:, 0] / 11.5, 0, 1)[:, None] ** 1.2
    rings[:, 2:3] *= 1 + (person.jaw - 1) * low
    rings[10:14, 2] += 0.35 * person.cheeks * np.array([0.9, 1.0, 0.7, 0.4])
    rings[:, 0] = np.where(rings[:, 0] > 0, rings[:, 0] + 0.09 * person.chin * rings[:, 0], rings[:, 0])
    rings[:, :2] -= 0.5 * person.forehead * np.clip(-rings[:, 1:2] / 11, 0, 1)
    rings[10:, 3] -= 0.9 * person.young
    rings[:, 2] *= person.width
    rings[:, :2] *= person.length
    steps = np.linspace(0, len(rings) - 1, _ROWS)
    fine = np.stack([np.interp(steps, np.arange(len(rings)), column) for column in rings.T], 1)
    for _ in range(3):  # rounds off the corners of the linear interpolation
        fine[1:-1] = (fine[:-2] + 2 * fine[1:-1] + fine[2:]) / 4
    return fine


def _bumps(person: Person) -> list[tuple[float, float, float, float, float]]:
    """Hills and hollows of the face: x, y, spread in x, spread in y, height, cm."""
    out, wide, tip = person.nose_out, person.nose_wide, 4.2 * person.nose_long * person.length
    mouth, eye = 6.9 * person.length, person.eye_apart
    age = 0.25 * person.old
    hills = [
        (0.0, tip * 0.98, 0.75 * wide, 0.75, 1.75 * out),
        (0.0, tip * 0.70, 0.62 * wide, 1.0, 1.15 * out),
        (0.0, tip * 0.36, 0.60, 1.0, 0.75 * out),
        (0.0, tip * 0.0, 0.75, 1.0, 0.45 * out),
        (0.0, mouth - 0.45, 1.35, 0.42, 0.34 * person.lips),
        (0.0, mouth + 0.65, 1.25, 0.45, 0.42 * person.lips),
        (0.0, mouth + 0.1, 1.7, 0.2, -0.32),
        (0.0, mouth + 1.5, 1.2, 0.4, -0.35),
        (0.0, 10.0 * person.length, 1.3, 0.9, 0.45),
    ]
    for side in (-1, 1):
        hills += [
            (side * 1.12 * wide, tip * 1.02, 0.5, 0.5, 0.85 * out),
            (side * eye, 0.1, 1.5, 0.9, -0.95),
            (side * eye, 0.1, 0.85, 0.5, 0.55),
            (side * (eye - 1.3), 0.2, 0.6, 0.8, -0.45),
            (side * 2.9, -1.7 - person.brow_high, 1.7, 0.5, 0.38 * (1.2 - 0.7 * person.feminine)),
            (side * 4.4, 3.2, 1.5, 1.2, 0.35 + 0.3 * person.cheeks + 0.3 * max(0, person.smile)),
            (side * 3.1, 5.6, 0.5, 1.1, -0.22 - age - 0.3 * max(0.0, person.smile)),
            (side * eye, 1.6, 1.1, 0.35, -0.12 - age),
            (side * 3.0, 8.6, 1.4, 1.3, 0.25 * person.cheeks + age),
        ]
    return hills


def surface(person: Person) -> NDArray[np.float64]:
    """Points of the head, float64 (rows, columns, 3) in cm; columns go once around from the back."""
    rings = _rings(person)
    around = np.linspace(-np.pi, np.pi, _COLUMNS + 1)
    sin, cos = np.sin(around), np.cos(around)
    front = np.clip(cos, 0, None) ** 1.15
    points = np.empty((_ROWS, _COLUMNS + 1, 3))
    points[..., 0] = rings[:, 2:3] * np.sign(sin) * np.abs(sin) ** 0.94
    points[..., 1] = rings[:, 1:2] + (rings[:, 0:1] - rings[:, 1:2]) * front
    depth = np.where(cos > 0, rings[:, 3:4], -rings[:, 4:5])
    points[..., 2] = depth * np.sign(cos) * np.abs(cos) ** 0.94
    face = slice(_COLUMNS // 4, 3 * _COLUMNS // 4 + 1)
    x, y = points[:, face, 0], points[:, face, 1]
    lift = np.zeros_like(x)
    for at_x, at_y, wide, high, tall in _bumps(person):
        lift += tall * np.exp(-0.5 * (((x - at_x) / wide) ** 2 + ((y - at_y) / high) ** 2))
    last = 12  # rows under the chin carry no features
    lift[-last:] *= np.linspace(1, 0, last)[:, None]
    points[:, face, 2] += lift * np.clip(cos[face] * 2, 0, 1)
    return points


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees of the head, on a rectangle of a FIELD x FIELD raster of the picture.

    Attributes:
        left: first column of the rectangle, and `top` its first row.
        normal: float32 (rows, columns, 3), unit normals in camera axes.
        local: float32 (rows, columns, 3), the head's own x, y, z in cm.
        inside: uint8 (rows, columns), 255 where the head is.
    """

    left: int
    top: int

    normal: Floats
    local: Floats
    inside: Bytes


def look(points: NDArray[np.float64], pose: Pose) -> View:
    """Renders the surface: nearer points overwrite farther ones on a raster, small holes are closed."""
    down, along = np.gradient(points, axis=0), np.gradient(points, axis=1)
    normal = np.cross(along, down)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9
    normal[:2] = (0, -1, 0)
    if normal[_ROWS // 3, _COLUMNS // 2, 2] < 0:
        normal[2:] *= -1
    values = np.concatenate([pose.to_picture(points), normal @ pose.turn.T, points], -1).astype(np.float32)
    dense = 3 if pose.scale < 6.5 else 4 if pose.scale < 8.3 else int(np.ceil(pose.scale * 0.52))
    values = np.roll(values[:, :-1], _COLUMNS // 2 - _facing_column(pose), 1)[:, _SEEN]
    size = (values.shape[1] * dense, values.shape[0] * dense)
    picture, turned, local = (cv2.resize(values[..., i : i + 3], size).reshape(-1, 3) for i in (0, 3, 6))
    towards = np.flatnonzero(turned[:, 2] > -0.12)
    towards = towards[np.argsort(((picture[towards, 2] + 40) * 700).astype(np.uint16), kind="stable")]
    column, row = (np.round(picture[:, i])[towards].astype(np.int32) for i in (0, 1))
    left, top = max(0, int(column.min()) - 4), max(0, int(row.min()) - 4)
    wide = max(1, min(FIELD, int(column.max()) + 5) - left)
    high = max(1, min(FIELD, int(row.max()) + 5) - top)
    column, row = column - left, row - top
    within = (column >= 0) & (column < wide) & (row >= 0) & (row < high)
    nearest = np.full((high, wide), -1, np.float32)  # floats, as OpenCV dilates no wide integers
    nearest.ravel()[(row * wide + column)[within]] = towards[within]
    filled = (nearest >= 0).astype(np.uint8) * 255
    inside = np.asarray(cv2.morphologyEx(filled, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
    # Holes and a rim around the head take a neighbour's point, so that enlarging needs no care.
    spread = np.asarray(cv2.dilate(nearest, np.ones((9, 9), np.uint8)), np.float32)
    chosen = np.maximum(np.where(nearest < 0, spread, nearest), 0).astype(np.intp)
    # Seen from behind or from the side, the neck begins along a line from behind the jaw up to the nape.
    if pose.turn[2, 2] < 0.3:
        depth, low = local[chosen][..., 2], local[chosen][..., 1]
        inside[(depth < -1.0) & (low > 6.4 + 0.2 * depth)] = 0
    normals = np.asarray(cv2.GaussianBlur(turned[chosen], (5, 5), 0.9), np.float32)
    normals /= np.sqrt((normals * normals).sum(-1, keepdims=True)) + np.float32(1e-6)
    return View(left, top, normals, np.asarray(local[chosen], np.float32), inside)


def _facing_column(pose: Pose) -> int:
    """The column of the surface that faces the camera."""
    towards = pose.turn.T @ np.array((0.0, 0.0, 1.0))
    turn = float(np.arctan2(towards[0], towards[2])) / (2 * np.pi)
    return round((turn + 0.5) * _COLUMNS) % _COLUMNS
