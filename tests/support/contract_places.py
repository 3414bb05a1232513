"""Where points of a portrait belong, without `geometry` and `rendering`, which could share a mistake."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, Point
from hairnet_data.core.classes import BACKGROUND
from hairnet_data.recipes.recipe import Recipe
from tests.support.contract_scenes import Bits, Scene

Points = NDArray[np.complex128]

DOUBT = 1 / 1000
"""Source pixels: points this close to a border between two source pixels may be rounded up or down."""


def moved(recipe: Recipe, frame: tuple[int, int], points: Points) -> Points:
    """Maps points x + iy of the photo to the output: mirror, rotate, scale and shift about the centre."""
    affine = recipe.affine
    from_centre = points - complex(frame[0] / 2, frame[1] / 2)
    if affine.mirror:
        from_centre = -np.conj(from_centre)
    zoom = recipe.size * affine.scale / max(frame)
    # y points down, so that a positive angle turns clockwise on the screen.
    return _middle(recipe) + zoom * cmath.exp(1j * math.radians(affine.rotation)) * from_centre


def moved_back(recipe: Recipe, frame: tuple[int, int], points: Points) -> Points:
    """The inverse of `moved`."""
    affine = recipe.affine
    zoom = recipe.size * affine.scale / max(frame)
    from_centre = (points - _middle(recipe)) / (zoom * cmath.exp(1j * math.radians(affine.rotation)))
    if affine.mirror:
        from_centre = -np.conj(from_centre)
    return from_centre + complex(frame[0] / 2, frame[1] / 2)


def _middle(recipe: Recipe) -> complex:
    right, down = recipe.affine.shift
    return complex(recipe.size * (0.5 + right), recipe.size * (0.5 + down))


def centres(size: int) -> Points:
    """The centres of all pixels, as points x + iy."""
    along = np.arange(size) + 0.5
    return along + 1j * along[:, None]


def in_mask(scene: Scene) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each output pixel's centre lies, x and y in pixels of the portrait's mask."""
    back = moved_back(scene.recipe, scene.frame, centres(scene.recipe.size))
    height, width = scene.shown.mask.shape
    return back.real * width / scene.frame[0], back.imag * height / scene.frame[1]


def doubtful(scene: Scene) -> Bits:
    """Pixels that lie on a border between two pixels of the portrait's mask, so that rounding decides."""
    doubts = [np.abs(coordinate - np.rint(coordinate)) < DOUBT for coordinate in in_mask(scene)]
    return doubts[0] | doubts[1]


def outside(scene: Scene) -> Bits:
    """Pixels the portrait does not reach."""
    x, y = in_mask(scene)
    height, width = scene.shown.mask.shape
    return (x < 0) | (x >= width) | (y < 0) | (y >= height)


def inside_polygon(outline: Sequence[Point], size: int) -> Bits:
    """Pixels whose centre is in a polygon, by counting how often it winds round them; corners are rounded to 256ths.

    A centre on a left or upper edge is inside, on a right or lower one outside.
    """
    corners = [(round(x * (size * 256)), round(y * (size * 256))) for x, y in outline]
    centre = np.arange(size) * 256 + 128
    winding = np.zeros((size, size), np.int64)
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        down = 1 if y0 < y1 else -1
        rows = centre[(min(y0, y1) <= centre) & (centre < max(y0, y1)), None]
        side = (centre - x0) * (y1 - y0) - (rows - y0) * (x1 - x0)  # its sign says on which side of the edge
        winding[rows[:, 0] // 256] += down * (down * side >= 0)
    return winding != 0


def far_from_edges(scene: Scene, reach: float = 1.0) -> tuple[Bits, Pixels]:
    """Pixels farther than `reach` output pixels from every class edge of the source, and the classes they belong to."""
    mask = scene.shown.mask
    step = scene.step * mask.shape[1] / scene.frame[0]
    fine = max(1, math.ceil(6 / step))  # so that an output pixel is six steps or more
    # The part of the mask that the output shows, with a margin wide enough for everything that may be within reach.
    margin = math.ceil((reach + 2) * step) + 2
    x, y = in_mask(scene)
    across, down = (
        slice(
            *(min(max(round(end), -margin), side + margin) + margin for end in (at.min() - margin, at.max() + margin))
        )
        for at, side in ((x, mask.shape[1]), (y, mask.shape[0]))
    )
    seen = np.pad(mask, margin, constant_values=BACKGROUND)[down, across]
    seen = np.repeat(np.repeat(seen, fine, axis=0), fine, axis=1)
    plain = np.ones(seen.shape, np.uint8)
    for one, other in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
        edge = seen[one] != seen[other]
        plain[one][edge] = 0
        plain[other][edge] = 0
    if not seen.size:  # far out on both sides
        return np.ones(x.shape, np.bool_), np.full(x.shape, BACKGROUND, np.uint8)
    # From pixel's centre to pixel's centre; each may be off by half a diagonal.
    distance = cv2.distanceTransform(plain, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) - math.sqrt(2)
    column = np.clip(np.floor((x - across.start + margin) * fine).astype(np.int64), 0, seen.shape[1] - 1)
    row = np.clip(np.floor((y - down.start + margin) * fine).astype(np.int64), 0, seen.shape[0] - 1)
    return distance[row, column] > reach * step * fine, seen[row, column]
