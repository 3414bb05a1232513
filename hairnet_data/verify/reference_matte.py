"""The reference for mattes: between which values may each pixel of an example's matte be?

The alignment contract, points 20 to 23:

20. The matte is moved as the image is: a portrait whose grey is its matte has, in every pixel that it covers, the grey
    of its matte, before photometric changes and encoding.
21. It is 0 under occluders, outside the portraits' frames, and for negatives. At a soft edge it is a mixture by the
    share that the image has there.
22. At the source's resolution a drawn portrait's pixel is hair in the mask exactly where the matte is one half or more.
    After the affine map the two agree farther than one pixel from an edge.
23. It survives encoding exactly: PNG, mode L. Where a portrait of the example has no matte, `has_alpha` and all of
    `alpha` are 0.

The reference is slow and simple and shares no code with `rendering` and `geometry`: interpolated values lie between the
least and the largest of the source's values nearby, and what is outside or hidden is 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.recipes.recipe import Affine, Recipe
from hairnet_data.verify.reference_mask import Layer, allowed_classes, forward_matrix

_ROUNDING = 1  # grey level

Bounds = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class MatteLayer:
    """A portrait's matte, uint8 (H, W) as its image, or None; and its mask."""

    alpha: Pixels | None
    layer: Layer


def matte_error(alpha: Pixels, recipe: Recipe, portraits: Sequence[MatteLayer]) -> str:
    """Says what is wrong with a matte that is said to be known, "" if nothing is.

    Args:
        alpha: uint8 (S, S), as stored.
        recipe: the example's.
        portraits: that the recipe shows, in the order of `Recipe.portraits`.
    """
    if any(portrait.alpha is None for portrait in portraits):
        return "its matte is said to be known, and a portrait has none"
    low, high = _bounds(recipe, portraits)
    wrong = (alpha.astype(np.int16) < low.astype(np.int16) - _ROUNDING) | (
        alpha.astype(np.int16) > high.astype(np.int16) + _ROUNDING
    )
    if not wrong.any():
        return ""
    row, column = (int(indices[0]) for indices in np.nonzero(wrong))
    where = f"first at column {column}, row {row}: {int(alpha[row, column])}"
    return f"the matte is wrong at {int(wrong.sum()):,} pixels, {where} is not {low[row, column]}..{high[row, column]}"


def _bounds(recipe: Recipe, portraits: Sequence[MatteLayer]) -> Bounds:
    size = recipe.size
    low, high = np.zeros((size, size), np.uint8), np.zeros((size, size), np.uint8)
    if portraits:
        beside = list(zip(recipe.companions, portraits[1:], strict=True))
        order = [(companion.affine, companion.edge, shown) for companion, shown in beside if not companion.front]
        order.append((recipe.affine, recipe.edge, portraits[0]))
        order += [(companion.affine, companion.edge, shown) for companion, shown in beside if companion.front]
        for affine, edge, shown in order:
            least, most, inside, outside = _placed(size, affine, shown)
            if edge.width or edge.cutout:  # a mixture of both by any share
                inside = np.zeros_like(inside)
            if edge.cutout:  # what is behind shows as far as the person leaves it: at most the sum of both
                most = np.minimum(255, most.astype(np.int16) + high).astype(np.uint8)
            low = np.where(inside, least, np.where(outside, low, np.minimum(low, least)))
            high = np.where(inside, most, np.where(outside, high, np.maximum(high, most)))
    hidden, certain = _hidden(recipe)
    return np.where(hidden, 0, low).astype(np.uint8), np.where(certain, 0, high).astype(np.uint8)


def _hidden(recipe: Recipe) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where an occluder may hide what is below, and where it certainly does."""
    size = recipe.size
    everywhere = Layer(np.ones((1, 1), np.uint8), (1, 1))  # all hair, in all of the frame and beyond
    whole = Recipe(
        recipe.split, recipe.index, size, "portrait", "all@0", affine=Affine(scale=4.0), occluders=recipe.occluders
    )
    allowed = allowed_classes(whole, [everywhere])
    return (allowed & 1).astype(bool), allowed == 1


def _placed(
    size: int, affine: Affine, shown: MatteLayer
) -> tuple[Pixels, Pixels, NDArray[np.bool_], NDArray[np.bool_]]:
    """Least and largest value near each pixel's source, and where the portrait certainly is and certainly is not."""
    alpha, frame = shown.alpha, shown.layer.frame
    assert alpha is not None
    back = np.linalg.inv(forward_matrix(affine, size, frame))
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    across = back[0, 0] * columns + back[0, 1] * rows + back[0, 2]
    down = back[1, 0] * columns + back[1, 1] * rows + back[1, 2]
    # An output pixel is interpolated between four means of so many source pixels a side.
    step = max(frame) / (size * affine.scale)
    block = 2 ** max(0, math.ceil(math.log2(max(step, 1e-9)) - 0.5))
    reach = math.ceil(1.5 * block)
    window = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    least, most = cv2.erode(alpha, window), cv2.dilate(alpha, window)
    x = np.clip(np.floor(across), 0, frame[0] - 1).astype(np.int64)
    y = np.clip(np.floor(down), 0, frame[1] - 1).astype(np.int64)
    margin = np.minimum(np.minimum(across, frame[0] - across), np.minimum(down, frame[1] - down))
    # A mask of other sides than its image decides where the portrait ends.
    unsure = 0.01 * max(1.0, step)
    return np.asarray(least)[y, x], np.asarray(most)[y, x], margin > unsure, margin < -unsure
