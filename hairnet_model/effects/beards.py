"""Beards, of which the network often finds a part: the whole of one counts as hair, or nothing of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.effects import oklab
from hairnet_model.effects.faces import faces
from hairnet_model.effects.grid import Grid, Plane, blurred, grown
from hairnet_model.effects.matting import smoothstep

_HAIR = 0.1  # from this probability on, a cell below a face may be of a beard
_SURE = 0.5  # from this probability on, a cell is of hair
_CHEEK = 0.2  # widths of the face that must lie between hair and beard
_NOSE = 0.5  # widths of the face below its top: no beard is above
_CHIN = 1.35  # widths of the face below its top: a beard begins above
_LONGEST = 2.0  # widths of the face below its top: it ends above
_BESIDE = 0.4  # widths of the face along which hair that falls beside it may touch a beard
_MIDDLE = 0.15  # widths of the face around its middle that a beard crosses
_REACH = 0.15  # widths of the face around what was found in which the rest of a beard may be
_UNLIKE = 0.12  # Oklab distance of beard and skin from which colours tell one from the other


def with_beard_or_without(image: Pixels, hair: Plane, face: Plane, grid: Grid, beard: bool) -> Plane:
    """The probability of hair with the whole of every beard in it, or with none.

    Args:
        image: uint8 (H, W, 3) RGB.
        hair: float32 (H, W), 0..1.
        face: float32 (H, W), 0..1.
        grid: of the picture.
        beard: whether beards count.

    Returns:
        float32 (H, W); the same array where there is no beard.
    """
    areas = grid.areas
    hairy, facial = (grid.sums(plane) / areas for plane in (hair, face))
    found, reach = beards(hairy, facial)
    if not found.any():
        return hair
    whole = _whole(image, hair + face, hairy, facial, found, reach, grid) if beard else None
    if whole is not None:
        return np.maximum(hair, whole)
    left = np.maximum(0, 1 - 4 * blurred(grown(found, 1), 1))
    return hair * grid.enlarged(left, slice(None))


def beards(hair: Plane, face: Plane) -> tuple[Plane, Plane]:
    """Where beards were found, and where the rest of them may be.

    In each column of cells a beard lies below a piece of the face; hair that falls beside the face does not. What
    hangs together there is a beard if it crosses the face's middle above the chin.

    Args:
        hair: float32 (rows, columns), the mean probability of hair in every cell.
        face: likewise, of face.

    Returns:
        Two masks, float32 (rows, columns) of 0 and 1.
    """
    found, reach = np.zeros_like(hair), np.zeros_like(hair)
    for one, top, middle, wide in ((shape.mask, shape.top, shape.middle, shape.wide) for shape in faces(face)):
        under = _below(one, max(2, int(_CHEEK * wide + 0.5))) & (hair > np.float32(_HAIR))
        under[: int(top + _NOSE * wide + 0.5)] = False
        others = np.pad((hair > np.float32(_SURE)) & ~under, ((0, 0), (1, 1)))
        beside = others[:, 2:] | others[:, :-2]
        parts, part = cv2.connectedComponents(under.astype(np.uint8), connectivity=4)
        across = np.abs(np.arange(hair.shape[1]) + 0.5 - middle) <= _MIDDLE * wide
        down = np.arange(hair.shape[0]) < top + _CHIN * wide
        for number in range(1, parts):
            piece = part == number
            hangs = piece[min(len(piece), int(top + _LONGEST * wide + 0.5)) :].any()  # as hair before the chest does
            touches = int((piece & beside).sum()) > _BESIDE * wide
            if not hangs and not touches and (piece & across & down[:, None]).any():
                found[piece] = 1
                mirrored = np.floor(2 * middle - 0.5 - np.arange(hair.shape[1])).astype(int)
                inside = (mirrored >= 0) & (mirrored < hair.shape[1])
                both = piece | (piece[:, np.clip(mirrored, 0, hair.shape[1] - 1)] & inside)
                reach[grown(both.astype(np.float32), max(1, int(_REACH * wide + 0.5))) > 0] = 1
    return found, reach


def _below(face: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """Cells that have a run of at least `least` cells of the face somewhere above them."""
    made = np.zeros_like(face)
    run = np.zeros(face.shape[1], int)
    seen = np.zeros(face.shape[1], bool)
    for y, row in enumerate(face):
        made[y] = seen
        run = np.where(row, run + 1, 0)
        seen |= run >= least
    return made


def _whole(
    image: Pixels, head: Plane, hairy: Plane, facial: Plane, found: Plane, reach: Plane, grid: Grid
) -> Plane | None:
    """How likely each pixel is of a beard by its place and by its colour, between those of beard and skin.

    None where the two are too much alike to tell.
    """
    means = oklab.from_codes(grid.sums(image.astype(np.float32)) / grid.areas[..., None])
    mine, skin = (found > 0) & (hairy > np.float32(_SURE)), (facial > np.float32(0.9)) & (reach == 0)
    if not mine.any() or not skin.any():
        return None
    bare = means[skin].mean(0)
    way = means[mine].mean(0) - bare
    if np.linalg.norm(way) < _UNLIKE:
        return None
    near = grid.enlarged(blurred(reach, 1), slice(None)) * head
    made = np.zeros_like(near)
    where = np.nonzero(near > 0)
    apart = oklab.from_srgb(image[where]) - bare
    place = apart @ way / np.float32(max(float(way @ way), 1e-6))
    aside = np.sqrt(np.maximum(0, (apart * apart).sum(1) - place * place * (way @ way)))
    like = smoothstep(0.35, 0.65, place) * (1 - smoothstep(0.04, 0.09, aside))
    made[where] = near[where] * like
    return made
