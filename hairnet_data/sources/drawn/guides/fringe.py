"""A fringe: which roots it grows from, and how it lies before the forehead."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.guides.growing import on_head
from hairnet_data.sources.drawn.guides.mean_head import MEAN
from hairnet_data.sources.drawn.guides.obstacles import head_radius
from hairnet_data.sources.drawn.scalp import CENTRE, depth_inside

Floats = NDArray[np.float64]


def fringe_roots(roots: Floats) -> NDArray[np.bool_]:
    """Which roots (N, 3) a fringe grows from: the forehead's hairline and a triangle behind it."""
    wide = _fringe_width(roots[:, 2])
    return np.asarray((roots[:, 2] > 2.0) & (np.abs(roots[:, 0]) < wide) & (roots[:, 1] < -5.0))


def _fringe_width(z: Floats) -> Floats:
    """Half the width of the roots of a fringe at depths z, cm."""
    return np.asarray(np.interp(z, (2.0, 4.5, 8.5), (0.0, 4.6, 6.4)))


def beside_fringe() -> Floats:
    """Roots (N, 3) in a row on either side of the edge of a fringe's roots, so that no gap shows there."""
    z = np.arange(2.05, 7.0, 0.2)
    x = _fringe_width(z)
    x, z = np.concatenate([x - 0.15, x + 0.15]), np.concatenate([z, z])
    y = -np.sqrt(np.clip(1 - (x / 7.7) ** 2 - (z / 9.9) ** 2, 0.02, 1)) * 9.6
    rows = on_head(np.stack([x, y, z + 0.2], -1))
    aside = np.repeat((-0.15, 0.15), len(rows) // 2)
    for _ in range(3):  # on the head they have moved a little
        rows[:, 0] = np.maximum(_fringe_width(rows[:, 2]) + aside, 0.05)
        rows = on_head(rows - CENTRE)
    rows = rows[depth_inside(rows, MEAN) > 0.1]
    return np.concatenate([rows, rows * (-1, 1, 1)])


def before_forehead(layer: Floats) -> Callable[[Floats, float], Floats]:
    """For `growing.grow`: strands lie `layer` (N,) cm before the forehead and fall straight."""

    def moved(points: Floats, grown: float) -> Floats:
        away = points - CENTRE
        far = np.sqrt((away * away).sum(-1))
        aim = head_radius(away) + layer
        hangs = np.clip((points[:, 2] - 6.0) / 2.0, 0, 1)
        return np.asarray(CENTRE + away * (1 + 0.5 * hangs * (aim / far - 1))[:, None])

    return moved
