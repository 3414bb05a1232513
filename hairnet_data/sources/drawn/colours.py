"""Colours of skin, hair and eyes."""

from __future__ import annotations

import numpy as np

Rgb = tuple[float, float, float]
"""Red, green and blue in 0..255."""

MONK: tuple[str, ...] = (
    "f6ede4",
    "f3e7db",
    "f7ead0",
    "eadaba",
    "d7bd96",
    "a07e56",
    "825c43",
    "604134",
    "3a312a",
    "292420",
)
"""The ten steps of the Monk Skin Tone scale, sRGB (Ellis Monk and Google, skintone.google)."""

TONES = tuple(str(step) for step in range(1, 11))
"""Names of the Monk Skin Tone steps, light to dark."""

_NATURAL: tuple[tuple[Rgb, float], ...] = (
    ((26, 20, 18), 0.24),  # black
    ((48, 33, 25), 0.20),  # dark brown
    ((84, 56, 38), 0.15),  # brown
    ((122, 86, 54), 0.11),  # light brown
    ((176, 136, 84), 0.12),  # dark blond
    ((214, 182, 128), 0.10),  # blond
    ((140, 62, 32), 0.05),  # red
    ((120, 116, 112), 0.08),  # grey
    ((196, 194, 190), 0.06),  # white
)
_DYES: tuple[Rgb, ...] = ((176, 40, 60), (60, 84, 170), (150, 70, 150), (40, 130, 120), (226, 130, 160))


def skin_colour(rng: np.random.Generator, tone: str) -> Rgb:
    """A skin colour near a Monk step, as a camera sees it.

    The swatches are pale and hardly red; skin in photographs is redder and, in the light steps,
    darker than the swatch, so the blood's red is added and the brightest steps are held back.
    """
    steps = np.array([[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in MONK], float)
    at = np.clip(float(tone) - 1 + rng.uniform(-0.5, 0.5), 0, 9)
    low = int(min(at, 8))
    colour = steps[low] * (1 - (at - low)) + steps[low + 1] * (at - low)
    light = colour.mean() / 255
    blood = rng.uniform(0.55, 1.3)
    colour = colour * (1 - blood * np.array([0.02, 0.21, 0.33]) * (0.45 + 0.55 * light))
    # Cameras expose for the face: dark skin comes out lighter than its swatch, light skin darker.
    colour = colour * (1 - 0.10 * light) + np.array([52.0, 29.0, 16.0]) * (1 - light) ** 1.5
    yellow = rng.normal(0.02, 0.04)
    colour = colour * np.array([1 + yellow * 0.3, 1 + yellow * 0.5, 1 - yellow])
    return _rgb(colour)


def hair_colour(rng: np.random.Generator, tone: str, old: float) -> tuple[Rgb, float]:
    """A hair colour, natural or dyed, and the share of grey hairs in 0..1."""
    step = int(tone)
    weights = np.array([weight for _, weight in _NATURAL])
    weights[0] *= 1 + max(0, step - 4) * 0.8
    weights[3:7] *= 0.25 if step > 6 else 1.0
    weights[7:] *= 0.5 + 2.5 * old + 6.0 * (old > 0.75)
    index = int(rng.choice(len(weights), p=weights / weights.sum()))
    colour = np.array(_NATURAL[index][0], float)
    if rng.random() < 0.03:
        colour = np.array(_DYES[int(rng.integers(len(_DYES)))], float)
    colour = colour * rng.uniform(0.8, 1.25) * (1 + rng.normal(0, 0.05, 3))
    grey = float(np.clip(rng.normal(old * 0.4, 0.15), 0, 0.6)) if index < 7 and rng.random() < 0.3 + old else 0.0
    return _rgb(colour), grey


def streak_colour(rng: np.random.Generator, colour: Rgb, feminine: float) -> Rgb:
    """The colour of the lightest locks: dyed or bleached by the sun, mostly where hair is long."""
    share = rng.uniform(0.1, 0.6) if rng.random() < 0.15 + 0.4 * feminine else rng.uniform(0, 0.15)
    base = np.asarray(colour)
    return _rgb(base + (np.array((238.0, 205.0, 150.0)) - base) * share)


def _rgb(colour: np.ndarray) -> Rgb:
    red, green, blue = (float(value) for value in np.clip(colour, 4, 250))
    return red, green, blue


def iris_colour(rng: np.random.Generator, tone: str) -> Rgb:
    """A colour of eyes; mostly brown."""
    dark: Rgb = (58, 36, 22)
    others: tuple[Rgb, ...] = ((92, 62, 34), (86, 110, 132), (104, 118, 84), (110, 128, 140))
    if int(tone) > 5 or rng.random() < 0.45:
        return dark
    return others[int(rng.integers(len(others)))]
