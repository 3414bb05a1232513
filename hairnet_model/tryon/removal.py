"""Takes a head's own hair away: skin on the head, what is around the hair beside it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_model.effects import oklab
from hairnet_model.effects.bald import BARE, NOTHING, SKIN, means, skin_over
from hairnet_model.effects.grid import Grid, Plane, blurred, filled, grown
from hairnet_model.effects.matting import smoothstep
from hairnet_model.tryon.colour import decoded
from hairnet_model.tryon.ground import continued
from hairnet_model.tryon.layers import Layer
from hairnet_model.tryon.proxy import Seen
from hairnet_model.tryon.shading import Light

_BEARD = 2.0  # cm below the eyes from which hair on the face is a beard
_CHIN, _BEARDED = (4.5, 11.0), 0.12  # cm below the eyes, and the share of hair there that makes a beard
_WIDER = 0.6  # cm around hair that are removed with it: single hairs, and the shade below it
_APART = 0.35  # cm beside hair and skin from which on the ground is sure to be none of them
_MIRRORED = 14.0  # cm from the hair's edge that the ground's texture goes on
_FEWEST = 12  # cells of skin that say how the light falls


@dataclass(frozen=True, slots=True, eq=False)
class Bare:
    """A head without its hair.

    Attributes:
        layer: skin and ground to lay over the hair, of the picture's size.
        light: that falls on the face.
        skin: mean of the face's skin, float32 (3,), linear RGB.
    """

    layer: Layer
    light: Light
    skin: Plane


def remove(image: Pixels, hair: Plane, face: Plane, seen: Seen, grid: Grid, size: float) -> Bare:
    """Paints what may be behind hair.

    Args:
        image: uint8 (H, W, 3) RGB.
        hair: probability that a pixel is this head's hair, float32 (H, W).
        face: likewise of its face.
        seen: of the head, in the grid's cells.
        grid: of the picture.
        size: pixels per centimetre.
    """
    hairy = grid.sums(hair) / grid.areas
    skin, weight = means(image, (face > np.float32(SKIN)) & (hair < np.float32(BARE)), grid)
    weight = weight * (seen.skin > 0.5)
    ground, open_ = means(image, (face < np.float32(NOTHING)) & (hair < np.float32(NOTHING)), grid)
    behind = blurred(filled(ground * open_[..., None], open_), 1)
    wide = float(seen.skin.sum()) ** 0.5
    painted = skin_over(skin, np.asarray(weight, np.float32), seen.normals, max(1, int(wide / 16)))
    bearded = smoothstep(_BEARD - 1, _BEARD + 1, seen.height) * (1 - smoothstep(11.5, 12.5, seen.height))
    facing = smoothstep(0.2, 0.45, seen.normals[..., 3])
    beard = np.asarray(seen.front * bearded * facing * seen.head * _has_beard(hairy, seen), np.float32)
    wider = max(1, round(_WIDER * size / grid.step))
    near = blurred(grown(np.asarray(hairy * (1 - beard), np.float32), wider), 1)
    rows = slice(0, grid.height)
    around = 1.4 * grid.enlarged(near, rows) * (1 - np.float32(0.3) * face)
    share = np.clip(np.maximum(3 * hair, around) - np.float32(0.1), 0, 1) * (1 - grid.enlarged(beard, rows))
    known = (hair < np.float32(NOTHING)) & (face < np.float32(NOTHING))
    apart = max(1, round(_APART * size))
    known = cv2.erode(known.astype(np.uint8), np.ones((2 * apart + 1, 2 * apart + 1), np.uint8)) > 0
    smooth = grid.enlarged(oklab.to_codes(behind), rows)
    codes = continued(image, known, smooth, _MIRRORED * size) if open_.any() else smooth
    if painted is not None:
        cover = grid.enlarged(seen.skin, rows)[..., None]
        codes = codes + (grid.enlarged(oklab.to_codes(painted), rows) - codes) * cover
    return Bare(Layer.of(codes, np.asarray(share, np.float32)), *_light(skin, weight, seen))


def _has_beard(hairy: Plane, seen: Seen) -> bool:
    """Whether there is hair in the middle of the lower face."""
    middle = (seen.front > 0) & (seen.height > _CHIN[0]) & (seen.height < _CHIN[1]) & (seen.normals[..., 3] > 0.6)
    return bool(middle.any() and hairy[middle].mean() > _BEARDED)


def _light(skin: Plane, weight: Plane, seen: Seen) -> tuple[Light, Plane]:
    """The light on the face by least squares, and the mean of the skin."""
    known = weight > 0.5
    if np.count_nonzero(known) < _FEWEST:
        return Light(1.0, np.zeros(3, np.float32)), np.full(3, 0.4, np.float32)
    linear = decoded(oklab.to_codes(skin[known]))
    bright, bases = linear @ np.array((0.2126, 0.7152, 0.0722)), seen.normals[known].astype(np.float64)
    kept = np.ones(len(bright), bool)
    fit = np.zeros(4)
    for _ in range(3):  # eyes, brows, mouth and shine are left out
        a, b = bases[kept], bright[kept]
        fit = np.linalg.solve(a.T @ a + np.diag([0, 1, 1, 1]) * 0.02 * len(a), a.T @ b)
        rest = bright - bases @ fit
        kept = np.abs(rest) <= 1.5 * max(1e-3, float(np.std(rest[kept])))
    middle = max(1e-3, float((bases[kept] @ fit).mean()))
    return Light(float(fit[0]) / middle, (fit[1:] / middle).astype(np.float32)), linear[kept].mean(0).astype(np.float32)
