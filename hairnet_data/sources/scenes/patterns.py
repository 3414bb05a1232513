"""Made things without depth: posters of plain shapes, and printed or written pages."""

from __future__ import annotations

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes.paint import Field, fractal, lay, lit, plain, ramp
from hairnet_data.sources.scenes.palette import any_colour, muted, shade, skin_like

SHIFT = 3


def graphic(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Discs, arcs, polygons and strokes over one another: a poster, a mural, a toy."""
    size = min(height, width)
    picture = _paper(rng, height, width)
    for _ in range(int(rng.integers(5, 26))):
        at = rng.uniform(0, 1, 2) * (width, height)
        reach = size * float(rng.uniform(0.04, 0.35))
        layer = picture.copy() if rng.random() < 0.3 else picture
        _shape(rng, layer, at[0], at[1], reach)
        if layer is not picture:  # some shapes are glazed: what lies beneath shows through
            lay(picture, layer, np.full((height, width), int(rng.integers(80, 220)), np.uint8))
    return lit(picture, np.float32(0.85) + fractal(rng, height, width, size * 0.3, 3) * np.float32(0.25))


def _shape(rng: np.random.Generator, picture: Pixels, x: float, y: float, reach: float) -> None:
    """Paints one plain shape round (x, y), `reach` pixels large, in place."""
    colour = any_colour(rng)
    scale = 1 << SHIFT
    centre = (int(x * scale), int(y * scale))
    thick = -1 if rng.random() < 0.6 else max(1, int(reach * rng.uniform(0.03, 0.3)))
    pick = rng.random()
    if pick < 0.3:
        cv2.circle(picture, centre, max(scale, int(reach * scale)), colour, thick, cv2.LINE_AA, SHIFT)
    elif pick < 0.6:
        axes = (max(scale, int(reach * scale)), max(scale, int(reach * scale * rng.uniform(0.2, 0.9))))
        turn, start = int(rng.integers(0, 360)), int(rng.integers(0, 360))
        stop = start + int(rng.choice([360, 120, 180, 240]))
        cv2.ellipse(picture, centre, axes, turn, start, stop, colour, thick, cv2.LINE_AA, SHIFT)
    else:
        count = int(rng.integers(3, 7))
        corners = (np.array([x, y]) + rng.uniform(-1, 1, (count, 2)) * reach) * scale
        if pick < 0.85:
            hull = cv2.convexHull(corners.round().astype(np.int32))
            cv2.fillConvexPoly(picture, hull, colour, cv2.LINE_AA, SHIFT)
        else:
            path = [corners.round().astype(np.int32)]
            cv2.polylines(picture, path, False, colour, max(1, abs(thick)), cv2.LINE_AA, SHIFT)


def _paper(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """An almost even sheet in any colour, white and skin colours first."""
    pick = rng.random()
    base = (235, 232, 224) if pick < 0.35 else skin_like(rng) if pick < 0.6 else any_colour(rng)
    blotches = fractal(rng, height, width, min(height, width) * 0.4, 3)
    return ramp(blotches, [shade(base, 0.94), shade(base, 1.04)])


def _creases(rng: np.random.Generator, height: int, width: int) -> Field:
    """The light on paper that was crumpled or folded once."""
    hills = fractal(rng, height, width, min(height, width) * float(rng.uniform(0.2, 0.6)), 3)
    bent: Field = np.float32(1) - np.abs(hills - np.float32(0.5)) * np.float32(rng.uniform(0.0, 0.5))
    return bent


def page(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A written or printed page, a label or a score: rows of small dark strokes, at times a picture."""
    picture = _paper(rng, height, width)
    size = min(height, width)
    ink = shade(muted(rng), 0.3) if rng.random() < 0.7 else any_colour(rng)
    pitch = max(4.0, size * float(rng.uniform(0.035, 0.13)))
    columns = int(rng.integers(1, 3))
    y = pitch
    while y < height:
        if rng.random() < 0.1:
            y += pitch * int(rng.integers(1, 3))
            continue
        for column in range(columns):
            left = width * (column + 0.06) / columns
            right = width * (column + float(rng.uniform(0.6, 0.96))) / columns
            _row(rng, picture, (left, right, y), pitch, ink)
        y += pitch
    if rng.random() < 0.5:
        tall, wide = int(height * rng.uniform(0.2, 0.5)), int(width * rng.uniform(0.3, 0.6))
        top, left_edge = int(rng.integers(0, height - tall)), int(rng.integers(0, width - wide))
        picture[top : top + tall, left_edge : left_edge + wide] = plain(tall, wide, any_colour(rng))
    return lit(picture, _creases(rng, height, width))


def _row(
    rng: np.random.Generator,
    picture: Pixels,
    span: tuple[float, float, float],
    pitch: float,
    ink: tuple[int, int, int],
) -> None:
    """Writes one row of marks that look like letters within `span`: left, right and base line in pixels."""
    left, right, base = span
    letters = max(1, int((right - left) / (pitch * 0.45)))
    starts = left + np.arange(letters) * pitch * 0.45
    starts = starts[rng.random(letters) > 0.15]
    steps = rng.uniform(0, 1, (len(starts), 4, 2)) * (pitch * 0.32, -pitch * 0.5)
    corners = np.stack([starts[:, None] + steps[..., 0], base + steps[..., 1]], axis=-1) * (1 << SHIFT)
    thick = max(1, int(pitch * 0.09))
    cv2.polylines(picture, list(corners.round().astype(np.int32)), False, ink, thick, cv2.LINE_AA, SHIFT)
