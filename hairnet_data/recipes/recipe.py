"""A recipe: how one example is rendered, as plain numbers and names.

Lengths are in frames (1 is the side of the square output), angles in degrees, colours RGB 0..255. Assets are named
`id@content`, where content is the 16-digit digest that the asset had when it was used.

A recipe's JSON is its value: every number in it was rounded before it was used. The annotations say what a recipe read
from JSON may hold; pydantic checks them there, and only there: `sampler` constructs recipes without checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from hairnet_data.core.errors import DatasetError, unreadable
from hairnet_data.core.head.pose import Pose
from hairnet_data.core.validation import first_error
from hairnet_data.recipes.paints import NO_FILL, CheckedPaint, Crop
from hairnet_data.recipes.policy import MOST_COMPANIONS, Shape
from hairnet_data.recipes.values import Corner, Degrees, Gain, Seed

RECIPE_VERSION: Literal[4] = 4
"""Of the format of recipes and of what they mean."""

Kind = Literal["portrait", "negative", "group"]


def _check_blur(blur: float) -> float:
    if 0 < blur < 0.001:
        raise ValueError("should be 0 or at least 0.001")
    return blur


@dataclass(frozen=True, slots=True)
class Affine:
    """How the portrait is mapped into the frame, see `warp.unit_matrix`. Rotation is clockwise on the screen."""

    scale: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    shift: Corner = (0.0, 0.0)
    rotation: Degrees = 0.0
    mirror: bool = False


NO_AFFINE = Affine()
"""Framed only."""


@dataclass(frozen=True, slots=True)
class Edge:
    """How a photograph ends where it is pasted: at its frame, softly within it, or at its person. Lengths in frames.

    With a width above 0 the photograph's share of a pixel rises from 0 to 1 over `width` from its outline inwards; the
    pixel has the class of what has the larger share. The outline is the frame with round corners, moved inwards by a
    triangular wave in both directions. See `rendering.edges` for the formula.

    Attributes:
        width: of the transition; 0 for none: then the other values have no effect.
        radius: of the corners.
        wave: how far the wave moves the outline inwards at most.
        period: of the wave.
        cutout: whether the person alone is shown, cut out by the portrait's own coverage, or the head alone where there
            is none; the other values have no effect. A pixel has the portrait's class where its coverage is one half
            or more, or where its mask says hair or face.
    """

    width: Annotated[float, Field(ge=0, le=1)] = 0.0
    radius: Annotated[float, Field(ge=0, le=10)] = 0.0
    wave: Annotated[float, Field(ge=0, le=1)] = 0.0
    period: Annotated[float, Field(ge=0.01, le=10)] = 1.0
    cutout: bool = False

    @property
    def is_frame(self) -> bool:
        """Whether the photograph ends at its frame."""
        return not self.width and not self.cutout


NO_EDGE = Edge()
"""It ends at its frame."""

CUT_OUT = Edge(cutout=True)
"""It ends at its person."""


@dataclass(frozen=True, slots=True)
class Companion:
    """Another portrait in the picture.

    Attributes:
        portrait: the asset shown.
        affine: how it is mapped into the frame.
        front: whether it hides the main portrait where they overlap, or is hidden by it.
        edge: how it ends.
        traits: facts that the source records with it.
        pose: of its head in the portrait as it is framed at scale 1; None where the source does not know it.
    """

    portrait: Annotated[str, Field(min_length=1)]
    affine: Affine
    front: bool
    edge: Edge
    traits: Mapping[str, str]
    pose: Pose | None = None


@dataclass(frozen=True, slots=True)
class Occluder:
    """A filled polygon over the picture; a pixel is under it when its centre is inside (nonzero winding).

    Attributes:
        shape: for people to read; the outline alone is rendered.
        outline: the polygon's corners (x, y), in frames.
        paint: what it is filled with.
    """

    shape: Shape
    outline: Annotated[tuple[Corner, ...], Field(min_length=3, max_length=256)]
    paint: CheckedPaint


@dataclass(frozen=True, slots=True)
class Photometric:
    """Changes of colour, in the order they are made; the defaults change nothing.

    Attributes:
        grey: whether colour is removed first.
        contrast: gain about mid-grey, 1 for no change.
        brightness: gain, 1 for no change.
        cast: gains of red, green and blue.
        blur: standard deviation of a Gaussian blur, in 224ths of the frame; 0 for none.
        noise: standard deviation of Gaussian noise, in grey levels.
        noise_seed: selects the window of the noise tile.
        jpeg: quality of an extra JPEG round trip, 1..100; 0 for none.
    """

    grey: bool = False
    contrast: Gain = 1.0
    brightness: Gain = 1.0
    cast: tuple[Gain, Gain, Gain] = (1.0, 1.0, 1.0)
    blur: Annotated[Gain, AfterValidator(_check_blur)] = 0.0
    noise: Gain = 0.0
    noise_seed: Seed = 0
    jpeg: Annotated[int, Field(ge=0, le=100)] = 0


NO_CHANGE = Photometric()
"""Every colour as it is."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one example is rendered.

    Attributes:
        split: the split's name.
        index: within the split.
        size: side of the square output, in pixels.
        kind: "portrait", "group" (several portraits) or "negative".
        portrait: the asset shown, of a group the one with the largest scale; "" for a negative.
        negative: the crop shown, None for anything else.
        affine: how the portrait is mapped into the frame.
        edge: how the portrait ends.
        companions: the other portraits of a group. Those behind the main one are painted before it, the others after
            it, each in this order.
        fill: what is painted where no portrait reaches.
        occluders: painted one after another.
        photometric: changes of colour.
        traits: facts that the source records with the portrait, e.g. its skin tone; they change no pixel.
        pose: of the portrait's head, before the affine map: in the portrait as it is framed at scale 1. None for a
            negative, and where the source does not know it.
        version: of this format and of what it means.
    """

    __pydantic_config__ = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    split: str
    index: Annotated[int, Field(ge=0, le=1 << 62)]
    size: Annotated[int, Field(ge=8, le=8192)]
    kind: Kind
    portrait: str = ""
    negative: Crop | None = None
    affine: Affine = NO_AFFINE
    edge: Edge = NO_EDGE
    companions: Annotated[tuple[Companion, ...], Field(max_length=MOST_COMPANIONS)] = ()
    fill: CheckedPaint = NO_FILL
    occluders: tuple[Occluder, ...] = ()
    photometric: Photometric = NO_CHANGE
    traits: Mapping[str, str] = field(default_factory=dict)
    pose: Pose | None = None
    version: Literal[4] = RECIPE_VERSION

    @property
    def source_id(self) -> str:
        """The id of the portrait or background shown, without its digest; of a group that of the main portrait."""
        asset = self.negative.asset if self.negative else self.portrait
        return asset_id(asset)

    @property
    def source_ids(self) -> list[str]:
        """The ids of all portraits shown, the main one first, or that of the background of a negative."""
        return [self.source_id, *(asset_id(companion.portrait) for companion in self.companions)]

    @property
    def portraits(self) -> list[str]:
        """The assets of all portraits shown, the main one first."""
        return [self.portrait, *(companion.portrait for companion in self.companions)] if self.portrait else []

    def assets(self) -> tuple[list[str], list[str]]:
        """The portraits and the backgrounds that the recipe uses."""
        crops = [self.negative, self.fill.crop, *(occluder.paint.crop for occluder in self.occluders)]
        return self.portraits, [crop.asset for crop in crops if crop]

    def to_json(self) -> str:
        """One line of JSON; the same recipe gives the same line."""
        return orjson.dumps(self, option=orjson.OPT_SORT_KEYS).decode()

    @staticmethod
    def from_json(text: str | bytes) -> Recipe:
        """Reads what `to_json` wrote.

        Raises:
            DatasetError: it is not JSON, or not a recipe of this version.
        """
        try:
            recipe: Recipe = _RECIPE.validate_json(text)
        except ValidationError as error:
            path, message = first_error(error)
            what = f"{path}: {message}" if path else message
            raise DatasetError("recipe", unreadable(what), "build the dataset again") from error
        return recipe


def asset_id(asset: str) -> str:
    """The id in an asset's `id@content`."""
    return asset.rpartition("@")[0]


def _check_recipe(recipe: Recipe) -> Recipe:
    if bool(recipe.portrait) == bool(recipe.negative) or (recipe.kind == "negative") != bool(recipe.negative):
        raise ValueError("should have either a portrait or a negative, and its kind")
    if recipe.negative and recipe.pose:
        raise ValueError("should have no pose as a negative")
    if bool(recipe.companions) != (recipe.kind == "group"):
        raise ValueError("should have companions as a group, else none")
    return recipe


def _without_defaults(schema: Any) -> Any:
    """The same pydantic schema with all fields required: a recipe that lacks one is damaged."""
    if isinstance(schema, dict):
        if schema.get("type") == "default":
            return _without_defaults(schema["schema"])
        return {key: _without_defaults(value) for key, value in schema.items()}
    return [_without_defaults(part) for part in schema] if isinstance(schema, list) else schema


_RECIPE = SchemaValidator(_without_defaults(TypeAdapter(Annotated[Recipe, AfterValidator(_check_recipe)]).core_schema))
