"""Ropes, bristles and fringes, which look like hair from near and are none."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes import combing, strands
from hairnet_data.sources.scenes.combing import FINER
from hairnet_data.sources.scenes.hairlike import coat_colour
from hairnet_data.sources.scenes.paint import Colour, fractal, lit, noise, plain, ramp, wave
from hairnet_data.sources.scenes.palette import any_colour, shade, vivid


def rope(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Ropes, plaits and cords of twisted fibres: coiled, hanging side by side, or in a heap."""
    tall, wide = height * FINER, width * FINER
    size = min(tall, wide)
    base = coat_colour(rng) if rng.random() < 0.85 else vivid(rng)
    thick = size * float(rng.uniform(0.05, 0.22))
    below = any_colour(rng) if rng.random() < 0.5 else shade(base, 0.25)
    stains = fractal(rng, tall, wide, size * 0.3, 3)
    canvas = ramp(stains, [shade(below, 0.6), below])
    pick = rng.random()
    if pick < 0.45:  # side by side
        count = int(wide / (thick * 0.9)) + 3
        sway = float(rng.uniform(0, 0.5)) * thick
        starts = (np.arange(count) - 1) * thick * 0.95
        part = np.linspace(-0.1, 1.1, 18)
        for start in starts:
            bend = np.interp(part, (-0.1, 0.3, 0.7, 1.1), rng.uniform(-sway, sway, 4))
            path = np.stack([start + bend, part * tall], -1)
            tone = float(rng.uniform(0.8, 1.15))
            draw_rope(rng, canvas, path if pick < 0.35 else path[:, ::-1], thick, shade(base, tone))
    else:
        count = int(np.clip(3.0 * size / thick, 10, 34))
        field = combing.flow(rng, tall, wide, combing.bearing(rng), 1.6, size * 0.5)
        roots = combing.scattered(rng, tall, wide, count, 0.3)
        for path in combing.trace(rng, field, roots, size * 1.9, 26, 0.3):
            draw_rope(rng, canvas, path, thick, shade(base, float(rng.uniform(0.75, 1.15))))
    picture = combing.shrunk(canvas, height, width)
    return lit(picture, np.float32(0.75) + fractal(rng, height, width, min(height, width) * 0.4, 2) * np.float32(0.4))


def draw_rope(rng: np.random.Generator, canvas: Pixels, path: NDArray[np.floating], thick: float, base: Colour) -> None:
    """Draws one rope along (N, 2) points in place: strands wound about each other, each of many fibres."""
    fine = max(12, int(10 * len(path)))
    at = np.linspace(0, len(path) - 1, fine)
    line = np.stack([np.interp(at, np.arange(len(path)), path[:, axis]) for axis in (0, 1)], -1).astype(np.float32)
    along = np.gradient(line, axis=0)
    steps = np.sqrt((along * along).sum(-1))
    along /= steps[:, None] + np.float32(1e-3)
    aside = np.stack([-along[:, 1], along[:, 0]], -1)
    run = np.cumsum(steps)
    corners = (line * (1 << strands.SHIFT)).round().astype(np.int32)
    opaque = (255,) * (canvas.shape[2] - 3)
    dark = (*shade(base, 0.3), *opaque)
    cv2.polylines(canvas, [corners], False, dark, max(2, int(thick * 1.08)), cv2.LINE_8, strands.SHIFT)
    pitch = thick * float(rng.uniform(0.5, 1.0))
    lean = thick * float(rng.choice((-1, 1))) * float(rng.uniform(0.35, 0.8))
    plait = rng.random() < 0.35
    # A winding is a bundle of fibres that cross the rope at a slant, bulging in the middle. All at once: (windings,
    # fibres, points).
    starts = np.arange(0, float(run[-1]), pitch).astype(np.float32)[:, None, None]
    fibres, place = 9, np.linspace(-1, 1, 7, dtype=np.float32)
    wide = pitch * (1.7 if plait else 1)
    shift = np.linspace(-0.42, 0.42, fibres, dtype=np.float32)[:, None] * np.float32(wide)
    bulge = (1 - place * place)[None] * np.float32(0.25) * shift
    odd = np.arange(len(starts))[:, None, None] % 2 > 0
    turn = np.where(odd | (not plait), np.float32(lean * 0.5), np.float32(-lean * 0.5))
    span = place * np.float32(0.5) + np.where(odd, np.float32(0.42), np.float32(-0.42)) if plait else place
    down = starts + place * turn + shift + bulge
    index = np.clip(np.interp(down, run, np.arange(fine)), 0, fine - 1).astype(np.intp)
    paths = line[index] + aside[index] * (span * np.float32(thick * 0.5))[..., None]
    bright = (1.25 - np.abs(np.linspace(-1, 1, fibres)) * 0.6) * rng.uniform(0.8, 1.2, (len(starts), fibres))
    _wind(canvas, paths.reshape(-1, *paths.shape[2:]), base, bright.ravel(), max(1, int(wide / fibres)))


def _wind(canvas: Pixels, fibres: NDArray[np.float32], base: Colour, bright: NDArray[np.float64], thick: int) -> None:
    """Paints fibres (N, points, 2) in place, one over the other, each in its own shade; not those beyond the canvas."""
    height, width = canvas.shape[:2]
    seen = (fibres.max(1) > -thick - 2).all(-1) & (fibres.min(1) < (width + thick + 2, height + thick + 2)).all(-1)
    corners = (fibres[seen] * (1 << strands.SHIFT)).round().astype(np.int32)
    colours = np.clip((np.array(base) * bright[seen, None]).astype(np.int64), 0, 255).tolist()
    opaque = (255,) * (canvas.shape[2] - 3)
    for fibre, colour in zip(corners, colours, strict=True):
        cv2.polylines(canvas, [fibre], False, (*colour, *opaque), thick, cv2.LINE_8, strands.SHIFT)


def bristles(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Bristles, a fringe or a thread curtain from near: tufts side by side that hang or stand from a bar."""
    tall, wide = height * FINER, width * FINER
    size = min(tall, wide)
    base = coat_colour(rng)
    canvas = plain(tall, wide, shade(any_colour(rng), 0.6))
    layers = int(rng.integers(1, 4))
    for layer in range(layers):
        top = (
            tall * (layer - float(rng.uniform(0.0, 0.5))) / layers
            if layers > 1
            else tall * float(rng.uniform(-0.1, 0.3))
        )
        long = tall / layers * float(rng.uniform(0.8, 1.5))
        pitch = size * float(rng.uniform(0.015, 0.12))
        tufts = int(wide / pitch) + 2
        each = int(np.clip(4200 / layers / tufts, 5, 90))
        middle = np.repeat((np.arange(tufts) - 0.5) * pitch, each) + rng.uniform(-0.4, 0.4, tufts * each) * pitch
        count = len(middle)
        lean = np.repeat(rng.uniform(-0.12, 0.12, tufts), each) + rng.uniform(-0.1, 0.1, count)
        part = np.linspace(0, 1, 6, dtype=np.float32)[None]
        sway = (noise(rng, 2, tufts, 1, 4)[0] - np.float32(0.5)) * np.float32(rng.uniform(0, 0.5))
        tall_by = (long * np.repeat(rng.uniform(0.85, 1.05, tufts), each) * rng.uniform(0.8, 1.05, count))[:, None]
        xs = middle[:, None] + tall_by * (lean[:, None] * part + np.repeat(sway, each)[:, None] * part * part)
        paths = np.stack([xs, top + tall_by * part], -1).astype(np.float32)
        paths = paths[rng.permutation(count)]
        tone = rng.uniform(0.45, 1.35, count) * (0.7 + 0.3 * wave(paths[:, 0, 0] * np.float32(1 / pitch)))
        which = np.zeros(count, np.intp)
        combing.paint_strands(canvas, paths[::2], [base], which[::2], tone[::2] * 0.55, 3 * FINER)
        combing.paint_strands(canvas, paths, [base], which, tone, int(rng.integers(1, 4)))
        bar = max(2, int(size * float(rng.uniform(0.01, 0.1))))
        colour = any_colour(rng)
        low = int(top)
        cv2.rectangle(canvas, (0, low - bar), (wide, low), colour, -1)
        cv2.line(canvas, (0, low), (wide, low), shade(colour, 0.5), max(2, bar // 5))
    picture = combing.shrunk(canvas, height, width)
    if rng.random() < 0.5:  # bristles stand, fringes hang
        picture = np.ascontiguousarray(picture[::-1])
    return picture


def hang_fringe(rng: np.random.Generator, picture: Pixels, top: int, long: float, base: Colour) -> None:
    """Hangs a fringe `long` pixels long across a picture from row `top` on, in place, below a braid."""
    width = picture.shape[1]
    pitch = max(3.0, long * float(rng.uniform(0.1, 0.5)))
    tufts = int(width / pitch) + 2
    each = int(np.clip(3000 / tufts, 4, 40))
    count = tufts * each
    middle = np.repeat((np.arange(tufts) - 0.5) * pitch, each)
    spread = rng.uniform(-0.5, 0.5, (count, 1)) * pitch
    part = np.linspace(0, 1, 5, dtype=np.float32)[None]
    waist = 1 - 0.75 * np.clip(1 - np.abs(part - 0.25) * 4, 0, 1) * float(rng.uniform(0, 1))
    xs = middle[:, None] + spread * waist + rng.uniform(-0.1, 0.1, (count, 1)) * pitch * part
    ys = top + part * long * rng.uniform(0.85, 1.05, (count, 1))
    paths = np.stack([xs, ys], -1).astype(np.float32)
    tone = rng.uniform(0.5, 1.3, count) * (0.75 + 0.5 * (1 - np.abs(spread[:, 0]) / pitch * 2))
    order = rng.permutation(count)
    combing.paint_strands(picture, paths[order], [base], np.zeros(count, np.intp), tone[order])
    braid = max(1, int(long * 0.08))
    cv2.rectangle(picture, (0, top - braid), (width, top + braid), shade(base, 0.8), -1)
    cv2.line(picture, (0, top), (width, top), shade(base, 1.1), max(1, braid // 2))
