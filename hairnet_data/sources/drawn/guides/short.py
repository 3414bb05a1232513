"""Short hair: it keeps to its comb, and stands as far off the scalp as it is lifted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.guides.growing import Growth, cut, gathered, grow, hairline_roots, scalp_roots
from hairnet_data.sources.drawn.guides.hair_file import Grown, Thick
from hairnet_data.sources.drawn.guides.obstacles import head_radius
from hairnet_data.sources.drawn.guides.parting import beside_parting
from hairnet_data.sources.drawn.scalp import CENTRE

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Short:
    """Short hair. Lengths in cm.

    Attributes:
        guides: how many, and `points` of each.
        long: at the nape, at the sides, on the crown and at the forehead.
        top: y below which the sides begin, and over how many cm the lengths blend.
        lift: of the sides, and of the top.
        volume: how far the top lies above the scalp.
        comb: "forward", "aside" (away from the parting) or "back".
        part: x of the parting for "aside".
        mess: random share of the comb.
        uneven: relative spread of the lengths.
        locks: into how many locks strands gather, by `pull` at their tips.
        thick: how guides are thickened.
    """

    long: tuple[float, float, float, float]
    guides: int = 900
    points: int = 5
    top: tuple[float, float] = (-6.0, 2.5)
    lift: tuple[float, float] = (0.3, 0.7)
    volume: float = 1.0
    comb: str = "forward"
    part: float = 0.0
    mess: float = 0.15
    uneven: float = 0.15
    locks: int = 0
    pull: float = 0.3
    thick: Thick = field(default_factory=Thick)

    def groups(self, rng: np.random.Generator) -> list[Grown]:
        """Grows the guides."""
        rows = [hairline_roots(0.6)]
        if self.comb == "aside":
            rows.append(beside_parting(self.part, -2.0))
        roots = scalp_roots(rng, self.guides, np.concatenate(rows))
        count = len(roots)
        y, z = roots[:, 1], roots[:, 2]
        above = np.clip((self.top[0] - y) / self.top[1] + 0.5, 0, 1)
        above = np.maximum(above, np.clip((z - 4.5) / 2.5, 0, 1))  # the forehead's hairline belongs to the top
        nape, sides, crown, forehead = self.long
        below = np.where(z < -4, np.interp(y, (-4, 4), (sides, nape)), sides)
        upper = np.interp(z, (-5, 6), (crown, forehead))
        long = (below + (upper - below) * above) * np.clip(1 + self.uneven * rng.standard_normal(count), 0.5, 1.5)
        growth = Growth(
            comb=self._comb(roots, above) + rng.normal(0, self.mess, (count, 3)),
            lift=self.lift[0] + (self.lift[1] - self.lift[0]) * above,
            reach=4.0 + 5.0 * above,
            heavy=np.full(count, 0.7),
            bend=1.6,
            layer=0.12 + self.volume * above * rng.uniform(0.3, 1, count),
            long=long,
        )
        most = 0.5 + 1.4 * self.volume * above
        curves = cut(grow(roots, growth, _clinging(most)), long, self.points)
        if self.locks:
            curves = gathered(curves, rng.choice(count, self.locks, replace=False), self.pull, 1.2)
        return [Grown("short", curves, self.thick, 1.6)]

    def _comb(self, roots: Floats, above: Floats) -> Floats:
        x, z = roots[:, 0], roots[:, 2]
        zero = np.zeros_like(x)
        if self.comb == "aside":
            upper = _swept(roots, self.part)
        elif self.comb == "back":
            upper = np.stack([0.05 * x, zero, zero - 1.0], -1)
        else:
            upper = roots - np.array((0.0, -11.4, -5.0))  # away from the whorl, and on the top forwards
            upper *= (0.35, 0.8, 1.0)
            upper /= np.sqrt((upper * upper).sum(-1, keepdims=True)) + 1e-9
        # The sides lie downwards, before the ears a little forward and behind them backwards.
        lower = np.stack([zero, zero + 1.0, np.clip(0.05 * z, -0.35, 0.25)], -1)
        return np.asarray(lower + (upper - lower) * above[:, None])


def _swept(roots: Floats, part: float) -> Floats:
    """Directions (N, 3): away from the parting at x = `part` and a little backwards; behind away from the whorl."""
    over = np.sign(part) * (part - roots[:, 0]) > 0
    sign = np.sign(part)
    aim = np.where(over[:, None], (-0.8 * sign, -0.1, -0.45), (0.55 * sign, 0.75, -0.35))
    away = roots - np.array((0.6 * part, -11.0, -4.0))
    away /= np.sqrt((away * away).sum(-1, keepdims=True)) + 1e-9
    behind = np.clip((-roots[:, 2] - 1.0) / 4.0, 0, 1)[:, None]
    return np.asarray(aim + (away - aim) * behind)


def _clinging(most: Floats) -> Callable[[Floats, float], Floats]:
    """For `growing.grow`: strands are drawn back to `most` (N,) cm above the head."""

    def moved(points: Floats, grown: float) -> Floats:
        away = points - CENTRE
        far = np.sqrt((away * away).sum(-1))
        excess = np.clip(far - head_radius(away) - most, 0, None)
        return np.asarray(points - away * (0.5 * excess / far)[:, None])

    return moved
