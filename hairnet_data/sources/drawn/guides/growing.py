"""Grows guides: strands leave the scalp along a comb, give way to gravity, and keep to a silhouette of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.guides.mean_head import MEAN
from hairnet_data.sources.drawn.guides.obstacles import head_radius, off_head
from hairnet_data.sources.drawn.scalp import CENTRE, depth_inside

Floats = NDArray[np.float64]

STEP = 0.4
"""Centimetres of a step of growth."""

ROOTS_APART = 2.4
"""Guides are no neighbours if their roots are farther apart, cm: strands between them would go through the head."""


def scalp_roots(rng: np.random.Generator, count: int, first: Floats | None = None, top: float = 1.0) -> Floats:
    """Points (count, 3) spread evenly over the scalp, `top` times as densely on top; after those in `first` (N, 3)."""
    way = rng.standard_normal((min(count * 24, 12_000), 3))
    way /= np.sqrt((way * way).sum(-1, keepdims=True))
    points = CENTRE + way * head_radius(way, ears=False)[:, None]
    points = points[depth_inside(points, MEAN) > 0.1]
    # Each next root is the candidate farthest from all before it.
    chosen = [points[points[:, 1].argmin()]] if first is None else list(first)
    far = np.full(len(points), np.inf)
    for root in chosen:
        far = np.minimum(far, ((points - root) ** 2).sum(-1))
    weight = 1 + (top - 1) * np.clip((-3.0 - points[:, 1]) / 4.0, 0, 1)
    for _ in range(count - len(chosen)):
        chosen.append(points[(far * weight).argmax()])
        far = np.minimum(far, ((points - chosen[-1]) ** 2).sum(-1))
    return np.array(chosen)


@cache
def hairline_roots(apart: float, margin: float = 0.12) -> Floats:
    """Roots (N, 3) in a row along the hairline, about `apart` cm from one another and `margin` cm inside."""
    around = np.linspace(-np.pi, np.pi, 721)
    low = np.full(721, 12.0)
    height = np.linspace(8, -8, 321)
    found = np.zeros((721, 3))
    for y in height:  # from below upwards: the first point of the head that lies inside
        far = np.full(721, 8.0)
        for _ in range(4):
            way = np.stack([far * np.sin(around), np.full(721, y - CENTRE[1]), far * np.cos(around)], -1)
            far = np.clip(far * head_radius(way, ears=False) / np.sqrt((way * way).sum(-1)), 0.5, 11)
        points = np.stack([far * np.sin(around), np.full(721, y), far * np.cos(around) + CENTRE[2]], -1)
        inside = (depth_inside(points, MEAN) > margin) & (low == 12.0)
        found[inside], low[inside] = points[inside], y
    steps = np.sqrt((np.diff(found, axis=0) ** 2).sum(-1))
    run = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, run[-1], int(run[-1] / apart), endpoint=False)
    return np.stack([np.interp(at, run, part) for part in found.T], -1)


def on_head(way: Floats) -> Floats:
    """The points of the head (..., 3) in directions (..., 3) from the skull's centre, cm."""
    return np.asarray(CENTRE + way * (head_radius(way, ears=False) / np.sqrt((way * way).sum(-1)))[..., None])


def outward(points: Floats) -> Floats:
    """Unit vectors (..., 3) out of the head at points (..., 3)."""
    out = (points - CENTRE) / np.array((7.7, 9.6, 9.9)) ** 2
    return np.asarray(out / (np.sqrt((out * out).sum(-1, keepdims=True)) + 1e-9))


@dataclass(frozen=True, slots=True)
class Growth:
    """How strands grow; arrays are one number a strand, (N,).

    Attributes:
        comb: float64 (N, 3), directions in which strands leave the scalp; only what is along the scalp counts.
        lift: how steeply, 0 flat to 1 upright.
        reach: over how many cm the comb holds against gravity.
        heavy: pull of gravity afterwards, 0 to 1.
        bend: over how many cm a strand turns.
        layer: at least so far above the head, cm.
        long: length, cm.
    """

    comb: Floats
    lift: Floats
    reach: Floats
    heavy: Floats
    bend: float
    layer: Floats
    long: Floats


Settle = Callable[[Floats, float], Floats]
"""Moves points (N, 3) after each step to where the style wants them; also given how many cm have grown."""


def grow(roots: Floats, growth: Growth, settle: Settle) -> Floats:
    """Strands, float64 (N, T, 3), with a point every `STEP` cm, all as long as the longest; see `cut`."""
    normal = outward(roots)
    comb = growth.comb - (growth.comb * normal).sum(-1, keepdims=True) * normal
    comb /= np.sqrt((comb * comb).sum(-1, keepdims=True)) + 1e-9
    heading = comb * (1 - growth.lift)[:, None] + normal * growth.lift[:, None]
    heading /= np.sqrt((heading * heading).sum(-1, keepdims=True)) + 1e-9
    turn = 1 - np.exp(-STEP / growth.bend)
    down = np.array((0.0, 1.0, 0.0))
    steps = int(np.ceil(growth.long.max() / STEP)) + 1
    point, curve = roots.copy(), np.empty((len(roots), steps + 1, 3))
    curve[:, 0] = roots
    for number in range(1, steps + 1):
        grown = number * STEP
        out = outward(point)
        held = np.exp(-((grown / growth.reach) ** 2))[:, None]
        flat = comb - (comb * out).sum(-1, keepdims=True) * out
        aim = (
            held * flat + (1 - held) * growth.heavy[:, None] * down + (1 - growth.heavy[:, None]) * (1 - held) * heading
        )
        heading = heading * (1 - turn) + aim * turn
        heading /= np.sqrt((heading * heading).sum(-1, keepdims=True)) + 1e-9
        before = point
        layer = growth.layer * np.minimum(1.0, grown / 2.5)
        point = settle(off_head(point + heading * STEP, layer + 0.05), grown)
        point = off_head(point, 0.6 * layer + 0.05)
        heading = 0.5 * heading + 0.5 * (point - before) / STEP
        heading /= np.sqrt((heading * heading).sum(-1, keepdims=True)) + 1e-9
        curve[:, number] = point
    return curve


def cut(curves: Floats, long: Floats, points: int, power: float = 1.0) -> Floats:
    """The first `long` (N,) cm of curves (N, T, 3), resampled: float64 (N, points, 3).

    The points are equally far apart with `power` 1; above 1 they lie closer at the root, where strands bend most.
    """
    steps = np.sqrt((np.diff(curves, axis=1) ** 2).sum(-1))
    run = np.concatenate([np.zeros((len(curves), 1)), np.cumsum(steps, 1)], 1)
    at = np.minimum(long, run[:, -1])[:, None] * np.linspace(0, 1, points) ** power
    return np.stack(
        [np.stack([np.interp(at[n], run[n], curves[n, :, axis]) for axis in range(3)], -1) for n in range(len(curves))]
    )


def length_to_height(curves: Floats, height: Floats) -> Floats:
    """How long strands are where they first fall below `height` (N,), y in cm: float64 (N,); all of them if never."""
    steps = np.sqrt((np.diff(curves, axis=1) ** 2).sum(-1))
    run = np.concatenate([np.zeros((len(curves), 1)), np.cumsum(steps, 1)], 1)
    below = curves[..., 1] > height[:, None]
    first = np.where(below.any(1), below.argmax(1), curves.shape[1] - 1)
    return np.asarray(run[np.arange(len(curves)), first])


def gathered(curves: Floats, leaders: NDArray[np.intp], pull: float, power: float) -> Floats:
    """Draws curves (N, T, 3) to the nearest of the `leaders`, numbers of curves, by `pull` at their tips."""
    if not len(leaders):
        return curves
    at = [1, curves.shape[1] // 2, 3 * curves.shape[1] // 4]
    gap = curves[:, None, at] - curves[leaders][None, :, at]
    nearest = leaders[(gap * gap).sum((-1, -2)).argmin(1)]
    rise = np.linspace(0, 1, curves.shape[1])[None, :, None] ** power
    return np.asarray(curves + (curves[nearest] - curves) * (pull * rise))


def neighbours(guides: Floats, limit: float) -> NDArray[np.intp]:
    """For each guide (N, P, 3) four others near it, one on each side of it in the order around it: (N, 4).

    Near is what lies near along the entire curve. It is the guide itself where there is none within `limit` cm,
    or none whose root is near.
    """
    count, own = len(guides), np.arange(len(guides))
    places = guides[:, np.linspace(0, guides.shape[1] - 1, 4).astype(int)]
    gap = places[None] - places[:, None]
    far = np.sqrt((gap * gap).sum(-1).mean(-1))
    np.fill_diagonal(far, np.inf)
    apart = np.sqrt((gap[:, :, 0] ** 2).sum(-1))
    ahead = guides[:, -1] - guides[:, 0]
    at = guides.shape[1] // 3
    ahead = guides[:, at + 1] - guides[:, at - 1] + 0.05 * ahead
    first = gap[own, far.argmin(1)].mean(1)  # the first side is that of the nearest guide
    ahead /= np.sqrt((ahead * ahead).sum(-1, keepdims=True)) + 1e-9
    first -= (first * ahead).sum(-1, keepdims=True) * ahead
    first /= np.sqrt((first * first).sum(-1, keepdims=True)) + 1e-9
    second = np.cross(ahead, first)
    mean = gap.mean(2)
    angle = np.arctan2((mean * second[:, None]).sum(-1), (mean * first[:, None]).sum(-1))
    side = np.floor((angle + np.pi / 4) / (np.pi / 2)).astype(int) % 4
    chosen = np.empty((count, 4), np.intp)
    for number in range(4):
        cost = np.where((side == number) & (far < limit) & (apart < ROOTS_APART), far, np.inf)
        best = cost.argmin(1)
        chosen[:, number] = np.where(np.isfinite(cost[own, best]), best, own)
    return chosen


def openness(groups: list[Floats], thick: float) -> list[Floats]:
    """How much of the sky the points of each group of guides (N, P, 3) see, 0 to 1.

    Hair is counted in cells of 1 cm; light from seven directions outwards and upwards fades with what it passes.

    Args:
        groups: the guides of all groups.
        thick: how much light hair takes: 1 for usual hair.
    """
    low = np.array((-32.0, -22.0, -32.0))
    cells = np.zeros((64, 72, 64))
    for guides in groups:
        fine = np.concatenate([guides[:, :-1] * (1 - s) + guides[:, 1:] * s for s in (0.0, 0.25, 0.5, 0.75)], 1)
        steps = np.sqrt((np.diff(guides, axis=1) ** 2).sum(-1))
        weight = np.tile(steps / 4, (1, 4))
        at = np.clip(np.floor(fine - low).astype(int), 0, np.array(cells.shape) - 1)
        np.add.at(cells, tuple(at.reshape(-1, 3).T), weight.ravel())
    for axis in range(3):
        cells = (np.roll(cells, 1, axis) + 2 * cells + np.roll(cells, -1, axis)) / 4
    scale = thick * 0.10 * 400 / max(1, sum(len(guides) for guides in groups))
    shades = []
    for guides in groups:
        out = guides - CENTRE - (0, 1.5, 0)
        out[..., 1] *= np.where(guides[..., 1] > 0, 0.3, 1)  # hair that hangs is lit from the side
        out /= np.sqrt((out * out).sum(-1, keepdims=True)) + 1e-9
        side = np.cross(out, (0.0, 1.0, 0.0))
        side /= np.sqrt((side * side).sum(-1, keepdims=True)) + 1e-9
        up = np.cross(side, out)
        total = np.zeros(guides.shape[:2])
        ways = ((1, 0, 0), (1, 0.7, 0), (1, -0.7, 0), (1, 0, 0.8), (1, 0, -0.4), (0.5, 0, 1), (0.8, 0.6, 0.8))
        for a, b, c in ways:
            way = a * out + b * side + c * up
            way /= np.sqrt((way * way).sum(-1, keepdims=True)) + 1e-9
            passed = np.zeros(guides.shape[:2])
            for reach in (1.2, 2.0, 2.8, 3.6, 4.6, 5.8):
                at = np.clip(np.floor(guides + way * reach - low).astype(int), 0, np.array(cells.shape) - 1)
                passed += cells[tuple(np.moveaxis(at, -1, 0))]
            total += np.exp(-scale * passed)
        shades.append(total / len(ways))
    return shades
