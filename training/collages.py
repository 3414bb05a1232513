"""Draws pictures of nobody for `--negatives`: shapes of all sizes over one another, each cut from another drawn scene.

python training/collages.py FOLDER [--count 8000]

Drawn scenes show curtains, rooms and grass, but no animals, corals or rocks, and no clutter without a meaning: weights
that saw nobody's photograph take those for hair and faces. Here a body of a few ellipses may be filled with fur before
a meadow, and a hundred leaves in the colour of skin cover a street. The sizes of what lies over one another follow the
power law of natural pictures (dead leaves; Lee, Mumford and Huang, 2001). What was drawn already stays as it is.
"""

from __future__ import annotations

import argparse
import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.progress import progress_bar
from hairnet_data.core.storage.atomic import atomic_writer
from hairnet_data.sources.drawn.terms import LICENCE
from hairnet_data.sources.scenes.palette import skin_like
from hairnet_data.sources.scenes.scene import draw_scene

SIDE = 320
"""Rows and columns of a picture."""

SHIFT = 4
"""Bits behind the point in `Points`."""

Points = NDArray[np.int32]
"""x and y in pixels, with `SHIFT` bits behind the point, as OpenCV takes them."""


def fixed(values: ArrayLike) -> Points:
    """Pixels as OpenCV takes them, see `Points`."""
    return np.round(np.asarray(values) * (1 << SHIFT)).astype(np.int32)


def blob(rng: np.random.Generator, size: float) -> Points:
    """A round outline with dents, (N, 1, 2) around 0; `size` is half its diameter."""
    angles = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    waves = np.arange(2, 7)
    dents = rng.normal(0, 0.35, 5) / waves
    radius = 1 + (dents[:, None] * np.cos(waves[:, None] * angles + rng.uniform(0, 6.28, (5, 1)))).sum(0)
    flat = rng.uniform(0.35, 1)
    return _turned(np.stack([radius * np.cos(angles), flat * radius * np.sin(angles)], -1) * size, rng)


def polygon(rng: np.random.Generator, size: float) -> Points:
    """A triangle to an octagon, as `blob`."""
    angles = np.sort(rng.uniform(0, 2 * math.pi, int(rng.integers(3, 9))))
    return _turned(np.stack([np.cos(angles), rng.uniform(0.4, 1) * np.sin(angles)], -1) * size, rng)


def _turned(points: NDArray[np.float64], rng: np.random.Generator) -> Points:
    turn = rng.uniform(0, 2 * math.pi)
    matrix = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    return fixed(points @ matrix)[:, None]


def leaf(rng: np.random.Generator, size: float) -> Pixels:
    """Where a single shape is, uint8 (SIDE, SIDE), 255 inside."""
    alpha = np.zeros((SIDE, SIDE), np.uint8)
    middle = fixed(rng.uniform(-0.1, 1.1, 2) * SIDE)
    points = (blob if rng.random() < 0.7 else polygon)(rng, size)
    cv2.fillPoly(alpha, [points + middle], (255,), cv2.LINE_AA, SHIFT)
    return alpha


def body(rng: np.random.Generator, size: float) -> Pixels:
    """Where something like an animal is, as `leaf`: a trunk, a head on a neck, legs and a tail."""
    alpha = np.zeros((SIDE, SIDE), np.uint8)
    x, y = rng.uniform(0.2, 0.8, 2) * SIDE
    facing, tall = rng.choice((-1, 1)), rng.uniform(0.4, 0.75)

    def stroke(points: list[tuple[float, float]], width: float) -> None:
        cv2.polylines(alpha, [fixed(points)], False, (255,), max(1, round(width)), cv2.LINE_AA, SHIFT)

    def ellipse(cx: float, cy: float, a: float, b: float, turn: float) -> None:
        at, axes = fixed((cx, cy)).tolist(), fixed((a, b)).tolist()
        cv2.ellipse(alpha, at, axes, turn, 0, 360, (255,), -1, cv2.LINE_AA, SHIFT)

    ellipse(x, y, size, size * tall, rng.uniform(-15, 15))
    head = x + facing * size * rng.uniform(0.9, 1.4), y - size * rng.uniform(0, 1.1)
    stroke([(x + facing * size * 0.6, y), head], size * rng.uniform(0.25, 0.6))
    ellipse(*head, size * rng.uniform(0.25, 0.5), size * rng.uniform(0.2, 0.35), rng.uniform(-40, 40))
    for _ in range(int(rng.integers(0, 5))):
        hip = x + rng.uniform(-0.8, 0.8) * size
        foot = hip + rng.normal(0, 0.15) * size, y + size * (tall + rng.uniform(0.3, 1))
        stroke([(hip, y + 0.3 * size), foot], size * rng.uniform(0.1, 0.25))
    if rng.random() < 0.6:
        back = x - facing * size * 0.9
        stroke([(back, y), (back - facing * size * rng.uniform(0.1, 0.8), y + size * rng.normal(0, 0.5))], size * 0.12)
    return alpha


def filling(rng: np.random.Generator) -> Pixels:
    """What a shape is filled with: another scene, larger or smaller, or a colour of skin with light from one side."""
    if rng.random() < 0.25:
        ramp = rng.uniform(0.5, 0.9) + rng.uniform(0.1, 0.6) * np.linspace(0, 1, SIDE)
        shading = np.outer(ramp, np.ones(SIDE)) if rng.random() < 0.5 else np.outer(np.ones(SIDE), ramp)
        noise = rng.normal(0, rng.uniform(0, 9), (SIDE, SIDE, 1))
        return np.clip(np.array(skin_like(rng)) * shading[..., None] + noise, 0, 255).astype(np.uint8)
    side = round(SIDE * math.exp(rng.uniform(-0.9, 0.7)))
    return cv2.resize(draw_scene(rng, side, side), (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def collage(number: int) -> Pixels:
    """The picture with this number: uint8 (SIDE, SIDE, 3) RGB."""
    rng = np.random.default_rng([number, 17])
    picture = draw_scene(rng, SIDE, SIDE).astype(np.float32)
    fillings = [filling(rng) for _ in range(int(rng.integers(2, 6)))]
    bodies = rng.random() < 0.55
    for _ in range(int(rng.integers(1, 4)) if bodies else int(math.exp(rng.uniform(1.5, 5.3)))):
        # Of a power law with exponent 3 between these radii.
        size = 1 / math.sqrt(rng.uniform(1 / 140**2, 1 / (45 if bodies else 9) ** 2))
        alpha = (body if bodies else leaf)(rng, size)
        source = fillings[int(rng.integers(len(fillings)))].astype(np.float32)
        source = np.roll(source, tuple(rng.integers(SIDE, size=2)), (0, 1))
        soft = cv2.GaussianBlur(alpha, (0, 0), size / 3).astype(np.float32)[..., None] / 255
        source = source * (1 - rng.uniform(0, 0.7) + rng.uniform(0.2, 0.8) * soft)  # darker at its rim: it looks round
        if rng.random() < 0.5:
            alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.5, 2.5))
        share = alpha.astype(np.float32)[..., None] / 255
        picture += share * (source - picture)
    if rng.random() < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 2))
    return np.clip(picture + rng.normal(0, rng.uniform(0, 6), picture.shape), 0, 255).astype(np.uint8)


def write(folder: Path, number: int) -> None:
    """Draws one picture into a folder, unless it is there."""
    path = folder / f"collage_{number:05d}.jpg"
    if not path.exists():
        _, code = cv2.imencode(".jpg", collage(number)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
        with atomic_writer(path) as draft:
            draft.write(code.tobytes())


def main() -> None:
    """Draws."""
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=8000)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    terms = "".join(f'{key} = "{value}"\n' for key, value in asdict(LICENCE).items())
    (arguments.folder / "licence.toml").write_text(terms, encoding="utf-8")
    with ProcessPoolExecutor() as pool, progress_bar(False, "pictures") as progress:
        made = pool.map(partial(write, arguments.folder), range(arguments.count), chunksize=20)
        for done, _ in enumerate(made, 1):
            progress("drawing", done, arguments.count)


if __name__ == "__main__":
    main()
