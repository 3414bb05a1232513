"""Renders a recipe: from its portrait and backgrounds to an image and a mask. Nothing in here is random."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND
from hairnet_data.geometry import warp
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.rendering.occlusion import occlude
from hairnet_data.rendering.paint import Backgrounds, paint_box, take_crop
from hairnet_data.rendering.photometric import change_colours
from hairnet_data.sources.base import Portrait


class Subject:
    """A portrait prepared for rendering: its mask, and the image halved as often as its recipes need.

    Args:
        portrait: the decoded portrait.
        finest: the lowest level that is kept; recipes must not need more detail than that. See `warp.level_for`.
    """

    def __init__(self, portrait: Portrait, finest: int = 0) -> None:
        self.height, self.width = portrait.image.shape[:2]
        self.mask = portrait.mask
        self._finest = finest
        self._levels = [warp.pad_edges(warp.halve(portrait.image, finest))]

    def image(self, level: int) -> Pixels:
        """The image halved `level` times, after `warp.pad_edges`: uint8 (h + 2, w + 2, 3).

        Raises:
            ValueError: `level` is less than `finest`.
        """
        while len(self._levels) <= level - self._finest:
            self._levels.append(warp.pad_edges(warp.halve(self._levels[-1][1:-1, 1:-1], 1)))
        if level < self._finest:
            raise ValueError(f"level {level} was not kept, {self._finest} is the finest")
        return self._levels[level - self._finest]

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return self.mask.nbytes + sum(level.nbytes for level in self._levels)


def render(recipe: Recipe, portrait: Portrait | Subject | None, backgrounds: Backgrounds) -> tuple[Pixels, Pixels]:
    """Renders the example that a recipe describes.

    Args:
        recipe: what to render.
        portrait: the portrait that `recipe.portrait` names; None for a negative.
        backgrounds: gives the background behind an asset, uint8 (H, W, 3) RGB.

    Returns:
        The image, uint8 (S, S, 3) RGB, and its mask, uint8 (S, S) of class ids and `UNLABELLED`, both new
        arrays.
    """
    *_, (_, image, mask) = steps(recipe, portrait, backgrounds)
    return image, mask


def steps(
    recipe: Recipe, portrait: Portrait | Subject | None, backgrounds: Backgrounds
) -> Iterator[tuple[str, Pixels, Pixels]]:
    """Renders an example step by step.

    Args:
        recipe: as for `render`.
        portrait: as for `render`.
        backgrounds: as for `render`.

    Yields:
        What was done, the image and the mask after it. The next step may change these arrays: copy them to keep them.
    """
    if recipe.negative is not None:
        image = take_crop(recipe.negative, backgrounds(recipe.negative.asset), recipe.size)
        mask = np.full((recipe.size, recipe.size), BACKGROUND, np.uint8)
        yield "crop of a background", image, mask
    else:
        assert portrait is not None, "a portrait's recipe needs its portrait"
        subject = portrait if isinstance(portrait, Subject) else Subject(portrait)
        image, mask = _warp(recipe, subject, backgrounds)
        yield "warped", image, mask
    for occluder in recipe.occluders:
        occlude(image, mask, occluder, backgrounds)
        yield f"occluded by {'an' if occluder.shape == 'ellipse' else 'a'} {occluder.shape}", image, mask
    changed = change_colours(image, recipe.photometric)
    if changed is not image:
        yield "colours changed", changed, mask


def _warp(recipe: Recipe, subject: Subject, backgrounds: Backgrounds) -> tuple[Pixels, Pixels]:
    """The portrait as the recipe's affine maps it, over the recipe's fill."""
    size, affine = recipe.size, recipe.affine
    width, height = subject.width, subject.height
    matrix = warp.unit_matrix(size, width, height, affine.scale, affine.shift, affine.rotation, affine.mirror)
    frame = (0, 0, size, size)
    box = warp.reachable_box(matrix, size)
    left, top, right, bottom = box
    if left == right or top == bottom:  # shifted out of the frame
        return paint_box(recipe.fill, frame, size, backgrounds), np.full((size, size), BACKGROUND, np.uint8)
    source = subject.image(warp.level_for(max(width, height) / (size * affine.scale)))
    points = warp.coordinates(matrix, box, subject.mask.shape[1], subject.mask.shape[0])
    warped_mask = warp.sample_mask(subject.mask, points)
    if (source.shape[0] - 2, source.shape[1] - 2) != subject.mask.shape:
        points = warp.coordinates(matrix, box, source.shape[1] - 2, source.shape[0] - 2)
    warped_image = warp.sample_image(source, points)
    # Is every pixel covered? The maximum decides, unless there are `UNLABELLED` pixels: they lie above `OUTSIDE`.
    if box == frame and (warped_mask.max() < warp.OUTSIDE or not (warped_mask == warp.OUTSIDE).any()):
        return warped_image, warped_mask
    # The mask decides which pixels the portrait covers, in the image too, so that both agree.
    covered = (warped_mask != warp.OUTSIDE).view(np.uint8)
    image = paint_box(recipe.fill, frame, size, backgrounds)
    mask = np.full((size, size), BACKGROUND, np.uint8)
    region = np.s_[top:bottom, left:right]
    cv2.copyTo(warped_image, covered, image[region])
    cv2.copyTo(warped_mask, covered, mask[region])
    return image, mask
