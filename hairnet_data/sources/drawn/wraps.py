"""Headwear that goes round the whole head and leaves an opening for the face: hijab, hood, helmet."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.body import Body, shaded
from hairnet_data.sources.drawn.canvas import HAT, SHIFT, Bytes, Canvas, field, smooth_curve
from hairnet_data.sources.drawn.clothes import BRIGHT, SOBER
from hairnet_data.sources.drawn.head import Pose
from hairnet_data.sources.drawn.light import Light
from hairnet_data.sources.drawn.scalp import CENTRE, radii
from hairnet_data.sources.drawn.traits import Person

Points = NDArray[np.float64]

WRAPS = frozenset(("hijab", "hood", "helmet"))
"""The headwear that this module paints."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """How a wrap is cut, cm: how far it stands off the skull, how low it reaches, and the opening for the face.

    Attributes:
        grow: distance from the skull.
        low: height down to which it goes round the head.
        middle: height of the opening's middle, and `wide`, `high` its half axes.
        plane: depth of the opening's rim.
        drape: points on the body that it reaches down to, (N, 2).
    """

    grow: float
    low: float
    middle: float
    wide: float
    high: float
    plane: float
    drape: tuple[tuple[float, float], ...] = ()


def _cut(rng: np.random.Generator, kind: str) -> _Cut:
    u = rng.uniform
    if kind == "hijab":
        chest = float(u(6, 20))
        drape = ((-13.0, 4.5), (13.0, 4.5), (-9.0, chest), (0.0, chest + 3), (9.0, chest))
        return _Cut(u(0.8, 1.6), 8.0, 2.9 + u(-0.3, 0.4), u(5.7, 6.3), u(7.9, 8.7), 5.0, drape)
    if kind == "hood":
        return _Cut(u(1.8, 3.2), 8.0, 1.8, u(6.6, 7.6), u(10.5, 12.0), u(3.0, 5.5), ((-11.0, 1.5), (11.0, 1.5)))
    if rng.random() < 0.4:  # it covers the chin, and the face looks through a slit
        return _Cut(u(2.4, 3.4), 10.5, 0.2, u(6.4, 7.2), u(3.8, 5.6), 7.5)
    return _Cut(u(2.0, 3.2), -1.0, 6.0, u(6.8, 7.6), u(9.5, 11.0), 6.0)


def paint_wrap(rng: np.random.Generator, canvas: Canvas, person: Person, pose: Pose, body: Body, light: Light) -> None:
    """Paints a hijab, a hood or a helmet over head and hair."""
    cut = _cut(rng, person.hat)
    cover = _shape(canvas, _outer(person, cut, pose, body, canvas))
    if pose.turn[2, 2] > 0.05:
        cover[_shape(canvas, _opening(person, cut, pose, canvas)) > 0] = 0
    palette = SOBER + BRIGHT
    base = np.asarray(palette[int(rng.integers(len(palette)))]) * rng.uniform(0.75, 1.15)
    level = light.sky + light.colour * light.power * 0.6
    paint = np.empty_like(canvas.pixels)
    paint[:] = np.round([*np.clip(base * level, 0, 250), HAT]).astype(np.uint8)
    cv2.copyTo(paint, cover, canvas.pixels)
    _fold(rng, canvas, person, pose, cut, base * level, cover)
    small = 128
    x = (np.arange(small) * 2 - pose.centre[0]) / (11 * pose.scale)
    fall = np.sqrt(np.clip(1 - np.clip(x, -0.95, 0.95) ** 2 * 0.7, 0, 1)) + 0.3 * np.clip(x, -1, 1) * light.key[0]
    cells = (9, 16) if person.hat != "helmet" else (3, 3)
    uneven = 1 + field(rng, (small, small), cells) * (0.09 if person.hat != "helmet" else 0.05)
    lit = (fall[None] * uneven).astype(np.float32)[..., None]
    shaded(canvas, np.repeat(np.clip(lit, 0.2, 1.6), 3, -1), cover > 0)


def _outer(person: Person, cut: _Cut, pose: Pose, body: Body, canvas: Canvas) -> Points:
    """The outline of the wrap in the picture, canvas pixels."""
    up, around = np.meshgrid(np.linspace(0.02, 0.97 * np.pi, 26), np.linspace(0, 2 * np.pi, 40))
    way = np.stack([np.sin(up) * np.sin(around), -np.cos(up), np.sin(up) * np.cos(around)], -1).reshape(-1, 3)
    half = radii(person) + cut.grow
    points = CENTRE + way * half
    # Below the ears it goes straight down, as cloth does, or as the shell of a helmet.
    straight = np.stack([half[0] * 0.85 * way[:, 0], np.full(len(way), cut.low), half[2] * 0.7 * way[:, 2]], -1)
    points = np.concatenate([points[points[:, 1] < min(cut.low, 3.0)], straight if cut.low > 0 else points[:0]])
    points[:, 2] = np.minimum(points[:, 2], cut.plane + 1.0)
    flat = pose.to_picture(points)[:, :2]
    if cut.drape:
        flat = np.concatenate([flat, body.at(list(cut.drape))])
    return _hull(flat * canvas.scale)


def _opening(person: Person, cut: _Cut, pose: Pose, canvas: Canvas) -> Points:
    """The outline of what the opening leaves to be seen: its rim and the features that stand out of it."""
    around = np.linspace(0, 2 * np.pi, 40)
    x, y = cut.wide * person.width * np.sin(around), (cut.middle + cut.high * np.cos(around)) * person.length
    rim = np.stack([x, y, np.full_like(x, cut.plane) + 2.0 * (1 - (x / cut.wide) ** 2)], -1)
    tips = np.array([(0, 4.2, 11.5), (0, 0, 9.8), (0, 9.5, 9.5), (0, 7, 10.0), (0, -4, 9.4)])
    tips = tips[np.abs(tips[:, 1] - cut.middle) < cut.high]
    return _hull(pose.to_picture(np.concatenate([rim, tips]))[:, :2] * canvas.scale)


def _fold(
    rng: np.random.Generator,
    canvas: Canvas,
    person: Person,
    pose: Pose,
    cut: _Cut,
    colour: Points,
    cover: Bytes,
) -> None:
    """Draws folds of cloth round the opening, or seams and stripes of a shell, where the wrap covers."""
    before = canvas.pixels.copy()
    unit = pose.scale * canvas.scale
    around = np.linspace(-2.6, 2.6, 24)
    shell = person.hat == "helmet"
    if pose.turn[2, 2] < 0 and not shell:
        _hang(rng, canvas, pose, person, cut, colour, cover)
        return
    for _ in range(int(rng.integers(1, 4)) if shell else int(rng.integers(4, 9))):
        out = float(rng.uniform(0.4, 3.5))
        swing = float(rng.uniform(-1.5, 1.5))
        x = (cut.wide + out) * np.sin(around) * person.width
        y = cut.middle - (cut.high + out * 0.6) * np.cos(around) + np.clip(np.abs(around) - 1.6, 0, 2) * 5
        depth = cut.plane - out * (2.5 if shell else 1.2) + swing * np.cos(around)
        line = smooth_curve(np.stack([x + swing * 0.3, y, depth], -1), 3, False)
        tone = colour * float(rng.choice((0.55, 0.7, 1.25)) if not shell else rng.choice((0.4, 0.6, 1.5, 1.8)))
        wide = float(rng.uniform(0.2, 0.9)) * unit * (1.0 if not shell else 0.8)
        canvas.lines((pose.to_picture(line)[:, :2] * canvas.scale)[None], tone, HAT, wide)
    canvas.pixels[cover == 0] = before[cover == 0]


def _hang(
    rng: np.random.Generator, canvas: Canvas, pose: Pose, person: Person, cut: _Cut, colour: Points, cover: Bytes
) -> None:
    """Folds that hang down from the crown, as seen from behind."""
    before = canvas.pixels.copy()
    half = radii(person) + cut.grow
    up = np.linspace(0.35, 1.0, 12)[:, None] * np.pi * 0.62
    for turn in rng.uniform(-1.2, 1.2, int(rng.integers(2, 7))):
        way = np.concatenate([np.sin(up) * np.sin(turn), -np.cos(up), -np.sin(up) * np.cos(turn)], 1)
        path = CENTRE + way * half
        path = np.concatenate([path, path[-1:] + np.array((float(rng.uniform(-3, 3)), 18.0, 0.0))])
        tone = colour * float(rng.choice((0.6, 0.75, 1.2)))
        line = pose.to_picture(smooth_curve(path, 3, False))[:, :2] * canvas.scale
        canvas.lines(line[None], tone, HAT, float(rng.uniform(0.3, 1.0)) * pose.scale * canvas.scale)
    canvas.pixels[cover == 0] = before[cover == 0]


def _shape(canvas: Canvas, outline: Points) -> Bytes:
    """A filled outline as a mask, uint8 (side, side)."""
    mask = np.zeros((canvas.side, canvas.side), np.uint8)
    fixed = np.round(np.clip(outline, -8000, 8000) * (1 << SHIFT)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, shift=SHIFT)
    return mask


def _hull(points: Points) -> Points:
    return np.asarray(cv2.convexHull(points.astype(np.float32))[:, 0], float)
