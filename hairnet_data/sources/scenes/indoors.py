"""Scenes under a roof: rooms, shelves, curtains and stages."""

from __future__ import annotations

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes import surfaces
from hairnet_data.sources.scenes.paint import blurred, fractal, lay, lit, mesh, noise, plain, ramp, spread, unit, wave
from hairnet_data.sources.scenes.palette import any_colour, from_hsv, shade, skin_like
from hairnet_data.sources.scenes.ropes import hang_fringe
from hairnet_data.sources.scenes.things import paste
from hairnet_data.sources.scenes.wares import any_thing


def room(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A wall, a floor in perspective, a window or pictures, and furniture."""
    picture = surfaces.wall(rng, height, width)
    floor = int(height * rng.uniform(0.62, 0.9))
    _floor(rng, picture, floor)
    skirting = max(1, height // 30)
    picture[floor - skirting : floor] = shade(any_colour(rng), 1.2)
    for _ in range(int(rng.integers(1, 4))):
        _framed(rng, picture, floor)
    if rng.random() < 0.5:
        _sofa(rng, picture, floor)
    for _ in range(int(rng.integers(1, 4))):
        side = max(8, int(min(height, width) * rng.uniform(0.15, 0.45)))
        x = int(rng.integers(-side // 3, max(1, width - side // 2)))
        y = int(floor - side * rng.uniform(0.6, 0.9))
        paste(picture, any_thing(rng, side), x, y, 0.4)
    return picture


def _floor(rng: np.random.Generator, picture: Pixels, floor: int) -> None:
    """Paints boards or a carpet that run towards the wall, below row `floor`."""
    height, width = picture.shape[:2]
    rows, columns = mesh(height - floor, width)
    near = np.float32(0.35) + rows * np.float32(0.65 / max(1, height - floor))
    across = (columns - np.float32(width / 2)) / near
    boards = wave(across * np.float32(rng.uniform(3, 12) / width))
    rough = noise(rng, height - floor, width, 2, width * 0.2)
    base = (skin_like if rng.random() < 0.5 else any_colour)(rng)
    field = boards * np.float32(rng.uniform(0.0, 0.6)) + rough * np.float32(0.4) + near * np.float32(0.2)
    picture[floor:] = ramp(spread(field), [shade(base, 0.55), shade(base, 1.05)])


def _framed(rng: np.random.Generator, picture: Pixels, floor: int) -> None:
    """Hangs a picture, a mirror or a window on the wall above row `floor`."""
    width = picture.shape[1]
    tall = max(4, int(floor * rng.uniform(0.25, 0.6)))
    wide = max(4, int(width * rng.uniform(0.15, 0.4)))
    x = int(rng.integers(0, max(1, width - wide)))
    y = int(rng.integers(0, max(1, floor - tall)))
    frame = max(1, min(tall, wide) // 12)
    picture[y : y + tall, x : x + wide] = any_colour(rng)
    inner = picture[y + frame : y + tall - frame, x + frame : x + wide - frame]
    if inner.shape[0] < 2 or inner.shape[1] < 2:
        return
    if rng.random() < 0.5:
        inner[:] = surfaces.gradient(rng, inner.shape[0], inner.shape[1])
    else:
        sky = from_hsv(0.58, float(rng.uniform(0.0, 0.4)), 1.0)
        inner[:] = ramp(fractal(rng, inner.shape[0], inner.shape[1], wide / 2, 2), [sky, (255, 255, 255)])
        inner[inner.shape[0] // 2, :] = shade(sky, 0.5)
        inner[:, inner.shape[1] // 2] = shade(sky, 0.5)


def _sofa(rng: np.random.Generator, picture: Pixels, floor: int) -> None:
    """A sofa or a bed in the foreground: three cushioned boxes."""
    height, width = picture.shape[:2]
    base = any_colour(rng)
    left, wide = rng.uniform(-0.2, 0.4), rng.uniform(0.5, 0.8)
    layer = plain(height, width, base)
    folds = fractal(rng, height, width, min(height, width) * 0.2, 3)
    layer = lit(layer, np.float32(0.75) + folds * np.float32(0.4))
    top = floor / height - rng.uniform(0.15, 0.3)
    for part, tone in ((0.0, 0.8), (0.12, 1.05), (0.24, 0.9)):
        alpha = np.zeros((height, width), np.uint8)
        corner = (int(left * width), int((top + part) * height))
        far = (int((left + wide) * width), int((top + part + 0.3) * height))
        cv2.rectangle(alpha, corner, far, (255,), -1)
        lay(picture, lit(layer, np.full((1, 1), tone, np.float32)), blurred(alpha, min(height, width) * 0.02))


def shelf(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Shelves with books and things between them."""
    board = surfaces.wood(rng, height, width)
    picture = lit(board, np.full((1, 1), 0.35, np.float32))
    count = int(rng.integers(2, 6))
    thick = max(1, height // 50)
    for number in range(count):
        top, low = height * number // count, height * (number + 1) // count - thick
        x = int(rng.integers(0, max(1, width // 10)))
        while x < width and low - top > 4:
            wide = max(2, int(min(height, width) * rng.uniform(0.02, 0.07)))
            if rng.random() < 0.06:
                side = max(6, int((low - top) * 0.85))
                paste(picture, any_thing(rng, side), x, low - side, 0.0)
                x += side
                continue
            tall = int((low - top) * rng.uniform(0.55, 0.92))
            _book(rng, picture[low - tall : low, x : x + wide])
            x += wide + (wide if rng.random() < 0.05 else 0)
        picture[low : low + thick] = lit(board[low : low + thick], np.full((1, 1), 1.15, np.float32))
    return picture


def _book(rng: np.random.Generator, back: Pixels) -> None:
    """Paints one book's back in place: rounded by light, with a label."""
    base = any_colour(rng)
    tall, wide = back.shape[:2]
    at = np.linspace(-1, 1, wide, dtype=np.float32)[None]
    tones = np.float32(1.1) - at * at * np.float32(0.5)
    back[:] = np.clip(np.array(base, np.float32) * tones[..., None], 0, 255).astype(np.uint8)
    if rng.random() < 0.6 and tall > 8:
        start = int(tall * rng.uniform(0.1, 0.5))
        back[start : start + max(1, int(tall * rng.uniform(0.03, 0.3)))] = any_colour(rng)


def curtain(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A curtain in upright folds, before a stage or a window, at times with spotlights."""
    size = min(height, width)
    rows, columns = unit(height, width)
    sway = noise(rng, height, width, height * 0.7, size * 0.3) * np.float32(rng.uniform(0.5, 2.0))
    folds = wave(columns * np.float32(rng.uniform(3, 14)) + sway)
    fine = noise(rng, height, width, height * 0.8, max(2.0, size * 0.03))
    base = any_colour(rng)
    field = folds * np.float32(0.7) + fine * np.float32(rng.uniform(0.1, 0.5))
    picture = ramp(spread(field), [shade(base, 0.25), shade(base, 0.8), shade(base, 1.25)])
    if rng.random() < 0.5:
        floor = int(height * rng.uniform(0.75, 0.95))
        _floor(rng, picture, floor)
    for _ in range(int(rng.integers(1, 3)) if rng.random() < 0.4 else 0):
        hem = int(height * rng.uniform(0.05, 0.9))
        trim = shade(base, 1.2) if rng.random() < 0.6 else any_colour(rng)
        hang_fringe(rng, picture, hem, height * float(rng.uniform(0.06, 0.3)), trim)
    if rng.random() < 0.5:
        x, y = rng.uniform(0.2, 0.8, 2)
        away = (columns - np.float32(x)) ** 2 + (rows - np.float32(y)) ** 2
        spot = np.float32(0.3) + np.clip(np.float32(1.6) - away * np.float32(rng.uniform(8, 30)), 0, 1)
        picture = lit(picture, spot)
    return picture
