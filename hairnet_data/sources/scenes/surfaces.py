"""Flat grounds that fill a picture: walls, gradients, cloth, wood, stones, sand."""

from __future__ import annotations

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes.paint import (
    Field,
    fractal,
    lit,
    mesh,
    noise,
    odd,
    plain,
    ramp,
    slope,
    spread,
    step,
    unit,
    wave,
)
from hairnet_data.sources.scenes.palette import any_colour, family, hair_like, muted, shade, skin_like


def wall(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A painted, plastered, tiled or papered wall, often in a skin's colour."""
    base = skin_like(rng) if rng.random() < 0.5 else muted(rng)
    size = min(height, width)
    stains = fractal(rng, height, width, size * rng.uniform(0.2, 0.7), 4)
    picture = ramp(stains, family(rng, base, 3, rng.uniform(0.03, 0.2)))
    pick = rng.random()
    if pick < 0.25:
        return lit(picture, _tiles(rng, height, width))
    if pick < 0.45:
        return lit(picture, _plaster(rng, height, width))
    if pick < 0.6:
        stripes = wave(slope(height, width, 1, 0) * np.float32(rng.integers(4, 24)))
        other = ramp(stains, family(rng, any_colour(rng), 2, 0.05))
        return np.where((stripes > rng.uniform(0.3, 0.7))[..., None], picture, other)
    if pick < 0.75:  # panelled below, papered above
        cut = int(height * rng.uniform(0.4, 0.8))
        picture[cut:] = ramp(stains[cut:], family(rng, any_colour(rng), 3, 0.1))
        rail = max(1, height // 40)
        picture[cut : cut + rail] = shade(base, 1.2)
        picture[cut + rail : cut + rail + max(1, rail // 2)] = shade(base, 0.6)
    return picture


def _tiles(rng: np.random.Generator, height: int, width: int) -> Field:
    """Joints of tiles or bricks: a light that is darker in them."""
    rows, columns = mesh(height, width)
    tall = max(3.0, min(height, width) * float(rng.uniform(0.05, 0.25)))
    wide = tall * float(rng.choice([1.0, 1.0, 2.0, 3.0]))
    row = np.floor(rows / np.float32(tall))
    shift = np.float32(rng.choice([0.0, 0.5]))
    across = columns / np.float32(wide) + np.mod(row, np.float32(2)) * shift
    joint = np.float32(rng.uniform(0.02, 0.06))
    down = rows / np.float32(tall) - row
    along = across - np.floor(across)
    clear = (down > joint) & (along > joint * np.float32(tall / wide))
    shades = rng.random((int(height / tall) + 2, int(width / wide) + 3)).astype(np.float32)
    uneven = shades[row.astype(np.int32), np.floor(across).astype(np.int32)]
    light: Field = np.where(
        clear,
        np.float32(1) + (uneven - np.float32(0.5)) * np.float32(rng.uniform(0.0, 0.4)),
        np.float32(rng.uniform(0.5, 0.85)),
    )
    return light


def _plaster(rng: np.random.Generator, height: int, width: int) -> Field:
    """Raking light on rough plaster."""
    bumps = fractal(rng, height, width, min(height, width) * rng.uniform(0.03, 0.12), 4, 0.6)
    return relief(bumps, rng.uniform(1.0, 4.0))


def relief(bumps: Field, depth: float) -> Field:
    """The light, around 1, on a surface of height `bumps` that is lit from the upper left."""
    rise = np.zeros_like(bumps)
    rise[1:, 1:] = bumps[1:, 1:] - bumps[:-1, :-1]
    light: Field = np.clip(np.float32(1) + rise * np.float32(depth), 0.3, 1.7)
    return light


def gradient(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Two to four colours that run into each other: a studio backdrop, a screen, an evening sky."""
    angle = rng.uniform(-1, 1, 2)
    along = slope(height, width, float(angle[0]), float(angle[1]))
    rows, columns = unit(height, width)
    pick = rng.random()
    if pick < 0.4:
        x, y = rng.uniform(0.2, 0.8, 2)
        away = (columns - np.float32(x)) ** 2 + (rows - np.float32(y)) ** 2
        along = spread(np.sqrt(away))
    if pick > 0.25:
        along = along + noise(rng, height, width, min(height, width) * rng.uniform(0.2, 0.6)) * np.float32(
            rng.uniform(0.0, 0.7)
        )
    base = any_colour(rng)
    if rng.random() < 0.5:
        colours = [shade(base, 0.45), base, shade(base, 1.3)]
    else:
        colours = [any_colour(rng) for _ in range(int(rng.integers(2, 5)))]
    return ramp(spread(along), colours)


def texture(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Marble, rust, clouded paper or camouflage: noise on several scales, warped by itself."""
    size = min(height, width)
    cell = size * rng.uniform(0.1, 0.5)
    blotches = fractal(rng, height, width, cell, 5, rng.uniform(0.4, 0.7), float(rng.uniform(0.4, 2.5)))
    pick = rng.random()
    if pick < 0.35:
        blotches = wave(blotches * np.float32(rng.uniform(1.5, 7)))
    elif pick < 0.5:
        blotches = np.floor(blotches * np.float32(4)) * np.float32(1 / 3)
    colours = [any_colour(rng) for _ in range(int(rng.integers(2, 5)))]
    if rng.random() < 0.5:
        colours = family(rng, any_colour(rng), 4, 0.5)
    return ramp(blotches, colours)


def sand(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Sand, soil or gravel in skin colours, with ripples or footprints' dents."""
    size = min(height, width)
    dunes = fractal(rng, height, width, size * rng.uniform(0.15, 0.5), 4, 0.5, float(rng.uniform(1, 3)))
    rows, columns = mesh(height, width)
    slant = rows + columns * np.float32(rng.uniform(-0.4, 0.4))
    ripples = wave(slant * np.float32(14 / size) + dunes * np.float32(5))
    specks = noise(rng, height, width, 1.5)
    share = np.float32(rng.uniform(0.0, 0.5))
    field = dunes * np.float32(0.6) + ripples * share + specks * np.float32(rng.uniform(0.1, 0.4))
    base = skin_like(rng)
    picture = ramp(spread(field), [shade(base, 0.62), base, shade(base, 1.18)])
    return lit(picture, relief(dunes + ripples * share * np.float32(0.3), rng.uniform(2, 8)))


def wood(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Boards with their grain, along or across the picture."""
    upright = rng.random() < 0.5
    tall, wide = (width, height) if upright else (height, width)
    boards = int(rng.integers(1, 8))
    grain = noise(rng, tall, wide, max(2, tall * rng.uniform(0.1, 0.3)), wide * rng.uniform(0.5, 1.2))
    rows, _ = mesh(tall, wide)
    board = np.floor(rows * np.float32(boards / tall))
    offsets = rng.random(boards + 1).astype(np.float32)[board.astype(np.int32)]
    rings = wave(grain * np.float32(rng.uniform(2, 6)) + rows * np.float32(rng.uniform(3, 16) / tall) + offsets)
    fibres = noise(rng, tall, wide, 1.5, wide * rng.uniform(0.1, 0.4))
    field = rings * np.float32(rng.uniform(0.3, 0.6)) + fibres * np.float32(0.4) + offsets * np.float32(0.35)
    base = (skin_like if rng.random() < 0.5 else hair_like)(rng)
    picture = ramp(spread(field), [shade(base, 0.5), shade(base, 0.9), shade(base, 1.2)])
    if boards > 1:
        seam = np.abs(rows * np.float32(boards / tall) - board - np.float32(0.5))
        picture = lit(picture, np.where(seam > 0.5 - 1.2 * boards / tall, np.float32(0.4), np.float32(1)))
    return np.ascontiguousarray(picture.transpose(1, 0, 2)) if upright else picture


def fabric(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Cloth in folds, plain, striped, chequered or knitted."""
    size = min(height, width)
    rows, columns = mesh(height, width)
    sag = noise(rng, height, width, size * 0.5) * np.float32(size * rng.uniform(0.1, 0.5))
    lean = np.float32(rng.uniform(-1.0, 1.0))
    across = columns + rows * lean + sag
    down = rows - columns * lean + sag
    base = any_colour(rng)
    picture = plain(height, width, base)
    pick = rng.random()
    pitch = np.float32(size * rng.uniform(0.03, 0.2))
    if pick < 0.45:
        stripes = step(wave(across / pitch), 0.3, 0.7)
        if pick < 0.25:
            stripes = (stripes + step(wave(down / pitch), 0.3, 0.7)) * np.float32(0.5)
        picture = ramp(stripes, [base, any_colour(rng)])
    elif pick < 0.65:  # knitted: short slanting stitches
        fine = np.float32(max(3.0, size * rng.uniform(0.015, 0.035)))
        stitches = wave(across / fine + wave(down / fine) * np.float32(0.6))
        picture = ramp(stitches, [shade(base, 0.55), base, shade(base, 1.15)])
    folds = noise(rng, height, width, size * rng.uniform(0.08, 0.25), size * rng.uniform(0.3, 1.0))
    bend = fractal(rng, height, width, size * 0.6, 2)
    drape = wave(folds * np.float32(rng.uniform(0.7, 2.5)) + bend + slope(height, width, 1, float(lean)))
    weave = noise(rng, height, width, 1.2)
    depth = np.float32(rng.uniform(0.2, 0.8))
    light = np.float32(1.1) - depth + drape * depth + (weave - np.float32(0.5)) * np.float32(0.15)
    return lit(picture, light)


def stones(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Pebbles, cobbles or cracked ground."""
    size = min(height, width)
    pitch = max(5.0, size * float(rng.uniform(0.05, 0.22)))
    count = max(4, int(height * width / (pitch * pitch)))
    seeds = np.full((height, width), 255, np.uint8)
    seeds[rng.integers(0, height, count), rng.integers(0, width, count)] = 0
    _, labels = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    edges = (cv2.dilate(labels.astype(np.float32), np.ones((3, 3), np.uint8)) != labels).astype(np.uint8)
    away = np.rint(cv2.distanceTransform(1 - edges, cv2.DIST_L2, cv2.DIST_MASK_3) * 32)
    gap = pitch * float(rng.uniform(0.06, 0.16))
    # The distance has ridges and steps; blurred, the stones are worn and their joints are smooth. It is
    # blurred as integers, as the sum of floats would differ between machines.
    soft = odd(pitch * 0.2)
    worn = cv2.blur(cv2.blur(away.clip(0, 65535).astype(np.uint16), (soft, soft)), (soft, soft))
    inside = worn.astype(np.float32) * np.float32(1 / 32)
    dome = np.clip(inside / np.float32(pitch * 0.45), 0, 1)
    base = skin_like(rng) if rng.random() < 0.4 else muted(rng)
    colours = np.array(family(rng, base, 12, rng.uniform(0.1, 0.45)), np.uint8)
    picture = colours[(labels * 7919) % 12]
    rough = fractal(rng, height, width, pitch * 0.5, 3)
    light = relief(dome * (np.float32(2) - dome), pitch * 0.16) * (np.float32(0.8) + rough * np.float32(0.35))
    return lit(picture, light * step(inside, gap * 0.5, gap * 1.6) * np.float32(0.8) + np.float32(0.2))
