"""What may be drawn for an example: a frozen set of ranges, from flags or a TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_type_hints

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from hairnet_data.core.errors import UsageError, unreadable
from hairnet_data.core.storage.bounded_read import read_toml
from hairnet_data.core.validation import first_error

Shape = Literal["rectangle", "ellipse", "polygon", "strip", "hand"]
"""A shape of occluders. The rotated rectangle is the one of 2019."""

SHAPES: tuple[Shape, ...] = get_args(Shape)

MOST_OCCLUDERS = 4

MOST_COMPANIONS = 3

T = TypeVar("T")


def _between(low: float, high: float) -> AfterValidator:
    # The errors of pydantic's own `ge` and `le` name one limit; this one names both.
    def check(value: float) -> float:
        if not low <= value <= high:
            received = f"{value:g}" if isinstance(value, float) else f"{value}"
            raise PydanticCustomError("outside", "is outside", {"received": received, "low": low, "high": high})
        return value

    return AfterValidator(check)


def _check_order(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] > ends[1]:
        raise PydanticCustomError("empty", "is empty", {"first": ends[0], "last": ends[1]})
    return ends


Share = Annotated[float, _between(0, 1)]
Range = Annotated[tuple[T, T], AfterValidator(_check_order)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The ranges that a recipe is drawn from.

    Attributes:
        negative_rate: share of examples that are a background with nobody in it, 0..1.
        occlude_rate: share of examples (negatives too) that get occluders, 0..1.
        group_rate: share of the portraits that get one to three companions, side by side with them, 0..1.
        scale: smallest and largest scale, log-uniform; 1 shows the entire portrait.
        head_height: None, or least and greatest height of the head (the box of hair and face) in frames, log-uniform;
            then `scale` is ignored.
        shift: least and greatest shift of the portrait's centre, in frames, in any direction.
        rotate: least and greatest rotation in degrees, either way.
        mirror: share of portraits that are mirrored, 0..1.
        photometric: strength of colour changes; 0 leaves every pixel's colour as it is, 1 is the default.
        edge_rate: share of portraits that end softly within their frame, 0..1; the others end at it.
        cutout_rate: share of portraits that are cut out, 0..1: of drawn ones the person alone is shown, of
            photographs the head; none of a source that does not label all hair and faces.
        background_rate: share of portraits that are surrounded by a background instead of a colour, 0..1. Occluders
            other than hands are painted from a background at 0.6 of this rate.
        background_side: None, or the smallest and largest side of the square that is cut out of a background, as
            shares of its shorter side, where it surrounds portraits or is a negative. None takes as many pixels as the
            example has behind portraits, and 0.5 to 1 of the shorter side for negatives.
        occluder_count: fewest and most occluders on an occluded example, 1..4.
        occluder_size: smallest and largest longer side of an occluder, in frames.
        occluder_shapes: the shapes to choose from, of `SHAPES`.
        cover: None, or the least and greatest share of the head that a single occluder hides; then `occluder_count`
            and `occluder_size` are ignored.
    """

    negative_rate: Share = 0.3
    occlude_rate: Share = 0.6
    group_rate: Share = 0.0
    scale: Range[Annotated[float, _between(0.05, 20)]] = (0.75, 1.25)
    head_height: Range[Annotated[float, _between(0.02, 5)]] | None = None
    shift: Range[Annotated[float, _between(0, 2)]] = (0.0, 0.5)
    rotate: Range[Annotated[float, _between(0, 180)]] = (0.0, 45.0)
    mirror: Share = 0.5
    photometric: Annotated[float, _between(0, 3)] = 1.0
    edge_rate: Share = 0.0
    cutout_rate: Share = 0.0
    background_rate: Share = 0.5
    background_side: Range[Annotated[float, _between(0.05, 1)]] | None = None
    occluder_count: Range[Annotated[int, _between(1, MOST_OCCLUDERS)]] = (1, 1)
    occluder_size: Range[Annotated[float, _between(0.01, 2)]] = (0.1, 0.45)
    occluder_shapes: Annotated[tuple[Shape, ...], Field(min_length=1)] = SHAPES
    cover: Range[Annotated[float, _between(0.01, 0.95)]] | None = None

    def __post_init__(self) -> None:
        """Raises UsageError, naming the flag, for a value of the wrong type or outside its range."""
        for name in _FIELDS:
            _validated(name, getattr(self, name))

    @property
    def needs_heads(self) -> bool:
        """Whether a recipe depends on where the portrait's head is."""
        return self.cover is not None or self.head_height is not None

    def to_json(self) -> dict[str, Any]:
        """The policy as JSON values; `from_mapping` reads them back."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}


_FIELDS: dict[str, TypeAdapter[Any]] = {
    name: TypeAdapter(annotation, config=ConfigDict(strict=True, allow_inf_nan=False))
    for name, annotation in get_type_hints(Policy, include_extras=True).items()
}

_RANGES = ("scale", "head_height", "shift", "rotate", "background_side", "occluder_count", "occluder_size", "cover")

_RANGE_HINT = "give two numbers, the smaller first"
_SHAPES_HINT = f"choose from {', '.join(SHAPES)}"
_ERRORS = {  # by pydantic's type of error: what is wrong, and a hint
    "float_type": ("{value!r} is not a number", "give a number"),
    "finite_number": ("{value!r} is not a number", "give a number"),
    "int_type": ("{value!r} is not an integer", "give an integer"),
    "outside": ("{received} is outside {low:g}..{high:g}", "give one from {low:g} to {high:g}"),
    "empty": ("the range {first:g}..{last:g} is empty", "give the smaller first"),
    "missing": ("{value!r} is not a range", _RANGE_HINT),
    "too_long": ("{value!r} is not a range", _RANGE_HINT),
    "tuple_type": ("{value!r} is not a list", "give a list; in Python, a tuple"),
    "literal_error": ("no shape named {value!r}", _SHAPES_HINT),
    "too_short": ("no shape is left", _SHAPES_HINT),
}


def flag(name: str) -> str:
    """The command line's spelling of a field."""
    return "--" + name.replace("_", "-")


def _validated(name: str, value: Any) -> Any:
    """The value as its field holds it. Raises UsageError, naming the flag."""
    try:
        return _FIELDS[name].validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] not in _ERRORS:
            raise UsageError(flag(name), first_error(error)[1], "see the example in docs/records.md") from error
        what, hint = (text.format(value=first["input"], **first.get("ctx", {})) for text in _ERRORS[first["type"]])
        raise UsageError(flag(name), what, hint) from error


def from_mapping(values: Mapping[str, Any], where: str, base: Policy | None = None) -> Policy:
    """Makes a policy of plain values; single numbers for `shift` and `rotate` mean 0 to that number.

    Args:
        values: fields by name; lists for ranges.
        where: what to name in an error, e.g. the file they came from.
        base: the policy whose values hold where `values` has none; default `Policy()`.

    Raises:
        UsageError: an unknown name, or a value of the wrong type or outside its range.
    """
    settings: dict[str, Any] = {}
    for name, value in values.items():
        if name not in _FIELDS:
            raise UsageError(where, f"no setting named {name!r}", f"choose from {', '.join(sorted(_FIELDS))}")
        if name in ("shift", "rotate") and type(value) in (int, float):
            value = (0.0, value)
        if name in _RANGES and value is not None and not (isinstance(value, list | tuple) and len(value) == 2):
            raise UsageError(where, f"{name} = {value!r} is not a range", _RANGE_HINT)
        settings[name] = _validated(name, tuple(value) if isinstance(value, list) else value)
    return replace(base or DEFAULT, **settings)


def read_policy(path: Path) -> Policy:
    """Reads a policy from a TOML file that holds any of `Policy`'s fields.

    Raises:
        UsageError: the file is missing, is not TOML, or holds something else.
    """
    try:
        values = read_toml(path)
    except OSError as error:
        raise UsageError(str(path), unreadable(error), "give a TOML file") from error
    except ValueError as error:
        raise UsageError(str(path), f"is not TOML ({error})", "see the example in docs/records.md") from error
    return from_mapping(values, str(path))


def open_policy(name: str) -> Policy:
    """The preset of that name, or what `read_policy` reads from the file of that name.

    Raises:
        UsageError: there is neither, or the file is no policy.
    """
    if name in PRESETS:
        return PRESETS[name]
    if not Path(name).suffix and not Path(name).exists():
        raise UsageError(
            "--policy", f"no policy named {name!r}", f"choose from {', '.join(PRESETS)}, or give a TOML file"
        )
    return read_policy(Path(name))


CLEAN = Policy(negative_rate=0, occlude_rate=0, scale=(1, 1), shift=(0, 0), rotate=(0, 0), mirror=0, photometric=0)
"""Framed only: nothing moved, occluded or recoloured."""

DEFAULT = Policy()
"""The policy of a build unless another is given."""

WORLD = Policy(
    negative_rate=0.2,
    occlude_rate=0.4,
    group_rate=0.2,
    scale=(0.12, 4),
    shift=(0, 0.4),
    edge_rate=0.6,
    cutout_rate=0.5,
    background_rate=0.8,
    background_side=(0.4, 1),
)
"""Every head: from 25 pixels (at 224) to hair that fills the frame, alone and in groups."""

PRESETS = {"default": DEFAULT, "world": WORLD}
"""Policies by the names that `--policy` takes."""
