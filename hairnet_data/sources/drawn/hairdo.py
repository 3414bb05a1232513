"""Grows a person's hair and paints it, behind the head and before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.canvas import Canvas
from hairnet_data.sources.drawn.growth import Curves, curls, grow, tie
from hairnet_data.sources.drawn.head import Pose
from hairnet_data.sources.drawn.light import Light
from hairnet_data.sources.drawn.plaits import paint_cords, rows
from hairnet_data.sources.drawn.sheet import mix
from hairnet_data.sources.drawn.strands import Hair, paint_hairs, paint_locks, paint_mass
from hairnet_data.sources.drawn.styles import Style, style_of
from hairnet_data.sources.drawn.traits import Person
from hairnet_data.sources.drawn.views import COVERING


@dataclass(frozen=True, slots=True)
class Bundle:
    """Strands that are painted together: single hairs over locks `wide` cm broad, over puffs, or over nothing.

    Attributes:
        every: one lock for so many strands.
        weave: "" for hairs, or as `paint_cords` takes it: then every strand is a cord `wide` cm broad.
    """

    hair: Hair
    wide: float
    locks: bool
    every: int = 2
    puffs: bool = False
    weave: str = ""


def grow_hair(rng: np.random.Generator, person: Person, pose: Pose, light: Light, canvas: Canvas) -> list[Bundle]:
    """The strands of the person's hair, in the order in which they are painted."""
    if person.hair in ("bald", "shaved") or person.hat in COVERING:
        return []
    style = style_of(rng, person)
    if person.hat != "none":
        style = replace(style, volume=0.3, lift=0.1, cling=0.9)
    down = pose.turn.T @ np.array((0.0, 1.0, 0.0))
    if person.hair == "wet":
        light = replace(light, gloss=float(rng.uniform(1.0, 2.2)))

    def hair(curves: Curves) -> Hair:
        return Hair(_below_hat(curves) if person.hat != "none" else curves, pose, light, canvas)

    if person.hair == "cornrows":
        curves, wide = rows(rng, person, down)
        return [Bundle(hair(curves), wide, False, weave="plaited")]
    if style.comb == "knot":
        return _tied(rng, person, style, down, hair)
    curves, _ = grow(rng, person, style, down)
    if style.comb == "out" and person.hat == "none":
        tight = hair(curls(rng, person, style))
        return [Bundle(hair(curves), style.lock, False, puffs=True), Bundle(tight, style.lock, False)]
    if person.hair in ("braids", "dreadlocks"):
        matted = person.hair == "dreadlocks"
        wide = float(rng.uniform(0.8, 1.6) if matted else rng.uniform(0.6, 1.1))
        return [Bundle(hair(curves), wide, False, weave="matted" if matted else "plaited")]
    return [Bundle(hair(curves), style.lock, person.hair != "thinning")]


def _tied(
    rng: np.random.Generator,
    person: Person,
    style: Style,
    down: NDArray[np.float64],
    hair: Callable[[Curves], Hair],
) -> list[Bundle]:
    """Hair that is drawn back, and its knot, tail or plait: painted last where it is seen from behind."""
    curves, _, tail = tie(rng, person, style, down)
    scalp = Bundle(hair(curves), style.lock, True)
    if person.hair == "plait":
        knot = Bundle(hair(tail.mean(0)[None]), float(rng.uniform(2.4, 4.4)), False, weave="plaited")
    else:
        knot = Bundle(hair(tail), style.lock, True)
    return [scalp, knot] if abs(person.yaw) > 1.2 else [knot, scalp]


def _below_hat(curves: Curves) -> Curves:
    """The strands that a hat leaves to be seen."""
    over_face = (curves[..., 2] > 1.5) & (curves[..., 1] > -3) & (np.abs(curves[..., 0]) < 6)
    return np.asarray(curves[((curves[..., 1] > -5.0).mean(1) > 0.3) & ~over_face.any(1)])


def paint_bundles(rng: np.random.Generator, canvas: Canvas, person: Person, bundles: list[Bundle], front: bool) -> None:
    """Paints the hair before or behind the head; what is behind lies in the shade of the head and is denser."""
    wider, dark, bright = (1.0, 0.72, 1.0) if front else (1.4, 0.52, 0.8)
    wet = 0.62 if person.hair == "wet" else 1.0
    colours = (mix(person.hair_colour, (0, 0, 0), 1 - wet), mix(person.streaks, (0, 0, 0), 1 - wet))
    near = person.frame == "close" or abs(person.yaw) > 1.0
    copies = 2 + (near and front) * (2 + (person.frame == "close"))
    for bundle in bundles:
        if bundle.puffs:
            paint_mass(rng, canvas, bundle.hair, person.hair_colour, front)
            continue
        if bundle.weave:
            paint_cords(rng, canvas, bundle.hair, colours, bundle.wide, front, bundle.weave)
            continue
        if bundle.locks:
            paint_locks(rng, canvas, bundle.hair, colours, bundle.wide * wider, front, bundle.every, dark)
        paint_hairs(rng, canvas, bundle.hair, colours, front, bright, person.grey, copies, 1.8 - 0.3 * near)
