"""Colours of the drawn scenes: everyday ones, and on purpose those of skin and of hair."""

from __future__ import annotations

import colorsys

import numpy as np

from hairnet_data.sources.scenes.paint import Colour

SKIN: tuple[Colour, ...] = (
    (246, 224, 205),
    (238, 205, 178),
    (224, 182, 148),
    (205, 158, 122),
    (178, 128, 92),
    (144, 98, 68),
    (108, 72, 50),
    (74, 49, 37),
)
HAIR: tuple[Colour, ...] = (
    (22, 18, 18),
    (44, 32, 26),
    (74, 50, 34),
    (110, 76, 46),
    (146, 100, 58),
    (190, 148, 92),
    (222, 190, 138),
    (150, 62, 34),
    (150, 146, 144),
    (212, 208, 204),
)


def _between(rng: np.random.Generator, first: Colour, second: Colour) -> Colour:
    """A colour between two, each of whose channels strays a little."""
    part = rng.random()
    stray = rng.integers(-8, 9, 3)
    mixed = [int(a + (b - a) * part + s) for a, b, s in zip(first, second, stray, strict=True)]
    return clip((mixed[0], mixed[1], mixed[2]))


def clip(colour: tuple[float, float, float]) -> Colour:
    """Brings every channel into 0 to 255."""
    red, green, blue = (min(255, max(0, int(c))) for c in colour)
    return red, green, blue


def shade(colour: Colour, factor: float) -> Colour:
    """A lighter (`factor` above 1) or darker version of a colour."""
    return clip((colour[0] * factor, colour[1] * factor, colour[2] * factor))


def skin_like(rng: np.random.Generator) -> Colour:
    """The colour of some skin: for walls, sand, wood and balls that are none."""
    at = int(rng.integers(0, len(SKIN) - 1))
    return _between(rng, SKIN[at], SKIN[at + 1])


def hair_like(rng: np.random.Generator) -> Colour:
    """The colour of some hair: for fur, straw, brooms and fabric."""
    first = HAIR[int(rng.integers(len(HAIR)))]
    return _between(rng, first, shade(first, 1.25))


def vivid(rng: np.random.Generator) -> Colour:
    """A saturated colour."""
    saturation = 1.0 - 0.65 * float(rng.random())
    # Full saturation at full brightness is paint from a tube; things in photos seldom reach it.
    return from_hsv(rng.random(), 0.85 * saturation, 0.3 + 0.6 * rng.random())


def muted(rng: np.random.Generator) -> Colour:
    """A greyish colour, light or dark: walls, stones, clothes."""
    return from_hsv(rng.random(), 0.3 * rng.random(), 0.15 + 0.8 * rng.random())


def from_hsv(hue: float, saturation: float, value: float) -> Colour:
    """Hue, saturation and value, 0 to 1 each, to RGB."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return clip((red * 255.99, green * 255.99, blue * 255.99))


def leafy(rng: np.random.Generator) -> Colour:
    """A leaf's colour: mostly green, at times autumnal."""
    hue = rng.uniform(0.2, 0.36) if rng.random() < 0.75 else rng.uniform(0.02, 0.16)
    return from_hsv(hue, rng.uniform(0.25, 0.7), rng.uniform(0.25, 0.75))


def any_colour(rng: np.random.Generator) -> Colour:
    """One of all of these, skin and hair colours more often than chance would have them."""
    pick = rng.random()
    if pick < 0.25:
        return skin_like(rng)
    if pick < 0.4:
        return hair_like(rng)
    if pick < 0.7:
        return muted(rng)
    return vivid(rng)


def family(rng: np.random.Generator, base: Colour, count: int, stray: float = 0.25) -> list[Colour]:
    """`count` shades of one colour, from dark to light."""
    factors = sorted(1.0 + stray * (2.0 * rng.random(count) - 1.0))
    return [shade(base, float(factor)) for factor in factors]
