"""Colours that say what a pixel shows: those of the classes, and paint that is marked by its red."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, COLOURS, FACE, HAIR, UNLABELLED
from hairnet_data.recipes.paints import Paint
from hairnet_data.rendering.paint import Backgrounds
from hairnet_data.sources.base import Portrait
from tests.support.contract_scenes import Bits

VALUES = np.array([BACKGROUND, HAIR, FACE, UNLABELLED])
"""What a mask may hold."""

CLASS_COLOURS = np.zeros((256, 3), np.uint8)

CLASS_COLOURS[VALUES] = (*COLOURS, (255, 255, 255))

BRIGHT = 250
"""Marked paint is at least as red as this; nothing else in a marked scene is more than half as red."""


def nearest_class(image: Pixels) -> NDArray[np.int64]:
    """The class whose colour is nearest to each pixel's, or `UNLABELLED`."""
    colours = CLASS_COLOURS[VALUES].astype(np.int32)
    apart = [((image.astype(np.int32) - colour) ** 2).sum(axis=-1) for colour in colours]
    return np.asarray(VALUES[np.argmin(apart, axis=0)])


def dull(picture: Pixels) -> Pixels:
    """The picture with half its red."""
    return np.dstack([picture[..., 0] // 2, picture[..., 1:]])


def bright(paint: Paint) -> Paint:
    """The paint, as red as can be."""
    crop = replace(paint.crop, asset="red " + paint.crop.asset) if paint.crop else None
    return replace(paint, colours=tuple((255, green, blue) for _, green, blue in paint.colours), crop=crop)


def dulled(paint: Paint) -> Paint:
    return replace(paint, colours=tuple((red // 2, green, blue) for red, green, blue in paint.colours))


def marked_backgrounds(backgrounds: Backgrounds) -> Backgrounds:
    def get(asset: str) -> Pixels:
        if not asset.startswith("red "):
            return dull(backgrounds(asset))
        picture = backgrounds(asset.removeprefix("red ")).copy()
        picture[..., 0] = 255
        return picture

    return get


def marked(image: Pixels) -> Bits:
    return image[..., 0] >= BRIGHT


def all_hair(portrait: Portrait) -> Portrait:
    return Portrait(dull(portrait.image), np.full_like(portrait.mask, HAIR))
