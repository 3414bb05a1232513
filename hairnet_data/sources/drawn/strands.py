"""Paints strands of hair: broad locks below, single hairs above, lit along their run."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.canvas import HAIRS, SHIFT, Canvas, Floats, paint
from hairnet_data.sources.drawn.colours import Rgb
from hairnet_data.sources.drawn.growth import Curves
from hairnet_data.sources.drawn.head import Pose
from hairnet_data.sources.drawn.light import Light
from hairnet_data.sources.drawn.scalp import CENTRE

_COARSE = 64
"""Side of the raster on which the light on hair is gathered."""

_BORDER = -1.5
"""Depth (cm, head's origin 0) behind which hair is painted before the body, and before which after the face."""

_SHADES = 9
"""Tones in which single hairs are drawn."""


class Hair:
    """Strands ready to paint: where they lie in the picture and how light falls on them.

    Attributes:
        flat: float64 (S, T, 2), canvas pixels.
        near: float64 (S, T), cm towards the camera.
        lock: float64 (S,), 0 to 1, much the same for strands that lie side by side.
    """

    def __init__(self, curves: Curves, pose: Pose, light: Light, canvas: Canvas) -> None:
        projected = pose.to_picture(curves)
        self.flat = projected[..., :2] * canvas.scale
        self.near = projected[..., 2]
        self.lock = _side_by_side(curves)
        self.unit = pose.scale * canvas.scale
        self.light = self._gather(curves @ pose.turn.T, pose, light, projected)

    def _gather(self, seen: Curves, pose: Pose, light: Light, projected: NDArray[np.float64]) -> Floats:
        """Light on hair, float32 (_COARSE, _COARSE): by where it faces, with a gloss across the strands."""
        along = np.gradient(seen, axis=1)
        along /= np.linalg.norm(along, axis=-1, keepdims=True) + 1e-6
        facing = seen - CENTRE @ pose.turn.T
        facing /= np.linalg.norm(facing, axis=-1, keepdims=True) + 1e-6
        lit = 0.55 + 0.5 * np.clip(facing @ light.key, -0.6, 1)
        lit = lit * np.linspace(0.86, 1.08, seen.shape[1])  # roots lie in the shade of what hangs over them
        half = light.key + np.array((0, 0, 1.0))
        half /= np.linalg.norm(half)
        across = np.sqrt(np.clip(1 - (along @ half) ** 2, 0, 1))
        value = lit + light.gloss * across**18 * np.clip(facing @ half, 0, 1) ** 3
        cell = 256 / _COARSE
        column = np.clip(projected[..., 0] / cell, 0, _COARSE - 1).astype(np.intp)
        row = np.clip(projected[..., 1] / cell, 0, _COARSE - 1).astype(np.intp)
        front = (self.near > -2.0).ravel()
        index = (row * _COARSE + column).ravel()[front]
        total = np.bincount(index, value.ravel()[front], _COARSE * _COARSE)
        count = np.bincount(index, minlength=_COARSE * _COARSE)
        both = np.stack([total, count], -1).reshape(_COARSE, _COARSE, 2).astype(np.float32)
        both = np.asarray(cv2.GaussianBlur(both, (7, 7), 1.3))
        return np.where(both[..., 1] > 1e-3, both[..., 0] / np.maximum(both[..., 1], 1e-3), 0.8).astype(np.float32)


def _side_by_side(curves: Curves) -> NDArray[np.float64]:
    """A value in 0..1 for each strand that wanders from lock to lock, the same for near ones."""
    middle = curves[:, curves.shape[1] // 2]
    ways = np.array([(2.1, 0.4, 1.3), (-1.2, 0.7, 2.3), (0.9, -0.3, -1.9), (3.7, 0.9, 2.9)])
    return np.asarray(0.5 + 0.25 * np.sin(middle @ ways.T + (0.3, 1.7, 4.1, 2.2)) @ (0.8, 0.6, 0.7, 0.5))


def visible(hair: Hair, front: bool) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which strands show before (or behind) the middle of the head, and which of their points to draw.

    Returns:
        Numbers of the strands (M,), and point numbers (M, T): a strand's hidden ends are replaced by
        its first or last visible point, so that all strands keep the same number of points.
    """
    middle = (hair.near[:, 1:] + hair.near[:, :-1]) / 2
    runs = middle > _BORDER if front else middle <= _BORDER
    chosen = np.flatnonzero(runs.sum(1) >= 2)  # a single segment would float like a speck
    runs = runs[chosen]
    first = runs.argmax(1)[:, None]
    last = runs.shape[1] - runs[:, ::-1].argmax(1)[:, None]
    return chosen, np.clip(np.arange(hair.near.shape[1])[None], first, last)


def paint_locks(
    rng: np.random.Generator,
    canvas: Canvas,
    hair: Hair,
    colours: tuple[Rgb, Rgb],
    wide: float,
    front: bool,
    every: int,
    dark: float,
) -> None:
    """Paints every `every`-th strand as a lock `wide` cm broad that tapers to its tip.

    Args:
        rng: where all random numbers come from.
        canvas: where to paint.
        hair: the strands.
        colours: of the hair and of its lightest locks.
        wide: breadth of a lock, cm.
        front: paint what lies before the middle of the head, else what lies behind it.
        every: one lock for so many strands.
        dark: brightness of the locks against `colours`.
    """
    chosen, points = visible(hair, front)
    chosen, points = chosen[::every], points[::every]
    along = np.gradient(hair.flat[chosen], axis=1)
    across = np.stack([-along[..., 1], along[..., 0]], -1)
    across /= np.sqrt((across * across).sum(-1, keepdims=True)) + 1e-6
    share = np.linspace(0, 1, hair.flat.shape[1])
    taper = np.interp(share, (0, 0.25, 0.7, 1), (0.8, 1, 0.8, 0.08)) * wide * hair.unit / 2
    width = across * (taper[None, :] * rng.uniform(0.6, 1.3, (len(chosen), 1)))[..., None]
    flat, rows = hair.flat[chosen], np.arange(len(chosen))[:, None]
    outline = np.concatenate([(flat + width)[rows, points], (flat - width)[rows, points][:, ::-1]], 1)
    fixed = np.round(np.clip(outline, -4000, 4000) * (1 << SHIFT)).astype(np.int32)
    base, light = (np.asarray(colour) for colour in colours)
    tones = base + (light - base) * np.clip(rng.uniform(-1, 1, (len(fixed), 1)), 0, 1)
    tones = tones * (dark * rng.uniform(0.75, 1.2, len(fixed)))[:, None]
    for lock, tone in zip(fixed, np.clip(tones, 0, 255).tolist(), strict=True):
        cv2.fillPoly(canvas.pixels, [lock], (*tone, float(HAIRS)), shift=SHIFT)


def paint_hairs(
    rng: np.random.Generator,
    canvas: Canvas,
    hair: Hair,
    colours: tuple[Rgb, Rgb],
    front: bool,
    bright: float,
    grey: float = 0.0,
    copies: int = 2,
    spread: float = 1.8,
) -> None:
    """Paints single hairs, darker ones first; `grey` is the share of grey ones.

    Each strand is painted `copies` times side by side, `spread` times as far apart at the tip as at the root.
    """
    chosen, points = visible(hair, front)
    if not len(chosen):
        return
    dull, light = (np.asarray(colour) for colour in colours)
    thick = max(1, round(canvas.scale / 2))
    for copy in range(copies):
        shift = rng.normal(0, 0.16 * hair.unit, (len(chosen), 1, 2)) * (1.0 if copy else 0.2)
        flat = hair.flat[chosen] + shift * np.linspace(1, spread, hair.flat.shape[1])[None, :, None]
        fixed = np.round(np.clip(flat, -4000, 4000)).astype(np.int32)
        fixed = fixed[np.arange(len(chosen))[:, None], points]
        # Locks differ more than the hairs within one.
        mixed = 0.55 * hair.lock[chosen] + 0.45 * rng.random(len(chosen))
        tone = np.clip(mixed * _SHADES, 0, _SHADES - 1).astype(np.intp)
        tone = tone + _SHADES * (rng.random(len(chosen)) < grey)
        for shade in range(2 * _SHADES):
            members = fixed[tone == shade]
            if len(members):
                value = bright * (0.62 + 0.78 * (shade % _SHADES / (_SHADES - 1)) ** 1.3)
                base = dull + (light - dull) * (0.75 * (shade % _SHADES) / (_SHADES - 1)) + 4.0
                if shade >= _SHADES:
                    base = base * 0.6 + np.array((70.0, 68.0, 66.0))
                cv2.polylines(canvas.pixels, members, False, paint(base * value, HAIRS), thick)


def paint_mass(rng: np.random.Generator, canvas: Canvas, hair: Hair, colour: Rgb, front: bool) -> None:
    """Paints the dense inside of an afro: a puff at four heights of every strand."""
    high = hair.flat[:, 0, 1] < np.percentile(hair.flat[:, 0, 1], 85)  # none below the ears, where they would dangle
    for at in (1, 3, 5, 6):  # the outer third is left to single curls, or puffs would stand out like bubbles
        near = hair.near[:, at] > _BORDER
        spots = hair.flat[high & (near if front else ~near), at]
        sizes = np.round(hair.unit * rng.uniform(1.1, 2.0, len(spots))).astype(int)
        for (x, y), size, tone in zip(
            np.round(spots).astype(int).tolist(), sizes.tolist(), rng.uniform(0.5, 0.75, len(spots)), strict=True
        ):
            cv2.circle(canvas.pixels, (x, y), max(1, size), paint(np.asarray(colour) * tone, HAIRS), cv2.FILLED)
