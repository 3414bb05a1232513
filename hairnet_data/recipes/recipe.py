"""What was drawn for one example: plain numbers and names, enough to render it again.

A recipe's JSON is its value: every number in it was rounded before it was used. Lengths are shares of
the frame (the square output's side), angles degrees, colours RGB 0..255, assets `id@content`, where
content is the 16-digit digest that the asset had when it was used.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from hairnet_data.core.arrays import Point
from hairnet_data.core.errors import DatasetError
from hairnet_data.recipes.policy import SHAPES

RECIPE_VERSION = 1

KINDS = ("portrait", "negative")
PAINTS = ("colour", "texture", "background")
PATTERNS = ("stripes", "checks", "blotches", "shade")

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Crop:
    """A square crop of a background, placed `x`, `y` between the edges (0..1).

    Its side is `side` of the background's shorter side, fitted to what it covers; with `side` 0 it is as many
    pixels as it covers, one for one.
    """

    asset: str
    x: float
    y: float
    side: float
    mirror: bool


@dataclass(frozen=True, slots=True)
class Paint:
    """What covers a place: a colour, a pattern of two colours, or a crop of a background.

    Attributes:
        kind: one of `PAINTS`.
        colours: one colour for "colour", two for "texture", none for "background".
        pattern: one of `PATTERNS` for "texture", else "".
        angle: of the pattern, degrees.
        period: of the pattern, in frames.
        seed: 0..65535, where in the texture tile the pattern begins.
        crop: for "background".
    """

    kind: str
    colours: tuple[Colour, ...] = ()
    pattern: str = ""
    angle: float = 0.0
    period: float = 0.0
    seed: int = 0
    crop: Crop | None = None


NO_FILL = Paint("colour", ((0, 0, 0),))
"""Where nothing is uncovered."""


@dataclass(frozen=True, slots=True)
class Affine:
    """How the portrait is placed: see `warp.unit_matrix`. Rotation is clockwise on the screen."""

    scale: float = 1.0
    shift: Point = (0.0, 0.0)
    rotation: float = 0.0
    mirror: bool = False


NO_AFFINE = Affine()
"""Framed only."""


@dataclass(frozen=True, slots=True)
class Occluder:
    """A filled polygon over the picture; a pixel is under it when its centre is inside (nonzero winding).

    Attributes:
        shape: one of `policy.SHAPES`, for people to read.
        outline: the polygon's corners (x, y), in frames.
        paint: what it is painted with.
    """

    shape: str
    outline: tuple[Point, ...]
    paint: Paint


@dataclass(frozen=True, slots=True)
class Photometric:
    """Colour changes, in the order they are made; the defaults change nothing.

    Attributes:
        grey: whether colour is dropped first.
        contrast: gain about mid-grey, 1 leaves it.
        brightness: gain, 1 leaves it.
        cast: gains of red, green and blue.
        blur: standard deviation of a Gaussian blur, in 224ths of the frame; 0 for none.
        noise: standard deviation of Gaussian noise, in grey levels.
        noise_seed: 0..65535, where in the noise tile it begins.
        jpeg: quality of an extra JPEG round trip, 1..100; 0 for none.
    """

    grey: bool = False
    contrast: float = 1.0
    brightness: float = 1.0
    cast: tuple[float, float, float] = (1.0, 1.0, 1.0)
    blur: float = 0.0
    noise: float = 0.0
    noise_seed: int = 0
    jpeg: int = 0


NO_CHANGE = Photometric()
"""Every colour as it is."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One example.

    Attributes:
        split: the split's name.
        index: within the split.
        size: side of the square output, in pixels.
        kind: "portrait" or "negative".
        portrait: the asset shown, "" for a negative.
        negative: the crop shown, None for a portrait.
        affine: where the portrait stands.
        fill: what covers the ground the portrait does not reach.
        occluders: painted one after another.
        photometric: what happens to the colours.
        traits: facts the source records with the portrait, e.g. its skin tone; they change no pixel.
        version: of this format and of what it means.
    """

    split: str
    index: int
    size: int
    kind: str
    portrait: str = ""
    negative: Crop | None = None
    affine: Affine = NO_AFFINE
    fill: Paint = NO_FILL
    occluders: tuple[Occluder, ...] = ()
    photometric: Photometric = NO_CHANGE
    traits: Mapping[str, str] = field(default_factory=dict)
    version: int = RECIPE_VERSION

    @property
    def source_id(self) -> str:
        """The id of the portrait or background shown, without its digest."""
        asset = self.negative.asset if self.negative else self.portrait
        return asset_id(asset)

    def assets(self) -> tuple[list[str], list[str]]:
        """The portraits and the backgrounds that the recipe uses."""
        crops = [self.negative, self.fill.crop, *(occluder.paint.crop for occluder in self.occluders)]
        return [self.portrait] if self.portrait else [], [crop.asset for crop in crops if crop]

    def to_json(self) -> str:
        """One line of JSON; the same recipe, the same line."""
        return orjson.dumps(self, option=orjson.OPT_SORT_KEYS).decode()

    @staticmethod
    def from_json(text: str | bytes) -> Recipe:
        """Reads `to_json`'s line back.

        Raises:
            DatasetError: not JSON, or not a recipe of this version.
        """
        try:
            return _recipe(orjson.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as fault:
            raise DatasetError("recipe", f"cannot be read ({fault})", "build the dataset again") from fault


def asset_id(asset: str) -> str:
    """The id in an asset's `id@content`."""
    return asset.rpartition("@")[0]


def _recipe(values: Mapping[str, Any]) -> Recipe:
    if values["version"] != RECIPE_VERSION:
        raise ValueError(f"version {values['version']!r} is not {RECIPE_VERSION}")
    made = Recipe(
        split=_text(values["split"]),
        index=_whole(values["index"], 0, 1 << 62),
        size=_whole(values["size"], 8, 8192),
        kind=_one_of(values["kind"], KINDS),
        portrait=_text(values["portrait"]),
        negative=_crop(values["negative"]),
        affine=_affine(values["affine"]),
        fill=_paint(values["fill"]),
        occluders=tuple(_occluder(value) for value in values["occluders"]),
        photometric=_photometric(values["photometric"]),
        traits={_text(name): _text(value) for name, value in values["traits"].items()},
    )
    if len(values) != len(Recipe.__slots__) or bool(made.negative) == bool(made.portrait):
        raise ValueError("its parts do not belong together")
    if (made.kind == "negative") != bool(made.negative):
        raise ValueError(f"it is no {made.kind}")
    return made


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _one_of(value: Any, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"{value!r} is none of {', '.join(choices)}")
    return str(value)


def _whole(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{value!r} is no whole number from {low} to {high}")
    return value


def _number(value: Any, low: float = -100.0, high: float = 100.0) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{value!r} is no number from {low:g} to {high:g}")
    return float(value)


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _point(value: Any) -> Point:
    x, y = value
    return _number(x), _number(y)


def _colour(value: Any) -> Colour:
    red, green, blue = (_whole(part, 0, 255) for part in value)
    return red, green, blue


def _crop(value: Any) -> Crop | None:
    if value is None:
        return None
    return Crop(
        asset=_text(value["asset"]),
        x=_number(value["x"], 0, 1),
        y=_number(value["y"], 0, 1),
        side=_number(value["side"], 0, 1),
        mirror=_flag(value["mirror"]),
    )


def _paint(value: Any) -> Paint:
    kind = _one_of(value["kind"], PAINTS)
    paint = Paint(
        kind=kind,
        colours=tuple(_colour(colour) for colour in value["colours"]),
        pattern=_one_of(value["pattern"], PATTERNS if kind == "texture" else ("",)),
        angle=_number(value["angle"], -360, 360),
        period=_number(value["period"], 0.005 if kind == "texture" else 0),
        seed=_whole(value["seed"], 0, 65535),
        crop=_crop(value["crop"]),
    )
    if len(paint.colours) != {"colour": 1, "texture": 2, "background": 0}[kind] or bool(paint.crop) != (
        kind == "background"
    ):
        raise ValueError("the paint's colours or crop do not fit its kind")
    return paint


def _affine(value: Any) -> Affine:
    return Affine(
        scale=_number(value["scale"], 0.01),
        shift=_point(value["shift"]),
        rotation=_number(value["rotation"], -360, 360),
        mirror=_flag(value["mirror"]),
    )


def _occluder(value: Any) -> Occluder:
    outline = tuple(_point(point) for point in value["outline"])
    if not 3 <= len(outline) <= 256:
        raise ValueError("an outline has 3 to 256 corners")
    return Occluder(_one_of(value["shape"], SHAPES), outline, _paint(value["paint"]))


def _photometric(value: Any) -> Photometric:
    red, green, blue = (_number(gain, 0) for gain in value["cast"])
    return Photometric(
        grey=_flag(value["grey"]),
        contrast=_number(value["contrast"], 0),
        brightness=_number(value["brightness"], 0),
        cast=(red, green, blue),
        blur=_number(value["blur"], 0.001) if value["blur"] else 0.0,
        noise=_number(value["noise"], 0),
        noise_seed=_whole(value["noise_seed"], 0, 65535),
        jpeg=_whole(value["jpeg"], 0, 100),
    )
