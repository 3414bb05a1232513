"""Grounds that look like hair from near and are none: coats, plush, straw, fibres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes import combing, strands
from hairnet_data.sources.scenes.combing import FINER, Paths
from hairnet_data.sources.scenes.paint import Colour, fractal, mesh, noise, plain, wave
from hairnet_data.sources.scenes.palette import any_colour, from_hsv, hair_like, shade


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
