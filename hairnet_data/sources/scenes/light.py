"""The photographer's share of a drawn scene: light, shadow, colour cast, focus and grain."""

from __future__ import annotations

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes.paint import Field, as_bytes, blurred, fractal, mesh, spread, step, unit


def lamp(rng: np.random.Generator, height: int, width: int) -> Field:
    """Light that falls off from one point in or near the picture; float32 (height, width), 0 to 1."""
    rows, columns = unit(height, width)
    x, y = rng.uniform(-0.3, 1.3, 2)
    away_x, away_y = columns - np.float32(x), rows - np.float32(y)
    reach = np.float32(rng.uniform(0.15, 1.2))
    fall: Field = reach / (reach + away_x * away_x + away_y * away_y)
    return fall


def _blinds(rng: np.random.Generator, height: int, width: int) -> Field:
    """Slanting stripes of light, as through blinds or window bars."""
    rows, columns = mesh(height, width)
    size = min(height, width) * rng.uniform(0.06, 0.3)
    lean = rng.uniform(-1.2, 1.2)
    phase = (rows + columns * np.float32(lean)) * np.float32(1 / size)
    edge = rng.uniform(0.05, 0.3)
    return step(np.abs(phase - np.floor(phase) - np.float32(0.5)), 0.25 - edge, 0.25 + edge)


def _dapple(rng: np.random.Generator, height: int, width: int) -> Field:
    """Blotches of shadow, as under a tree or from something out of the picture."""
    blotches = fractal(rng, height, width, min(height, width) * rng.uniform(0.15, 0.6), 3)
    middle = rng.uniform(0.35, 0.65)
    edge = rng.uniform(0.05, 0.3)
    return step(blotches, middle - edge, middle + edge)


def illumination(rng: np.random.Generator, height: int, width: int, shadows: float = 0.25) -> Field:
    """The light over a scene, around 1: a lamp, at times shadows, at times dark corners."""
    small_height, small_width = max(2, height // 2), max(2, width // 2)
    depth = np.float32(rng.uniform(0.15, 0.75))
    light = np.float32(1) - depth + depth * spread(lamp(rng, small_height, small_width))
    if rng.random() < shadows:
        pattern = _blinds if rng.random() < 0.3 else _dapple
        dark = np.float32(rng.uniform(0.15, 0.55))
        light = light * (np.float32(1) - dark + dark * pattern(rng, small_height, small_width))
    if rng.random() < 0.35:
        rows, columns = unit(small_height, small_width)
        away = (rows - np.float32(0.5)) ** 2 + (columns - np.float32(0.5)) ** 2
        light = light * (np.float32(1) - np.float32(rng.uniform(0.3, 1.0)) * away)
    # The overall brightness, not only its fall-off, varies: dim rooms and blown-out windows.
    # Its mean is taken of integers: a sum of floats depends on the order the machine adds in.
    mean = float((light * np.float32(4096)).astype(np.int64).mean()) / 4096
    scaled = light * np.float32(rng.uniform(0.7, 1.2) / max(mean, 0.2))
    levels = np.clip(scaled * np.float32(16384), 0, 65535).astype(np.uint16)
    full = cv2.resize(levels, (width, height), interpolation=cv2.INTER_LINEAR_EXACT)
    even: Field = full.astype(np.float32) * np.float32(1 / 16384)
    return even


def _cast(rng: np.random.Generator) -> tuple[float, float, float]:
    """Gains of red, green and blue: lamplight, shade or an even white."""
    warmth = float(rng.normal(0.0, 0.08))
    return 1.0 + warmth, 1.0 + float(rng.normal(0.0, 0.02)), 1.0 - warmth


def grain(rng: np.random.Generator, picture: Pixels, strength: float) -> Pixels:
    """Adds sensor grain of about `strength` grey levels, mostly alike in all three channels."""
    height, width = picture.shape[:2]
    dice = rng.integers(0, 256, (2, height, width), dtype=np.uint8)
    bell = (dice[0].astype(np.int16) + dice[1] - 255) * np.float32(strength / 104.0)
    tinted = bell[..., None] * rng.uniform(0.7, 1.3, 3).astype(np.float32)
    noisy: Pixels = np.clip(picture + tinted, 0, 255).astype(np.uint8)
    return noisy


def photograph(rng: np.random.Generator, picture: Pixels, softness: float, shadows: float = 0.25) -> Pixels:
    """Lights a painted scene and takes a photo of it.

    Args:
        rng: where the random numbers come from.
        picture: uint8 (H, W, 3), evenly lit.
        softness: how probable and how strong defocus is, 0 to 1.
        shadows: how probable shadows from out of the picture are.

    Returns:
        uint8 (H, W, 3).
    """
    height, width = picture.shape[:2]
    if rng.random() < softness:
        picture = blurred(picture, min(height, width) * float(rng.uniform(0.005, 0.045)) * (0.5 + softness))
    light = illumination(rng, height, width, shadows)[..., None] * np.array(_cast(rng), np.float32)
    shown = picture * light
    # A film's shoulder: highlights press together instead of breaking off.
    shown = np.where(shown > 200, 200 + (shown - 200) * np.float32(0.45), shown)
    lift, depth = rng.uniform(0, 14), rng.uniform(0.85, 1.0)
    taken = np.clip(shown * np.float32(depth) + np.float32(lift), 0, 255).astype(np.uint8)
    if rng.random() < 0.07:
        taken = as_bytes(cv2.cvtColor(cv2.cvtColor(taken, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))
    if rng.random() < 0.8:
        return grain(rng, taken, float(rng.uniform(0.5, 6.0)))
    return as_bytes(taken)
