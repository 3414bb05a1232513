"""What a `classes.toml` may hold: its tables and options, declared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, TypeVar

import regex
from PIL import ImageColor
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from hairnet_data.core.classes import NAMES
from hairnet_data.core.labels.blended_edges import Rgb

_HEX = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


# What the validators below are given has the right type; a ValueError's text reads on from the field's name.


def _regular_expression(person: str) -> str:
    if person in ("", "folder"):
        return person
    try:
        re.compile(person)  # the stricter of the two
        pattern = regex.compile(person)
    except (re.error, regex.error, RecursionError, OverflowError) as error:
        raise ValueError(f"is no regular expression ({error})") from error
    if pattern.groups == 0:
        raise ValueError('has no group: put the person\'s part in parentheses, as in "^([a-z]+)_"')
    return person


def _shares_of_one(fractions: tuple[float, float, float]) -> tuple[float, float, float]:
    if not abs(sum(fractions) - 1) < 1e-6:
        raise ValueError("should be the shares of train, validation and test, sum 1")
    return fractions


def _inner_folder(text: str) -> str:
    path = PurePosixPath(text)
    starred = [part for part in path.parts if "*" in part]
    if path.is_absolute() or ".." in path.parts or not text or "\0" in text or starred not in ([], ["*"]):
        raise ValueError('should be the name of a folder inside this one, or as "*/images"')
    return path.as_posix()


def _several(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) != len(names) or len(names) == 1:
        classes = ", ".join(NAMES)
        raise ValueError(f"should be two or all of {classes}: a pixel that can be but one class has that label")
    return names


def _rgb(value: Any) -> Rgb:
    if _is_triple(value) and all(0 <= channel <= 255 for channel in value):
        red, green, blue = value
        return red, green, blue
    if isinstance(value, str) and (_HEX.fullmatch(value) or value.lower() in ImageColor.colormap):
        red, green, blue = ImageColor.getrgb(value)[:3]
        return red, green, blue
    raise ValueError('should be a colour, written "#rrggbb", "#rgb", "red" (a name of CSS) or [255, 0, 0]')


def _is_triple(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(type(channel) is int for channel in value)


def _as_colours(value: Any) -> Any:
    """Several colours, or one: three numbers are one."""
    return [value] if _is_triple(value) else _as_list(value)


def _part(text: str) -> str:
    if not text or "/" in text:
        raise ValueError('should be a part: the last words of its masks\' names, as "hair"')
    return text


def _as_given(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Checks a value, and leaves 1 as 1: as 1.0 it would give a dataset another name."""
    validate(value)
    return value


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


_Share = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False), WrapValidator(_as_given)]
_InnerFolder = Annotated[StrictStr, AfterValidator(_inner_folder)]
_ClassName = Literal["background", "hair", "face"]
_Colour = Annotated[Rgb, BeforeValidator(_rgb)]
_Index = Annotated[StrictInt, Field(ge=0, le=65535)]
_Part = Annotated[StrictStr, AfterValidator(_part)]
_Value = TypeVar("_Value")
_Key = Literal["background", "hair", "face", "ignore"]
_Table = dict[_Key, Annotated[list[_Value], BeforeValidator(_as_list)]]
_Colours = dict[_Key, Annotated[list[_Colour], BeforeValidator(_as_colours)]]


@dataclass(frozen=True, slots=True)
class Options:
    """The table `[options]`.

    Attributes:
        nearest: whether a colour (or, in a part, a grey) that means nothing takes the nearest one's class.
        person: a regular expression with a group, searched in a photo's name; or "folder", the subfolder of
            the images' folder; or "", every photo is a person of its own.
        fractions: shares of the pools train, validation, test.
        seed: another seed, another division.
        pools: "folder" if `images/train`, `images/val` and `images/test` are the pools, "fractions" if people are
            divided by `fractions` and `seed`.
        images: the photos' folder; "." is this one, and "*" in a path as "*/images" stands for any.
        masks: the masks' folder; it may be the photos', or lie in it.
        image_suffix: what ends every photo's name, before its extension.
        mask_suffix: what ends every mask's name, before its extension.
        match: "path" if a mask lies in the subfolder its photo lies in, "name" if it may lie in any.
        pad: with how many digits masks write a photo's number; 0 is as it stands.
        order: all parts from the lowest to the topmost; () is face, then hair, then background, then what is ignored.
        rest: what is under no part: "background" or "ignore".
        ignored: classes that an unlabelled pixel may have; () is any.
    """

    nearest: StrictBool = False
    person: Annotated[StrictStr, AfterValidator(_regular_expression)] = ""
    fractions: Annotated[tuple[_Share, _Share, _Share], AfterValidator(_shares_of_one)] = (0.8, 0.1, 0.1)
    seed: StrictInt = 0
    pools: Literal["fractions", "folder"] = "fractions"
    images: _InnerFolder = "images"
    masks: _InnerFolder = "masks"
    image_suffix: StrictStr = ""
    mask_suffix: StrictStr = ""
    match: Literal["path", "name"] = "path"
    pad: Annotated[StrictInt, Field(ge=0, le=64)] = 0
    order: tuple[StrictStr, ...] = ()
    rest: Literal["background", "ignore"] = "background"
    ignored: Annotated[tuple[_ClassName, ...], AfterValidator(_several)] = ()

    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class ClassesFile:
    """A `classes.toml` as it is written: one of the three tables of classes, and perhaps options."""

    colours: _Colours | None = None
    indices: _Table[_Index] | None = None
    parts: _Table[_Part] | None = None
    options: Options = field(default_factory=Options)

    __pydantic_config__ = ConfigDict(extra="forbid")
