"""Grows a person's hair and paints it, behind the head and before it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hairnet_data.sources.drawn.canvas import Canvas
from hairnet_data.sources.drawn.growth import curls, grow, tie
from hairnet_data.sources.drawn.head import Pose
from hairnet_data.sources.drawn.light import Light
from hairnet_data.sources.drawn.strands import Hair, paint_hairs, paint_locks, paint_mass
from hairnet_data.sources.drawn.styles import style_of
from hairnet_data.sources.drawn.traits import Person


@dataclass(frozen=True, slots=True)
class Bundle:
    """Strands that are painted together: single hairs over locks `wide` cm broad, over puffs, or over nothing.

    Attributes:
        every: one lock for so many strands.
    """

    hair: Hair
    wide: float
    locks: bool
    every: int = 2
    puffs: bool = False


def grow_hair(rng: np.random.Generator, person: Person, pose: Pose, light: Light, canvas: Canvas) -> list[Bundle]:
    """The strands of the person's hair, in the order in which they are painted."""
    if person.hair in ("bald", "shaved") or person.hat == "scarf":
        return []
    style = style_of(rng, person)
    if person.hat != "none":
        style = replace(style, volume=0.3, lift=0.1, cling=0.9)
    down = pose.turn.T @ np.array((0.0, 1.0, 0.0))
    if style.comb == "knot":
        curves, _, tail = tie(rng, person, style, down)
        return [Bundle(Hair(c, pose, light, canvas), style.lock, True) for c in (tail, curves)]
    curves, _ = grow(rng, person, style, down)
    if person.hat != "none":
        over_face = (curves[..., 2] > 1.5) & (curves[..., 1] > -3) & (np.abs(curves[..., 0]) < 6)
        curves = curves[((curves[..., 1] > -5.0).mean(1) > 0.3) & ~over_face.any(1)]
    hair = Hair(curves, pose, light, canvas)
    if style.comb == "out" and person.hat == "none":
        tight = Hair(curls(rng, person, style), pose, light, canvas)
        return [Bundle(hair, style.lock, False, puffs=True), Bundle(tight, style.lock, False)]
    return [Bundle(hair, style.lock, person.hair != "thinning", 1 if person.hair == "braids" else 2)]


def paint_bundles(rng: np.random.Generator, canvas: Canvas, person: Person, bundles: list[Bundle], front: bool) -> None:
    """Paints the hair before or behind the head; what is behind lies in the shade of the head and is denser."""
    wider, dark, bright = (1.0, 0.72, 1.0) if front else (1.4, 0.52, 0.8)
    colours = (person.hair_colour, person.streaks)
    near = person.frame == "close" or abs(person.yaw) > 1.0
    copies = 2 + (near and front) * (2 + (person.frame == "close"))
    for bundle in bundles:
        if bundle.puffs:
            paint_mass(rng, canvas, bundle.hair, person.hair_colour, front)
            continue
        if bundle.locks:
            paint_locks(rng, canvas, bundle.hair, colours, bundle.wide * wider, front, bundle.every, dark)
        paint_hairs(rng, canvas, bundle.hair, colours, front, bright, person.grey, copies, 1.8 - 0.3 * near)
