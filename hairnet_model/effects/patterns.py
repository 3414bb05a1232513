"""Colours that are not worn all over: roots, ombre and highlights."""

from __future__ import annotations

import numpy as np

from hairnet_model.effects.grid import Plane
from hairnet_model.effects.matting import smoothstep

_ALONG = {"roots": (0.06, 0.3), "ombre": (0.3, 0.85)}
"""Where the new colour begins and where it is full, from the top of the hair (0) to its lower end (1)."""


def extent(inside: Plane) -> tuple[float, float]:
    """Top and lower end of the hair, in rows of cells: all but a hundredth of it lies below, and above.

    Args:
        inside: float32 (rows, columns), the share of hair in every cell.
    """
    rows = np.cumsum(inside.sum(1, dtype=np.float64))
    top, end = np.searchsorted(rows, [0.01 * rows[-1], 0.99 * rows[-1]])
    return float(top), float(end + 1)


def along(pattern: str, place: Plane) -> Plane:
    """The share of the new colour, 0..1, for roots and ombre.

    Args:
        pattern: of `colours.PATTERNS`; for others it is 1.
        place: from the top of the hair, 0, to its lower end, 1.
    """
    if pattern not in _ALONG:
        return np.ones_like(place)
    return smoothstep(*_ALONG[pattern], place)


def streaks(lighter: Plane, texture: float) -> Plane:
    """The share of the new colour for highlights: strands that are lighter than their base.

    Args:
        lighter: by how much, in lightness.
        texture: its standard deviation in this hair.
    """
    return np.asarray(0.1 + 0.55 * smoothstep(-1, 2, lighter / np.float32(max(texture, 1e-3))), np.float32)
