"""Makes strands of guides, by the arithmetic of docs/tryon.md; the page does the same in TypeScript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hairnet_model.tryon.style_file import Group, Level, Style

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Strands:
    """Strands of a group at a level of detail: N of them with S vertices each.

    Attributes:
        points: float32 (N, S, 3), cm in the head's own axes, from root to tip. A guide's strands follow one another.
        openness: float32 (N, S) in 0..1, how much of the sky a vertex sees.
        width: float32 (S,), breadth of the strands, cm.
        tone: float32 (N,) in -1..1, how bright a strand is among the others.
    """

    points: Singles
    openness: Singles
    width: Singles
    tone: Singles


def thicken(style: Style, level: int) -> list[Strands]:
    """The strands of every group of a style, at a level of detail 0 .. `style.levels` - 1 from coarse to fine."""
    return [_thicken(style, group, group.levels[level]) for group in style.groups]


def hashed(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The hash H of docs/tryon.md, `lowbias32`; integers modulo 2^32."""
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def uniform(seed: int, guide: NDArray[np.integer], child: NDArray[np.integer], draw: int) -> Floats:
    """The number U(guide, child, draw) of docs/tryon.md, float64 in 0..1 (1 excluded), broadcast."""
    start = hashed(np.array([seed], np.uint32))
    key = (np.asarray(guide) * 64 + np.asarray(child)) * 16 + draw
    return np.asarray((hashed(start + key.astype(np.uint32)) >> np.uint32(8)) / 16777216.0)


def _thicken(style: Style, group: Group, level: Level) -> Strands:
    number = np.repeat(group.first + np.arange(len(group.guides)), level.strands)
    child = np.tile(np.arange(level.strands), len(group.guides))

    def draw(k: int) -> Floats:
        return uniform(style.seed, number, child, k)

    def draw_of_guide(k: int) -> Floats:
        return uniform(style.seed, number, np.zeros_like(child), k)

    guide = number - group.first
    is_child = child > 0
    control, shade = _control(style, group, guide, is_child, draw)
    share = np.linspace(0, 1, level.samples)
    cut = np.where(is_child, 1 - group.uneven * draw(6), 1.0)
    at = share[None] * cut[:, None] * (group.guides.shape[1] - 1)
    left = np.minimum(np.floor(at).astype(np.intp), group.guides.shape[1] - 2)
    x = at - left
    points = _spline(control, left, x)
    rows = np.arange(len(number))[:, None]
    openness = shade[rows, left] + x * (shade[rows, left + 1] - shade[rows, left])
    steps = np.sqrt((np.diff(group.guides, axis=1) ** 2).sum(-1))
    long = steps.sum(1)[guide][:, None]
    along = share[None] * cut[:, None] * long
    if group.curl[0] > 0:
        points = points + _curl(group, guide, along, draw_of_guide(8) + group.curl[3] * (draw(9) - 0.5))
    if group.braid[0] > 0:
        angle = 2 * np.pi * (along / group.braid[2] + (child % 3 / 3)[:, None])
        points = points + _braid(style, group, guide, (left, x), (along, long), angle)
        openness = openness * (0.7 + 0.3 * np.sin(2 * angle))
    inward = (points - style.centre) / style.half
    far = np.sqrt((inward * inward).sum(-1, keepdims=True))
    points = np.where(far < 1, style.centre + style.half * inward / np.maximum(far, 1e-9), points)
    tone = 2 * (0.55 * draw_of_guide(10) + 0.45 * draw(11)) - 1
    width = group.width * level.broad * (1 - (1 - group.tip) * share**group.taper)
    return Strands(*(np.asarray(part, np.float32) for part in (points, openness, width, tone)))


def _control(
    style: Style, group: Group, guide: NDArray[np.intp], is_child: NDArray[np.bool_], draw: Callable[[int], Floats]
) -> tuple[Floats, Floats]:
    """The control points of strands, float64 (N, P, 3), and their openness (N, P): steps 1 to 3 of docs/tryon.md."""
    turn = np.floor(4 * draw(7)).astype(np.intp)
    near = group.neighbours[guide[:, None], np.stack([turn, (turn + 1) % 4], 1)]
    reach, between = np.sqrt(draw(0)), draw(1)
    first = np.where(is_child, group.mix * reach * (1 - between), 0.0)[:, None]
    second = np.where(is_child, group.mix * reach * between, 0.0)[:, None]
    move = np.stack([2 * draw(k) - 1 for k in (2, 3, 4)], -1)
    move = move * np.where(is_child, np.where(draw(5) < group.stray, 3.0, 1.0), 0.0)[:, None]
    own = group.guides
    share = np.linspace(0, 1, own.shape[1])
    outward = (own - style.centre) / (style.half * style.half)
    outward = outward / np.sqrt((outward * outward).sum(-1, keepdims=True))
    inward = np.minimum(0.0, np.einsum("nk,npk->np", move, outward[guide]))[..., None]
    moved = move[:, None] - 2 * inward * outward[guide]
    root, tip = group.spread
    apart = (1 - group.clump * share**group.gather)[None, :, None]
    control = own[guide]
    control = control + apart * (
        first[..., None] * (own[near[:, 0]] - own[guide]) + second[..., None] * (own[near[:, 1]] - own[guide])
    )
    control = control + moved * (root + (tip - root) * share)[None, :, None]
    shade = group.openness
    mixed = first * (shade[near[:, 0]] - shade[guide]) + second * (shade[near[:, 1]] - shade[guide])
    return control, shade[guide] + mixed


def _spline(control: Floats, left: NDArray[np.intp], x: Floats) -> Floats:
    """Catmull-Rom splines through control points (N, P, 3) at `left` + `x`, both (N, S): float64 (N, S, 3)."""
    before = 2 * control[:, :1] - control[:, 1:2]
    after = 2 * control[:, -1:] - control[:, -2:-1]
    padded = np.concatenate([before, control, after], 1)
    rows = np.arange(len(control))[:, None]
    a, b, c, d = (padded[rows, left + shift] for shift in range(4))
    x = x[..., None]
    return np.asarray(
        0.5 * (2 * b + (c - a) * x + (2 * a - 5 * b + 4 * c - d) * x * x + (3 * b - a - 3 * c + d) * x * x * x)
    )


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / (np.sqrt((vectors * vectors).sum(-1, keepdims=True)) + 1e-9))


def _curl(group: Group, guide: NDArray[np.intp], along: Floats, phase: Floats) -> Floats:
    """What curls move vertices by, float64 (N, S, 3): step 6."""
    radius, length, start, _ = group.curl
    axis = _unit(group.guides[:, -1] - group.guides[:, 0])
    least = np.eye(3)[np.abs(axis).argmin(1)]
    first = _unit(np.cross(axis, least))
    second = np.cross(axis, first)
    angle = (2 * np.pi * (along / length + phase[:, None]))[..., None]
    grown = (radius * np.minimum(1.0, along / start))[..., None]
    return np.asarray(grown * (np.cos(angle) * first[guide][:, None] + np.sin(angle) * second[guide][:, None]))


def _braid(
    style: Style,
    group: Group,
    guide: NDArray[np.intp],
    place: tuple[NDArray[np.intp], Floats],
    run: tuple[Floats, Floats],
    angle: Floats,
) -> Floats:
    """What the strands of a plait are moved by, float64 (N, S, 3): step 7."""
    wide, deep, _ = group.braid
    (left, x), (along, long) = place, run
    own = group.guides[guide]
    rows = np.arange(len(own))[:, None]
    ahead = _unit(own[rows, left + 1] - own[rows, left])
    out = _spline(own, left, x) - style.centre
    side = _unit(np.cross(ahead, out))
    above = np.cross(side, ahead)
    grown = np.minimum(1.0, along) * np.minimum(1.0, 0.35 + (long - along) / 2)
    across, up = grown * wide * np.sin(angle), grown * deep * np.sin(2 * angle)
    return np.asarray(across[..., None] * side + up[..., None] * above)
