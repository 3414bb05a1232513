"""Whose a pixel is where hair ends: the colours on both sides, and the hair's share of what lies between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.effects import oklab
from hairnet_model.effects.grid import Grid, Plane, blurred, filled

SURE = 0.9
"""A pixel whose probability of hair reaches this is one to learn the hair's colours from."""

LEAST = 0.5
"""Where no pixel reaches this probability there is no hair."""

NO_HAIR = 0.05
"""A pixel whose probability of hair is below this stays as it is, bit for bit."""

OTHER = 0.1
"""A pixel whose probability of hair is below this shows what is beside it."""

_UNLIKE = (0.5, 2.0)  # distance of the two sides by the metric: below, colours say nothing; above, they say all
_BARE = 0.08  # of the way between the two sides that is as good as its end
_SCATTER = 0.3, 0.06  # by the metric, what colours scatter: so much more of the way is; at most so much
_PRIOR = 1.0, 0.2  # likewise, by how much of the way the probability moves the place
_SOME = 0.3  # probability from which all of a pixel may be hair


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """The two colours that meet at the hair's edge, in Oklab, float32 (rows, columns, 3) of cells.

    Attributes:
        hair: the hair's own; its lightness is the hair's base, from which strands and highlights are counted.
        other: of skin or background beside it.
        inside: float32 (rows, columns), the blurred probability of hair; near 1 well inside the hair.
        sure: the probability from which pixels were taken for hair.
    """

    hair: Plane
    other: Plane
    inside: Plane
    sure: float


def sides(image: Pixels, hair: Plane, grid: Grid) -> Sides | None:
    """Looks at hair that is sure and at what is sure to be none, and continues both colours into what lies between.

    Args:
        image: uint8 (H, W, 3) RGB.
        hair: float32 (H, W), 0..1.
        grid: of the picture.

    Returns:
        None where there is no hair.
    """
    most = float(hair.max())
    if most < LEAST:
        return None
    sure = min(SURE, 0.8 * most)
    known = np.zeros((*grid.shape, 9), np.float32)
    band = grid.step * max(1, (1 << 20) // (grid.width * grid.step))
    for top in range(0, grid.height, band):
        rows = slice(top, top + band)
        likely, codes = hair[rows, :, None], image[rows].astype(np.float32)
        mine, other = (likely >= np.float32(sure)).astype(np.float32), (likely < np.float32(OTHER)).astype(np.float32)
        found = grid.sums(np.concatenate([codes * mine, mine, codes * other, other, likely], axis=2))
        known[top // grid.step : top // grid.step + len(found)] = found
    known /= grid.areas[..., None]
    inside = blurred(known[..., 8], 1)
    # Next to the edge a pixel may be a mixture that no probability tells: what is further away counts more.
    mine = known[..., :4] * np.maximum(0.02, smoothstep(0.8, 0.98, inside))[..., None]
    other = known[..., 4:8] * np.maximum(0.02, 1 - smoothstep(0.02, 0.2, inside))[..., None]
    of_hair = _continued(mine, 2)
    return Sides(of_hair, _continued(other, 1) if other[..., 3].any() else of_hair, inside, sure)


def _continued(cells: Plane, radius: int) -> Plane:
    """Colours of cells (RGB times weight, and weight) blurred and continued into those that have none, in Oklab."""
    soft = blurred(cells, radius)
    weight = np.minimum(np.float32(1), 4 * soft[..., 3])
    even = soft[..., :3] / np.maximum(soft[..., 3:], np.float32(1e-6)) * weight[..., None]
    return oklab.from_codes(filled(np.asarray(even, np.float32), weight))


def share_of_hair(pixels: Plane, probability: Plane, inside: Plane, hair: Plane, other: Plane, metric: Plane) -> Plane:
    """How much of each pixel is hair.

    What the network says is a soft guess that is some of its own pixels wide. Between two colours that differ, the
    pixel's own place on the way from one to the other says it finely; the probability then moves the place and sets
    the bounds.

    Args:
        pixels: Oklab, float32 (N, 3).
        probability: of hair, float32 (N,).
        inside: `Sides.inside` there, float32 (N,).
        hair: Oklab of the hair there, float32 (N, 3).
        other: Oklab of what is beside it, float32 (N, 3).
        metric: float32 (3, 3), of `unlikeness.metric`.

    Returns:
        float32 (N,), 0..1; 0 where the probability is at most `NO_HAIR`, 1 well inside the hair.
    """
    way = hair - other
    toward = way @ metric
    length = np.einsum("nc,nc->n", way, toward)
    place = np.einsum("nc,nc->n", pixels - other, toward) / np.maximum(length, 1e-6)
    apart = np.maximum(np.sqrt(np.maximum(length, 0)), np.float32(1e-3))
    place = place + np.minimum(np.float32(_PRIOR[1]), np.float32(_PRIOR[0]) / apart) * (probability - np.float32(0.5))
    bare = np.float32(_BARE) + np.minimum(np.float32(_SCATTER[1]), np.float32(_SCATTER[0]) / apart)
    place = np.clip((place - bare) / (1 - 2 * bare), 0, 1)
    least, most = smoothstep(0.75, 0.97, inside), smoothstep(NO_HAIR, _SOME, probability)
    trust = smoothstep(*_UNLIKE, apart)
    guess = smoothstep(0.15, 0.85, probability)
    return np.asarray(np.minimum(np.maximum(guess + trust * (place - guess), least), most), np.float32)


def smoothstep(start: float, end: float, value: NDArray[np.float32]) -> NDArray[np.float32]:
    """0 below `start`, 1 above `end`, smooth between."""
    at = np.clip((value - np.float32(start)) / np.float32(end - start), 0, 1)
    return np.asarray(at * at * (3 - 2 * at), np.float32)
