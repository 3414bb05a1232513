"""Scenes under the sky: streets, landscapes and lights out of focus."""

from __future__ import annotations

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes import strands, surfaces
from hairnet_data.sources.scenes.paint import Colour, as_bytes, blurred, fractal, lay, mesh, ramp, slope, step
from hairnet_data.sources.scenes.palette import (
    any_colour,
    from_hsv,
    hair_like,
    leafy,
    muted,
    shade,
    skin_like,
    vivid,
)
from hairnet_data.sources.scenes.tables import strew


def street(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """House fronts with rows of windows under a strip of sky, a pavement below."""
    picture = ramp(
        fractal(rng, height, width, width * 0.4, 3, aspect=2.0),
        [from_hsv(0.58, float(rng.uniform(0.05, 0.5)), 0.9), (245, 245, 245)],
    )
    ground = int(height * rng.uniform(0.75, 1.0))
    x = int(-width * rng.uniform(0, 0.3))
    while x < width:
        wide = max(8, int(width * rng.uniform(0.3, 0.7)))
        top = int(height * rng.uniform(-0.2, 0.35))
        house = picture[max(0, top) : ground, max(0, x) : x + wide]
        if house.shape[0] > 3 and house.shape[1] > 3:
            _front(rng, house)
        x += wide
    picture[ground:] = muted(rng)
    if rng.random() < 0.5 and height - ground > 8:
        strew(rng, picture[ground:], 2, 0.3, 0.9)
    return picture


def _front(rng: np.random.Generator, house: Pixels) -> None:
    """Paints a house front with its windows, in place."""
    tall, wide = house.shape[:2]
    house[:] = surfaces.wall(rng, tall, wide)
    pitch_x, pitch_y = max(6, wide // int(rng.integers(2, 6))), max(6, int(tall / rng.uniform(2, 5)))
    pane: Colour = any_colour(rng) if rng.random() < 0.4 else (50, 60, 75)
    frame = shade(any_colour(rng), 1.2)
    for y in range(pitch_y // 4, tall - pitch_y // 2, pitch_y):
        for x in range(pitch_x // 4, wide - pitch_x // 4, pitch_x):
            far = (x + pitch_x // 2, y + int(pitch_y * 0.6))
            tone = shade(pane, float(rng.uniform(0.6, 1.8)))
            cv2.rectangle(house, (x, y), far, tone, -1)
            cv2.line(house, (x, y), far, shade(tone, 1.15), max(1, pitch_x // 12), cv2.LINE_AA)
            cv2.rectangle(house, (x, y), far, frame, max(1, pitch_x // 24))


def landscape(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Sky with clouds, ranges of hills, and sand, grass or water in front."""
    size = min(height, width)
    clouds = fractal(rng, height, width, size * rng.uniform(0.2, 0.6), 5, 0.55, 2.0)
    evening = rng.random() < 0.35
    blue = from_hsv(float(rng.uniform(0.54, 0.64)), float(rng.uniform(0.1, 0.7)), 0.8)
    low = skin_like(rng) if evening else shade(blue, 1.25)
    along = slope(height, width, 0, 1)
    picture = ramp(along, [shade(blue, 0.6 if evening else 1.0), low, shade(low, 1.2)])
    cover = step(clouds, float(rng.uniform(0.25, 0.7)), 1.0) * np.float32(rng.uniform(60, 255))
    lay(picture, ramp(clouds, [(200, 198, 200), (255, 252, 246)]), cover.astype(np.uint8))
    rows, _ = mesh(height, width)
    level = float(rng.uniform(0.35, 0.75))
    base = leafy(rng) if rng.random() < 0.6 else skin_like(rng)
    for number in range(int(rng.integers(1, 5))):
        crest = fractal(rng, 2, width, size * 0.4, 4)[:1] * np.float32(0.18) + np.float32(level + 0.1 * number)
        tone = ramp(
            fractal(rng, height, width, size * 0.1, 3, aspect=2.5),
            [shade(base, 0.9 - 0.15 * number), shade(base, 1.1 - 0.1 * number)],
        )
        np.copyto(picture, tone, where=(rows > crest * np.float32(height))[..., None])
    front = int(height * (level + rng.uniform(0.15, 0.4)))
    if front < height - 4 and rng.random() < 0.6:
        makers = (surfaces.sand, strands.grass, surfaces.stones)
        picture[front:] = makers[int(rng.integers(3))](rng, height - front, width)
    return picture


def bokeh(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Lights far out of focus: soft discs over a blurred ground."""
    size = min(height, width)
    base = any_colour(rng) if rng.random() < 0.5 else shade(hair_like(rng), 0.5)
    picture = ramp(fractal(rng, height, width, size * 0.5, 2), [shade(base, 0.3), shade(base, 0.9), any_colour(rng)])
    glow = np.zeros_like(picture)
    hues = [vivid(rng) for _ in range(3)]
    for _ in range(int(rng.integers(8, 40))):
        radius = max(8, int(size * rng.uniform(0.02, 0.12) * 8))
        at = (int(rng.uniform(0, width) * 8), int(rng.uniform(0, height) * 8))
        tone = shade(hues[int(rng.integers(3))], float(rng.uniform(0.3, 0.8)))
        disc = np.zeros_like(picture)
        cv2.circle(disc, at, radius, tone, -1, cv2.LINE_AA, strands.SHIFT)
        glow = as_bytes(cv2.add(glow, disc))
    return as_bytes(cv2.add(picture, blurred(glow, size * float(rng.uniform(0.005, 0.03)))))
