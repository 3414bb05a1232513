"""Hair in another colour. docs/recolouring.md specifies it; the web page does the same, to within 2 of 255 levels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import UsageError
from hairnet_model.effects import beards, matting, oklab, patterns, tone, unlikeness
from hairnet_model.effects.colours import Target
from hairnet_model.effects.grid import Grid, Plane

_BAND = 1 << 20  # pixels recoloured at once


@dataclass(frozen=True, slots=True)
class Fit:
    """What was estimated from all of a picture's hair.

    Attributes:
        curve: the tone curve.
        top: where the hair begins, in cells from the picture's top.
        end: where it ends.
    """

    curve: tone.Tone
    top: float
    end: float


def as_it_is(fit: Fit) -> Fit:
    """For one picture, whose own estimate is the best there is."""
    return fit


def recolour(
    image: Pixels,
    hair_probability: Plane,
    face_probability: Plane,
    target: Target,
    strength: float = 1.0,
    beard: bool = False,
    steady: Callable[[Fit], Fit] = as_it_is,
) -> Pixels:
    """Dyes the hair of a photo.

    Args:
        image: uint8 (H, W, 3) RGB.
        hair_probability: float32 (H, W), 0..1.
        face_probability: float32 (H, W), 0..1.
        target: the colour and where it is worn; of `colours.target`.
        strength: 0 changes nothing, 1 gives the hair the target's colour.
        beard: dye a beard too; else none of it.
        steady: given the picture's own estimate, what to take instead; for the frames of a film.

    Returns:
        uint8 (H, W, 3) RGB. Pixels whose probability of hair is below `matting.NO_HAIR` are those of `image`; with
        `beard`, those of a beard may change too.

    Raises:
        UsageError: the strength is not in 0..1, or the arrays' sizes differ.
    """
    if not 0 <= strength <= 1:
        raise UsageError("strength", f"{strength} is not between 0 and 1", "give 0.8, for example")
    if image.shape[:2] != hair_probability.shape or hair_probability.shape != face_probability.shape:
        raise UsageError("recolour", "image and probabilities have different sizes", "give all three in one size")
    made = image.copy()
    if not image.size or strength == 0 or hair_probability.max() < matting.LEAST:
        return made
    grid = Grid.of(*hair_probability.shape)
    hair = beards.with_beard_or_without(image, hair_probability, face_probability, grid, beard)
    sides = matting.sides(image, hair, grid)
    if sides is None:
        return made
    base = oklab.lightness(sides.hair[..., 0])
    fitted = tone.fitted(*_sample(image, hair, base, grid, sides.sure), target.colour)
    fit = steady(Fit(fitted, *patterns.extent(sides.inside)))
    metric = unlikeness.metric(image, hair, sides, grid)
    curve, shaded = fit.curve, tone.shaded(base, fit.curve)
    for first in range(0, grid.height, max(1, _BAND // grid.width)):
        rows = slice(first, min(grid.height, first + max(1, _BAND // grid.width)))
        where = np.nonzero(hair[rows] >= np.float32(matting.NO_HAIR))
        if not len(where[0]):
            continue
        of_hair, other, inside = (
            grid.enlarged(cells, rows)[where] for cells in (sides.hair, sides.other, sides.inside)
        )
        own, below, above = image[rows][where], grid.enlarged(base, rows)[where], grid.enlarged(shaded, rows)[where]
        pixels = oklab.from_srgb(own)
        alpha = matting.share_of_hair(pixels, hair[rows][where], inside, of_hair, other, metric)
        # What the pixel's hair would be without what shines through.
        pure = pixels + (1 - alpha)[:, None] * (of_hair - other)
        light = oklab.lightness(np.clip(pure[:, 0], 0, 1))
        dyed = tone.coloured(above + tone.strands(light, below, curve), curve)
        place = ((where[0] + first + 0.5) / grid.step - fit.top) / (fit.end - fit.top)
        share = np.float32(strength) * alpha * patterns.along(target.pattern, place.astype(np.float32))
        if target.pattern == "highlights":
            share = share * patterns.streaks(light - below, curve.texture)
        codes = oklab.to_codes(pixels + share[:, None] * (dyed - pure))
        made[rows][where] = np.where(share[:, None] > 0, np.rint(codes).astype(np.uint8), own)
    return made


def _sample(image: Pixels, hair: Plane, base: Plane, grid: Grid, sure: float) -> tuple[Plane, Plane]:
    """Oklab of pixels that are surely hair, and the lightness of their base: of some of them, or all of a few."""
    for every in (max(1, max(hair.shape) // unlikeness.SAMPLED), 1):
        rows, columns = (at * every for at in np.nonzero(hair[::every, ::every] >= np.float32(sure)))
        if len(rows) >= 64 or every == 1:
            break
    return oklab.from_srgb(image[rows, columns]), grid.at(base, rows, columns)
