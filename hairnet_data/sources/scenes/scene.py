"""Drawn scenes with nobody in them: what a network shall learn to be neither hair nor face."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.scenes import hairlike, indoors, outdoors, patterns, ropes, strands, surfaces, tables
from hairnet_data.sources.scenes.light import photograph

VERSION = 2
"""Another number, another look: the scenes of one version stay as they are."""

Painter = Callable[[np.random.Generator, int, int], Pixels]

_PAINTERS: Mapping[str, tuple[Painter, float, float]] = MappingProxyType(
    {
        # Each with how readily it is out of focus, and how often shadows from elsewhere fall on it.
        "wall": (surfaces.wall, 0.3, 0.35),
        "gradient": (surfaces.gradient, 0.0, 0.1),
        "texture": (surfaces.texture, 0.2, 0.15),
        "room": (indoors.room, 0.4, 0.25),
        "foliage": (strands.foliage, 0.4, 0.25),
        "clutter": (tables.clutter, 0.25, 0.25),
        "bokeh": (outdoors.bokeh, 0.2, 0.0),
        "curtain": (indoors.curtain, 0.2, 0.1),
        "fabric": (surfaces.fabric, 0.15, 0.2),
        "fur": (hairlike.coat, 0.15, 0.15),
        "graphic": (patterns.graphic, 0.15, 0.2),
        "grass": (strands.grass, 0.25, 0.2),
        "heap": (tables.heap, 0.15, 0.2),
        "landscape": (outdoors.landscape, 0.3, 0.0),
        "page": (patterns.page, 0.2, 0.3),
        "sand": (surfaces.sand, 0.15, 0.3),
        "shelf": (indoors.shelf, 0.4, 0.15),
        "still": (tables.still, 0.15, 0.25),
        "stones": (surfaces.stones, 0.2, 0.25),
        "street": (outdoors.street, 0.4, 0.2),
        "wood": (surfaces.wood, 0.15, 0.3),
        "yarn": (strands.yarn, 0.15, 0.15),
        # With fur and yarn these make a quarter of all scenes: hair that fills a picture must not be taken for them.
        "rug": (hairlike.rug, 0.15, 0.15),
        "straw": (hairlike.straw, 0.15, 0.2),
        "rope": (ropes.rope, 0.15, 0.15),
        "bristles": (ropes.bristles, 0.15, 0.15),
        "fibre": (hairlike.fibre, 0.15, 0.25),
        "furry": (tables.furry_things, 0.2, 0.2),
    }
)

KINDS: tuple[str, ...] = tuple(_PAINTERS)
"""What `draw_scene` can draw."""


def draw_scene(rng: np.random.Generator, height: int, width: int, kind: str | None = None) -> Pixels:
    """Draws a scene with nobody in it.

    Args:
        rng: where all random numbers come from.
        height: rows, at least 1.
        width: columns, at least 1.
        kind: one of `KINDS`; None for any.

    Returns:
        uint8 (height, width, 3) RGB.

    Raises:
        ValueError: for an unknown kind or a size below 1.
    """
    if height < 1 or width < 1:
        raise ValueError(f"a scene of {height} x {width} pixels cannot be drawn")
    chosen = KINDS[int(rng.integers(len(KINDS)))] if kind is None else kind
    if chosen not in _PAINTERS:
        raise ValueError(f"{chosen!r} is no kind of scene; the kinds are {', '.join(KINDS)}")
    painter, softness, shadows = _PAINTERS[chosen]
    # Painters may take 16 pixels for granted; smaller scenes are cut from the middle of such a one.
    tall, wide = max(height, 16), max(width, 16)
    picture = photograph(rng, painter(rng, tall, wide), softness, shadows)
    top, left = (tall - height) // 2, (wide - width) // 2
    return np.ascontiguousarray(picture[top : top + height, left : left + width])
