"""Things made of strands: animals and plush toys, cushions of fur, brooms and brushes, tassels, skeins."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes import combing
from hairnet_data.sources.scenes.combing import FINER
from hairnet_data.sources.scenes.hairlike import coat_colour, coat_marks
from hairnet_data.sources.scenes.paint import Colour, as_bytes, blurred
from hairnet_data.sources.scenes.palette import any_colour, shade, skin_like
from hairnet_data.sources.scenes.ropes import draw_rope
from hairnet_data.sources.scenes.things import Thing

Maker = Callable[[np.random.Generator, int], Thing]
"""What draws a thing into a square of so many pixels."""

Oval = tuple[float, float, float, float]
"""Middle x and y, half width and half height in shares of the square."""


def _thing(canvas: Pixels, side: int) -> Thing:
    """A canvas with alpha, uint8 (FINER side, FINER side, 4), as a thing of `side` pixels."""
    alpha = canvas[..., 3:].astype(np.float32) * np.float32(1 / 255)
    weighed = np.concatenate([canvas[..., :3] * alpha, alpha * 255], -1)
    small = np.asarray(cv2.resize(weighed, (side, side), interpolation=cv2.INTER_AREA), np.float32)
    cover = np.maximum(small[..., 3:], 1) * np.float32(1 / 255)
    colour = np.clip(small[..., :3] / cover, 0, 255).astype(np.uint8)
    return Thing(colour, as_bytes(np.clip(small[..., 3], 0, 255)))


def _body(rng: np.random.Generator) -> list[Oval]:
    """Ovals of an animal, a plush toy, a cushion or a pompon."""
    u = rng.uniform
    pick = rng.random()
    if pick < 0.25:  # a cushion, a hat, a pompon
        return [(0.5, 0.5, u(0.25, 0.4), u(0.2, 0.38))]
    if pick < 0.65:  # it sits and looks
        head, y = u(0.17, 0.25), u(0.28, 0.36)
        body = [(0.5, 0.72, u(0.2, 0.3), 0.24), (0.5, y, head, head * u(0.85, 1.0))]
        tall = u(0.06, 0.14)
        return body + [(0.5 + s * head * 0.75, y - head * 0.8, u(0.05, 0.09), tall) for s in (-1, 1)]
    turn = float(rng.choice((-1, 1)))  # it stands, seen from its side
    body = [(0.5, 0.5, 0.28, u(0.14, 0.2)), (0.5 + turn * 0.32, u(0.28, 0.42), 0.13, 0.12)]
    body += [(0.5 + turn * 0.37, 0.27, 0.035, 0.07), (0.5 - turn * 0.33, 0.42, 0.09, 0.04)]
    return body + [(0.5 + x, 0.72, 0.05, 0.17) for x in (-0.2, -0.12, 0.12, 0.2)]


def furry(rng: np.random.Generator, side: int) -> Thing:
    """An animal, a plush toy, a cushion or a pompon: a coat that grows beyond its outline."""
    fine = side * FINER
    ovals = np.array(_body(rng), np.float32) * np.float32(fine)
    canvas = np.zeros((fine, fine, 4), np.uint8)
    base = coat_colour(rng)
    solid = np.zeros((fine, fine), np.uint8)
    for x, y, wide, high in ovals:
        shape = ((float(x), float(y)), (2 * float(wide), 2 * float(high)), 0.0)
        cv2.ellipse(solid, shape, (255,), -1)
    canvas[solid > 0] = (*shade(base, 0.45), 255)
    count = int(np.clip(fine * 10, 500, 5000))
    roots = combing.scattered(rng, fine, fine, count * 2, 0.0)
    inside = solid[roots[:, 1].astype(np.intp).clip(0, fine - 1), roots[:, 0].astype(np.intp).clip(0, fine - 1)] > 0
    roots = roots[inside][:count]
    if not len(roots):
        return _thing(canvas, side)
    outward, depth = _outward(ovals, roots)
    long = fine * float(rng.uniform(0.03, 0.12))
    paths = _grown(rng, roots, outward, long)
    paths = combing.gathered(rng, paths, max(4, len(paths) // 30), float(rng.uniform(0.1, 0.8)))
    if rng.random() < 0.3:
        paths = combing.curled(rng, paths, long * 0.15, long * 0.5, 0.3)
    order = np.argsort(-depth + rng.uniform(-0.2, 0.2, len(depth)), kind="stable")
    paths = paths[order]
    colours = [base, coat_colour(rng), shade(base, 0.5)]
    which = coat_marks(rng, paths, fine, fine)
    light = combing.bearing(rng)
    tone = (0.95 - 0.3 * (outward[order] @ light) * depth[order]) * rng.uniform(0.65, 1.3, len(paths))
    combing.paint_strands(canvas, paths, colours, which, tone * 0.7, 2 * FINER)
    combing.paint_strands(canvas, paths, colours, which, tone, 1 if side < 120 else FINER)
    if len(ovals) > 1 and rng.random() < 0.8:
        _eyes(rng, canvas, ovals, fine)
    return _thing(canvas, side)


def _outward(ovals: NDArray[np.float32], roots: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Unit vectors (N, 2) away from the oval each root lies in, and how near its rim that is, (N,) 0 to 1."""
    gap = (roots[:, None] - ovals[None, :, :2]) / ovals[None, :, 2:]
    far = np.sqrt((gap * gap).sum(-1))
    own = far.argmin(1)
    away = (roots - ovals[own, :2]) / ovals[own, 2:]
    away /= np.sqrt((away * away).sum(-1, keepdims=True)) + np.float32(1e-3)
    return away, np.clip(far[np.arange(len(roots)), own], 0, 1)


def _grown(
    rng: np.random.Generator, roots: NDArray[np.float32], outward: NDArray[np.float32], long: float
) -> combing.Paths:
    """Strands from roots outwards and down."""
    part = np.linspace(0, 1, 6, dtype=np.float32)[None, :, None]
    down = np.array((0.0, float(rng.uniform(0.0, 1.0))), np.float32)
    way = outward[:, None] * (1 - part * np.float32(0.4)) + down * part
    stray = rng.uniform(-0.35, 0.35, (len(roots), 1, 2)).astype(np.float32)
    length = rng.uniform(0.6, 1.2, (len(roots), 1, 1)).astype(np.float32) * np.float32(long)
    grown: combing.Paths = roots[:, None] + (way + stray) * part * length
    return grown


def _eyes(rng: np.random.Generator, canvas: Pixels, ovals: NDArray[np.float32], fine: int) -> None:
    """Two eyes and a nose on the second oval, in place."""
    x, y, wide, high = (float(v) for v in ovals[1])
    radius = max(1, int(wide * rng.uniform(0.08, 0.16)))
    iris = any_colour(rng) if rng.random() < 0.5 else (30, 20, 16)
    for turn in (-1, 1):
        at = (int(x + turn * wide * 0.42), int(y - high * 0.1))
        cv2.circle(canvas, at, radius, (*iris, 255), -1)
        cv2.circle(canvas, at, max(1, radius // 2), (8, 8, 8, 255), -1)
        cv2.circle(canvas, (at[0] - radius // 3, at[1] - radius // 3), max(1, radius // 4), (240, 240, 240, 255), -1)
    nose = (int(x), int(y + high * 0.35))
    tone = (40, 30, 30) if rng.random() < 0.6 else skin_like(rng)
    cv2.ellipse(canvas, nose, (radius + 1, max(1, radius * 2 // 3)), 0, 0, 360, (*tone, 255), -1)
    cv2.line(canvas, nose, (nose[0], nose[1] + radius * 2), (*shade(tone, 0.8), 255), max(1, fine // 200))


def broom(rng: np.random.Generator, side: int) -> Thing:
    """A broom, a mop, a paintbrush, a tassel or a horse's tail: two thousand strands that leave one place."""
    fine = side * FINER
    canvas = np.zeros((fine, fine, 4), np.uint8)
    base = coat_colour(rng)
    count = int(np.clip(fine * 5, 300, 2200))
    width, fan = float(rng.uniform(0.03, 0.32)), float(rng.uniform(0.06, 0.42))
    start = rng.uniform(-1, 1, (count, 1))
    part = np.linspace(0, 1, 7)[None]
    stray = rng.uniform(-0.07, 0.07, (count, 1))
    sway = float(rng.uniform(-0.2, 0.2))
    top = float(rng.uniform(0.15, 0.4))
    xs = 0.5 + start * (width + (fan - width) * part) + (stray + sway * part) * part
    ys = top + part * rng.uniform(0.8, 1.0, (count, 1)) * (0.97 - top)
    paths = (np.stack([xs, ys], -1) * fine).astype(np.float32)
    if rng.random() < 0.4:
        paths = combing.gathered(rng, paths, max(3, count // 40), float(rng.uniform(0.2, 0.8)))
    if rng.random() < 0.35:
        paths = combing.curled(rng, paths, fine * 0.015, fine * float(rng.uniform(0.06, 0.2)), 0.5)
    tone = (1.15 - 0.5 * np.abs(start[:, 0] - float(rng.uniform(-0.6, 0.6)))) * rng.uniform(0.5, 1.35, count)
    which = np.zeros(count, np.intp)
    combing.paint_strands(canvas, paths[::2], [base], which[::2], tone[::2] * 0.5, max(2, fine // 90))
    combing.paint_strands(canvas, paths, [base], which, tone, max(1, fine // 300))
    half, wood = max(0.03, width), any_colour(rng)
    for shape, colour in (((0.475, 0.0, 0.525, top), wood), ((0.5 - half, top - 0.07, 0.5 + half, top + 0.04), wood)):
        x0, y0, x1, y1 = (int(v * fine) for v in shape)
        cv2.rectangle(canvas, (x0, y0), (x1, y1), (*shade(colour, 0.8), 255), -1)
        middle = (x0 + x1) // 2
        cv2.rectangle(canvas, (x0 + (x1 - x0) // 5, y0), (middle, y1), (*shade(colour, 1.1), 255), -1)
    thing = _thing(canvas, side)
    return Thing(thing.colour[::-1].copy(), thing.alpha[::-1].copy()) if rng.random() < 0.3 else thing


def skein(rng: np.random.Generator, side: int) -> Thing:
    """A ball of yarn, a coil of rope or a hank that hangs."""
    fine = side * FINER
    canvas = np.zeros((fine, fine, 4), np.uint8)
    base = coat_colour(rng)
    if rng.random() < 0.4:
        _coil(rng, canvas, base)
        return _thing(canvas, side)
    radius = fine * 0.42
    cv2.circle(canvas, (fine // 2, fine // 2), int(radius * 0.97), (*shade(base, 0.4), 255), -1)
    bundles = int(rng.integers(8, 16))
    bright = rng.uniform(-0.6, 0.6, 2)
    thick = max(1, int(fine * float(rng.uniform(0.006, 0.02))))
    for _ in range(bundles):
        way = combing.bearing(rng)
        across = np.array((-way[1], way[0]), np.float32)
        offsets = float(rng.uniform(-0.5, 0.5)) + np.linspace(-0.28, 0.28, 14)
        bow = float(rng.uniform(-0.4, 0.4))
        for offset in np.clip(offsets, -0.97, 0.97):
            reach = float(np.sqrt(1 - offset * offset))
            part = np.linspace(-1, 1, 9, dtype=np.float32)[:, None]
            place = way * part * reach + across * (offset + bow * (1 - part * part) * reach * (1 - abs(offset)))
            path = (place * np.float32(radius) + np.float32(fine / 2))[None]
            light = 0.95 + 0.3 * float(place[4] @ bright)
            tone = np.array([light * float(rng.uniform(0.8, 1.15))])
            combing.paint_strands(canvas, path, [base], np.zeros(1, np.intp), tone * 0.5, thick + 2)
            combing.paint_strands(canvas, path, [base], np.zeros(1, np.intp), tone, thick)
    return _thing(canvas, side)


def _coil(rng: np.random.Generator, canvas: Pixels, base: Colour) -> None:
    """Rings of rope within each other, in place."""
    fine = canvas.shape[0]
    thick = fine * float(rng.uniform(0.06, 0.11))
    tilt = float(rng.uniform(0.45, 1.0))
    corners = np.array([(1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1), (0.7, -0.7), (1, 0)])
    ring = np.stack([np.interp(np.linspace(0, 8, 33), np.arange(9), corners[:, axis]) for axis in (0, 1)], -1)
    ring /= np.sqrt((ring * ring).sum(-1, keepdims=True))
    reach = fine * 0.45
    while reach > thick:
        draw_rope(rng, canvas, ring * (reach, reach * tilt) + fine / 2, thick, base)
        reach -= thick * 0.9


def pile(rng: np.random.Generator, side: int) -> Thing:
    """A heap of hay, wool or shavings: loose strands over each other."""
    fine = side * FINER
    canvas = np.zeros((fine, fine, 4), np.uint8)
    base = coat_colour(rng)
    count = int(np.clip(fine * 5, 300, 2500))
    places = rng.uniform(-1, 1, (count, 2)) * rng.random((count, 1))
    roots = (places * (0.36, 0.24) + (0.5, 0.66)) * fine
    field = combing.flow(rng, fine, fine, combing.bearing(rng), 1.5, fine * 0.2)
    paths = combing.trace(rng, field, roots, fine * rng.uniform(0.08, 0.25, count), 7, 0.6)
    if rng.random() < 0.5:
        paths = combing.curled(rng, paths, fine * 0.02, fine * 0.1, 0.1)
    tone = rng.uniform(0.55, 1.3, count) * np.linspace(0.6, 1.1, count)
    which = np.zeros(count, np.intp)
    thick = max(1, int(fine * float(rng.uniform(0.002, 0.012))))
    solid = blurred(np.zeros((fine, fine), np.uint8), 1)
    cv2.ellipse(solid, ((fine * 0.5, fine * 0.66), (fine * 0.6, fine * 0.4), 0.0), (255,), -1)
    canvas[solid > 0] = (*shade(base, 0.3), 255)
    combing.paint_strands(canvas, paths, [base], which, tone * 0.5, thick + 2)
    combing.paint_strands(canvas, paths, [base], which, tone, thick)
    return _thing(canvas, side)
