"""Renders a recipe: from its portrait and backgrounds to an image and a mask. Nothing in here is random."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.classes import BACKGROUND
from hairnet_data.geometry import warp
from hairnet_data.recipes.recipe import Affine, Edge, Recipe
from hairnet_data.rendering import cutouts, edges
from hairnet_data.rendering.occlusion import occlude
from hairnet_data.rendering.paint import Backgrounds, paint_box, take_crop
from hairnet_data.rendering.photometric import change_colours
from hairnet_data.rendering.subject import Subject, prepared
from hairnet_data.sources.base import Portrait


def render(
    recipe: Recipe,
    portrait: Portrait | Subject | None,
    backgrounds: Backgrounds,
    companions: Sequence[Portrait | Subject] = (),
    placing: Placing | None = None,
) -> tuple[Pixels, Pixels]:
    """Renders the example that a recipe describes.

    Args:
        recipe: what to render.
        portrait: the portrait that `recipe.portrait` names; None for a negative.
        backgrounds: gives the background behind an asset, uint8 (H, W, 3) RGB.
        companions: the portraits that `recipe.companions` name, in order.
        placing: a `PlaceOnce` that the matte of the same example is given too; None for `place`.

    Returns:
        The image, uint8 (S, S, 3) RGB, and its mask, uint8 (S, S) of class ids and `UNLABELLED`, both new
        arrays.
    """
    *_, (_, image, mask) = steps(recipe, portrait, backgrounds, companions, placing)
    return image, mask


def steps(
    recipe: Recipe,
    portrait: Portrait | Subject | None,
    backgrounds: Backgrounds,
    companions: Sequence[Portrait | Subject] = (),
    placing: Placing | None = None,
) -> Iterator[tuple[str, Pixels, Pixels]]:
    """Renders an example step by step.

    Args:
        recipe: as for `render`.
        portrait: as for `render`.
        backgrounds: as for `render`.
        companions: as for `render`.
        placing: as for `render`.

    Yields:
        What was done, the image and the mask after it. The next step may change these arrays: copy them to keep them.
    """
    if recipe.negative is not None:
        image = take_crop(recipe.negative, backgrounds(recipe.negative.asset), recipe.size)
        mask = np.full((recipe.size, recipe.size), BACKGROUND, np.uint8)
        yield "crop of a background", image, mask
    else:
        assert portrait is not None, "a portrait's recipe needs its portrait"
        layers, placing = layers_of(recipe, portrait, companions), placing or place
        if len(layers) == 1:
            image, mask = _warp(recipe, layers[0], backgrounds, placing)
            yield "warped", image, mask
        else:
            frame = (0, 0, recipe.size, recipe.size)
            image = paint_box(recipe.fill, frame, recipe.size, backgrounds)
            mask = np.full((recipe.size, recipe.size), BACKGROUND, np.uint8)
            for number, layer in enumerate(layers, 1):
                _paste(recipe.size, layer, image, mask, placing(recipe.size, layer))
                yield f"portrait {number} of {len(layers)} pasted", image, mask
    for occluder in recipe.occluders:
        occlude(image, mask, occluder, backgrounds)
        yield f"occluded by {'an' if occluder.shape == 'ellipse' else 'a'} {occluder.shape}", image, mask
    changed = change_colours(image, recipe.photometric)
    if changed is not image:
        yield "colours changed", changed, mask


@dataclass(frozen=True, slots=True)
class Layer:
    """A portrait, how it is mapped into the frame, and how it ends."""

    subject: Subject
    affine: Affine
    edge: Edge


def layers_of(recipe: Recipe, portrait: Portrait | Subject, companions: Sequence[Portrait | Subject]) -> list[Layer]:
    """All portraits of a recipe, from the one farthest behind to the one in front of all."""
    behind: list[Layer] = []
    front: list[Layer] = []
    for companion, shown in zip(recipe.companions, companions, strict=True):
        (front if companion.front else behind).append(Layer(prepared(shown), companion.affine, companion.edge))
    return [*behind, Layer(prepared(portrait), recipe.affine, recipe.edge), *front]


def _warp(recipe: Recipe, layer: Layer, backgrounds: Backgrounds, placing: Placing) -> tuple[Pixels, Pixels]:
    """The only portrait, over the recipe's fill. The fill is not painted where nothing of it would be seen."""
    size = recipe.size
    frame = (0, 0, size, size)
    placed = placing(size, layer)
    if placed and placed.box == frame and layer.edge.is_frame and placed.covers:
        return warp.sample_image(layer.subject.image(placed.level), placed.image_points), placed.mask.copy()
    image = paint_box(recipe.fill, frame, size, backgrounds)
    mask = np.full((size, size), BACKGROUND, np.uint8)
    _paste(size, layer, image, mask, placed)
    return image, mask


@dataclass(frozen=True, slots=True)
class Placed:
    """The box of the output that a portrait reaches, and where its pixels come from.

    Attributes:
        box: left, top, right, bottom.
        mask: warped, `warp.OUTSIDE` where the portrait does not reach.
        mask_points: where each pixel falls in the portrait's mask.
        level: how often the image is halved before it is sampled.
        image_points: where each pixel falls in the halved image.
    """

    box: warp.Box
    mask: Pixels
    mask_points: warp.Coordinates
    level: int
    image_points: warp.Coordinates

    @property
    def covers(self) -> bool:
        """Whether every pixel of the box is covered."""
        # The maximum decides, unless there are `UNLABELLED` pixels: they lie above `OUTSIDE`.
        return bool(self.mask.max() < warp.OUTSIDE or not (self.mask == warp.OUTSIDE).any())


def place(size: int, layer: Layer) -> Placed | None:
    """Where a portrait's affine maps it; None where it is shifted out of the frame."""
    subject, affine = layer.subject, layer.affine
    width, height = subject.width, subject.height
    matrix = warp.unit_matrix(size, width, height, affine.scale, affine.shift, affine.rotation, affine.mirror)
    box = warp.reachable_box(matrix, size)
    left, top, right, bottom = box
    if left == right or top == bottom:
        return None
    level = warp.level_for(max(width, height) / (size * affine.scale))
    source = subject.image(level)
    mask_points = points = warp.coordinates(matrix, box, subject.mask.shape[1], subject.mask.shape[0])
    warped_mask = warp.sample_mask(subject.mask, mask_points)
    if (source.shape[0] - 2, source.shape[1] - 2) != subject.mask.shape:
        points = warp.coordinates(matrix, box, source.shape[1] - 2, source.shape[0] - 2)
    return Placed(box, warped_mask, mask_points, level, points)


Placing = Callable[[int, Layer], Placed | None]
"""`place`, or a `PlaceOnce`."""


class PlaceOnce:
    """`place`, which remembers what it said of the portraits of one example: its matte is placed as its image is."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, Subject, Affine], Placed | None] = {}

    def __call__(self, size: int, layer: Layer) -> Placed | None:
        """See `place`. The arrays belong to this object: they must not be changed."""
        key = size, layer.subject, layer.affine
        if key not in self._known:
            self._known[key] = place(size, layer)
        return self._known[key]


def _paste(size: int, layer: Layer, image: Pixels, mask: Pixels, placed: Placed | None) -> None:
    """Pastes a portrait over what is in `image` and `mask`, which are changed."""
    if placed is None:
        return
    left, top, right, bottom = placed.box
    region = np.s_[top:bottom, left:right]
    if layer.edge.cutout:
        image[region] = cutouts.over(warped_cutout(layer, placed), image[region])
        cv2.copyTo(placed.mask, _person(layer, placed), mask[region])
        return
    warped = warp.sample_image(layer.subject.image(placed.level), placed.image_points)
    # The mask decides which pixels the portrait covers, in the image too, so that both agree.
    if not layer.edge.width:
        covered = (placed.mask != warp.OUTSIDE).view(np.uint8)
        cv2.copyTo(warped, covered, image[region])
        cv2.copyTo(placed.mask, covered, mask[region])
        return
    share = soft_share(size, layer, placed)
    image[region] = edges.blend(warped, image[region], share)
    cv2.copyTo(placed.mask, (share >= edges.HALF).view(np.uint8), mask[region])


def warped_cutout(layer: Layer, placed: Placed) -> Pixels:
    """The person alone in the box, uint8 (..., 4) as of `cutouts.lift`; 0 where the portrait does not reach."""
    warped = warp.sample_image(layer.subject.cutout(placed.level), placed.image_points)
    return as_pixels(warped * (placed.mask != warp.OUTSIDE)[..., None])


def _person(layer: Layer, placed: Placed) -> Pixels:
    """Where a person who is cut out hides what is behind, by nearest neighbour: uint8 of the box's shape, 0 and 1."""
    coverage = warp.sample_mask(layer.subject.coverage, placed.mask_points)
    return as_pixels(((coverage >= edges.HALF) & (placed.mask != warp.OUTSIDE)).view(np.uint8))


def soft_share(size: int, layer: Layer, placed: Placed) -> Pixels:
    """The share of each pixel of the box, in 255ths, that a portrait with a soft edge has."""
    subject = layer.subject
    longer = max(subject.width, subject.height)
    sides = subject.width / longer * layer.affine.scale, subject.height / longer * layer.affine.scale
    pixels = subject.mask.shape[1], subject.mask.shape[0]
    covered = placed.mask != warp.OUTSIDE
    return as_pixels(edges.shares(layer.edge, placed.mask_points, sides, pixels, placed.box, size) * covered)
