"""How hair grows and falls: strands as curves in space around the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.scalp import CENTRE, depth_inside, radii
from hairnet_data.sources.drawn.styles import Style
from hairnet_data.sources.drawn.traits import Person

_KNOT = {"bun": (0.0, 1.1), "updo": (-0.35, 0.35), "ponytail": (0.1, 0.7), "plait": (-0.5, 0.4)}
"""How high above the middle of the back of the head hair is tied, radians."""

_GATHERED, _GATHERED_POINTS = 160, 14
"""Strands of a bun or a ponytail, and points of each."""

Curves = NDArray[np.float64]
"""Strands: float64 (S, T, 3) in cm, from root to tip, in the axes of the head."""


def roots(rng: np.random.Generator, person: Person, count: int) -> NDArray[np.float64]:
    """Draws `count` unit directions (count, 3) from the skull's centre to points where hair grows."""
    half = radii(person)
    batches: list[NDArray[np.float64]] = []
    have = 0
    for _ in range(12):
        way = rng.standard_normal((count * 2, 3))
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        way = way[depth_inside(CENTRE + way * half, person) > rng.exponential(0.22, len(way))]
        batches.append(way)
        have += len(way)
        if have >= count:
            break
    return np.concatenate(batches)[:count]


def _headings(rng: np.random.Generator, style: Style, way: NDArray[np.float64], part: float) -> NDArray[np.float64]:
    """First directions (S, 3) of strands rooted at `way`, along the scalp."""
    x, y, z = way.T
    zero = np.zeros_like(x)
    side = np.where(x > part, 1.0, -1.0) * np.clip(np.abs(x - part) * 6, 0.5, 1)
    if style.comb == "forward":
        top = np.clip(-y, 0, 1)
        aim = np.stack([0.35 * x + 0.3 * part * top, 1.0 - top, top * (z > -0.6) * 1.2], 1)
    elif style.comb == "back":
        aim = np.stack([0.25 * x, 0.4 - 0.5 * (z > 0.6), zero - 1.0], 1)
    elif style.comb == "out":
        aim = way.copy()
    elif style.long > 9:
        # Long hair leaves its parting sideways, so that it frames the face instead of covering it.
        # From the back of the head it falls straight down, so that no nape is bared.
        behind = np.clip(-z * 2.2, 0, 1)
        aim = np.stack([side * (1.1 - 0.85 * behind), 0.15 + 0.85 * behind, -0.3 - 0.5 * np.clip(z, 0, 1)], 1)
    else:
        aim = np.stack([side * 0.9, 0.35 + zero, -0.45 + 0.15 * z], 1)
    if style.fringe and style.comb != "forward":
        front = (z > 0.35) & (np.abs(x) < 0.62)
        aim[front] = np.stack([0.3 * x + 0.15 * side, 0.4 + zero, 0.9 + zero], 1)[front]
    return np.asarray(aim + rng.normal(0, 0.16, aim.shape))


def grow(
    rng: np.random.Generator, person: Person, style: Style, down: NDArray[np.float64]
) -> tuple[Curves, NDArray[np.float64]]:
    """Grows strands: they leave the scalp along the comb, bend under gravity and rest on the head.

    Args:
        rng: where all random numbers come from.
        person: whose head it grows on.
        style: how it is worn.
        down: unit (3,), where down is in the axes of the head.

    Returns:
        The strands, and for each how far out in the layer of hair it lies, (S,) in 0..1.
    """
    half = radii(person)
    way = roots(rng, person, style.count)
    layer = rng.random(len(way)) ** 0.7
    part = float(rng.choice((0.0, 0.0, 0.35, -0.35, 0.5, -0.5)))
    aim = _headings(rng, style, way, part)
    normal = way / half
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    flat = aim - (aim * normal).sum(1, keepdims=True) * normal
    flat /= np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6
    heading = flat * (1 - 0.7 * style.lift) + normal * style.lift
    top = np.clip(-1.6 * way[:, 1] + 0.1, 0, 1)
    sides = style.fade + (1 - style.fade) * top
    long = style.long * np.clip(1 + style.uneven * rng.standard_normal(len(way)), 0.3, 1.8) * sides
    front = (way[:, 2] > 0.3) & (np.abs(way[:, 0]) < 0.6)
    if style.fringe:
        reach = np.maximum(2.0, 3.6 - 9.0 * (way[:, 1] + 0.55)) * rng.uniform(0.8, 1.1, len(way))
        long = np.where(front, np.minimum(long, reach), long)
    shell = half + (layer * style.volume * sides)[:, None]
    point = CENTRE + way * (half + 0.1)
    step = (long / (style.points - 1))[:, None]
    curve = np.empty((len(way), style.points, 3))
    behind = way[:, 2] < 0.05
    for at in range(style.points):
        curve[:, at] = point
        # Hair starts along its comb and gives way to gravity within the first centimetres.
        heavy = style.heavy * np.minimum(1, (at + 0.5) * step / 5.0)
        heading = heading + down * (heavy * step)
        heading /= np.sqrt((heading * heading).sum(1, keepdims=True)) + 1e-9
        point = _rest(point + heading * step, shell, style, behind)
    hang = np.clip((curve[..., 1] + 1) / 13, 0, 1.3) ** 1.5
    curve[..., 0] += np.sign(curve[..., 0]) * hang * style.flare * layer[:, None]
    return clumped(rng, curve + _waves(rng, style, curve, long), style.locks, style.clump), layer


def clumped(rng: np.random.Generator, curve: Curves, locks: int, pull: float) -> Curves:
    """Draws strands (S, T, 3) towards `locks` of them, each to the nearest, by `pull` (0 to 1) at their tips."""
    if not locks or pull <= 0 or len(curve) < 2:
        return curve
    leaders = rng.integers(0, len(curve), locks)
    gap = curve[:, None, 1] - curve[leaders, 1][None]
    nearest = leaders[(gap * gap).sum(-1).argmin(1)]
    rise = np.clip(np.linspace(0, 1.6, curve.shape[1]), 0, 1)[None, :, None]
    return np.asarray(curve + (curve[nearest] - curve) * (pull * rise))


def _rest(
    point: NDArray[np.float64], shell: NDArray[np.float64], style: Style, behind: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Keeps points (S, 3) out of the head, near it where hair clings, and long hair off the face."""
    ratio = (point - CENTRE) / shell
    far = np.sqrt((ratio * ratio).sum(1, keepdims=True))
    loose = np.where(point[:, 1:2] < 3, 1 - style.cling, 1.0)
    point = CENTRE + ratio / np.maximum(far, 0.3) * np.where(far < 1, 1.0, 1 + (far - 1) * loose) * shell
    # Hair from the back of the head stays behind the neck.
    nape = behind & (point[:, 1] > 3) & (np.abs(point[:, 0]) < 6.8) & (point[:, 2] > -3)
    point[:, 2] = np.where(nape, -3.0, point[:, 2])
    if style.long * style.fade > 6 or style.comb == "out":
        keep = 6.4 if not style.fringe else 5.4
        height = -6.0 if not style.fringe else -1.2
        over = (point[:, 2] > 1.5) & (point[:, 1] > height) & (np.abs(point[:, 0]) < keep)
        aside = np.where(point[:, 0] < 0, -1.0, 1.0) * (keep - np.abs(point[:, 0])) * 0.45
        point[:, 0] += np.where(over, aside, 0.0)
    return np.asarray(point)


def curls(rng: np.random.Generator, person: Person, style: Style) -> Curves:
    """Many short tight curls that fill a layer `style.long` thick around the head."""
    count, points = 1900, 12
    half = radii(person)
    way = roots(rng, person, count)
    lift = 0.85 * style.long * rng.random((count, 1)) ** 0.55
    middle = CENTRE + way * (half + lift)
    first, second = (np.cross(way, rng.standard_normal((count, 3))) for _ in range(2))
    turn = np.linspace(0, rng.uniform(3.5, 7.0), points)[None, :, None]
    radius = rng.uniform(0.25, 0.6, (count, 1, 1))
    drift = rng.normal(0, 0.5, (count, 1, 3)) * turn / 5
    return np.asarray(
        middle[:, None] + radius * (first[:, None] * np.cos(turn) + second[:, None] * np.sin(turn)) + drift
    )


def _waves(rng: np.random.Generator, style: Style, curve: Curves, long: NDArray[np.float64]) -> Curves:
    """Sideways swing of waves and curls, alike for strands that start near one another."""
    along = np.linspace(0, 1, style.points)[None, :] * long[:, None]
    near = curve[:, 0] @ rng.normal(0, 0.45, (3, 2))
    phase = near + rng.normal(0, style.frizz, near.shape)
    turn = 2 * np.pi / style.wave_long
    grow_in = np.clip(along / 2.0, 0.15, 1)
    first = np.sin(along * turn + phase[:, :1]) * style.wave * grow_in
    second = np.cos(along * turn * 0.97 + phase[:, 1:]) * style.wave * grow_in
    return np.stack([first, 0.25 * second, second], -1)


def tie(
    rng: np.random.Generator, person: Person, style: Style, down: NDArray[np.float64]
) -> tuple[Curves, NDArray[np.float64], Curves]:
    """Hair drawn back into a knot: strands over the scalp, their layers, and the strands of knot or tail."""
    half = radii(person)
    way = roots(rng, person, style.count)
    layer = rng.random(len(way)) ** 0.7
    up = rng.uniform(*_KNOT[person.hair])
    knot = np.array((rng.normal(0, 0.1), -np.sin(up) + 0.1, -np.cos(up)))
    knot /= np.linalg.norm(knot)
    share = np.linspace(0, 1, style.points)[None, :, None] ** 0.9
    arc = way[:, None] * (1 - share) + knot * share
    arc /= np.linalg.norm(arc, axis=-1, keepdims=True) + 1e-6
    lift = style.volume * layer[:, None, None] * np.sin(np.pi * np.clip(share + 0.15, 0, 1)) + 0.12
    curves = CENTRE + arc * (half + lift)
    middle = CENTRE + knot * (half + 1.0)
    return (
        curves + _waves(rng, style, curves, np.full(len(way), 12.0)),
        layer,
        _gathered(rng, person, middle, down, knot),
    )


def _gathered(
    rng: np.random.Generator,
    person: Person,
    middle: NDArray[np.float64],
    down: NDArray[np.float64],
    out: NDArray[np.float64],
) -> Curves:
    """The strands of a bun or of a ponytail that starts at `middle` and points to `out`, a unit vector."""
    if person.hair in ("bun", "updo"):
        size = rng.uniform(2.0, 3.4) if person.hair == "bun" else rng.uniform(3.2, 4.8)
        return clumped(rng, _bun(rng, middle, out, size), int(rng.integers(9, 22)), float(rng.uniform(0.4, 0.9)))
    return _tail(rng, middle, down, out)


def _bun(rng: np.random.Generator, middle: NDArray[np.float64], out: NDArray[np.float64], size: float) -> Curves:
    """Loops around a ball of radius `size`, cm."""
    axis = rng.standard_normal((_GATHERED, 3)) * 0.5 + out
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    first = np.cross(axis, rng.standard_normal((_GATHERED, 3)))
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(axis, first)
    turn = np.linspace(0, 2.4, _GATHERED_POINTS)[None, :, None]
    reach = size * rng.uniform(0.6, 1.0, (_GATHERED, 1, 1))
    height = axis * reach[:, 0] * rng.uniform(-0.2, 0.75, (_GATHERED, 1))
    wide = np.sqrt(np.clip(reach**2 - (height**2).sum(1)[:, None, None], 0.3, None))
    loops = wide * (first[:, None] * np.cos(turn) + second[:, None] * np.sin(turn))
    return np.asarray(middle + out * size * 0.6 + height[:, None] + loops)


def _tail(
    rng: np.random.Generator, middle: NDArray[np.float64], down: NDArray[np.float64], out: NDArray[np.float64]
) -> Curves:
    """A falling bundle."""
    sway = np.array((rng.choice((-1, 1)) * rng.uniform(0.1, 0.5), 0.0, 0.0))
    long = rng.uniform(14, 26) * rng.uniform(0.8, 1.1, (_GATHERED, 1))
    heading = out + sway + rng.normal(0, 0.12, (_GATHERED, 3))
    point = middle + rng.normal(0, 0.6, (_GATHERED, 3))
    curve = np.empty((_GATHERED, _GATHERED_POINTS, 3))
    for at in range(_GATHERED_POINTS):
        curve[:, at] = point
        heading = heading * 0.86 + (down + 0.15 * sway) * 0.35
        heading /= np.linalg.norm(heading, axis=1, keepdims=True)
        point = point + heading * long / _GATHERED_POINTS
    return curve
