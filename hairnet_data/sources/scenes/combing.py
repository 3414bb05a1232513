"""Thousands of single strands: traced along a slow flow, gathered into locks, painted tone by tone."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes.paint import Colour, Field, as_bytes, fractal, noise
from hairnet_data.sources.scenes.palette import clip
from hairnet_data.sources.scenes.strands import SHIFT

Paths = NDArray[np.float32]
"""float32 (N, T, 2): x and y of T points on each of N strands, canvas pixels."""

FINER = 2
"""A canvas has so many pixels a side for one of the picture: shrinking it smooths the strands."""

_LEVELS = 7
_LAYERS = 6


def bearing(rng: np.random.Generator) -> NDArray[np.float32]:
    """A unit vector in any direction, float32 (2,)."""
    way = rng.uniform(-1, 1, 2) + 1e-3
    return np.asarray(way / np.sqrt((way * way).sum()), np.float32)


def flow(
    rng: np.random.Generator, height: int, width: int, way: NDArray[np.float32], swirl: float, cell: float
) -> NDArray[np.float32]:
    """Directions that turn slowly, unit vectors float32 (height, width, 2).

    Args:
        rng: where the random numbers come from.
        height: rows.
        width: columns.
        way: the main direction, (2,).
        swirl: how far directions stray from it; 0 not at all, above 1 in any direction.
        cell: size of a swirl in pixels.
    """
    field = np.empty((height, width, 2), np.float32)
    for axis in (0, 1):
        field[..., axis] = (fractal(rng, height, width, cell, 2) - np.float32(0.5)) * np.float32(2 * swirl) + way[axis]
    field /= np.sqrt((field * field).sum(-1, keepdims=True)) + np.float32(1e-3)
    return field


def trace(
    rng: np.random.Generator, field: NDArray[np.float32], roots: NDArray[Any], length: Any, points: int, stray: float
) -> Paths:
    """Follows a flow from each root.

    Args:
        rng: where the random numbers come from.
        field: directions as `flow` gives them.
        roots: (N, 2), x and y in pixels.
        length: of the strands in pixels, one number or (N,).
        points: points on a strand.
        stray: how far each strand leaves the flow, 0 to 1.
    """
    height, width = field.shape[:2]
    count = len(roots)
    step = (np.broadcast_to(np.asarray(length, np.float32), (count,)) / np.float32(points - 1))[:, None]
    off = rng.uniform(-stray, stray, (count, 2)).astype(np.float32)
    paths = np.empty((count, points, 2), np.float32)
    at = roots.astype(np.float32)
    for number in range(points):
        paths[:, number] = at
        column = np.clip(at[:, 0], 0, width - 1).astype(np.intp)
        row = np.clip(at[:, 1], 0, height - 1).astype(np.intp)
        at = at + (field[row, column] + off) * step
    return paths


def gathered(rng: np.random.Generator, paths: Paths, locks: int, pull: float) -> Paths:
    """Draws strands that start near one another together towards their tips, into about `locks` locks."""
    leaders = rng.integers(0, len(paths), max(1, locks))
    roots, heads = paths[:, 0], paths[leaders, 0]
    nearest = np.empty(len(paths), np.intp)
    for start in range(0, len(paths), 1000):
        gap = roots[start : start + 1000, None] - heads[None]
        nearest[start : start + 1000] = (gap * gap).sum(-1).argmin(1)
    rise = np.linspace(0, 1, paths.shape[1], dtype=np.float32)[None, :, None]
    towards = paths[leaders[nearest]] - paths
    joined: Paths = paths + towards * (np.float32(pull) * rise * np.sqrt(rise))
    return joined


def curled(rng: np.random.Generator, paths: Paths, wide: float, long: float, alike: float) -> Paths:
    """Makes strands wind: `wide` pixels to either side, a turn `long` pixels long, near ones more or less `alike`."""
    along = paths[:, 1:] - paths[:, :-1]
    steps = np.sqrt((along * along).sum(-1))
    run = np.concatenate([np.zeros((len(paths), 1), np.float32), np.cumsum(steps, 1, dtype=np.float32)], 1)
    phase = rng.random(len(paths)).astype(np.float32) * np.float32(1 - alike)
    phase = phase + (paths[:, 0] @ bearing(rng)) * np.float32(alike * 0.3 / max(long, 1.0))
    turn = run * np.float32(1 / long) + phase[:, None]
    part = (turn - np.floor(turn)) * np.float32(2) - np.float32(1)
    # A parabola for every half turn: near to a sine, and the same on every machine.
    swing = np.float32(4) * part * (np.float32(1) - np.abs(part)) * np.float32(wide)
    way = np.empty_like(paths)
    way[:, 1:-1] = paths[:, 2:] - paths[:, :-2]
    way[:, 0], way[:, -1] = along[:, 0], along[:, -1]
    way /= np.sqrt((way * way).sum(-1, keepdims=True)) + np.float32(1e-3)
    aside = np.stack([-way[..., 1], way[..., 0]], -1)
    wound: Paths = paths + aside * swing[..., None]
    return wound


def sheen(paths: Paths, light: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    """How bright strands are by the way they run: brightest across the light; float32 (N,) around 1."""
    way = paths[:, -1] - paths[:, 0]
    way = way / (np.sqrt((way * way).sum(-1, keepdims=True)) + np.float32(1e-3))
    along = way @ light
    bright: NDArray[np.float32] = np.float32(1 - strength / 2) + np.float32(strength) * (1 - along * along)
    return bright


def sampled(field: Field, paths: Paths, at: int = 0) -> NDArray[np.float32]:
    """The values of a field where the strands' points number `at` lie; float32 (N,)."""
    height, width = field.shape[:2]
    column = np.clip(paths[:, at, 0], 0, width - 1).astype(np.intp)
    row = np.clip(paths[:, at, 1], 0, height - 1).astype(np.intp)
    return np.asarray(field[row, column], np.float32)


def paint_strands(
    canvas: Pixels, paths: Paths, colours: list[Colour], which: NDArray[Any], tone: NDArray[Any], thick: int = 1
) -> None:
    """Paints strands in place, the first ones first.

    Args:
        canvas: uint8 (H, W, 3), or with alpha as a fourth channel, which is set where a strand runs.
        paths: the strands.
        colours: what they may be coloured.
        which: int (N,), the colour of each.
        tone: float (N,), brightness of each against its colour, about 1.
        thick: their thickness, canvas pixels.
    """
    if not len(paths):
        return
    corners = (np.clip(paths, -4000, 4000) * np.float32(1 << SHIFT)).round().astype(np.int32)
    low, high = float(tone.min()), float(tone.max())
    level = ((tone - low) * ((_LEVELS - 0.01) / max(high - low, 1e-3))).astype(np.intp)
    group = which.astype(np.intp) * _LEVELS + level
    opaque = (255,) * (canvas.shape[2] - 3)
    for layer in np.array_split(np.arange(len(paths)), _LAYERS):
        for number in np.unique(group[layer]):
            base = colours[int(number) // _LEVELS]
            bright = low + (high - low) * (int(number) % _LEVELS + 0.5) / _LEVELS
            colour = clip((base[0] * bright, base[1] * bright, base[2] * bright))
            members = corners[layer[group[layer] == number]]
            cv2.polylines(canvas, list(members), False, (*colour, *opaque), thick, cv2.LINE_8, SHIFT)


def scattered(rng: np.random.Generator, height: int, width: int, count: int, margin: float) -> NDArray[np.float32]:
    """Roots spread over a canvas and `margin` shares of it beyond its edges, float32 (about `count`, 2)."""
    spread = np.float32(1 + 2 * margin)
    places = rng.random((count, 2)).astype(np.float32) * spread - np.float32(margin)
    return np.asarray(places * np.array((width, height), np.float32), np.float32)


def shrunk(canvas: Pixels, height: int, width: int) -> Pixels:
    """A canvas at the size of the picture."""
    return as_bytes(cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA))


def locks_of(rng: np.random.Generator, height: int, width: int, size: float) -> Field:
    """The uneven light of locks and hollows, float32 (height, width) around 1."""
    light: Field = np.float32(0.65) + noise(rng, height, width, size) * np.float32(0.7)
    return light
