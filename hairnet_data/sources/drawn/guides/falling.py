"""Hair that is worn down: it parts, falls beside the face and keeps to a silhouette."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.guides.obstacles import head_radius
from hairnet_data.sources.drawn.scalp import CENTRE

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Silhouette:
    """Where hair that hangs lies at each height. Lengths and heights (y) in cm, angles in degrees from the nose.

    Attributes:
        height: y, rising.
        inner: how far the innermost strands lie outside the head's sides, at each height.
        outer: the same of the outermost strands.
        opening: from which azimuth on there may be hair, at each height.
        stick: share of the way to their place that strands go in each step of growth.
    """

    height: tuple[float, ...]
    inner: tuple[float, ...]
    outer: tuple[float, ...]
    opening: tuple[float, ...]
    stick: float = 0.25

    def settle(self, layer: Floats, side: Floats) -> Callable[[Floats, float], Floats]:
        """For `growing.grow`: strands lie at `layer` (N,), 0 inside to 1 outside, on their `side` (N,), -1 or 1."""

        def moved(points: Floats, grown: float) -> Floats:
            x, y, z = points.T
            inner, outer, opening = (np.interp(y, self.height, part) for part in (self.inner, self.outer, self.opening))
            around, far = np.arctan2(x, z - CENTRE[2]), np.hypot(x, z - CENTRE[2])
            # Strands before the opening are combed aside, at most so far in a step that they bend softly.
            least = np.radians(opening)
            short = np.clip(least - side * around, 0, None)
            short = np.where(np.abs(around) > 2.2, 0, short)
            around = around + side * np.minimum(0.35 * short, 0.1)
            base = _base(around, y)
            aim = base + inner + (outer - inner) * layer
            hangs = np.clip((y + 5.0) / 5.0, 0, 1) * min(1.0, grown / 3)
            far = far + self.stick * hangs * (aim - far)
            return np.stack([far * np.sin(around), y, CENTRE[2] + far * np.cos(around)], -1)

        return moved


def _base(around: Floats, y: Floats) -> Floats:
    """Horizontal radius of the head at azimuths and heights, cm; below the ears that at the ears."""
    high = np.minimum(y, 1.0)
    sin, cos = np.sin(around), np.cos(around)
    far = np.full_like(y, 8.0)
    for _ in range(3):
        away = np.stack([far * sin, high - CENTRE[1], far * cos], -1)
        ratio = head_radius(away) / np.sqrt((away * away).sum(-1))
        far = far * np.clip(ratio, 0.5, 1.5)
        far = np.clip(far, 1.0, 10.2)
    return far


def parted_comb(roots: Floats, part: float, whorl: float, back: float) -> tuple[Floats, Floats]:
    """How hair leaves a parting.

    Args:
        roots: (N, 3), cm.
        part: x of the parting at the forehead, cm; 0 in the middle.
        whorl: z of the whorl on the crown, cm, where the parting ends.
        back: how much strands beside the parting are combed backwards.

    Returns:
        Directions (N, 3), and the side of the parting, -1 or 1 (N,).
    """
    x, z = roots[:, 0], roots[:, 2]
    # The parting runs from the forehead to the whorl, which lies nearer the middle.
    share = np.clip((z - whorl) / (8.5 - whorl), 0, 1)
    line = part * (0.45 + 0.55 * share)
    side = np.where(x > line, 1.0, -1.0)
    aside = np.stack([side, 0.2 + 0 * x, np.full_like(x, -back)], -1)
    radial = roots - np.array((0.45 * part, -11.4, whorl))
    radial /= np.sqrt((radial * radial).sum(-1, keepdims=True)) + 1e-9
    behind = np.clip((whorl + 1.0 - z) / 3.0, 0, 1)[:, None]
    side = np.where((behind[:, 0] > 0.5) & (x != 0), np.sign(x + 1e-9), side)
    return aside * (1 - behind) + radial * behind, side
