"""Paints and crops of recipes: what a region is filled with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator

from hairnet_data.recipes.values import Colour, Degrees, Gain, Seed, Share

PaintKind = Literal["colour", "texture", "background"]
Pattern = Literal["stripes", "checks", "blotches", "shade"]
PATTERNS: tuple[Pattern, ...] = get_args(Pattern)
"""Patterns of textures."""


def _check_paint(paint: Paint) -> Paint:
    if len(paint.colours) != {"colour": 1, "texture": 2, "background": 0}[paint.kind]:
        raise ValueError("should have one colour as a colour, two as a texture, none as a background")
    if (paint.pattern == "") != (paint.kind != "texture"):
        raise ValueError("should have a pattern as a texture, else none")
    if paint.kind == "texture" and paint.period < 0.005:
        raise ValueError("should have a period of at least 0.005 as a texture")
    if (paint.crop is None) != (paint.kind != "background"):
        raise ValueError("should have a crop as a background, else none")
    return paint


@dataclass(frozen=True, slots=True)
class Crop:
    """A square crop of a background.

    Attributes:
        asset: the background.
        x: where it lies between the left edge (0) and the right one (1).
        y: where it lies between the upper edge (0) and the lower one (1).
        side: its side, as a share of the background's shorter side. It is resized to what it covers; with 0 it has as
            many pixels as it covers and is not resized.
        mirror: whether it is mirrored.
    """

    asset: str
    x: Share
    y: Share
    side: Share
    mirror: bool


@dataclass(frozen=True, slots=True)
class Paint:
    """What a region is filled with: a colour, a pattern of two colours, or a crop of a background.

    Attributes:
        kind: which of the three.
        colours: one colour for "colour", two for "texture", none for "background".
        pattern: for "texture", else "".
        angle: of the pattern, degrees.
        period: of the pattern, in frames.
        seed: selects the window of the texture tile.
        crop: for "background".
    """

    kind: PaintKind
    colours: tuple[Colour, ...] = ()
    pattern: Literal[Pattern, ""] = ""
    angle: Degrees = 0.0
    period: Gain = 0.0
    seed: Seed = 0
    crop: Crop | None = None


CheckedPaint = Annotated[Paint, AfterValidator(_check_paint)]

NO_FILL = Paint("colour", ((0, 0, 0),))
"""Where nothing is uncovered."""
