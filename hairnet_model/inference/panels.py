"""The six panels of 2019: a photo beside what was found in it, and what can be made of that."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR, NAMES
from hairnet_data.core.drawing.contact_sheet import Cell, contact_sheet
from hairnet_data.core.drawing.overlay import fitted, tint
from hairnet_model.data.partial_labels import UNSURE

_SQUARES = (250, 235)  # greys of the chequered ground that says "nothing here"

Cover = NDArray[np.float32]


def panels(photo: Pixels, mask: Pixels, truth: Pixels | None = None, title: str = "", side: int = 400) -> Pixels:
    """Draws six panels: the original, the ground truth, hair cut out, face cut out, hair removed, and pseudo-bald.

    Without a ground truth they are five, in one row. Pseudo-bald is the photo with its hair painted in the median
    colour of its skin.

    Args:
        photo: uint8 (H, W, 3) RGB.
        mask: uint8 (H, W) of class ids that were found.
        truth: uint8 (H, W) of the class ids that are right, `UNLABELLED` where nobody knows; None where there is
            none, and no panel of it.
        title: the headline, e.g. the photo's name.
        side: of the square that each panel is scaled to fit, in pixels, at least 32.

    Returns:
        uint8 (h, w, 3) RGB.
    """
    image = fitted(photo, side)
    shape = image.shape[:2]
    hair, face = cover(mask, HAIR, shape), cover(mask, FACE, shape)
    skin = median_colour(image, face)
    ground = chequered(*shape)
    height, width = photo.shape[:2]
    cells = [
        Cell(image, None, "original", (f"{width:,} x {height:,} pixels",)),
        *([] if truth is None else [_truth(image, truth)]),
        Cell(blend(ground, image, hair), None, "hair cut out", (_found(mask, truth, HAIR),)),
        Cell(blend(ground, image, face), None, "face cut out", (_found(mask, truth, FACE),)),
        Cell(blend(image, ground, hair), None, "hair removed", ("everything but the hair",)),
        _bald(image, hair, skin),
    ]
    # Six make two rows of three; five have no such grid, and one row leaves no place empty.
    return contact_sheet(cells, 5 if truth is None else 3, title, side)


def cover(mask: Pixels, number: int, shape: tuple[int, int]) -> Cover:
    """How much of each pixel a class covers in the mask at another size: float32 (h, w), 0..1."""
    height, width = shape
    # From 0..255, not from floats: of 100 megapixels those would take 400 MB.
    full = np.where(mask == number, np.uint8(255), np.uint8(0))
    larger = max(shape) / max(mask.shape)
    way = cv2.INTER_AREA if larger < 1 else cv2.INTER_LINEAR
    resized = np.asarray(cv2.resize(full, (width, height), interpolation=way), np.float32) / np.float32(255)
    # Where a small mask is enlarged, the staircase of its pixels is smoothed.
    return np.asarray(cv2.GaussianBlur(resized, (0, 0), 0.55 * larger), np.float32) if larger > 1 else resized


def blend(below: Pixels, above: Pixels, share: Cover) -> Pixels:
    """Lays a picture over another as far as `share`, (h, w) of 0..1, says: uint8 (h, w, 3)."""
    weight = share[..., None]
    return np.asarray(np.rint(below * (np.float32(1) - weight) + above * weight), np.uint8)


def median_colour(image: Pixels, face: Cover) -> tuple[int, int, int] | None:
    """The median of red, green and blue where the face covers more than half of a pixel; None where it never does."""
    skin = image[face > 0.5]
    if not len(skin):
        return None
    red, green, blue = (int(value) for value in np.rint(np.median(skin, axis=0)))
    return red, green, blue


def chequered(height: int, width: int, square: int = 10) -> Pixels:
    """The ground that stands for nothing: squares of two light greys, uint8 (height, width, 3)."""
    odd = (np.arange(height)[:, None] // square + np.arange(width) // square) % 2
    return np.repeat(np.array(_SQUARES, np.uint8)[odd][..., None], 3, axis=2)


def _truth(image: Pixels, truth: Pixels) -> Cell:
    return Cell(tint(image, truth, 0.35), truth, "ground truth", ("as it was given",))


def _found(mask: Pixels, truth: Pixels | None, number: int) -> str:
    """How much of a class was found, and how well it agrees with the ground truth."""
    predicted = mask == number
    said = f"{predicted.mean():.1%} of the photo" if predicted.any() else f"no {NAMES[number]} found"
    if truth is None:
        return said
    labelled, right = truth < UNSURE, truth == number
    if not labelled.all() and not right.any():
        return said  # it is there or not: nobody labelled it
    predicted = predicted & labelled
    union = int(np.count_nonzero(predicted | right))
    return f"{said}, IoU {np.count_nonzero(predicted & right) / union:.3f}" if union else f"{said}, and there is none"


def _bald(image: Pixels, hair: Cover, skin: tuple[int, int, int] | None) -> Cell:
    if skin is None:
        return Cell(image, None, "pseudo-bald", ("no face found whose colour could be taken",))
    painted = blend(image, np.broadcast_to(np.array(skin, np.uint8), image.shape), hair)
    return Cell(painted, None, "pseudo-bald", ("hair in the median skin colour, #{:02x}{:02x}{:02x}".format(*skin),))
