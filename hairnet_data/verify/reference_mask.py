"""The reference mask renderer: which classes may each pixel of an example's mask have?

The alignment contract, for every example (4 and 5 hold before photometric changes and encoding):

1. The mask is uint8 (S, S) with values 0 background, 1 hair, 2 face, and 255 (unlabelled) where the source
   declares such pixels; the image uint8 (S, S, 3), RGB. Unlabelled pixels move like a class of their own.
2. For a portrait painted in its own class colours, every pixel farther than one pixel from a class edge
   has, by nearest colour, the class of its mask, from 10 x down to 4 x up.
3. A disc of 8 pixels or more has its centroid at M c within 0.1 pixel, in the image and in the mask. (One
   mask alone cannot have that, since pixels are not divided: at scale 1 a shift of 0.3 pixel leaves it 0.3 off.
   The mean over shifts by fractions of a pixel lies there, and each mask within 0.75.)
4. Outside the source's frame: the fill in the image and background in the mask, on exactly the same pixels.
5. Under an occluder: its paint in the image and background in the mask, on exactly the same pixels.
6. A mirror mirrors both; the identity recipe returns its input; a transformation and its inverse restore
   what is farther than 1.5 pixels from an edge.
7. Photometric changes never touch the mask.
8. A negative's mask is background everywhere.
9. The mask survives encoding exactly: PNG, mode L.
10. In a group every portrait is mapped by its own affine, image and mask alike.
11. Where portraits overlap, image and mask show the same one on exactly the same pixels: the one in front.
12. At a soft edge the image is a mixture, by the share that `rendering.edges` defines; the mask has the portrait's
    class where that share is one half or more, else what is behind it.

24. Of a portrait that is cut out the image shows the person alone, by its coverage; the mask has the portrait's class
    where the coverage is one half or more, else what is behind it. Where no coverage is known, the head alone is shown,
    and the mask has the class where the portrait's says hair or face.

Points 13 to 18, of poses, are in `reference_pose`, and 20 to 23, of mattes, in `reference_matte`.

The reference renderer is slow and simple, and shares no code with `geometry` and `rendering`: comparing a mask
with their output would only prove that a bug is deterministic. It works in floating point, so a pixel that lies
closer to a border than the rounding of the renderer may have either class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR, NAMES, UNLABELLED
from hairnet_data.recipes.recipe import Affine, Edge, Occluder, Recipe

ClassSets = NDArray[np.uint8]
"""A set of classes per pixel: bit k is set where class k is allowed, `UNLABELLED_BIT` where no label is."""

UNLABELLED_BIT = 7

_NO_BIT = 6  # of values that are no class: never set
_BITS = np.full(256, _NO_BIT, np.uint8)
_BITS[: len(NAMES)] = range(len(NAMES))
_BITS[UNLABELLED] = UNLABELLED_BIT

_SOURCE_TOLERANCE = 1 / 1000  # source pixels: more than the renderer's rounding, far less than a pixel shift
_EDGE_TOLERANCE = 1 / 128  # output pixels: the renderer snaps an occluder's corners to 256ths
_SHARE_TOLERANCE = 1e-5  # frames: more than the rounding of float32 in distances from a portrait's edge


@dataclass(frozen=True, slots=True)
class Layer:
    """A portrait as the reference knows it.

    Attributes:
        mask: its own, uint8 (h, w) of class ids and `UNLABELLED`.
        frame: width and height of its image.
        coverage: uint8 (h, w), the person's share of each pixel in 255ths; None where it is not known.
    """

    mask: Pixels
    frame: tuple[int, int]
    coverage: Pixels | None = None


def allowed_classes(recipe: Recipe, portraits: Sequence[Layer]) -> ClassSets:
    """Works out from a recipe which classes each pixel of its mask may have.

    Args:
        recipe: the example's.
        portraits: that the recipe shows, in the order of `Recipe.portraits`.

    Returns:
        uint8 (S, S) of class sets.
    """
    size = recipe.size
    allowed = np.ones((size, size), np.uint8)
    if recipe.kind != "negative":
        others = list(zip(recipe.companions, portraits[1:], strict=True))
        layers = [(companion.affine, companion.edge, layer) for companion, layer in others if not companion.front]
        layers.append((recipe.affine, recipe.edge, portraits[0]))
        layers += [(companion.affine, companion.edge, layer) for companion, layer in others if companion.front]
        for affine, edge, layer in layers:
            _paste(allowed, affine, edge, layer)
    for occluder in recipe.occluders:
        _occlude(allowed, occluder)
    return allowed


def mask_error(mask: Pixels, allowed: ClassSets) -> str:
    """Says what is wrong with a mask, "" if nothing is.

    Args:
        mask: uint8 (S, S) of class ids and `UNLABELLED`, as stored.
        allowed: of `allowed_classes`.
    """
    wrong = (allowed >> _BITS[mask]) & 1 == 0
    if not wrong.any():
        return ""
    row, column = (int(indices[0]) for indices in np.nonzero(wrong))
    return (
        f"the mask is wrong at {int(wrong.sum()):,} pixels, "
        f"first at column {column}, row {row}: it has class {int(mask[row, column])}"
    )


def forward_matrix(affine: Affine, size: int, frame: tuple[int, int]) -> NDArray[np.float64]:
    """Multiplies the matrix from a portrait's coordinates to the output's from its steps.

    Both have their origin at the top left corner, x to the right and y down, and pixel centres at halves.

    Args:
        affine: the portrait's.
        size: side of the output in pixels.
        frame: width and height of the portrait's image.

    Returns:
        float64 (3, 3).
    """
    width, height = frame
    angle = math.radians(affine.rotation)
    zoom = affine.scale * size / max(width, height)
    centre_to_origin = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    mirror = np.diag([-1.0 if affine.mirror else 1.0, 1.0, 1.0])
    rotate = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    scale = np.diag([zoom, zoom, 1.0])
    right, down = (size / 2 + shift * size for shift in affine.shift)
    origin_to_centre = np.array([[1, 0, right], [0, 1, down], [0, 0, 1]])
    matrix: NDArray[np.float64] = origin_to_centre @ scale @ rotate @ mirror @ centre_to_origin
    return matrix


def _paste(allowed: ClassSets, affine: Affine, edge: Edge, layer: Layer) -> None:
    """Allows the classes of a portrait's mask around the point that each output pixel's centre comes from.

    What was allowed before stays allowed where the portrait may not be.
    """
    size, mask, frame = len(allowed), layer.mask, layer.frame
    back = np.linalg.inv(forward_matrix(affine, size, frame))
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    # The mask spans the same frame as the image, perhaps with another number of pixels.
    across = (back[0, 0] * columns + back[0, 1] * rows + back[0, 2]) * (mask.shape[1] / frame[0])
    down = (back[1, 0] * columns + back[1, 1] * rows + back[1, 2]) * (mask.shape[0] / frame[1])
    shown, open_ = np.zeros((size, size), np.uint8), np.zeros((size, size), np.bool_)
    for dx in (-_SOURCE_TOLERANCE, _SOURCE_TOLERANCE):
        for dy in (-_SOURCE_TOLERANCE, _SOURCE_TOLERANCE):
            x, y = np.floor(across + dx).astype(np.int64), np.floor(down + dy).astype(np.int64)
            inside = (x >= 0) & (x < mask.shape[1]) & (y >= 0) & (y < mask.shape[0])
            likely, unlikely = inside, ~inside
            if edge.cutout:
                person = _person(layer)[np.where(inside, y, 0), np.where(inside, x, 0)]
                likely, unlikely = inside & person, unlikely | ~person
            elif edge.width:
                margin = _margin(edge, affine, layer, across + dx, down + dy, size)
                likely, unlikely = inside & (margin > -_SHARE_TOLERANCE), unlikely | (margin < _SHARE_TOLERANCE)
            classes = mask[np.where(inside, y, 0), np.where(inside, x, 0)]
            shown |= np.where(likely, np.left_shift(1, _BITS[classes]), 0).astype(np.uint8)
            open_ |= unlikely
    allowed[...] = np.where(open_, allowed | shown, shown)


def _person(layer: Layer) -> NDArray[np.bool_]:
    """Where a portrait's person has half of a pixel or more; where that is not known, where its mask says a head is."""
    if layer.coverage is None:
        return np.isin(layer.mask, (HAIR, FACE))
    return layer.coverage >= 128


def _margin(
    edge: Edge, affine: Affine, layer: Layer, across: NDArray[np.float64], down: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """How far inside the line where a portrait's share is one half each pixel lies, in frames; see `Edge`."""
    sides = [affine.scale * side / max(layer.frame) for side in layer.frame]
    x = np.minimum(across, layer.mask.shape[1] - across) * (sides[0] / layer.mask.shape[1])
    y = np.minimum(down, layer.mask.shape[0] - down) * (sides[1] / layer.mask.shape[0])
    distance = np.minimum(x, y)
    radius = min(edge.radius, min(sides) / 2)
    corner = (x < radius) & (y < radius)
    distance[corner] = radius - np.hypot(radius - x[corner], radius - y[corner])
    turns = (np.arange(size) + 0.5) / size / edge.period
    wave = 1 - np.abs((2 * turns) % 2 - 1) * 2  # -1 at whole turns, 1 between them
    distance -= edge.wave * (2 + wave[None, :] + wave[:, None]) / 4
    margin: NDArray[np.float64] = distance - edge.width / 2
    return margin


def _occlude(allowed: ClassSets, occluder: Occluder) -> None:
    """Allows background only under an occluder (non-zero winding number), and background too on its outline."""
    size = len(allowed)
    corners = np.array(occluder.outline) * size
    left, top = (max(0, math.floor(low) - 1) for low in corners.min(axis=0))
    right, bottom = (min(size, math.ceil(high) + 1) for high in corners.max(axis=0))
    if left >= right or top >= bottom:
        return
    rows, columns = np.mgrid[top:bottom, left:right] + 0.5
    winding = np.zeros(rows.shape, np.int64)
    on_outline = np.zeros(rows.shape, np.bool_)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        side = (x1 - x0) * (rows - y0) - (y1 - y0) * (columns - x0)  # positive: the point lies to the right
        winding += (y0 <= rows) & (rows < y1) & (side < 0)
        winding -= (y1 <= rows) & (rows < y0) & (side > 0)
        length = max(math.hypot(x1 - x0, y1 - y0), 1e-9)
        along = ((columns - x0) * (x1 - x0) + (rows - y0) * (y1 - y0)) / length
        beside = (along > -2 * _EDGE_TOLERANCE) & (along < length + 2 * _EDGE_TOLERANCE)
        on_outline |= beside & (np.abs(side) / length < _EDGE_TOLERANCE)
    box = allowed[top:bottom, left:right]
    box[...] = np.where(on_outline, box | 1, np.where(winding != 0, 1, box))
