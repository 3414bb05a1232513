"""Grounds that look like hair from near and are none: coats, plush, straw, ropes, bristles, fibres."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes import combing, strands
from hairnet_data.sources.scenes.combing import FINER, Paths
from hairnet_data.sources.scenes.paint import Colour, fractal, lit, mesh, noise, plain, ramp, wave
from hairnet_data.sources.scenes.palette import any_colour, from_hsv, hair_like, shade, vivid


def coat_colour(rng: np.random.Generator) -> Colour:
    """Mostly a natural hair's colour, at times another."""
    return hair_like(rng) if rng.random() < 0.8 else any_colour(rng)


def coat_marks(rng: np.random.Generator, paths: Paths, height: int, width: int) -> NDArray[np.intp]:
    """Which of three colours each strand has, by patches, spots or stripes where it starts; intp (N,)."""
    size = min(height, width)
    pick = rng.random()
    if pick < 0.5:
        return np.zeros(len(paths), np.intp)
    cell = size * float(rng.uniform(0.08, 0.5))
    field = fractal(rng, height, width, cell, 2)
    if pick < 0.7:  # tabby
        rows, columns = mesh(height, width)
        way = combing.bearing(rng)
        field = wave((rows * way[0] + columns * way[1]) * np.float32(1 / (0.2 * size)) + field * np.float32(2.5))
    at = combing.sampled(field, paths) + rng.uniform(-0.06, 0.06, len(paths)).astype(np.float32)
    middle = float(rng.uniform(0.4, 0.65))
    return np.asarray((at > middle).astype(np.intp) + (at > middle + 0.25), np.intp)


def _order(rng: np.random.Generator, paths: Paths, way: NDArray[np.float32]) -> NDArray[np.intp]:
    """Strands overlap like shingles: those further along the way lie lower and are painted first."""
    along = paths[:, 0] @ way
    ruffled = along + rng.uniform(-0.5, 0.5, len(along)).astype(np.float32) * np.float32(along.std() * 0.6)
    return np.asarray(np.argsort(-ruffled, kind="stable"), np.intp)


def coat(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """An animal's coat from near: locks of thousands of hairs, plain, spotted or striped."""
    if rng.random() < 0.2:
        return strands.fur(rng, height, width)
    tall, wide = height * FINER, width * FINER
    size = min(tall, wide)
    way = combing.bearing(rng)
    long = size * float(rng.choice((0.08, 0.15, 0.25, 0.5, 0.9))) * float(rng.uniform(0.8, 1.3))
    field = combing.flow(rng, tall, wide, way, float(rng.uniform(0.2, 1.6)), size * float(rng.uniform(0.3, 1.0)))
    count = int(np.clip(5.0 * tall * wide / (long * 12), 1500, 6000))
    roots = combing.scattered(rng, tall, wide, count, 0.15)
    paths = combing.trace(rng, field, roots, long * rng.uniform(0.6, 1.2, count), 8, float(rng.uniform(0.05, 0.3)))
    if rng.random() < 0.8:
        paths = combing.gathered(rng, paths, max(4, count // int(rng.integers(25, 90))), float(rng.uniform(0.3, 0.95)))
    if rng.random() < 0.35:
        paths = combing.curled(rng, paths, long * float(rng.uniform(0.05, 0.15)), long * 0.6, float(rng.random()))
    paths = paths[_order(rng, paths, way)]
    base = coat_colour(rng)
    colours = [base, coat_colour(rng), shade(base, 0.5)]
    which = coat_marks(rng, paths, tall, wide)
    hollow = combing.locks_of(rng, tall, wide, max(6.0, long * 0.4))
    tone = combing.sampled(hollow, paths, 3) * combing.sheen(paths, combing.bearing(rng), float(rng.uniform(0.1, 0.9)))
    tone = tone * rng.uniform(0.65, 1.35, len(paths))
    canvas = plain(tall, wide, shade(base, 0.35))
    combing.paint_strands(canvas, paths[::2], colours, which[::2], tone[::2] * 0.6, 3 * FINER)
    combing.paint_strands(canvas, paths, colours, which, tone, 1 if rng.random() < 0.5 else FINER)
    return combing.shrunk(canvas, height, width)


def rug(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A plush rug, a shaggy carpet, a towel or teddy fur: short pile in tufts or curls, at times patterned."""
    tall, wide = height * FINER, width * FINER
    size = min(tall, wide)
    long = size * float(rng.uniform(0.03, 0.12))
    count = int(np.clip(14.0 * tall * wide / (long * long), 1500, 6000))
    roots = combing.scattered(rng, tall, wide, count, 0.05)
    # Seen at a slant: pile further away is shorter and lies closer.
    slant = float(rng.uniform(0.0, 0.7)) if rng.random() < 0.6 else 0.0
    near = np.clip(roots[:, 1] / tall, 0, 1)
    if slant:
        roots[:, 1] = tall * ((1 - slant) * near + slant * near * near)
        roots = roots[np.argsort(roots[:, 1], kind="stable")]
        near = roots[:, 1] / tall
    field = combing.flow(rng, tall, wide, np.array((0, -0.3), np.float32), 1.2, max(4.0, long * 1.5))
    lengths = long * (1 - slant * (1 - near)) * rng.uniform(0.6, 1.3, len(roots))
    paths = combing.trace(rng, field, roots, lengths, 7, 0.45)
    if rng.random() < 0.4:
        paths = combing.curled(rng, paths, long * float(rng.uniform(0.15, 0.35)), long * 0.7, 0.2)
    base = coat_colour(rng)
    colours = [base, any_colour(rng), shade(base, 1.3)]
    which = np.zeros(len(paths), np.intp)
    if rng.random() < 0.3:
        way = combing.bearing(rng)
        stripes = wave((paths[:, 0] @ way) * np.float32(float(rng.uniform(1, 5)) / size))
        which = (stripes > 0.5).astype(np.intp)
    hollow = combing.locks_of(rng, tall, wide, long)
    tone = combing.sampled(hollow, paths, 5) * rng.uniform(0.65, 1.3, len(paths))
    canvas = plain(tall, wide, shade(base, 0.4))
    thick = max(1, int(long * float(rng.uniform(0.03, 0.14))))
    combing.paint_strands(canvas, paths, colours, which, tone * 0.62, thick + 2)
    combing.paint_strands(canvas, paths[:, 2:], colours, which, tone, thick)
    return combing.shrunk(canvas, height, width)


def straw(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Hay, thatch, reeds, dry or green grass from near, needles: stiff stalks that lie or stand in layers."""
    tall, wide = height * FINER, width * FINER
    size = min(tall, wide)
    pick = rng.random()
    base = (
        hair_like(rng)
        if pick < 0.65
        else from_hsv(rng.uniform(0.1, 0.36), rng.uniform(0.2, 0.7), rng.uniform(0.3, 0.8))
    )
    upright = rng.random() < 0.6
    way = np.array((rng.uniform(-0.4, 0.4), -1), np.float32) if upright else combing.bearing(rng)
    disorder = float(rng.choice((0.06, 0.2, 0.6, 1.2)))
    long = size * float(rng.uniform(0.2, 0.9))
    thick = max(1, int(size * float(rng.uniform(0.002, 0.014))))
    count = int(np.clip(7.0 * tall * wide / (long * thick * 2.2), 700, 5000))
    roots = combing.scattered(rng, tall, wide, count, 0.25)
    if upright:
        roots = roots[np.argsort(roots[:, 1], kind="stable")]
    field = combing.flow(rng, tall, wide, way, float(rng.uniform(0.0, 0.25)), size * 0.6)
    paths = combing.trace(rng, field, roots, long * rng.uniform(0.4, 1.2, count), 6, disorder)
    if rng.random() < 0.5:  # blades bow under their weight
        part = np.linspace(0, 1, 6, dtype=np.float32)[None] ** 2
        side = rng.uniform(-1, 1, (count, 1)).astype(np.float32) * np.float32(long * rng.uniform(0.05, 0.4))
        paths[..., 0] += side * part
        paths[..., 1] += np.abs(side) * part * np.float32(0.5)
    tone = rng.uniform(0.55, 1.35, count) * np.linspace(0.5, 1.1, count)
    tone = tone * combing.sheen(paths, combing.bearing(rng), 0.4)
    colours = [base, shade(base, 0.8), hair_like(rng)]
    which = (rng.random(count) * 2.3).astype(np.intp)
    canvas = plain(tall, wide, shade(base, 0.25))
    combing.paint_strands(canvas, paths, colours, which, tone * 0.5, thick + 2)
    for part_of in np.array_split(np.arange(count), 5):
        combing.paint_strands(canvas, paths[part_of], colours, which[part_of], tone[part_of] * 0.55, thick + 2)
        combing.paint_strands(canvas, paths[part_of], colours, which[part_of], tone[part_of], thick)
    return combing.shrunk(canvas, height, width)


def fibre(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Wood, bark, hemp or slate from near: fine fibres side by side, split, with knots they flow around."""
    tall, wide = height * FINER, width * FINER
    size = min(tall, wide)
    way = combing.bearing(rng) if rng.random() < 0.4 else np.array((0.05, 1), np.float32)
    field = combing.flow(rng, tall, wide, way, float(rng.uniform(0.0, 0.35)), size * float(rng.uniform(0.4, 1.2)))
    rows, columns = mesh(tall, wide)
    for _ in range(int(rng.integers(0, 3))):
        x, y = rng.uniform(0.1, 0.9, 2) * (wide, tall)
        reach = np.float32(size * rng.uniform(0.05, 0.15))
        right, down = (columns - np.float32(x)) / reach, (rows - np.float32(y)) / reach
        near = 1 / (1 + (right * right + down * down) ** 2)
        side = np.where(right * way[1] - down * way[0] > 0, np.float32(1), np.float32(-1)) * near * np.float32(1.3)
        field[..., 0] += side * way[1]
        field[..., 1] -= side * way[0]
    long = size * float(rng.uniform(0.3, 1.1))
    count = int(rng.integers(2500, 5000))
    roots = combing.scattered(rng, tall, wide, count, 0.3)
    paths = combing.trace(rng, field, roots, long * rng.uniform(0.4, 1.2, count), 10, float(rng.uniform(0.0, 0.08)))
    base = coat_colour(rng)
    other = shade(base, float(rng.uniform(0.5, 1.4)))
    bands = noise(rng, tall, wide, size * 0.6, size * float(rng.uniform(0.02, 0.2)))
    tone = (np.float32(0.7) + combing.sampled(bands, paths, 5) * np.float32(0.6)) * rng.uniform(0.7, 1.25, count)
    which = (rng.random(count) < 0.3).astype(np.intp)
    canvas = plain(tall, wide, shade(base, 0.6))
    combing.paint_strands(canvas, paths[::3], [base, other], which[::3], tone[::3] * 0.8, int(rng.integers(4, 10)))
    combing.paint_strands(canvas, paths, [base, other], which, tone, 1 if rng.random() < 0.7 else 2)
    for _ in range(int(rng.integers(0, 6))):  # cracks
        crack = paths[int(rng.integers(count))][None]
        combing.paint_strands(
            canvas, crack, [shade(base, 0.2)], np.zeros(1, np.intp), np.ones(1), int(rng.integers(2, 7))
        )
    return combing.shrunk(canvas, height, width)


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
    windings = np.arange(0, float(run[-1]), pitch)
    place = np.linspace(-1, 1, 7, dtype=np.float32)
    fibres = 9
    for number, start in enumerate(windings):
        # A winding is a bundle of fibres that cross the rope at a slant, bulging in the middle.
        turn = lean if not plait or number % 2 else -lean
        span = place[None] if not plait else (place[None] * 0.5 + (0.42 if number % 2 else -0.42))
        shift = np.linspace(-0.42, 0.42, fibres, dtype=np.float32)[:, None] * np.float32(pitch * (1.7 if plait else 1))
        bulge = (1 - place * place)[None] * np.float32(0.25) * shift
        down = np.float32(start) + place[None] * np.float32(turn * 0.5) + shift + bulge
        index = np.clip(np.interp(down, run, np.arange(fine)), 0, fine - 1).astype(np.intp)
        paths = line[index] + aside[index] * (span * np.float32(thick * 0.5))[..., None]
        tone = (1.25 - np.abs(np.linspace(-1, 1, fibres)) * 0.6) * rng.uniform(0.8, 1.2, fibres)
        wide = max(1, int(pitch * (1.7 if plait else 1) / fibres))
        bundle = (paths * (1 << strands.SHIFT)).round().astype(np.int32)
        for fibre_path, bright in zip(bundle, tone, strict=True):
            colour = (*shade(base, float(bright)), *opaque)
            cv2.polylines(canvas, [fibre_path], False, colour, wide, cv2.LINE_8, strands.SHIFT)


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
