"""Point 3 of the alignment contract: a disc is where the matrix says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.classes import FACE
from hairnet_data.recipes.paints import Paint
from hairnet_data.sources.base import Portrait
from tests.support.contract_places import Points, moved, moved_back
from tests.support.contract_scenes import Pipeline, Scene


def soft_edge(step: float) -> float:
    """How far, in output pixels, the colour of an object reaches beyond its edge."""
    return max(2.0, 1.5 / step)


def find_disc(scene: Scene, radius: float, choice: float = 0.0) -> complex | None:
    """A centre in the photo for a disc that the output shows completely; None if there is none.

    Args:
        scene: where to look.
        radius: of the disc, in output pixels.
        choice: 0..1, which of the possible centres to take.
    """
    margin = radius + soft_edge(scene.step) + 1
    lines = np.linspace(margin, scene.recipe.size - margin, 9)
    at = moved_back(scene.recipe, scene.frame, lines + 1j * lines[:, None]).ravel()
    room = margin * scene.step
    fits = (at.real > room) & (at.real < scene.frame[0] - room) & (at.imag > room) & (at.imag < scene.frame[1] - room)
    if scene.recipe.size <= 2 * margin or not fits.any():
        return None
    return complex(at[fits][min(int(choice * fits.sum()), int(fits.sum()) - 1)])


def check_disc(scene: Scene, pipeline: Pipeline, centre: complex, radius: float) -> None:
    """Point 3: a disc has its centroid where `moved` maps its centre.

    Nearest-neighbour sampling alone moves a mask's edges by up to half a pixel, all in the same direction where source
    and output pixels are in step. So the mask's centroid is taken over 25 shifts within a pixel, whose mean has to fit.

    Args:
        scene: says how the disc is mapped.
        pipeline: how to render it.
        centre: of the disc in the photo.
        radius: of the disc, in output pixels.
    """
    scaled = radius * scene.step
    # Soft at the rim in the photo, as a disc is in a photo, and hard in the mask.
    apart, points = _from(scene, scene.shown.image.shape[:2], centre)
    disc = np.rint(255 * np.clip((scaled - apart) / scene.step + 0.5, 0, 1)).astype(np.uint8)
    middle = complex((disc * points).sum() / disc.sum())
    apart, points = _from(scene, scene.shown.mask.shape, centre)
    hard = apart <= scaled
    ends = (middle, complex(points[hard].mean()))
    portrait = Portrait(np.repeat(disc[..., None], 3, axis=2), hard.astype(np.uint8) * FACE)
    offsets = []
    for turn in range(25):
        right, down = scene.recipe.affine.shift
        shift = (right + turn / 25 / scene.recipe.size, down + (7 * turn % 25) / 25 / scene.recipe.size)
        recipe = replace(scene.plain, affine=replace(scene.recipe.affine, shift=shift))
        recipe = replace(recipe, fill=Paint("colour", ((0, 0, 0),)))
        image, mask = pipeline(recipe, portrait, scene.backgrounds)
        assert (mask == FACE).any(), "the disc is not in the mask"
        assert image.any(), "the disc is not in the image"
        went = moved(recipe, scene.frame, np.array(ends))
        in_image = _centroid(image[..., 1].astype(np.float64)) - complex(went[0])
        assert abs(in_image) < 0.1, f"the disc is off by {abs(in_image):.3f} pixels in the image"
        offsets.append(_centroid((mask == FACE).astype(np.float64)) - complex(went[1]))
    assert max(map(abs, offsets)) < 0.75, f"the disc is off by {max(map(abs, offsets)):.3f} pixels in the mask"
    mean = abs(sum(offsets)) / len(offsets)
    assert mean < 0.1, f"the disc is off by {mean:.3f} pixels in the mask, on average"


def _from(scene: Scene, shape: tuple[int, ...], point: complex) -> tuple[NDArray[np.float64], Points]:
    """How far from a point the pixels of a photo or mask are, and where they are; in pixels of the photo."""
    across, down = scene.frame[0] / shape[1], scene.frame[1] / shape[0]
    points = (np.arange(shape[1]) + 0.5) * across + 1j * ((np.arange(shape[0]) + 0.5) * down)[:, None]
    return np.abs(points - point), points


def _centroid(weights: NDArray[np.float64]) -> complex:
    along = np.arange(len(weights)) + 0.5
    return complex(weights.sum(axis=0) @ along, weights.sum(axis=1) @ along) / float(weights.sum())
