"""What may be drawn for an example: one frozen, validated set of ranges, from flags or a TOML file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import UsageError
from hairnet_data.core.storage.bounded_read import read_toml

SHAPES = ("rectangle", "ellipse", "polygon", "strip", "hand")
"""Shapes an occluder may have. The rotated rectangle is the one of 2019."""

MOST_OCCLUDERS = 4

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The ranges a recipe is drawn from.

    Attributes:
        negative_rate: share of examples that are a background with nobody in it, 0..1.
        occlude_rate: share of examples (negatives too) that get occluders, 0..1.
        scale: smallest and largest scale, log-uniform; 1 shows the whole portrait.
        shift: nearest and farthest shift of the portrait's centre, in frames, in any direction.
        rotate: least and most rotation in degrees, either way.
        mirror: share of portraits that are mirrored, 0..1.
        photometric: strength of colour changes; 0 leaves every pixel's colour as it is, 1 is the default.
        background_rate: share of uncovered ground, and of occluders, filled from a background, 0..1.
        occluder_count: fewest and most occluders on an occluded example, 1..4.
        occluder_size: smallest and largest longer side of an occluder, in frames.
        occluder_shapes: the shapes to choose from, of `SHAPES`.
        cover: None, or the least and most share of the head that a single occluder hides; then
            `occluder_count` and `occluder_size` have no say.
    """

    negative_rate: float = 0.3
    occlude_rate: float = 0.6
    scale: Range = (0.75, 1.25)
    shift: Range = (0.0, 0.5)
    rotate: Range = (0.0, 45.0)
    mirror: float = 0.5
    photometric: float = 1.0
    background_rate: float = 0.5
    occluder_count: tuple[int, int] = (1, 1)
    occluder_size: Range = (0.1, 0.45)
    occluder_shapes: tuple[str, ...] = SHAPES
    cover: Range | None = None

    def __post_init__(self) -> None:
        """Raises UsageError, naming the flag, for a value that means nothing."""
        for name in ("negative_rate", "occlude_rate", "mirror", "background_rate"):
            _within(name, getattr(self, name), 0, 1)
        _within("photometric", self.photometric, 0, 3)
        for name, low, high in (
            ("scale", 0.05, 20),
            ("shift", 0, 2),
            ("rotate", 0, 180),
            ("occluder_size", 0.01, 2),
            ("cover", 0.01, 0.95),
            ("occluder_count", 1, MOST_OCCLUDERS),
        ):
            pair = getattr(self, name)
            if pair is None and name == "cover":
                continue
            for value in pair:
                _within(name, value, low, high)
                if name == "occluder_count" and value != int(value):
                    raise UsageError(flag(name), f"{value:g} is not a whole number", f"give one from {low} to {high}")
            if pair[0] > pair[1]:
                raise UsageError(flag(name), f"the range {pair[0]:g}..{pair[1]:g} is empty", "give the smaller first")
        unknown = [shape for shape in self.occluder_shapes if shape not in SHAPES]
        if unknown or not self.occluder_shapes:
            what = f"no shape named {unknown[0]!r}" if unknown else "no shape is left"
            raise UsageError(flag("occluder_shapes"), what, f"choose from {', '.join(SHAPES)}")

    def to_json(self) -> dict[str, Any]:
        """The policy as JSON values; `from_mapping` reads them back."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}


def flag(name: str) -> str:
    """The command line's spelling of a field."""
    return "--" + name.replace("_", "-")


def _within(name: str, value: Any, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e300 < value < 1e300:
        raise UsageError(flag(name), f"{value!r} is not a number", f"give one from {low:g} to {high:g}")
    if not low <= value <= high:
        raise UsageError(flag(name), f"{value:g} is outside {low:g}..{high:g}", f"give one from {low:g} to {high:g}")


def from_mapping(values: Mapping[str, Any], where: str, base: Policy | None = None) -> Policy:
    """Makes a policy of plain values; single numbers for `shift` and `rotate` mean 0 to that number.

    Args:
        values: fields by name; lists for ranges.
        where: what to name in an error, e.g. the file they came from.
        base: the policy whose values hold where `values` has none; default `Policy()`.

    Raises:
        UsageError: an unknown name or a value of the wrong kind.
    """
    known = {field.name for field in fields(Policy)}
    ranges = {"scale", "shift", "rotate", "occluder_size", "cover", "occluder_count"}
    made: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise UsageError(where, f"no setting named {name!r}", f"known: {', '.join(sorted(known))}")
        if name in ("shift", "rotate") and isinstance(value, int | float) and not isinstance(value, bool):
            value = (0.0, value)
        if name in ranges and (value is not None or name != "cover"):
            if not isinstance(value, list | tuple) or len(value) != 2:
                raise UsageError(where, f"{name} = {value!r} is not a range", "give two numbers, the smaller first")
            for part in value:
                _within(name, part, -math.inf, math.inf)
            value = tuple(int(v) if name == "occluder_count" and v == int(v) else float(v) for v in value)
        elif name == "occluder_shapes":
            if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
                raise UsageError(where, f"{name} = {value!r} is not a list of names", "give a list of strings")
            value = tuple(value)
        elif value is not None:
            _within(name, value, -math.inf, math.inf)
            value = float(value)
        made[name] = value
    return replace(base or Policy(), **made)


def read_policy(path: Path) -> Policy:
    """Reads a policy from a TOML file that holds any of `Policy`'s fields.

    Raises:
        UsageError: the file is missing, is not TOML, or holds something else.
    """
    try:
        values = read_toml(path)
    except OSError as fault:
        raise UsageError(str(path), f"cannot be read ({fault.strerror})", "give a TOML file") from fault
    except ValueError as fault:
        raise UsageError(str(path), f"is not TOML ({fault})", "see the README's example") from fault
    return from_mapping(values, str(path))


CLEAN = Policy(negative_rate=0, occlude_rate=0, scale=(1, 1), shift=(0, 0), rotate=(0, 0), mirror=0, photometric=0)
"""Framed only: nothing moved, hidden or recoloured."""

DEFAULT = Policy()
"""What a build does unless it is told otherwise."""
