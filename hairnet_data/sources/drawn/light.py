"""Light and shade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.canvas import Floats


@dataclass(frozen=True, slots=True)
class Light:
    """One strong light and light from everywhere.

    Attributes:
        key: unit vector (3,) towards the strong light, camera axes (x right, y down, z to the camera).
        colour: float64 (3,), colour of the strong light, about 1.
        sky: float64 (3,), colour and strength of the light from everywhere, about 0.35.
        power: strength of the strong light.
        oily: strength of reflections on skin; `gloss` on hair.
    """

    key: NDArray[np.float64]
    colour: NDArray[np.float64]
    sky: NDArray[np.float64]
    power: float
    oily: float
    gloss: float


def draw_light(rng: np.random.Generator) -> Light:
    """Draws a light: mostly from above and in front, sometimes hard from one side."""
    hard = rng.random() < 0.25
    key = np.array((rng.normal(0, 0.9 if hard else 0.5), -rng.uniform(0.15, 0.9), rng.uniform(0.45, 1.1)))
    key /= np.linalg.norm(key)
    warm, cool = rng.normal(0, 0.05), rng.normal(0, 0.04)
    sky = rng.uniform(0.25, 0.4) if hard else rng.uniform(0.42, 0.65)
    power = rng.uniform(0.5, 0.8)
    # Exposure follows what faces the camera, so that no light leaves the face in the dark.
    exposure = rng.uniform(0.85, 1.15) / (sky + power * max(0.3, 0.85 * key[2] - 0.3 * key[1]))
    return Light(
        key=key,
        colour=np.array((1 + warm, 1.0, 1 - warm)),
        sky=np.array((1 + cool, 1.0, 1 - cool)) * sky * exposure,
        power=float(power * exposure),
        oily=float(rng.uniform(0.02, 0.28)),
        gloss=float(rng.uniform(0.15, 0.9)),
    )


def on_skin(normal: Floats, light: Light) -> tuple[Floats, Floats]:
    """Light on skin with normals (H, W, 3).

    Shadows on skin are soft and reddish, as light leaves it some way from where it entered: red
    reaches further around the edge of the shade than green and blue.

    Returns:
        Factors for the skin's colour and reflections to add (0..255), both float32 (H, W, 3) and (H, W).
    """
    key = light.key.astype(np.float32)
    facing = normal @ key
    wraps = np.array((0.35, 0.2, 0.14), np.float32)
    lit = np.clip((facing[..., None] + wraps) / (1 + wraps), 0, 1)
    above = np.float32(0.85) - np.float32(0.15) * normal[..., 1:2]
    rim = np.clip(normal[..., 2:3], 0, 1) ** 0.5 * np.float32(0.3) + np.float32(0.7)
    factor = (light.sky.astype(np.float32) * above + lit * (light.power * light.colour).astype(np.float32)) * rim
    half = light.key + np.array((0, 0, 1.0))
    half /= np.linalg.norm(half)
    sheen = np.clip(normal @ half.astype(np.float32), 0, 1)
    eighth = np.square(np.square(np.square(sheen)))
    broad = eighth * eighth * eighth
    glint = (broad * np.float32(0.5) + broad * broad * broad * np.float32(0.7)) * np.float32(255 * light.oily)
    return factor.astype(np.float32), glint.astype(np.float32)
