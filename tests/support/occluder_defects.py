"""What could go wrong with occluders, each as a patch of the real functions, for `mutants`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.recipes.recipe import Occluder, Recipe
from hairnet_data.rendering import renderer
from hairnet_data.rendering.paint import Backgrounds
from tests.support.defects import Steps
from tests.support.mutant import Patch, wrapped


def not_in_the_mask(real: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
    real(image, mask.copy(), *args)


def not_in_the_image(real: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
    real(image.copy(), mask, *args)


def larger_in_the_mask(real: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
    before = mask.copy()
    mask[:] = HAIR
    real(image, mask, *args)
    hidden = cv2.dilate((mask == BACKGROUND).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    mask[:] = np.where(hidden, BACKGROUND, before)


def not_over_unlabelled(real: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
    unlabelled = mask == UNLABELLED
    real(image, mask, *args)
    mask[unlabelled] = UNLABELLED


def larger_cover(real: Any, outline: Any, size: int) -> Any:
    frame = np.zeros((size, size), np.uint8)
    (left, top, right, bottom), inside = real(outline, size)
    frame[top:bottom, left:right] = inside
    return (0, 0, size, size), cv2.dilate(frame, np.ones((3, 3), np.uint8)).astype(bool)


def evenodd_cover(real: Any, outline: Any, size: int) -> Any:
    # The other rule for what is inside: a shape that overlaps itself gets holes.
    corners = np.array(outline) * size
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    crossed = np.zeros((size, size), np.bool_)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, 0), strict=True):
        between = (y0 <= rows) != (y1 <= rows)
        if y0 != y1:
            crossed ^= between & (x0 + (rows - y0) * (x1 - x0) / (y1 - y0) <= columns)
    return (0, 0, size, size), crossed


def occluder_is(class_: int) -> Callable[..., None]:
    def wrong(real: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
        before = mask.copy()
        mask[:] = FACE
        real(image, mask, *args)
        mask[:] = np.where(mask == BACKGROUND, class_, before)

    return wrong


def spared_negatives(part: str) -> Patch:
    def steps(
        real: Any, recipe: Recipe, portrait: Any, backgrounds: Backgrounds, companions: Any = (), placing: Any = None
    ) -> Steps:
        bare = replace(recipe, occluders=()) if recipe.kind == "negative" else recipe
        *_, (what, image, _) = real(bare, portrait, backgrounds)
        *_, (_, _, mask) = real(recipe, portrait, backgrounds)
        yield what, image, mask

    return wrapped(renderer, "steps", steps)


def first_occluder_only(real: Any, recipe: Recipe, *args: Any) -> Steps:
    yield from real(replace(recipe, occluders=recipe.occluders[:1]), *args)


def occluder_moves_along(
    real: Any, recipe: Recipe, portrait: Any, backgrounds: Backgrounds, companions: Any = (), placing: Any = None
) -> Steps:
    # As if occluders were given in the portrait instead of in the frame.
    def along(occluder: Occluder) -> Occluder:
        right, down = recipe.affine.shift
        return replace(occluder, outline=tuple((x + right, y + down) for x, y in occluder.outline))

    yield from real(replace(recipe, occluders=tuple(map(along, recipe.occluders))), portrait, backgrounds)
