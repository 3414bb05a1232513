"""Hair that stands off the head on all sides."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.guides.growing import hairline_roots, outward, scalp_roots
from hairnet_data.sources.drawn.guides.hair_file import Grown, Thick

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Globe:
    """An afro. Lengths in cm.

    Attributes:
        guides: how many, and `points` of each.
        centre: y and z of the middle of the ball that the hair fills, and `radius` of the ball.
        shortest: at least so long.
        uneven: relative spread of the lengths, and `inner` the share of strands that end inside the ball.
        thick: how guides are thickened.
    """

    guides: int = 1000
    points: int = 4
    centre: tuple[float, float] = (-4.0, -1.5)
    radius: float = 15.0
    shortest: float = 1.5
    uneven: float = 0.06
    inner: float = 0.3
    thick: Thick = field(default_factory=Thick)

    def groups(self, rng: np.random.Generator) -> list[Grown]:
        """Grows the guides."""
        roots = scalp_roots(rng, self.guides, hairline_roots(0.7))
        around = np.degrees(np.arctan2(np.abs(roots[:, 0]), roots[:, 2]))
        roots = roots[(around < 54) | (around > 84) | (roots[:, 1] < -3.2)]  # no long sideburns
        count = len(roots)
        middle = np.array((0.0, *self.centre))
        way = 0.55 * outward(roots) + 0.45 * (roots - middle) / self.radius * 1.6
        way += rng.normal(0, 0.15, (count, 3))
        # Hair at the hairline stands up and back, not before the face.
        front = np.clip((roots[:, 2] - 2.0) / 6.0, 0, 1)[:, None]
        way += front * np.array((0.0, -0.35, -0.25))
        # Around the ears, where none grows, it leans over them.
        ear = (
            np.array((13.0, 0.5, -1.2)) * np.stack([np.where(roots[:, 0] < 0, -1, 1), *np.ones((2, count))], -1) - roots
        )
        ear /= np.sqrt((ear * ear).sum(-1, keepdims=True))
        near = np.clip((np.abs(roots[:, 0]) - 5.5) / 1.5, 0, 1) * np.clip((roots[:, 1] + 7.0) / 4.0, 0, 1)
        way += 0.5 * near[:, None] * (ear - way)
        way /= np.sqrt((way * way).sum(-1, keepdims=True))
        # Where the ray from the root leaves the ball.
        from_middle = roots - middle
        along = (from_middle * way).sum(-1)
        inside = along**2 - (from_middle**2).sum(-1) + self.radius**2
        long = np.maximum(self.shortest, -along + np.sqrt(np.maximum(inside, 0)))
        long *= np.clip(1 + self.uneven * rng.standard_normal(count), 0.7, 1.15)
        long *= np.where(rng.random(count) < self.inner, rng.uniform(0.5, 0.9, count), 1.0)
        share = np.linspace(0, 1, self.points)[None, :, None]
        drift = rng.normal(0, 0.1, (count, 3))
        sag = (drift + np.array((0.0, 0.04, 0.0)))[:, None] * long[:, None, None] * share**2
        return [Grown("globe", roots[:, None] + way[:, None] * long[:, None, None] * share + sag, self.thick, 2.2)]
