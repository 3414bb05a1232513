"""Hair that is drawn together: into a bun, or into plaits."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.guides.growing import cut, hairline_roots, on_head, scalp_roots
from hairnet_data.sources.drawn.guides.hair_file import Grown, Thick
from hairnet_data.sources.drawn.guides.mean_head import MEAN
from hairnet_data.sources.drawn.guides.obstacles import head_radius, off_head
from hairnet_data.sources.drawn.scalp import CENTRE, depth_inside

Floats = NDArray[np.float64]


def drawn_to(roots: Floats, knot: Floats, points: int, lift: Floats, arch: float = 0.0) -> Floats:
    """Strands from roots (N, 3) along the head to `knot`, (3,) or (N, 3).

    They lie at most `lift` (N,) cm above it. With an `arch` hair from the forehead goes over the temples, not across.
    """
    share = np.linspace(0, 1, points)[None, :, None]
    start = roots - CENTRE
    start = start / np.sqrt((start * start).sum(-1, keepdims=True))
    stop = np.broadcast_to(knot - CENTRE, roots.shape)
    stop = stop / np.sqrt((stop * stop).sum(-1, keepdims=True))
    # Along the great circle, so that strands from all sides meet at the knot.
    angle = np.arccos(np.clip((start * stop).sum(-1), -1, 1))[:, None, None]
    way = np.sin((1 - share) * angle) * start[:, None] + np.sin(share * angle) * stop[:, None]
    way[..., 1] -= arch * np.clip(start[:, None, 2] * 1.6 - 0.5, 0, 1) * np.sin(np.pi * share[..., 0])
    way /= np.sqrt((way * way).sum(-1, keepdims=True)) + 1e-9
    above = 0.1 + lift[:, None] * np.sin(np.pi * np.clip(share[..., 0] * 0.9 + 0.02, 0, 1))
    return np.asarray(CENTRE + way * (head_radius(way, ears=False) + above)[..., None])


@dataclass(frozen=True, slots=True)
class Bun:
    """A bun. Lengths in cm, angles in degrees.

    Attributes:
        guides: over the scalp, and in the bun; `points` of each.
        up: how high above the middle of the back of the head the bun sits.
        radius: of the ring, and of its tube.
        volume: how far the hair lies above the scalp at most.
        thick: how guides over the scalp are thickened, and `wound` those of the bun.
    """

    guides: tuple[int, int] = (300, 110)
    points: tuple[int, int] = (10, 14)
    up: float = 38.0
    radius: tuple[float, float] = (1.9, 1.6)
    volume: float = 0.5
    thick: Thick = field(default_factory=Thick)
    wound: Thick = field(default_factory=Thick)

    def groups(self, rng: np.random.Generator) -> list[Grown]:
        """Grows the guides."""
        count, loops = self.guides
        roots = scalp_roots(rng, count, hairline_roots(0.55))
        up = np.radians(self.up)
        out = np.array((0.0, -np.sin(up), -np.cos(up)))
        knot = on_head(out)
        lift = self.volume * rng.random(count) ** 0.7
        ends = knot + 0.5 * rng.standard_normal((count, 3))
        scalp = drawn_to(roots, ends, self.points[0], lift)
        return [
            Grown("scalp", scalp, self.thick, 2.5),
            Grown("bun", self._wound(rng, knot, out, loops), self.wound, 1.5),
        ]

    def _wound(self, rng: np.random.Generator, knot: Floats, out: Floats, count: int) -> Floats:
        """Strands wound around a ring that lies on the head at `knot`, and slowly around its tube."""
        wide, tube = self.radius
        first = np.array((1.0, 0.0, 0.0))
        second = np.cross(out, first)
        share = np.linspace(0, 1, self.points[1])[None]
        turn = rng.uniform(0, 2 * np.pi, (count, 1)) + share * 2 * np.pi * rng.uniform(0.55, 0.8, (count, 1))
        around = rng.uniform(-np.pi, np.pi, (count, 1)) + 1.4 * share * 2
        thick = tube * rng.uniform(0.72, 1.0, (count, 1)) * (1 + 0.06 * np.sin(3 * turn))
        # Both ends of a strand go under.
        hidden = np.clip(np.minimum(share, 1 - share) / 0.12, 0.55, 1)
        reach = wide + thick * hidden * np.cos(around)
        height = 0.75 * tube + thick * hidden * np.sin(around)
        ring = np.cos(turn)[..., None] * first + np.sin(turn)[..., None] * second
        return np.asarray(knot + reach[..., None] * ring + height[..., None] * out)


def _middle_rows() -> Floats:
    """Roots (N, 3) in a row on either side of a parting from the forehead over the crown to the nape."""
    angle = np.radians(np.arange(-72, 148, 3.2))  # from the crown, forwards below 0
    way = np.stack([0 * angle, -np.cos(angle), -np.sin(angle)], -1)
    rows = on_head(way)
    rows = rows[depth_inside(rows, MEAN) > 0.1]
    return np.concatenate([rows + np.array((0.14, 0, 0)), rows - np.array((0.14, 0, 0))])


@dataclass(frozen=True, slots=True)
class Plaits:
    """Two plaits from the temples down before the shoulders. Lengths in cm.

    Attributes:
        guides: over the scalp, and in each plait; `points` of each.
        end: y of the plaits' tips.
        rest: how far the plaits lie off the skin.
        volume: how far the hair lies above the scalp at most.
        thick: how guides over the scalp are thickened, and `plait` those of the plaits.
    """

    guides: tuple[int, int] = (300, 22)
    points: tuple[int, int] = (10, 24)
    end: float = 27.0
    rest: float = 1.1
    volume: float = 0.4
    thick: Thick = field(default_factory=Thick)
    plait: Thick = field(default_factory=Thick)

    def groups(self, rng: np.random.Generator) -> list[Grown]:
        """Grows the guides."""
        count, strands = self.guides
        roots = scalp_roots(rng, count, np.concatenate([_middle_rows(), hairline_roots(0.7)]))
        side = np.where(roots[:, 0] >= 0, 1.0, -1.0)
        spots = on_head(np.array([(-6.3, 5.2, -4.4), (6.3, 5.2, -4.4)]) - CENTRE)
        ends = spots[(side > 0).astype(int)] + 0.5 * rng.standard_normal((count, 3))
        scalp = drawn_to(roots, ends, self.points[0], self.volume * rng.random(count) ** 0.7, 0.42)
        plaits = [self._path(spot, sign) for spot, sign in zip(spots, (-1.0, 1.0), strict=True)]
        centre = np.concatenate([np.repeat(path[None], strands, 0) for path in plaits])
        return [Grown("scalp", scalp, self.thick, 2.5), Grown("plait", centre, self.plait, 0.0, shade=0.85)]

    def _path(self, spot: Floats, side: float) -> Floats:
        """The middle line of a plait (points, 3), from behind an ear over the collar bone."""
        line = np.array(
            [
                spot,
                (side * 7.3, 8.0, -3.2),
                (side * 7.4, 11.5, -1.2),
                (side * 7.6, 15.0, 1.2),
                (side * 7.8, 19.0, 3.4),
                (side * 7.6, 23.0, 4.6),
                (side * 7.3, self.end, 5.2),
            ]
        )
        fine = np.linspace(0, len(line) - 1, 80)
        line = np.stack([np.interp(fine, np.arange(len(line)), part) for part in line.T], -1)
        for _ in range(12):
            line[1:-1] = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
            line[2:] = off_head(line[2:], np.full(len(line) - 2, self.rest))
        return np.asarray(cut(line[None], np.full(1, 1e3), self.points[1])[0])
