"""Where hair grows: the hairline, and hair too short for strands, painted straight on the skin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.traits import Person

CENTRE = np.array((0.0, -2.0, -0.2))
"""Centre of the ellipsoid that stands for the skull where strands are concerned, cm."""

# Azimuth from the nose (degrees) and the height down to which hair grows there: forehead, temple,
# sideburn before the ear, above the ear, behind it, nape.
_AZIMUTH = np.radians((0, 22, 40, 55, 66, 74, 82, 92, 104, 114, 135, 180))
_LINE = np.array((-6.9, -7.0, -6.3, -4.4, -1.0, 1.6, -1.6, -2.6, -1.6, 3.0, 6.0, 7.0))
_TEMPLE = np.array((1.0, 1.3, 1.8, 1.0, 0.3, 0.0, 0, 0, 0, 0, 0, 0))


def radii(person: Person) -> NDArray[np.float64]:
    """Half axes of the skull's ellipsoid, float64 (3,), cm."""
    return np.array((7.62 * person.width, 9.55 * person.length + 0.25 * person.forehead, 9.85))


def depth_inside(points: NDArray[np.floating], person: Person) -> NDArray[np.float64]:
    """How far (cm, negative outside) points (..., 3) of the head lie above the hairline."""
    azimuth = np.arctan2(np.abs(points[..., 0]), points[..., 2])
    line = _LINE - _TEMPLE * person.hairline - 0.35 * person.forehead * (_LINE < -4)
    height = np.interp(azimuth, _AZIMUTH, line * person.length)
    inside = height - points[..., 1]
    if person.hair == "thinning":
        # A bald crown that leaves a wreath; how far down it reaches follows the receding hairline.
        crown = -7.4 + 2.2 * np.clip(person.hairline, 0, 1.2) - 3.4 * (azimuth > 2.0) * (1 - person.old)
        inside = np.minimum(inside, points[..., 1] - crown)
        inside = np.where(azimuth < np.radians(44), -1.0, inside)
    return np.asarray(inside)
