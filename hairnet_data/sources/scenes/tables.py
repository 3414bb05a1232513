"""Scenes of things: strewn, heaped, or one alone where a portrait would have its head."""

from __future__ import annotations

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes import furry, hairlike, surfaces, wares
from hairnet_data.sources.scenes.paint import blurred
from hairnet_data.sources.scenes.things import paste
from hairnet_data.sources.scenes.wares import any_thing

GROUNDS = (surfaces.wall, surfaces.gradient, surfaces.texture, surfaces.wood, surfaces.fabric, surfaces.sand)


def _ground(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """One of the flat grounds."""
    return GROUNDS[int(rng.integers(len(GROUNDS)))](rng, height, width)


def strew(rng: np.random.Generator, picture: Pixels, count: int, least: float, most: float) -> None:
    """Puts `count` things anywhere onto a picture, sizes in shares of its shorter side."""
    height, width = picture.shape[:2]
    for share in np.sort(rng.uniform(least, most, count))[::-1]:
        side = max(6, int(min(height, width) * share))
        x = int(rng.integers(-side // 2, max(1, width - side // 2)))
        y = int(rng.integers(-side // 2, max(1, height - side // 2)))
        paste(picture, any_thing(rng, side), x, y, float(rng.uniform(0.2, 0.7)))


def clutter(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Things of all kinds on a table, a floor or before a wall."""
    picture = _ground(rng, height, width)
    if rng.random() < 0.4:
        picture = blurred(picture, min(height, width) * 0.02)
    strew(rng, picture, int(rng.integers(4, 15)), 0.15, 0.65)
    return picture


def still(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """One large thing in the middle, where a portrait would have a head."""
    picture = blurred(_ground(rng, height, width), min(height, width) * float(rng.uniform(0, 0.05)))
    side = max(8, int(min(height, width) * rng.uniform(0.55, 1.15)))
    x = int((width - side) / 2 + width * rng.uniform(-0.15, 0.15))
    y = int((height - side) / 2 + height * rng.uniform(-0.15, 0.2))
    paste(picture, any_thing(rng, side), x, y, float(rng.uniform(0.1, 0.6)))
    return picture


def heap(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Many of one kind: fruit in a crate, balls, bread, bottles."""
    picture = _ground(rng, height, width)
    size = min(height, width)
    side = max(8, int(size * rng.uniform(0.16, 0.35)))
    makers = (wares.ball, wares.blob, wares.plate, wares.ball, wares.vessel)
    maker = makers[int(rng.integers(len(makers)))]
    # A few drawn things are put down many times: a heap of one kind needs no more.
    stock = [maker(rng, side) for _ in range(3)]
    pitch = side * 0.72
    for row in range(int(height / pitch) + 2):
        for column in range(int(width / pitch) + 2):
            stray = rng.uniform(-0.15, 0.15, 2) * side
            x = int((column - 0.5 + 0.5 * (row % 2)) * pitch + stray[0])
            y = int((row - 0.6) * pitch + stray[1])
            paste(picture, stock[int(rng.integers(3))], x, y, 0.45 if side > size * 0.2 else 0.0)
    return picture


def furry_things(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """One to four things of fur, yarn, straw or bristles, at times on a rug: a cat on a sofa, a mop by a wall."""
    size = min(height, width)
    picture = hairlike.rug(rng, height, width) if rng.random() < 0.2 else _ground(rng, height, width)
    picture = blurred(picture, size * float(rng.uniform(0, 0.04)))
    makers = (furry.furry, furry.furry, furry.broom, furry.skein, furry.pile)
    alone = rng.random() < 0.5
    for _ in range(1 if alone else int(rng.integers(2, 5))):
        side = max(8, int(size * (rng.uniform(0.7, 1.5) if alone else rng.uniform(0.25, 0.7))))
        x = int((width - side) / 2 + width * rng.uniform(-0.15, 0.15) * (1 if alone else 3))
        y = int((height - side) / 2 + height * rng.uniform(-0.15, 0.2) * (1 if alone else 2))
        paste(picture, makers[int(rng.integers(len(makers)))](rng, side), x, y, float(rng.uniform(0.1, 0.6)))
    return picture
