"""Other people far behind, out of focus: skin and hair that belong to the background."""

from __future__ import annotations

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.drawn.canvas import smooth_curve
from hairnet_data.sources.drawn.clothes import BRIGHT, SOBER
from hairnet_data.sources.drawn.colours import TONES, hair_colour, skin_colour
from hairnet_data.sources.drawn.sheet import oval


def paint_crowd(rng: np.random.Generator, scene: Pixels) -> None:
    """Paints one to three blurred people into a scene, uint8 (H, W, 3), in place.

    They stand left or right of the middle, where the portrait leaves the background to be seen.
    """
    layer = np.zeros((*scene.shape[:2], 4), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        _bystander(rng, layer)
    unit = scene.shape[1] / 256
    layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), max(0.5, float(rng.uniform(1.3, 4.0)) * unit)), np.uint8)
    cover = layer[..., 3:].astype(np.uint16)
    scene[:] = np.minimum(255, layer[..., :3] + (scene * (255 - cover)) // 255).astype(np.uint8)


def _bystander(rng: np.random.Generator, layer: Pixels) -> None:
    """One person of shoulders, neck, face and hair; colours are held back as they stand in less light."""
    wide = layer.shape[1]
    unit = wide / 256 * rng.uniform(2.2, 6.5)
    x = rng.choice((rng.uniform(-0.05, 0.28), rng.uniform(0.72, 1.05))) * wide
    y = rng.uniform(0.15, 0.75) * layer.shape[0]
    tone = TONES[int(rng.integers(len(TONES)))]
    light = rng.uniform(0.45, 0.95)
    clothes = (SOBER + BRIGHT)[int(rng.integers(len(SOBER + BRIGHT)))]
    skin, (hair, _) = skin_colour(rng, tone), hair_colour(rng, tone, float(rng.random()))
    long = rng.random() < 0.35

    def fill(points: np.ndarray, colour: tuple[float, float, float], share: float = 1.0) -> None:
        paint = [float(round(value * light * share)) for value in colour]
        fixed = np.round((points * unit + (x, y)) * 16).astype(np.int32)
        cv2.fillPoly(layer, [fixed], (*paint, 255.0), cv2.LINE_8, 4)

    if long:
        fill(oval(0, 3, 8.8, 14.5), hair)
    body = [(-5.0, 11.0), (-20.0, 17.0), (-23.0, 60.0), (23.0, 60.0), (20.0, 17.0), (5.0, 11.0)]
    fill(smooth_curve(np.array(body), 4), clothes)
    fill(np.array([(-4.5, 5.0), (4.5, 5.0), (5.0, 14.0), (-5.0, 14.0)]), skin, 0.75)
    fill(oval(0, -1.5, 8.3, 10.8), hair)
    turn = float(rng.normal(0, 2.0))
    fill(oval(turn, 2.4, 6.7, 8.9), skin)
    fill(oval(turn - 2.0, 2.4, 4.0, 7.0), skin, 1.12)
    fill(oval(turn * 1.6, 7.0, 2.4, 0.5), skin, 0.6)
    for side in (-1, 1):
        fill(oval(turn * 1.5 + side * 3.0, 0.5, 1.2, 0.5), skin, 0.6)
