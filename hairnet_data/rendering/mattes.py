"""Renders the matte of a recipe: the share of hair in every pixel."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.geometry import warp
from hairnet_data.geometry.polygons import rasterize
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.rendering import edges
from hairnet_data.rendering.cutouts import over
from hairnet_data.rendering.renderer import Layer, Placed, Placing, layers_of, place, soft_share, warped_cutout
from hairnet_data.rendering.subject import Subject
from hairnet_data.sources.base import Portrait


def render_matte(
    recipe: Recipe, portraits: Sequence[Portrait | Subject], placing: Placing = place
) -> tuple[Pixels, bool]:
    """Renders the matte of an example, moved exactly as its image is: halved and interpolated bilinearly.

    Args:
        recipe: what to render.
        portraits: that `recipe.portraits` name, in order; none for a negative.
        placing: the `PlaceOnce` that the image was rendered with, which spares half of the work; it needs `Subject`s.

    Returns:
        uint8 (S, S), the share of hair times 255: 0 under occluders and where no portrait reaches. And whether it is
        known: where one of the portraits has no matte it is not, and all 0.
    """
    size = recipe.size
    alpha = np.zeros((size, size), np.uint8)
    layers = layers_of(recipe, portraits[0], portraits[1:]) if portraits else []
    if not all(layer.subject.has_alpha for layer in layers):
        return alpha, False
    for layer in layers:
        _paste(size, layer, alpha, placing(size, layer))
    for occluder in recipe.occluders:
        (left, top, right, bottom), inside = rasterize(occluder.outline, size)
        alpha[top:bottom, left:right][inside] = 0
    return alpha, True


def _paste(size: int, layer: Layer, alpha: Pixels, placed: Placed | None) -> None:
    """Pastes a portrait's matte over what is in `alpha`, which is changed."""
    if placed is None:
        return
    left, top, right, bottom = placed.box
    region = np.s_[top:bottom, left:right]
    warped = warp.sample_image(layer.subject.alpha(placed.level), placed.image_points)
    if layer.edge.cutout:
        coverage = warped_cutout(layer, placed)[..., 3]
        # Hair is part of the person, so its share is as much of the pixel as the coverage leaves it.
        alpha[region] = over(np.dstack([np.minimum(warped, coverage), coverage]), alpha[region][..., None])[..., 0]
    elif layer.edge.width:
        share = soft_share(size, layer, placed)
        alpha[region] = edges.blend(warped[..., None], alpha[region][..., None], share)[..., 0]
    else:
        cv2.copyTo(warped, (placed.mask != warp.OUTSIDE).view(np.uint8), alpha[region])
