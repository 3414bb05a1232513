"""Clothes: suits, shirts, collars, ties, patterns and folds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.body import Body, Points, shaded
from hairnet_data.sources.drawn.canvas import CLOTH, Bytes, Canvas, field, grain, smooth_curve
from hairnet_data.sources.drawn.colours import Rgb
from hairnet_data.sources.drawn.head import FIELD
from hairnet_data.sources.drawn.light import Light
from hairnet_data.sources.drawn.sheet import mix
from hairnet_data.sources.drawn.traits import Person

SOBER: tuple[Rgb, ...] = (
    (30, 32, 40),
    (44, 46, 54),
    (28, 34, 58),
    (70, 70, 74),
    (64, 50, 42),
    (18, 18, 20),
    (110, 104, 96),
)
BRIGHT: tuple[Rgb, ...] = (
    (176, 34, 40), (34, 78, 150), (230, 228, 224), (40, 110, 76), (216, 180, 70), (120, 50, 110), (224, 130, 120),
    (90, 150, 190), (24, 24, 28), (160, 150, 136), (96, 60, 40), (200, 200, 206), (238, 140, 40), (60, 64, 90),
    (196, 160, 130), (150, 110, 84),
)  # fmt: skip


def _colour(rng: np.random.Generator, choices: tuple[Rgb, ...]) -> Rgb:
    base = np.array(choices[int(rng.integers(len(choices)))]) * rng.uniform(0.8, 1.15) + rng.normal(0, 8, 3)
    return mix(np.clip(base, 8, 245), (128, 128, 128), 0.0)


def paint_clothes(rng: np.random.Generator, canvas: Canvas, person: Person, body: Body, light: Light) -> None:
    """Paints what the person wears, over the foot of the neck."""
    before = canvas.part == CLOTH
    main = _colour(rng, SOBER if person.clothes == "suit" and rng.random() < 0.85 else BRIGHT)
    neck = (5.2 - 1.1 * person.feminine) * (0.75 + 0.25 * body.build)
    # Seen from its side, a body is less than half as wide.
    squash = np.sqrt(np.cos(body.turn) ** 2 + (0.5 * np.sin(body.turn)) ** 2) if abs(body.turn) > 0.5 else 1.0
    wide, slope = 21.5 * body.build * squash, rng.uniform(4.0, 7.5)
    shift = np.sin(body.turn) * 3.0
    back = np.cos(body.turn) < 0.25
    deep = {"vneck": rng.uniform(6, 11), "tee": rng.uniform(4.0, 6.5), "suit": 13.0, "shirt": 8.0}
    high = {"turtleneck": -6.0, "tee": -2.6, "vneck": -2.6, "jumper": -3.4}
    collar = _Collar(neck, shift, high.get(person.clothes, -4.2), deep.get(person.clothes, 4.0))
    if back:
        collar = replace(collar, high=max(collar.high - 1.0, -5.0), deep=float(rng.uniform(-0.6, 1.2)))
    neckline = _nape_line(collar) if back else _neckline(collar, person.clothes)
    outline = np.concatenate([neckline, *_shoulders(collar, wide, slope)])
    if back and person.clothes in ("suit", "shirt"):
        band = neckline - (0, rng.uniform(0.8, 2.2))
        tone = mix((236, 236, 238), main, float(person.clothes == "shirt"))
        canvas.polygon(
            body.at(np.concatenate([band, neckline[::-1] + np.array((0.0, 2.0))])) * canvas.scale, tone, CLOTH
        )
    elif person.clothes in ("suit", "shirt"):
        _shirt(rng, canvas, person, body, collar, main)
    canvas.polygon(body.at(outline) * canvas.scale, main, CLOTH)
    if back:
        _back_seams(rng, canvas, body, neckline, main)
    elif person.clothes == "suit":
        _lapels(canvas, body, collar, main)
    elif person.clothes in ("tee", "vneck", "jumper"):
        rim = body.at(neckline) * canvas.scale
        edge = mix(main, (255, 255, 255) if rng.random() < 0.3 else (0, 0, 0), rng.uniform(0.1, 0.5))
        canvas.lines(rim[None], edge, CLOTH, 0.7 * body.scale * canvas.scale)
    if person.frame == "far":
        _arms(rng, canvas, body, (wide, shift), main)
    if person.clothes not in ("suit", "turtleneck") and rng.random() < 0.35:
        _pattern(rng, canvas, body)
    _folds(rng, canvas, body, light, np.asarray(canvas.part == CLOTH) & ~before)


def _neckline(collar: _Collar, clothes: str) -> Points:
    """The upper edge of clothes from left to right, (N, 2) in cm."""
    neck, shift, high, deep = collar.neck, collar.shift, collar.high, collar.deep
    if clothes == "turtleneck":
        edge = [(-neck - 0.5, high), (-neck * 0.5, high + 0.9), (neck * 0.5, high + 0.9), (neck + 0.5, high)]
    else:
        edge = [(-neck - 0.9, high), (-neck * 0.62 + shift * 0.3, high + deep * 0.62), (shift * 0.4, high + deep)]
        edge += [(neck * 0.62 + shift * 0.3, high + deep * 0.62), (neck + 0.9, high)]
    return np.array(edge) if clothes == "suit" else smooth_curve(np.array(edge), 5, False)


def _nape_line(collar: _Collar) -> Points:
    """The upper edge of clothes seen from behind, from left to right, (N, 2) in cm."""
    side, low = collar.neck + 0.5, collar.high + 1.2
    return smooth_curve(np.array([(-side, low), (0.0, collar.high + collar.deep), (side, low)]), 6, False)


def _shoulders(collar: _Collar, wide: float, slope: float) -> tuple[Points, Points]:
    """Right shoulder and side from the neck down, left side and shoulder from below up to the neck, (N, 2) in cm."""
    shift = collar.shift
    wide = max(wide, (collar.neck + 3.4 + abs(shift)) / 0.55)  # at least as broad as its collar, also from its side
    right = [(collar.neck + 2.6, max(collar.high, -3.6) + 1.6), (wide * 0.55 + shift, slope * 0.75 - 3.0)]
    right += [(wide * 0.9 + shift, slope - 1.5), (wide * 1.08 + shift, slope + 4), (wide * 1.2 + shift, 48.0)]
    right += [(wide * 1.15 + shift, 150.0)]
    left = [(-x + 2 * shift * (x > wide * 0.4), y) for x, y in reversed(right)]
    return smooth_curve(np.array(right), 5, False), smooth_curve(np.array(left), 5, False)


@dataclass(frozen=True, slots=True)
class _Collar:
    """Where clothes meet the neck, cm from the pit of the neck.

    Attributes:
        neck: half the neck's breadth.
        shift: how far the middle lies aside, as the body is turned.
        high: height of the neckline at the sides, and `deep` how far it falls in the middle.
    """

    neck: float
    shift: float
    high: float
    deep: float


def _shirt(rng: np.random.Generator, canvas: Canvas, person: Person, body: Body, collar: _Collar, main: Rgb) -> None:
    """Shirt front and collar, and for a suit mostly a tie."""
    neck, high, middle = collar.neck, collar.high, collar.shift * 0.4
    suit = person.clothes == "suit"
    white = mix((236, 236, 238), _colour(rng, BRIGHT), 0.0 if rng.random() < 0.6 else 0.45) if suit else main
    open_collar = not suit or person.feminine > 0.5 or rng.random() < 0.25
    dip = rng.uniform(5.0, 8.5) if open_collar else 3.4
    hem = high + collar.deep + 4
    front = [
        (-neck - 1.4, high - 0.5),
        (middle, high + dip),
        (neck + 1.4, high - 0.5),
        (neck + 3, hem),
        (-neck - 3, hem),
    ]
    canvas.polygon(body.at(front) * canvas.scale, mix(white, (0, 0, 0), 0.06), CLOTH)
    if not open_collar:
        _tie(rng, canvas, body, collar)
    for side in (-1, 1):
        outer, inner = (side * (neck + 1.2), high - 1.0), (middle + side * 0.4, high + dip + 0.2)
        tip, fold = (middle + side * 2.9, high + dip + 2.6), (side * (neck + 2.0), high + 1.6)
        flap = body.at([outer, inner, tip, fold]) * canvas.scale
        canvas.polygon(flap, mix(white, (255, 255, 255), 0.15), CLOTH)
        canvas.lines(flap[1:4][None], mix(white, (0, 0, 0), 0.25), CLOTH, 1)


def _tie(rng: np.random.Generator, canvas: Canvas, body: Body, collar: _Collar) -> None:
    """A tie, at times striped."""
    high, middle, end = collar.high, collar.shift * 0.4, collar.shift * 0.5
    tie = _colour(rng, BRIGHT + SOBER)
    knot = [
        (middle - 1.9, high + 3.0),
        (middle + 1.9, high + 3.0),
        (middle + 1.2, high + 6.2),
        (middle - 1.2, high + 6.2),
    ]
    blade = [(middle - 1.1, high + 6.0), (middle + 1.1, high + 6.0), (end + 3.2, high + 30), (end - 3.2, high + 30)]
    canvas.polygon(body.at(blade) * canvas.scale, tie, CLOTH)
    canvas.polygon(body.at(knot) * canvas.scale, mix(tie, (0, 0, 0), 0.25), CLOTH)
    if rng.random() < 0.5:
        for y in np.arange(7.0, 26.0, rng.uniform(1.4, 2.6)):
            left, right = (middle - 0.8 - y * 0.07, high + y), (middle + 0.8 + y * 0.07, high + y + 1.2)
            stripe = body.at([left, right]) * canvas.scale
            canvas.lines(stripe[None], mix(tie, (255, 240, 200), 0.5), CLOTH, 0.4 * body.scale * canvas.scale)


def _lapels(canvas: Canvas, body: Body, collar: _Collar, main: Rgb) -> None:
    """The turned-back edges of a jacket."""
    neck, high, deep = collar.neck, collar.high, collar.deep
    for side in (-1, 1):
        flap = [
            (side * (neck + 1.0), high),
            (collar.shift * 0.4, high + deep + 8),
            (side * (neck + 4.6), high + deep * 0.8 + 1.5),
            (side * (neck + 3.2), high + 2.4),
        ]
        canvas.polygon(body.at(flap) * canvas.scale, mix(main, (255, 255, 255), 0.07), CLOTH)
        canvas.lines((body.at(flap)[1:] * canvas.scale)[None], mix(main, (0, 0, 0), 0.5), CLOTH, 1)


def _arms(rng: np.random.Generator, canvas: Canvas, body: Body, place: tuple[float, float], main: Rgb) -> None:
    """Sleeves beside the trunk, and below the waist trousers or a skirt; `place` is its half width and shift."""
    wide, shift = place
    unit = body.scale * canvas.scale
    dark = mix(main, (0, 0, 0), 0.45)
    low = float(rng.uniform(52, 66))
    legs = [
        (-wide * 0.8 + shift, low),
        (wide * 0.8 + shift, low),
        (wide * 0.9 + shift, 150.0),
        (-wide * 0.9 + shift, 150.0),
    ]
    canvas.polygon(body.at(legs) * canvas.scale, _colour(rng, SOBER + BRIGHT), CLOTH)
    for side in (-1, 1):
        bend = float(rng.uniform(-1, 3))
        sleeve = [(0.72 * wide, 16.0), (0.74 * wide + bend * 0.3, 32.0), (0.7 * wide + bend, 48.0), (0.8 * wide, 75.0)]
        line = smooth_curve(np.array([(side * x + shift, y) for x, y in sleeve]), 5, False)
        canvas.lines((body.at(line) * canvas.scale)[None], dark, CLOTH, 0.7 * unit)


def _back_seams(rng: np.random.Generator, canvas: Canvas, body: Body, neckline: Points, main: Rgb) -> None:
    """What clothes show from behind: the seam of the collar, at times one along the spine or across the shoulders."""
    unit = body.scale * canvas.scale
    dark = mix(main, (0, 0, 0), float(rng.uniform(0.15, 0.4)))
    canvas.lines((body.at(neckline + np.array((0.0, 1.6))) * canvas.scale)[None], dark, CLOTH, 0.25 * unit)
    if rng.random() < 0.4:
        canvas.lines((body.at([(0.0, 1.0), (0.3, 60.0)]) * canvas.scale)[None], dark, CLOTH, 0.25 * unit)
    if rng.random() < 0.4:
        canvas.lines((body.at([(-17.0, 9.0), (0.0, 8.0), (17.0, 9.0)]) * canvas.scale)[None], dark, CLOTH, 0.25 * unit)


def _pattern(rng: np.random.Generator, canvas: Canvas, body: Body) -> None:
    """Stripes or checks over the clothes painted so far."""
    side, pace = canvas.side, body.scale * canvas.scale * rng.uniform(0.8, 3.5)
    turn = rng.choice((0.0, 0.0, np.pi / 2, rng.uniform(0, np.pi))) + body.lean
    grid = np.arange(side, dtype=np.int32)
    across, down = round(65536 / pace * float(np.cos(turn))), round(65536 / pace * float(np.sin(turn)))
    wave = ((grid[None] * across + grid[:, None] * down) & 0xFFFF) < int(65536 * rng.uniform(0.25, 0.6))
    stripes = wave
    if rng.random() < 0.3:
        stripes = stripes ^ wave.T
    pick: Bytes = ((canvas.part == CLOTH) & stripes).astype(np.uint8)
    other = np.empty_like(canvas.pixels)
    other[:] = np.round([*_colour(rng, BRIGHT), CLOTH]).astype(np.uint8)
    cv2.copyTo(other, pick, canvas.pixels)


def _folds(rng: np.random.Generator, canvas: Canvas, body: Body, light: Light, where: NDArray[np.bool_]) -> None:
    """Folds, weave and the fall of light over clothes."""
    small = FIELD // 2
    folds = field(rng, (small, small), (9, 12)) * 0.07 + field(rng, (small, small), (24, 18)) * 0.05
    columns = (np.arange(small, dtype=np.float32) * 2 - body.pit[0]) / (22 * body.scale)
    rows = (np.arange(small, dtype=np.float32) * 2 - body.pit[1]) / (22 * body.scale)
    turn = 0.80 + 0.35 * np.clip(columns[None] * light.key[0], -0.6, 0.6) - 0.25 * np.clip(rows[:, None], -0.2, 1)
    weave = grain(rng, (small, small), float(rng.uniform(0.0, 0.05)))
    level = np.float32(light.power + light.sky.mean())
    colour = (light.colour * 0.6 + light.sky / light.sky.mean() * 0.4).astype(np.float32)
    shaded(canvas, np.asarray(((turn + folds + weave) * level)[..., None] * colour, np.float32), where)
