"""How light falls on strands: a colour for every vertex, so that only the rasterisation differs from the page's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hairnet_model.effects.matting import smoothstep
from hairnet_model.tryon.head import CENTRE
from hairnet_model.tryon.thicken import Strands
from hairnet_model.tryon.view import View

Floats = NDArray[np.float32]

ALONG = (0.55, 0.45)
"""Light on a strand: the first in any direction of it, the second with the sine of its angle to the light."""

ROOTS = (0.6, 2.5)
"""Brightness at the root, and cm from it where it is full."""

DEEP = 0.3
"""Brightness of hair that sees nothing of the sky, for hair lies above it."""

AWAY = 0.5
"""Brightness of hair on the far side, which is seen from within."""

TONES = 0.3
"""Natural logarithm of the brightness of the lightest strands, of contrast 1; the darkest ones have as much less."""

SHINE = (0.045, 60.0, -0.10)
"""Strength, exponent and shift towards the root of the white highlight (Kajiya and Kay 1989; Marschner et al. 2003)."""

GLOW = (0.5, 14.0, 0.12)
"""The same of the second highlight, in the hair's colour and shifted towards the tip, of contrast 1."""

GLOWS = 1.6
"""The second highlight grows with the contrast up to this."""

ORDINARY = 0.88
"""Share of the light that is no highlight, so that hair with its highlights has the colour that was asked for."""

LIT = (0.35, 1.7)
"""Light on hair, times that on the face, at least and at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Light as the skin of a face tells it.

    Attributes:
        level: see `slope`.
        slope: float32 (3,), camera axes: a surface with the unit normal n is lit by level + slope . n, 1 being the mean
            of what the face shows.
    """

    level: float
    slope: Floats

    @property
    def key(self) -> Floats:
        """Unit vector towards the light; without a slope it comes from above and in front."""
        way = self.slope + np.array((0, -0.15, 0.2), np.float32)
        return np.asarray(way / np.sqrt((way * way).sum()), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Tint:
    """What hair looks like beside its style.

    Attributes:
        colour: float32 (3,), linear RGB, 0..1: the mean of the hair, were it lit as the face is.
        contrast: of its strands, about 1 to 3.
        bend: float32 (3,), the power of the brightness that each channel follows: 1 for hair of one hue; where blue has
            more, its dark parts are redder than its bright ones.
    """

    colour: Floats
    contrast: float
    bend: Floats


def shaded(groups: Sequence[Strands], seen: Sequence[Floats], view: View, light: Light, tint: Tint) -> list[Floats]:
    """Colours of vertices.

    Args:
        groups: the hair.
        seen: the points of each in the camera's axes, float32 (S, T, 3).
        view: of the head.
        light: that falls on it.
        tint: of the hair.

    Returns:
        float32 (S, T, 3) each, linear RGB; some are above 1.
    """
    lit = [_lit(group, points, view, light, tint.contrast) for group, points in zip(groups, seen, strict=True)]
    # What is seen from here has the colour that was asked for, on average.
    weight = max(1e-6, sum(float(each.shown.sum()) for each in lit))
    even = max(1e-3, sum(float((each.diffuse * each.shown).sum()) for each in lit) / weight)
    return [
        np.asarray(
            tint.colour * (ORDINARY / even * each.diffuse + each.glow)[..., None] ** tint.bend + each.shine[..., None],
            np.float32,
        )
        for each in lit
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Lit:
    """Light on vertices, float32 (S, T) each: without highlights, both of these, and how much a vertex is seen."""

    diffuse: Floats
    glow: Floats
    shine: Floats
    shown: Floats


def _lit(strands: Strands, seen: Floats, view: View, light: Light, contrast: float) -> _Lit:
    along = np.empty_like(seen)
    along[:, 1:-1] = seen[:, 2:] - seen[:, :-2]
    along[:, 0], along[:, -1] = seen[:, 1] - seen[:, 0], seen[:, -1] - seen[:, -2]
    along /= np.sqrt((along * along).sum(-1, keepdims=True)) + np.float32(1e-6)
    out = strands.points - CENTRE
    out[..., 1] = np.minimum(out[..., 1], 0)  # below the skull hair faces sideways
    out = out @ view.turn.T
    out /= np.sqrt((out * out).sum(-1, keepdims=True)) + np.float32(1e-6)
    key = light.key
    half = key + np.array((0, 0, 1), np.float32)
    half /= np.sqrt((half * half).sum())
    falling = np.clip(light.level + out @ light.slope, *LIT)
    sine = np.sqrt(np.maximum(0, 1 - (along @ key) ** 2))
    step = np.sqrt((np.diff(strands.points, axis=1) ** 2).sum(-1))
    grown = np.concatenate([np.zeros_like(step[:, :1]), np.cumsum(step, 1)], 1)
    roots = ROOTS[0] + (1 - ROOTS[0]) * np.minimum(1, grown / np.float32(ROOTS[1]))
    tones = strands.tone[:, None]
    reached = falling * roots * (DEEP + (1 - DEEP) * strands.openness)
    reached = reached * (AWAY + (1 - AWAY) * smoothstep(-0.35, 0.15, np.asarray(out[..., 2], np.float32)))
    towards = np.clip(out @ half, 0, 1) * reached
    cosine = along @ half + np.float32(0.1) * tones

    def highlight(strength: float, power: float, shift: float) -> Floats:
        moved = np.clip(cosine + np.float32(shift), -1, 1)
        return np.asarray(strength * np.maximum(0, 1 - moved * moved) ** np.float32(power / 2) * towards, np.float32)

    diffuse = reached * (ALONG[0] + ALONG[1] * sine) * np.exp(np.float32(TONES * contrast) * tones)
    shown = np.maximum(0, out[..., 2]) * strands.openness**2 * roots
    return _Lit(
        np.asarray(diffuse, np.float32),
        np.float32(min(contrast, GLOWS)) * highlight(*GLOW),
        highlight(*SHINE),
        np.asarray(shown, np.float32),
    )
