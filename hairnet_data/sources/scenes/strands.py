"""Hair-like things that are no hair: fur, grass, straw, yarn, leaves."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes.paint import Field, blurred, fractal, lit, noise, plain, ramp, spread, warp
from hairnet_data.sources.scenes.palette import any_colour, hair_like, leafy, shade

SHIFT = 3
"""Corners are handed to OpenCV in eighths of a pixel."""


def fibres(rng: np.random.Generator, height: int, width: int, fine: float, length: float) -> Field:
    """Combed fibres, 0 to 1, that bend slowly.

    Args:
        rng: where the random numbers come from.
        height: rows.
        width: columns.
        fine: thickness of a fibre in pixels.
        length: its length in pixels.
    """
    # Combing upright noise through a slow warp bends it without a line being drawn.
    size = min(height, width)
    straight = noise(rng, height, width, length, fine) + noise(rng, height, width, length / 3, fine * 2.5)
    reach = np.float32(size * rng.uniform(0.1, 0.6))
    bend = (fractal(rng, height, width, size * rng.uniform(0.3, 0.9), 2) - np.float32(0.5)) * reach
    sway = (noise(rng, height, width, size * 0.4) - np.float32(0.5)) * reach
    levels = (spread(straight) * np.float32(255)).astype(np.uint8)
    combed: Field = warp(levels, bend, sway * np.float32(0.5)).astype(np.float32) * np.float32(1 / 255)
    return combed


def fur(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """An animal's coat, a rug, yarn or a wig stand's tow without a head, at times spotted."""
    size = min(height, width)
    upright = rng.random() < 0.5
    tall, wide = (height, width) if upright else (width, height)
    strands = fibres(rng, tall, wide, rng.uniform(1.5, 4.0), size * rng.uniform(0.08, 0.9))
    locks = fractal(rng, tall, wide, size * rng.uniform(0.1, 0.35), 3)
    share = np.float32(rng.uniform(0.3, 0.8))
    field = spread(strands * (np.float32(1.2) - share) + locks * share)
    base = hair_like(rng) if rng.random() < 0.75 else any_colour(rng)
    picture = ramp(field, [shade(base, 0.35), base, shade(base, 1.45)])
    if rng.random() < 0.3:
        coat = any_colour(rng) if rng.random() < 0.3 else hair_like(rng)
        other = ramp(field, [shade(coat, 0.4), coat, shade(coat, 1.4)])
        spots = fractal(rng, tall, wide, size * rng.uniform(0.1, 0.4), 2) + strands * np.float32(0.15)
        picture = np.where((spots > rng.uniform(0.45, 0.7))[..., None], picture, other)
    return picture if upright else np.ascontiguousarray(picture.transpose(1, 0, 2))


def blades(
    rng: np.random.Generator, roots: NDArray[np.float64], length: float, lean: float, bow: float
) -> NDArray[np.int32]:
    """Bent blades that grow upwards from their roots.

    Args:
        rng: where the random numbers come from.
        roots: float64 (N, 2), x and y of each root in pixels.
        length: mean length in pixels.
        lean: by how much all of them lean to one side, in lengths.
        bow: by how much each of them strays, in lengths.

    Returns:
        int32 (N, 5, 2) corners of polylines in eighths of a pixel.
    """
    count = len(roots)
    tall = length * rng.uniform(0.5, 1.3, (count, 1))
    side = (lean + bow * rng.uniform(-1, 1, (count, 1))) * tall
    part = np.linspace(0, 1, 5)[None]
    xs = roots[:, :1] + side * part * part
    ys = roots[:, 1:] - tall * (part - 0.25 * np.abs(side / tall) * part * part)
    corners = np.stack([xs, ys], axis=-1) * (1 << SHIFT)
    return corners.round().astype(np.int32)


def grass(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A meadow, a lawn, straw or reeds: layers of blades, the nearer the brighter."""
    size = min(height, width)
    straw = rng.random() < 0.5
    base = hair_like(rng) if straw else leafy(rng)
    ground = fibres(rng, height, width, 2.5, size * 0.3)
    picture = ramp(ground, [shade(base, 0.3), shade(base, 0.75)])
    length = size * float(rng.uniform(0.15, 0.6))
    lean, bow = float(rng.uniform(-0.5, 0.5)), float(rng.uniform(0.2, 0.9))
    thick = 1 if length < size * 0.3 else int(rng.integers(1, 3))
    count = int(rng.integers(200, 420))
    ys = np.sort(rng.uniform(0.1, 1.25, count)) * height
    roots = np.stack([rng.uniform(-0.1, 1.1, count) * width, ys], axis=-1)
    corners = blades(rng, roots, length, lean, bow)
    for part, tone in zip(np.array_split(corners, 12), np.linspace(0.55, 1.3, 12), strict=True):
        colour = shade(base, float(tone * rng.uniform(0.8, 1.2)))
        cv2.polylines(picture, list(part), False, colour, thick, cv2.LINE_AA, SHIFT)
    return picture


def leaf_shapes(
    rng: np.random.Generator, centres: NDArray[np.float64], length: float, slim: float
) -> NDArray[np.int32]:
    """Pointed leaves at random angles; int32 (N, 8, 2) corners in eighths of a pixel."""
    count = len(centres)
    along = np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 0.5, 0.0, -0.5])
    aside = np.array([0.0, 0.75, 1.0, 0.7, 0.0, -0.7, -1.0, -0.75])
    turn = rng.uniform(-1, 1, (count, 2))
    turn /= np.maximum(np.sqrt((turn * turn).sum(axis=1, keepdims=True)), 1e-3)
    half = length * rng.uniform(0.3, 0.7, (count, 1))
    width = half * slim * rng.uniform(0.6, 1.3, (count, 1))
    xs = centres[:, :1] + along * half * turn[:, :1] - aside * width * turn[:, 1:]
    ys = centres[:, 1:] + along * half * turn[:, 1:] + aside * width * turn[:, :1]
    return (np.stack([xs, ys], axis=-1) * (1 << SHIFT)).round().astype(np.int32)


def foliage(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Leaves in layers over a dark or a bright, blurred depth."""
    size = min(height, width)
    base = leafy(rng)
    depth = fractal(rng, height, width, size * rng.uniform(0.1, 0.4), 3)
    far = shade(base, 0.35) if rng.random() < 0.7 else any_colour(rng)
    picture = ramp(depth, [shade(base, 0.2), far, shade(base, 0.8)])
    length = size * float(rng.uniform(0.06, 0.3))
    slim = float(rng.uniform(0.12, 0.6))
    layers = int(rng.integers(4, 9))
    spread_out = fractal(rng, height, width, size * 0.5, 2)
    for layer in range(layers):
        count = int(np.clip(1.1 * size * size / (length * length), 8, 60))
        centres = rng.uniform(-0.05, 1.05, (count, 2)) * (width, height)
        inside = np.clip(centres, 0, (width - 1, height - 1)).astype(np.int32)
        in_clumps = centres[spread_out[inside[:, 1], inside[:, 0]] > 0.25 + 0.05 * layer]
        tone = 0.45 + 0.75 * (layer + 1) / layers
        for part in np.array_split(leaf_shapes(rng, in_clumps, length, slim), 3):
            colour = shade(base, tone * float(rng.uniform(0.75, 1.25)))
            for leaf in part:
                cv2.fillConvexPoly(picture, leaf, colour, cv2.LINE_AA, SHIFT)
            ribs = np.ascontiguousarray(part[:, [0, 4]])
            cv2.polylines(picture, list(ribs), False, shade(colour, 1.2), 1, cv2.LINE_AA, SHIFT)
        if layer < layers - 2 and rng.random() < 0.5:
            picture = blurred(picture, size * 0.012)
    if rng.random() < 0.3:
        length *= 0.6
        flowers = rng.uniform(0, 1, (int(rng.integers(3, 25)), 2)) * (width, height)
        petal = any_colour(rng)
        for x, y in flowers:
            radius = int(length * rng.uniform(0.15, 0.5) * 8) + 4
            at = (int(x * 8), int(y * 8))
            cv2.circle(picture, at, radius, petal, -1, cv2.LINE_AA, SHIFT)
            cv2.circle(picture, at, radius // 3, shade(petal, 0.6), -1, cv2.LINE_AA, SHIFT)
    return picture


def yarn(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Cables, ropes or yarn in loops over each other."""
    size = min(height, width)
    base = hair_like(rng) if rng.random() < 0.6 else any_colour(rng)
    picture = plain(height, width, shade(base, 0.3))
    thick = max(2, int(size * rng.uniform(0.008, 0.05)))
    count = int(np.clip(2.2 * size / thick, 20, 90))
    lean = rng.uniform(-1, 1, 2) * size
    starts = rng.uniform(-0.2, 1.2, (count, 2)) * (width, height)
    part = np.linspace(-1, 1, 14)[None, :, None]
    curl = rng.uniform(-0.4, 0.4, (count, 1, 2)) * size
    kink = rng.uniform(-0.15, 0.15, (count, 1, 2)) * size
    paths = starts[:, None] + lean * part + curl * part * part + kink * (4 * part * part * part - 3 * part)
    corners = (paths * (1 << SHIFT)).round().astype(np.int32)
    for path in corners:
        colour = shade(base, float(rng.uniform(0.55, 1.2)))
        cv2.polylines(picture, [path], False, shade(colour, 0.4), thick + 2, cv2.LINE_AA, SHIFT)
        cv2.polylines(picture, [path], False, colour, thick, cv2.LINE_AA, SHIFT)
        if thick > 3:
            lifted = path - (thick << SHIFT) // 5
            cv2.polylines(picture, [lifted], False, shade(colour, 1.3), thick // 3, cv2.LINE_AA, SHIFT)
    return lit(picture, np.float32(0.75) + fractal(rng, height, width, size * 0.4, 2) * np.float32(0.4))
