"""Hair that is bound: rows along the scalp, and plaits and matted locks painted as cords with a weave."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.canvas import HAIRS, SHIFT, Canvas, paint
from hairnet_data.sources.drawn.colours import Rgb
from hairnet_data.sources.drawn.growth import Curves
from hairnet_data.sources.drawn.scalp import CENTRE, depth_inside, radii
from hairnet_data.sources.drawn.strands import Hair, visible
from hairnet_data.sources.drawn.traits import Person

Line = NDArray[np.float64]


def rows(rng: np.random.Generator, person: Person, down: NDArray[np.float64]) -> tuple[Curves, float]:
    """Cornrows from the hairline over the crown to the nape, at times with ends that hang.

    Args:
        rng: where all random numbers come from.
        person: whose head they lie on.
        down: unit (3,), where down is in the axes of the head.

    Returns:
        The rows, float64 (S, T, 3) in cm, and how broad each is, cm.
    """
    half, count, points = radii(person), int(rng.integers(8, 18)), 40
    hang = float(rng.choice((0.0, 0.0, rng.uniform(5, 22))))
    bend = float(rng.uniform(-0.5, 0.5)) if rng.random() < 0.4 else 0.0
    curves = []
    for place in (np.arange(count) + 0.5) / count * 1.9 - 0.95:
        angle = np.linspace(-0.2, np.pi + 0.5, 90)
        side = np.clip(place + bend * np.sin(angle), -0.97, 0.97)
        around = np.sqrt(1 - side * side)
        way = np.stack([side, -around * np.sin(angle), around * np.cos(angle)], -1)
        path = CENTRE + way * (half + 0.35)
        inside = np.flatnonzero(depth_inside(path, person) > 0.1)
        if len(inside) < 6:
            continue
        path = path[inside[0] : inside[-1] + 1]
        steps = int(hang / 0.6)
        if steps:
            fall = path[-1] + down * (np.arange(1, steps + 1)[:, None] * 0.6) + (0, 0, -0.8)
            path = np.concatenate([path, fall])
        at = np.linspace(0, len(path) - 1, points)
        curves.append(np.stack([np.interp(at, np.arange(len(path)), path[:, axis]) for axis in range(3)], -1))
    return np.array(curves).reshape(-1, points, 3), 13.5 / count


def paint_cords(
    rng: np.random.Generator, canvas: Canvas, hair: Hair, colours: tuple[Rgb, Rgb], wide: float, front: bool, weave: str
) -> None:
    """Paints every strand as a cord, the farther ones first.

    Args:
        rng: where all random numbers come from.
        canvas: where to paint.
        hair: the strands.
        colours: of the hair and of its lightest locks.
        wide: breadth of a cord, cm.
        front: paint what lies before the middle of the head, else what lies behind it.
        weave: "plaited" for lobes that alternate, "matted" for a rough surface.
    """
    chosen, points = visible(hair, front)
    if not len(chosen):
        return
    order = np.argsort(hair.near[chosen].mean(1), kind="stable")
    base, light = (np.asarray(colour) for colour in colours)
    thick = max(2.0, wide * hair.unit)
    for number in order:
        line = hair.flat[chosen[number], np.unique(points[number])]
        tone = base + (light - base) * max(0.0, float(rng.uniform(-1, 0.6)))
        size = thick * float(rng.uniform(0.8, 1.2))
        _cord(rng, canvas, line, tone * float(rng.uniform(0.8, 1.15)) * (1.0 if front else 0.7), size, weave)


def _cord(
    rng: np.random.Generator, canvas: Canvas, line: Line, tone: NDArray[np.float64], thick: float, weave: str
) -> None:
    """Paints one cord along a line (N, 2), canvas pixels."""
    steps = np.sqrt((np.diff(line, axis=0) ** 2).sum(-1))
    run = np.concatenate([[0.0], np.cumsum(steps)])
    if run[-1] < thick:
        return
    count = int(np.clip(run[-1] / (thick * 0.5), 3, 120))
    at = np.linspace(0, run[-1], count)
    line = np.stack([np.interp(at, run, line[:, axis]) for axis in (0, 1)], -1)
    along = np.gradient(line, axis=0)
    along /= np.sqrt((along * along).sum(-1, keepdims=True)) + 1e-6
    across = np.stack([-along[:, 1], along[:, 0]], -1)
    # Only the last third grows thinner.
    half = np.interp(np.linspace(0, 1, count), (0, 0.6, 1), (1, 1, 0.45)) * thick / 2
    edge = across * half[:, None]
    outline = np.concatenate([line + edge, (line - edge)[::-1]])
    canvas.polygon(np.clip(outline, -4000, 4000), tone * 0.45, HAIRS)
    if weave == "plaited":
        _lobes(rng, canvas, (line, along * half[:, None], edge), tone, thick)
    else:
        _felt(rng, canvas, (line, edge), tone, thick)


def _lobes(
    rng: np.random.Generator, canvas: Canvas, frame: tuple[Line, Line, Line], tone: NDArray[np.float64], thick: float
) -> None:
    """Lobes that lie over each other from left and right, each of a few fibres in its light."""
    line, along, edge = (part[1:-1, None] for part in frame)
    fibres = int(np.clip(thick / 3, 2, 9))
    shades = (1.2 - 0.55 * np.abs(np.linspace(-1, 1, fibres))) * rng.uniform(0.85, 1.15, fibres)
    side = np.where(np.arange(len(line)) % 2, 1.0, -1.0)[:, None, None]
    shift = np.linspace(-0.75, 0.75, fibres)[None, :, None] * along
    # A fibre runs from the outer edge inwards and down the plait.
    start = line + side * edge * 0.92 - along * 0.55 + shift * 0.7
    middle = line + side * edge * 0.55 + shift
    stop = line - side * edge * 0.25 + along * 0.75 + shift * 0.8
    paths = np.stack([start, middle, stop], 2)
    fixed = np.round(np.clip(paths, -4000, 4000) * (1 << SHIFT)).astype(np.int32)
    width = max(1, round(thick / fibres * 0.85))
    # All lobes of a side at once, fibre by fibre: a call for every lobe takes ten times as long.
    for first in (0, 1):
        for number, shade in enumerate(shades.tolist()):
            members = list(fixed[first::2, number])
            cv2.polylines(canvas.pixels, members, False, paint(tone * shade, HAIRS), width, cv2.LINE_8, SHIFT)


def _felt(
    rng: np.random.Generator, canvas: Canvas, frame: tuple[Line, Line], tone: NDArray[np.float64], thick: float
) -> None:
    """A rough surface: short fibres at a slant, lighter in the middle."""
    line, edge = frame
    count = 3 * len(line)
    where = rng.integers(0, len(line) - 2, count)
    place = rng.uniform(-0.85, 0.85, (count, 1))
    start = line[where] + edge[where] * place
    stop = line[where + 2] + edge[where + 2] * np.clip(place + rng.uniform(-0.6, 0.6, (count, 1)), -0.95, 0.95)
    fixed = np.round(np.clip(np.stack([start, stop], 1), -4000, 4000) * (1 << SHIFT)).astype(np.int32)
    shade = (1.15 - 0.5 * np.abs(place[:, 0])) * rng.uniform(0.65, 1.25, count)
    level = np.clip((shade * 4).astype(int), 1, 5)
    for step in range(1, 6):
        members = fixed[level == step]
        if len(members):
            width = max(1, round(thick * 0.16))
            cv2.polylines(canvas.pixels, members, False, paint(tone * (step / 4), HAIRS), width, cv2.LINE_8, SHIFT)
