"""Occluders, painted over image and mask."""

from __future__ import annotations

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND
from hairnet_data.geometry.polygons import rasterize
from hairnet_data.recipes.recipe import Occluder
from hairnet_data.rendering.paint import Backgrounds, paint_box


def occlude(image: Pixels, mask: Pixels, occluder: Occluder, backgrounds: Backgrounds) -> None:
    """Paints an occluder into the image and background into the mask, on exactly the same pixels.

    Args:
        image: uint8 (S, S, 3) RGB; changed.
        mask: uint8 (S, S) of class ids; changed.
        occluder: what to paint.
        backgrounds: gives the background behind an asset.
    """
    size = len(mask)
    box, inside = rasterize(occluder.outline, size)
    if not inside.any():
        return
    left, top, right, bottom = box
    region = np.s_[top:bottom, left:right]
    painted = paint_box(occluder.paint, box, size, backgrounds)
    cv2.copyTo(painted, inside.view(np.uint8), image[region])
    mask[region][inside] = BACKGROUND
