"""Ears, glasses, hats and hands."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.body import shaded
from hairnet_data.sources.drawn.canvas import FRAME, HAND, HAT, SKIN, Canvas, paint, smooth_curve
from hairnet_data.sources.drawn.colours import Rgb
from hairnet_data.sources.drawn.head import Pose
from hairnet_data.sources.drawn.light import Light
from hairnet_data.sources.drawn.scalp import CENTRE, radii
from hairnet_data.sources.drawn.sheet import mix
from hairnet_data.sources.drawn.traits import Person

Points = NDArray[np.float64]

# Outline of an ear: back from its root and down, cm.
_EAR = np.array(
    [
        (0.2, -1.0),
        (0.5, -2.6),
        (1.5, -3.3),
        (2.7, -3.0),
        (3.3, -1.7),
        (3.0, 0.1),
        (2.2, 1.5),
        (1.4, 2.6),
        (0.5, 2.9),
        (0.0, 1.8),
    ]
)
_CONCHA = np.array([(0.6, -0.6), (1.2, -1.6), (2.1, -1.5), (2.2, -0.3), (1.5, 0.8), (0.8, 0.9)])
_RIM = np.array([(0.6, -1.6), (1.0, -2.6), (1.9, -2.7), (2.7, -2.0), (2.7, -0.6), (2.2, 0.6)])


def ear_faces_camera(pose: Pose, side: int) -> bool:
    """Whether the ear on a side (-1 left in the picture, 1 right) lies before the head's outline."""
    out = pose.turn @ np.array((side * 1.0, 0.0, 0.0))
    return bool(out[2] > 0.12)


def paint_ear(canvas: Canvas, person: Person, pose: Pose, light: Light, side: int) -> None:
    """Paints one ear: skin with a darker hollow and a lit rim."""
    flare = 0.75
    lit = float(np.clip(pose.turn @ np.array((side, 0.0, 0.25)) @ light.key, -0.25, 1))
    level = light.sky * 0.9 + light.colour * light.power * np.clip(0.35 + 0.6 * lit, 0.1, 1)
    red = mix(person.skin, (person.skin[0], person.skin[1] * 0.8, person.skin[2] * 0.8), 0.4)

    def to_canvas(outline: Points) -> Points:
        u, v = outline[:, 0] * person.ear, outline[:, 1] * person.ear
        x = side * (6.75 * person.width + u * flare * 0.62)
        spot = np.stack([x, v * person.length + 1.3 - 0.12 * u, 0.2 - u * 0.85], 1)
        return pose.to_picture(spot)[:, :2] * canvas.scale

    def tone(share: float) -> Rgb:
        return mix(np.asarray(red) * level * share, (0, 0, 0), 0.0)

    if (pose.turn @ np.array((side * 0.9, 0.0, 0.45)))[2] < -0.05:  # seen from behind, an ear is a plain shell
        canvas.polygon(to_canvas(smooth_curve(_EAR, 4)), tone(0.85), SKIN)
        return
    canvas.polygon(to_canvas(smooth_curve(_EAR, 4)), tone(1.0), SKIN)
    canvas.polygon(to_canvas(smooth_curve(_CONCHA, 3)), tone(0.6), SKIN)
    canvas.lines(to_canvas(smooth_curve(_RIM, 3, False))[None], tone(0.75), SKIN, 0.28 * pose.scale * canvas.scale)


def paint_glasses(rng: np.random.Generator, canvas: Canvas, person: Person, pose: Pose) -> None:
    """Paints glasses: rims, bridge, the arms that can be seen, reflections or dark lenses."""
    sun, thick = person.glasses == "sun", person.glasses != "thin"
    metals: tuple[Rgb, ...] = ((60, 56, 52), (150, 130, 90), (150, 150, 154), (24, 22, 22))
    dark: tuple[Rgb, ...] = ((20, 18, 18), (58, 34, 22), (30, 34, 60), (110, 30, 34))
    rim = (dark if thick else metals)[int(rng.integers(4))]
    wide, high = rng.uniform(2.2, 2.75), rng.uniform(1.4, 2.1) + 0.3 * sun
    lens = _rounded_box(wide, high, squareness=rng.uniform(2.0, 4.0))
    line = max(1.0, (0.34 if thick else 0.16) * pose.scale * canvas.scale)

    def to_canvas(points: Points) -> Points:
        return pose.to_picture(points)[:, :2] * canvas.scale

    for side in (-1, 1):
        out = pose.turn @ np.array((side * 1.0, 0, 0))
        if out[2] < -0.68:
            continue  # behind the nose
        x = side * (person.eye_apart + 0.15) + lens[:, 0]
        y = 0.35 + lens[:, 1]
        loop = to_canvas(np.stack([x, y, 9.95 - 0.045 * x**2], 1))
        if sun:
            canvas.polygon(loop, mix((22, 20, 20), rim, 0.2), FRAME)
        if out[2] > -0.25:
            hinge, temple = (side * (person.eye_apart + wide), -0.2, 9.4), (side * 7.5 * person.width, -0.5, 5.0)
            ear = (side * 7.7 * person.width, -0.6, 0.0)
            canvas.lines(to_canvas(np.array([hinge, temple, ear]))[None], rim, FRAME, line)
        canvas.lines(np.concatenate([loop, loop[:1]])[None], rim, FRAME, line)
        if rng.random() < 0.5:
            gleam_x = x[15:20] * 0.9 + 0.1 * x.mean()
            gleam = to_canvas(np.stack([gleam_x, y[15:20] * 0.9, np.full(len(gleam_x), 9.8)], 1))
            canvas.lines(gleam[None], (225, 228, 232), FRAME, max(1.0, line * 0.6))
    bridge = np.array([(-0.9, 0.0, 10.1), (0.0, -0.25, 10.7), (0.9, 0.0, 10.1)])
    canvas.lines(to_canvas(bridge)[None], rim, FRAME, line)


def _rounded_box(wide: float, high: float, squareness: float) -> Points:
    """A superellipse (28, 2) with half axes `wide` and `high`: an ellipse at squareness 2, a box far above."""
    around = np.arange(28) * (2 * np.pi / 28)
    cos, sin = np.cos(around), np.sin(around)
    bend = 2 / squareness
    return np.stack([wide * np.sign(cos) * np.abs(cos) ** bend, high * np.sign(sin) * np.abs(sin) ** bend], 1)


def _dome(person: Person, grow: float, brim: float, tilt: float) -> Points:
    """Points of the skull, grown by `grow` cm, above a plane at height `brim` that rises by `tilt` to the front."""
    up, around = np.meshgrid(np.linspace(0.02, 0.8 * np.pi, 18), np.linspace(0, 2 * np.pi, 36))
    way = np.stack([np.sin(up) * np.sin(around), -np.cos(up), np.sin(up) * np.cos(around)], -1).reshape(-1, 3)
    points = CENTRE + way * (radii(person) + grow)
    rim = _rim(person, grow, brim, tilt, np.linspace(0, 2 * np.pi, 48))
    return np.concatenate([points[points[:, 1] < brim - tilt * points[:, 2]], rim])


def _rim(person: Person, grow: float, brim: float, tilt: float, around: Points) -> Points:
    """Where that plane cuts the grown skull, (N, 3), at azimuths `around` (N,) from the nose."""
    half = radii(person) + grow
    shrink = np.ones_like(around)
    for _ in range(3):  # the height depends on the depth and the depth on the height
        y = brim - tilt * half[2] * shrink * np.cos(around)
        shrink = np.sqrt(np.clip(1 - ((y - CENTRE[1]) / half[1]) ** 2, 0.05, 1))
    return np.stack([half[0] * shrink * np.sin(around), y, half[2] * shrink * np.cos(around)], 1)


def _outline(points: Points, pose: Pose, canvas: Canvas) -> Points:
    """The outline in the picture of what the camera sees of points (N, 3) on a dome, canvas pixels."""
    towards = (points - CENTRE) @ pose.turn.T
    # The far side of a tilted dome reaches lower than its near rim and would hide the face.
    seen = points[towards[:, 2] > -1.0]
    return _hull(pose.to_picture(seen)[:, :2] * canvas.scale) if len(seen) > 2 else seen[:0, :2]


def _hull(points: Points) -> Points:
    return np.asarray(cv2.convexHull(points.astype(np.float32))[:, 0], float)


def _hat_colour(person: Person) -> Points:
    """The colour of a hat, float64 (3,): follows from the person, as its parts are painted apart."""
    colours = (28, 30, 38), (150, 30, 36), (228, 226, 220), (36, 60, 120), (120, 100, 70), (60, 90, 60), (90, 40, 80)
    index = int(person.width * 1e6) % len(colours)
    return np.asarray(colours[index], float) * (0.8 + 0.3 * (person.length * 1e4 % 1))


def paint_hat(rng: np.random.Generator, canvas: Canvas, person: Person, pose: Pose, light: Light) -> None:
    """Paints a cap, a woollen hat or a hat with a brim over the hair."""
    colour = _hat_colour(person)
    level = light.sky + light.colour * light.power * 0.6
    tall = {"cap": 1.1, "beanie": 1.2, "brim": 1.4}[person.hat]
    brim = {"cap": -3.0, "beanie": -1.6, "brim": -3.6}[person.hat]
    tilt = {"cap": 0.12, "beanie": 0.22, "brim": -0.06}[person.hat]
    dome = _outline(_dome(person, tall, brim, tilt), pose, canvas)
    if person.hat == "cap" and pose.turn[2, 2] < 0.3:  # the visor points away
        _paint_visor(rng, canvas, person, pose, (tall, brim, tilt), colour * level * 0.72)
    canvas.polygon(dome, colour * level, HAT)
    around = np.linspace(0, 2 * np.pi, 40)
    half = radii(person) + tall
    if person.hat == "brim":
        reach = rng.uniform(4.5, 7.0)
        dip = 0.13 * (half[2] + reach) * np.cos(around) - 1.2 * np.sin(around) ** 2 + 0.5
        ring = np.stack([(half[0] + reach) * np.sin(around), brim + dip, (half[2] + reach) * np.cos(around)], 1)
        canvas.polygon(pose.to_picture(ring)[:, :2] * canvas.scale, colour * level * 0.8, HAT)
        canvas.polygon(_outline(_dome(person, tall, brim - 0.4, tilt), pose, canvas), colour * level, HAT)
    elif person.hat == "cap" and pose.turn[2, 2] >= 0.3:
        _paint_visor(rng, canvas, person, pose, (tall, brim, tilt), colour * level * 0.72)
    _shade_hat(canvas, dome, light)


def _paint_visor(
    rng: np.random.Generator,
    canvas: Canvas,
    person: Person,
    pose: Pose,
    shape: tuple[float, float, float],
    colour: Points,
) -> None:
    """Paints the visor of a cap; `shape` says how far the cap grows beyond the skull, its brim and its tilt."""
    tall, brim, tilt = shape
    bow = np.linspace(-1.15, 1.15, 16)
    inner = _rim(person, tall, brim - 0.3, tilt, bow)
    out = rng.uniform(5.0, 7.0) * np.clip(np.cos(bow * 1.3), 0, 1) ** 0.6
    outer = inner + np.stack([0.2 * out * np.sin(bow), 0.42 * out, out], 1)
    visor = np.concatenate([inner, outer[::-1]])
    canvas.polygon(pose.to_picture(visor)[:, :2] * canvas.scale, colour, HAT)


def _shade_hat(canvas: Canvas, dome: Points, light: Light) -> None:
    """Rounds the hat: light falls off towards its sides."""
    low, high = dome.min(0), dome.max(0)
    x = np.clip((np.arange(canvas.side) - (low[0] + high[0]) / 2) / max(1.0, (high[0] - low[0]) / 2), -1, 1)
    fall = np.sqrt(np.clip(1 - x**2 * 0.75, 0, 1)) + 0.3 * x * light.key[0]
    shaded(canvas, np.repeat(fall.astype(np.float32)[None, :, None], 3, -1), canvas.part == HAT)


def paint_hand(rng: np.random.Generator, canvas: Canvas, person: Person, pose: Pose, light: Light) -> None:
    """Paints a hand held to cheek or chin, or raised beside the head: a palm and four fingers."""
    side = float(rng.choice((-1, 1)))
    root = np.array((side * rng.uniform(3, 12), rng.uniform(9, 15)))
    up = np.array((-side * rng.uniform(-0.2, 0.8), -1.0))
    up /= np.linalg.norm(up)
    across = np.array((-up[1], up[0]))
    centre = np.asarray(pose.centre)
    level = light.sky + light.colour * light.power * 0.75

    def to_canvas(points: Points) -> Points:
        return np.asarray((points * pose.scale + centre) * canvas.scale)

    def tone(share: float) -> Rgb:
        return mix(np.asarray(person.skin) * level * share, (0, 0, 0), 0.0)

    near_left, near_right = root - up * 1.0 - across * 3, root - up * 1.0 + across * 3
    far_right, far_left = root - up * 30 + across * 4 + side * 6, root - up * 30 - across * 4 + side * 6
    canvas.polygon(to_canvas(np.stack([near_left, near_right, far_right, far_left])), tone(0.9), HAND)
    around = np.linspace(0, 6.28, 24)
    palm = root + across * 3.6 * np.cos(around)[:, None] + up * 4.2 * np.sin(around)[:, None]
    canvas.polygon(to_canvas(palm), tone(0.95), HAND)
    for finger in _fingers(rng, root, up, across):
        _paint_finger(canvas, to_canvas(finger), tone, pose.scale * canvas.scale)


def _fingers(rng: np.random.Generator, root: Points, up: Points, across: Points) -> list[Points]:
    """Four bent fingers from index to little finger, each a curve (N, 2) in cm; `up` and `across` are unit vectors."""
    bend = rng.normal(0, 0.25)
    fingers = []
    for number, longest in enumerate((5.6, 6.8, 6.4, 4.8)):
        base = root + across * (number - 1.5) * 1.75 + up * 2.6
        long = longest * rng.uniform(0.8, 1.0)
        middle = base + up * long * 0.5 + across * 0.3 * bend
        tip = base + up * long * 0.95 + across * (bend * 1.5 + (number - 1.5) * 0.25)
        fingers.append(smooth_curve(np.stack([base, middle, tip]), 4, False))
    return fingers


def _paint_finger(canvas: Canvas, finger: Points, tone: Callable[[float], Rgb], unit: float) -> None:
    """A finger (N, 2) in canvas pixels, with a darker edge; `unit` is canvas pixels per cm."""
    fixed = [np.round(finger).astype(np.int32)]
    cv2.polylines(canvas.pixels, fixed, False, paint(tone(0.62), HAND), max(1, round(1.75 * unit)))
    cv2.polylines(canvas.pixels, fixed, False, paint(tone(1.0), HAND), max(1, round(1.35 * unit)))
