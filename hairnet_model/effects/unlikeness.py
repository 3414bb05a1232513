"""In which direction of colour hair is unlike what is beside it, as Fisher's linear discriminant says it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.effects import oklab
from hairnet_model.effects.grid import Grid, Plane
from hairnet_model.effects.matting import OTHER, Sides

SAMPLED = 128
"""Pixels of the longer side that are looked at."""

_NEAR = 0.005  # `Sides.inside` from which on a pixel without hair is beside some
_FEWEST = 12  # pixels that say how colours scatter
_FINEST = 0.01  # Oklab distance that is small whatever the colours do


def metric(image: Pixels, hair: Plane, sides: Sides, grid: Grid) -> Plane:
    """The inverse of the covariance of colours around those of the two sides (Fisher 1936).

    Strands are lighter and darker than their base, and skin has its shading: along these directions a distance says
    little of whose a pixel is.

    Args:
        image: uint8 (H, W, 3) RGB.
        hair: float32 (H, W), 0..1.
        sides: of that picture.
        grid: likewise.

    Returns:
        float32 (3, 3), symmetric: the square of a distance d is then d @ metric @ d.
    """
    every = max(1, max(hair.shape) // SAMPLED)
    likely = hair[::every, ::every]
    rows, columns = (at * every for at in np.nonzero(likely >= np.float32(sides.sure)))
    scatter = _scatter(image, sides.hair, rows, columns, grid)
    rows, columns = (at * every for at in np.nonzero(likely < np.float32(OTHER)))
    near = grid.at(sides.inside, rows, columns) > np.float32(_NEAR)
    scatter = scatter + _scatter(image, sides.other, rows[near], columns[near], grid)
    return np.asarray(np.linalg.inv(scatter + _FINEST**2 * np.eye(3)), np.float32)


def _scatter(
    image: Pixels, side: Plane, rows: NDArray[np.intp], columns: NDArray[np.intp], grid: Grid
) -> NDArray[np.float64]:
    """The covariance of some pixels' colours around the side's, float64 (3, 3); 0 for a few pixels."""
    if len(rows) < _FEWEST:
        return np.zeros((3, 3))
    apart = (oklab.from_srgb(image[rows, columns]) - grid.at(side, rows, columns)).astype(np.float64)
    apart -= apart.mean(0)
    return np.asarray(apart.T @ apart / len(apart), np.float64)
