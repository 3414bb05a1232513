"""Hair that is worn down: it parts, falls beside the face and keeps to a silhouette."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.guides.fringe import before_forehead, beside_fringe, fringe_roots
from hairnet_data.sources.drawn.guides.growing import (
    Growth,
    cut,
    gathered,
    grow,
    hairline_roots,
    length_to_height,
    scalp_roots,
)
from hairnet_data.sources.drawn.guides.hair_file import Grown, Thick
from hairnet_data.sources.drawn.guides.obstacles import head_radius, off_head
from hairnet_data.sources.drawn.guides.parting import behind_whorl, beside_parting, parted_comb
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
        split: hair at the sides falls before or behind the shoulders.
    """

    height: tuple[float, ...]
    inner: tuple[float, ...]
    outer: tuple[float, ...]
    opening: tuple[float, ...]
    stick: float = 0.25
    split: bool = False

    def settle(self, layer: Floats, side: Floats) -> Callable[[Floats, float], Floats]:
        """For `growing.grow`: strands lie at `layer` (N,), 0 inside to 1 outside, on their `side` (N,), -1 or 1."""

        def moved(points: Floats, grown: float) -> Floats:
            x, y, z = points.T
            inner, outer, opening = (np.interp(y, self.height, part) for part in (self.inner, self.outer, self.opening))
            around, far = np.arctan2(x, z - CENTRE[2]), np.hypot(x, z - CENTRE[2])
            # Strands before the opening are combed aside, at most so far in a step that they bend softly.
            if self.split:
                around = _split(around, y)
            least = np.radians(opening)
            short = np.clip(least - side * around, 0, None)
            short = np.where(side * around < -0.4, 0, short)
            around = around + side * np.minimum(0.35 * short, 0.1)
            base = np.max([_base(around + turn, y) for turn in (-0.22, 0.0, 0.22)], 0)  # hair before the ear hides it
            aim = base + inner + (outer - inner) * layer
            # From the shoulders on strands hang as they fall.
            hangs = np.clip((y + 5.0) / 5.0, 0, 1) * np.clip((16.0 - y) / 5.0, 0, 1) * min(1.0, grown / 3)
            far = far + self.stick * hangs * (aim - far)
            return np.stack([far * np.sin(around), y, CENTRE[2] + far * np.cos(around)], -1)

        return moved


def _split(around: Floats, y: Floats) -> Floats:
    """Azimuths in radians, moved a step away from the top of the shoulders."""
    size = np.abs(around)
    share = 0.07 * np.clip((y - 9.0) / 5.0, 0, 1)
    front = size - share * np.clip(size - np.radians(80), 0, None)
    back = size + share * np.clip(np.radians(108) - size, 0, None)
    return np.asarray(np.sign(around) * np.where(size < np.radians(96), front, back))


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


@dataclass(frozen=True, slots=True)
class Falling:
    """Hair worn down. Lengths in cm.

    Attributes:
        guides: how many, fringe included, and `points` of each, closer at the root with a `power` above 1.
        silhouette: where it hangs.
        part: x of the parting, and `whorl` the z where it ends; see `parted_comb`.
        back: how much it is combed backwards.
        lift: how steeply strands leave the scalp.
        volume: how far innermost and outermost strands lie above the scalp.
        end: y of the tips, `ragged` their spread; `layered` how much higher the outermost strands end.
        rise: how much higher tips end in the middle of the back than at the front.
        wave: sideways swing, its length, and the y below which it is there.
        locks: into how many locks strands gather, by `pull` at their tips.
        limit: guides whose curves lie farther apart are no neighbours.
        fringe: y of the tips of a fringe; None for no fringe.
        thick: how guides are thickened.
    """

    silhouette: Silhouette
    guides: int = 385
    points: int = 13
    power: float = 1.35
    part: float = 0.0
    whorl: float = -3.0
    back: float = 0.25
    lift: float = 0.22
    volume: tuple[float, float] = (0.2, 1.3)
    end: float = 12.0
    ragged: float = 0.25
    layered: float = 0.4
    rise: float = 0.0
    wave: tuple[float, float, float] = (0.0, 8.0, 0.0)
    locks: int = 110
    pull: float = 0.35
    limit: float = 8.0
    fringe: float | None = None
    thick: Thick = field(default_factory=Thick)

    def groups(self, rng: np.random.Generator) -> list[Grown]:
        """Grows the guides."""
        hairline = hairline_roots(1.0)
        rows = [
            beside_parting(self.part, self.whorl),
            behind_whorl(self.part, self.whorl),
            hairline[hairline[:, 2] > 0],
        ]
        if self.fringe is not None:
            front = scalp_roots(rng, 360)
            rows = [beside_fringe(), front[fringe_roots(front)], *rows]
        roots = scalp_roots(rng, self.guides, np.concatenate(rows), 1.6)
        before = fringe_roots(roots) if self.fringe is not None else np.zeros(len(roots), bool)
        grown = [Grown("down", self._down(rng, roots[~before]), self.thick, self.limit)]
        if self.fringe is not None:
            grown.append(
                Grown(
                    "fringe",
                    self._fringe(rng, roots[before], self.fringe),
                    replace(self.thick, clump=0.25, mix=1.0),
                    2.2,
                )
            )
        return grown

    def _down(self, rng: np.random.Generator, roots: Floats) -> Floats:
        count = len(roots)
        comb, side = parted_comb(roots, self.part, self.whorl, self.back)
        comb = comb + rng.normal(0, 0.05, comb.shape)
        # Hair from higher up lies over hair from below.
        layer = np.clip(0.65 * (6.0 - roots[:, 1]) / 17.5 + 0.35 * rng.random(count), 0, 1)
        # What frames the face lies close to it.
        front = np.clip((roots[:, 2] - 2.5) / 5.0, 0, 1)
        layer *= 1 - 0.85 * front * rng.uniform(0.7, 1, count)
        low, high = self.volume
        growth = Growth(
            comb=comb,
            lift=self.lift * (1 - 0.7 * front),
            reach=np.full(count, 5.0),
            heavy=np.full(count, 0.8),
            bend=1.8,
            layer=low + (high - low) * layer,
            long=np.full(count, max(self.end, 4.0) + 24.0),
        )
        curves = grow(roots, growth, self.silhouette.settle(layer, side))
        curves = self._waved(rng, curves, layer)
        behind = np.clip(-curves[:, curves.shape[1] // 3, 2] / 8, 0, 1)
        end = self.end + rng.normal(0, self.ragged, count) - self.layered * layer - self.rise * behind
        guides = cut(curves, length_to_height(curves, end), self.points, self.power)
        guides = gathered(guides, rng.choice(count, min(self.locks, count), replace=False), self.pull, 2.0)
        # Where a lock was drawn together over the crown, it may have cut the corner.
        above = off_head(guides.reshape(-1, 3), np.full(guides[..., 0].size, 0.1)).reshape(guides.shape)
        return np.where((guides[..., 1:2] < 6) & (np.arange(self.points) > 0)[None, :, None], above, guides)

    def _waved(self, rng: np.random.Generator, curves: Floats, layer: Floats) -> Floats:
        swing, length, start = self.wave
        if swing <= 0:
            return curves
        steps = np.sqrt((np.diff(curves, axis=1) ** 2).sum(-1))
        run = np.concatenate([np.zeros((len(curves), 1)), np.cumsum(steps, 1)], 1)
        leaders = rng.integers(0, len(curves), 60)
        gap = curves[:, None, [2, curves.shape[1] // 2]] - curves[leaders][None, :, [2, curves.shape[1] // 2]]
        lock = (gap * gap).sum((-1, -2)).argmin(1)
        phase = rng.normal(0, 0.9, 60)[lock] + rng.normal(0, 0.15, len(curves))
        grown = (
            np.clip((curves[..., 1] - start) / 7.0, 0, 1)
            * np.clip(run / 4.0, 0, 1)
            * swing
            * (0.75 + 0.35 * layer)[:, None]
        )
        angle = 2 * np.pi * run / length + phase[:, None]
        around = np.arctan2(curves[..., 0], curves[..., 2] - CENTRE[2])
        aside = np.stack([np.cos(around), 0 * around, -np.sin(around)], -1)
        away = np.stack([np.sin(around), 0 * around, np.cos(around)], -1)
        moved = np.sin(angle)[..., None] * aside + 0.6 * (1 + np.cos(angle))[..., None] * away
        return np.asarray(curves + grown[..., None] * moved)

    def _fringe(self, rng: np.random.Generator, roots: Floats, end: float) -> Floats:
        count = len(roots)
        aim = np.stack([0.24 * roots[:, 0], np.full(count, 0.3), np.full(count, 1.0)], -1)
        comb = aim + rng.normal(0, 0.03, (count, 3))
        layer = 0.12 + 0.04 * (8.5 - roots[:, 2]) + 0.1 * rng.random(count)
        growth = Growth(
            comb=comb,
            lift=np.full(count, 0.12),
            reach=np.full(count, 7.0),
            heavy=np.full(count, 0.9),
            bend=1.5,
            layer=layer,
            long=np.full(count, 26.0),
        )
        curves = grow(roots, growth, before_forehead(layer))
        # The fringe is a little longer at the temples, where it meets the hair beside the face.
        stop = end + 0.03 * curves[:, -1, 0] ** 2 + rng.normal(0, 0.12, count)
        guides = cut(curves, length_to_height(curves, stop), self.points)
        return gathered(guides, rng.choice(count, max(2, count // 3), replace=False), 0.25, 1.2)
