"""The tone curve from the hair's own lightness to that of a new colour, fitted so that the mean is the new colour."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hairnet_model.effects import oklab
from hairnet_model.effects.grid import Plane
from hairnet_model.effects.oklab import Colour

BLACK = 0.1
"""Added to both sides of a ratio of lightnesses: black would have endless ones."""

MOST = 0.4
"""Of lightness that a strand may differ from its base."""

_ROUNDS = 5
_TOE, _DARK, _BRIGHT = 0.01, 0.07, 0.88  # lightness is bent back below and above the last two; 1 is the upper end


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone curve. Lightness is Oklab's L_r, 0..1.

    Attributes:
        middle: the hair's own mean lightness.
        light: of the new colour, moved so that the mean of the result is what was asked for.
        a: green to red of the new colour in Oklab, likewise.
        b: blue to yellow, likewise.
        power: of the Box-Cox transform. 1 keeps the shape of the tones; towards 0 highlights shrink and shadows grow,
            as in light hair; above 1 it is the other way round, as in dark hair.
        shade: gain of light and shadow over the whole of the hair.
        detail: gain of strands and highlights.
        texture: standard deviation of the hair's own strands, in lightness.
    """

    middle: float
    light: float
    a: float
    b: float
    power: float
    shade: float
    detail: float
    texture: float


def fitted(colours: Plane, base: Plane, target: Colour) -> Tone:
    """The curve for some hair.

    Args:
        colours: Oklab of pixels that are hair alone, float32 (N, 3), N from 1.
        base: lightness of the hair's base there, float32 (N,).
        target: Oklab of the new colour.
    """
    own = oklab.lightness(colours[:, 0])
    middle = float(base.mean(dtype=np.float64))
    texture = _spread(own - base)
    goal = np.array([oklab.lightness(np.array(target[0], np.float32)), target[1], target[2]], np.float64)
    ratio = (goal[0] + BLACK) / (middle + BLACK)
    power = float(np.clip(1 - 0.6 * np.log(ratio), 0.1, 2))
    brightest = float(np.quantile(box_cox(base, middle, power), 0.95))
    room = max(0.5, (0.92 - goal[0]) / max(brightest, 1e-3))  # or large parts of the hair would turn white
    shade = float(np.clip(min(ratio, ratio**0.4), 0.2, min(1.6, room)))
    tone = Tone(middle, float(np.clip(goal[0], 0.02, 0.97)), float(goal[1]), float(goal[2]), power, shade, 1.0, texture)
    for _ in range(_ROUNDS):
        around = shaded(base, tone)
        made = oklab.from_codes(oklab.to_codes(coloured(around + strands(own, base, tone), tone)))
        made[:, 0] = oklab.lightness(made[:, 0])
        missing = goal - made.mean(0, dtype=np.float64)
        spread = _spread(made[:, 0] - _held(around))
        tone = replace(
            tone,
            light=float(np.clip(tone.light + missing[0], 0.02, 0.97)),
            a=tone.a + float(missing[1]),
            b=tone.b + float(missing[2]),
            detail=float(np.clip(tone.detail * texture / max(spread, 1e-4), 0.5, 3)),
        )
    return tone


def _spread(strands: Plane) -> float:
    """Standard deviation by the mean distance to the mean, as if normal: some bright specks hardly count."""
    return 1.2533 * float(np.abs(strands - strands.mean(dtype=np.float64)).mean(dtype=np.float64))


def shaded(base: Plane, tone: Tone) -> Plane:
    """Lightness of the recoloured hair's base, of the hair's own."""
    return np.asarray(tone.light + tone.shade * box_cox(base, tone.middle, tone.power), np.float32)


def strands(own: Plane, base: Plane, tone: Tone) -> Plane:
    """By how much the recoloured strands are lighter than the recoloured base."""
    return np.asarray(np.clip(tone.detail * box_cox(own, base, tone.power), -MOST, MOST), np.float32)


def box_cox(light: Plane, base: Plane | float, power: float) -> Plane:
    """How much lighter something is than its base, by their ratio (Box and Cox 1964); `light - base` with power 1."""
    under = np.asarray(base, np.float32) + np.float32(BLACK)
    ratio = (light + np.float32(BLACK)) / under
    return np.asarray(under * (ratio ** np.float32(power) - 1) / np.float32(power), np.float32)


def coloured(wanted: Plane, tone: Tone) -> Plane:
    """The new colour in a lightness: darker it keeps most of its saturation, lighter it turns to white.

    Args:
        wanted: lightness, float32 (N,); what is too dark or too bright is bent back.
        tone: the curve.

    Returns:
        Oklab, float32 (N, 3).
    """
    light = _held(wanted)
    made, middle = oklab.from_lightness(light), oklab.from_lightness(np.array(tone.light, np.float32))
    over = np.maximum(0, (light - np.float32(tone.light)) / np.float32(1 - tone.light)) ** np.float32(1.5)
    dim = np.minimum(1, made / middle) ** np.float32(0.85)
    # Red goes before yellow: copper in the light is golden, not pink.
    red = np.float32(tone.a) * dim * (1 - np.float32(0.75) * over)
    yellow = np.float32(tone.b) * dim * (1 - np.float32(0.35) * over)
    return np.stack([made, red, yellow], axis=1).astype(np.float32)


def _held(light: Plane) -> Plane:
    below, above = np.float32(_DARK - _TOE), np.float32(1 - _BRIGHT)
    toe = _TOE + below * np.exp((np.minimum(light, _DARK) - _DARK) / below)
    shoulder = 1 - above * np.exp((_BRIGHT - np.maximum(light, _BRIGHT)) / above)
    return np.asarray(np.where(light < _DARK, toe, np.where(light > _BRIGHT, shoulder, light)), np.float32)
