"""The head that hair is worn on: surfaces of a mean head, and the line down to which hair grows.

Head axes and centimetres as in `core.head.pose`. docs/tryon.md describes the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hairnet_model.tryon.head_file import read_head

Floats = NDArray[np.float32]

CENTRE = np.array((0.0, -2.0, -0.2), np.float32)
"""Middle of the skull."""

SKIN = ("head", "left_ear", "right_ear", "neck")
"""Surfaces that are skin; the others are clothes."""

EARS = ("left_ear", "right_ear")

FOLLOWS, PIVOT = 0.4, (0.0, 12.0, -2.0)
"""Share of the head's yaw that the shoulders follow, and the point in cm about which they turn."""

# Azimuth from the nose (degrees) and the height down to which hair grows there: forehead, temple, sideburn before the
# ear, above the ear, behind it, nape.
_AZIMUTH = np.radians((0, 22, 40, 55, 66, 74, 82, 92, 104, 114, 135, 180))
_LINE = np.array((-6.9, -7.0, -6.3, -4.4, -1.0, 1.6, -1.6, -2.6, -1.6, 3.0, 6.0, 7.0))


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A grid of points, seen from outside: columns go to the right, rows down.

    Attributes:
        points: float32 (rows, columns, 3), cm.
        normals: likewise, unit normals, out of it.
    """

    points: Floats
    normals: Floats


@cache
def surfaces() -> MappingProxyType[str, Surface]:
    """The surfaces of `head.json` by name: `head`, `left_ear`, `right_ear`, `neck`, `shoulders`."""
    grids = {name: grid.astype(np.float32) for name, grid in read_head().items()}
    return MappingProxyType({name: Surface(grid, _normals(grid)) for name, grid in grids.items()})


def depth_inside(points: Floats) -> Floats:
    """How far points (..., 3) of the head lie above the usual hairline, in cm; negative where no hair grows."""
    azimuth = np.arctan2(np.abs(points[..., 0]), points[..., 2])
    return np.asarray(np.interp(azimuth, _AZIMUTH, _LINE) - points[..., 1], np.float32)


def _normals(points: Floats) -> Floats:
    down = np.gradient(points, axis=0)
    along = np.empty_like(points)
    along[:, 1:-1] = points[:, 2:] - points[:, :-2]
    if np.allclose(points[:, 0], points[:, -1]):  # it goes once around
        along[:, 0] = along[:, -1] = points[:, 1] - points[:, -2]
    else:
        along[:, 0], along[:, -1] = points[:, 1] - points[:, 0], points[:, -1] - points[:, -2]
    out = np.cross(along, down)
    return np.asarray(out / (np.linalg.norm(out, axis=-1, keepdims=True) + 1e-6), np.float32)
