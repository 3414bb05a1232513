"""Reads `classes.toml`: what a folder's masks mean, whose portraits they are, and how they are divided."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, NAMES, UNLABELLED
from hairnet_data.core.errors import SourceError, unreadable
from hairnet_data.core.labels.class_map import ClassMap, ColourMap, IndexMap, PartMap
from hairnet_data.core.labels.classes_file import ClassesFile, Options
from hairnet_data.core.storage.bounded_read import read_toml
from hairnet_data.core.validation import first_error

_TABLES = ("colours", "indices", "parts")
_IGNORE = "ignore"
_LABELS = {**{name: label for label, name in enumerate(NAMES)}, _IGNORE: UNLABELLED}
"""What a mask may hold, by its name in a table."""


@dataclass(frozen=True, slots=True)
class Config:
    """The content of a `classes.toml`."""

    classes: ClassMap
    options: Options

    def settings(self, corrected: bool = False) -> dict[str, Any]:
        """As JSON values. Where pixels may be unlabelled, `unlabelled` lists what they may be, `labelled` the table's
        classes.

        Elsewhere nothing of that is in it: the identity of a dataset without such pixels must not move.

        Args:
            corrected: whether corrections brought in pixels without a label, which may be any class.
        """
        kind = {ColourMap: "colours", IndexMap: "indices", PartMap: "parts"}[type(self.classes)]
        table = [[_written(key), _name(label)] for key, label in self.classes.classes.items()]
        options = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self.options).items()
            if key not in ("rest", "ignored", "pools")
        }
        if self.options.pools != "fractions":
            options["pools"] = self.options.pools
        if not self.unlabelled and not corrected:
            return {kind: table, "options": options}
        if kind == "parts":
            options["rest"] = self.options.rest
        labelled = [NAMES[label] for label in sorted({*self.classes.classes.values()} - {UNLABELLED})]
        unlabelled = list(NAMES) if corrected else list(self.unlabelled)
        return {kind: table, "options": options, "unlabelled": unlabelled, "labelled": labelled}

    @property
    def unlabelled(self) -> tuple[str, ...]:
        """The classes that an unlabelled pixel may have, in the order of their ids; () where there is no such pixel."""
        if not _ignores(self.classes):
            return ()
        return tuple(name for name in NAMES if name in (self.options.ignored or NAMES))

    @property
    def labels_heads(self) -> bool:
        """Whether every pixel of hair and of face has a label."""
        return {HAIR, FACE} <= {*self.classes.classes.values()} and not self.unlabelled


def read_config(path: Path, name: str) -> Config:
    """Reads and checks a `classes.toml`.

    Args:
        path: the file.
        name: what errors call it.

    Raises:
        SourceError: it is missing, no TOML (with the line), or says something unknown or contradictory.
    """
    try:
        values = read_toml(path)
    except FileNotFoundError:
        raise SourceError(name, "is missing", "write one that says what the masks' colours mean") from None
    except OSError as error:
        raise SourceError(name, unreadable(error), "check the file") from error
    except ValueError as error:
        raise SourceError(name, f"is no TOML: {error}", "correct that line") from error
    try:
        file = _adapter().validate_python(values)
    except ValidationError as error:
        raise _refusal(error, name) from error
    tables = {kind: table for kind in _TABLES if (table := getattr(file, kind)) is not None}
    if len(tables) != 1:
        what = f"has {' and '.join(f'[{kind}]' for kind in tables) or 'no table of classes'}"
        raise SourceError(name, what, "give one of [colours], [indices], [parts]")
    ((kind, table),) = tables.items()
    _check_options(file.options, kind, name)
    classes = _classes(kind, table, file.options, name)
    if file.options.ignored and not _ignores(classes):
        raise SourceError(f"{name}: [options] ignored", "says what no pixel is", f"add {_IGNORE} = ... or remove it")
    return Config(classes, file.options)


@functools.cache
def _adapter() -> TypeAdapter[ClassesFile]:
    return TypeAdapter(ClassesFile)


def _refusal(error: ValidationError, name: str) -> SourceError:
    """The first thing that is wrong with a file's values, with its table and key."""
    path, what = first_error(error)
    table, _, inner = path.partition(".")
    key = re.sub(r"(\.\d+)+$", "", inner)  # which item of a list it is, shows in its value
    allowed = {"": (*_TABLES, "options"), "options": tuple(option.name for option in fields(Options))}
    names = allowed.get(table if key else "", ()) if what.startswith("is unknown") else ()
    return SourceError(f"{name}: [{table}] {key}".rstrip(), what, f"known are {', '.join(names)}" if names else "")


def _check_options(options: Options, kind: str, name: str) -> None:
    """Refuses options that contradict one another or the kind of table."""
    told_apart = options.mask_suffix != options.image_suffix and options.mask_suffix
    if options.images == options.masks and kind != "parts" and not told_apart:
        what = f"images and masks are both {options.images!r}, and nothing tells them apart"
        raise SourceError(f"{name}: [options]", what, 'add mask_suffix = "_mask", or what ends the names of masks')
    if options.images.count("*") != options.masks.count("*"):
        raise SourceError(f"{name}: [options]", 'images and masks differ in how often "*" is in them', "give both one")
    if options.pools == options.person == "folder":
        what = 'pools = "folder" and person = "folder" both take the first folder'
        raise SourceError(f"{name}: [options]", what, "give person a regular expression, or remove it")
    if kind != "parts" and options.rest != NAMES[BACKGROUND]:
        raise SourceError(f"{name}: [options]", f"rest = {options.rest!r} means nothing with [{kind}]", "remove it")
    if kind == "indices" and options.nearest:
        raise SourceError(f"{name}: [options]", "nearest = true means nothing with [indices]", "remove it")


def _classes(kind: str, table: Mapping[str, list[Any]], options: Options, name: str) -> ClassMap:
    """The class map of a table whose values are checked one by one."""
    where = f"{name}: [{kind}]"
    if not set(table) & set(NAMES[1:]):
        raise SourceError(where, "names neither hair nor face", "add hair = ... or face = ...")
    if kind != "parts" and NAMES[BACKGROUND] not in table and _IGNORE not in table:
        hint = f"add {NAMES[BACKGROUND]} = ..., or {_IGNORE} = ... for what nobody labelled"
        raise SourceError(where, "does not say what background is", hint)
    labels = _labels(table, where)
    if kind == "colours":
        return ColourMap(labels, options.nearest)
    if kind == "indices":
        return IndexMap(labels)
    return PartMap(_stacked(labels, options.order, name), options.nearest, _LABELS[options.rest])


def _labels(table: Mapping[str, list[Any]], where: str) -> dict[Any, int]:
    """The label of every value of a table, in the order of the labels; refuses a value that is there twice."""
    labels: dict[Any, int] = {}
    for name, label in _LABELS.items():
        for value in table.get(name, []):
            if value in labels:
                former = _name(labels[value])
                what = f"gives {_written(value)!r} to {former} and to {name}"
                if former == name:
                    what = f"names {_written(value)!r} twice"
                raise SourceError(where, what, "keep one")
            labels[value] = label
    return labels


def _stacked(labels: Mapping[str, int], order: tuple[str, ...], name: str) -> dict[str, int]:
    """The parts from the lowest to the topmost."""
    if order:
        if sorted(order) != sorted(labels):
            different = sorted(set(order) ^ set(labels)) or ["a part twice"]
            what = f"order and [parts] differ in {', '.join(different)}"
            raise SourceError(f"{name}: [options]", what, "name every part once in each")
        return {part: labels[part] for part in order}
    height = {FACE: 0, HAIR: 1, BACKGROUND: 2, UNLABELLED: 3}  # face, hair, background, and what is ignored on top
    return {part: labels[part] for part in sorted(labels, key=lambda part: height[labels[part]])}


def _ignores(classes: ClassMap) -> bool:
    """Whether masks can hold unlabelled pixels."""
    return UNLABELLED in classes.classes.values() or (isinstance(classes, PartMap) and classes.rest == UNLABELLED)


def _name(label: int) -> str:
    """What a table calls a class, or what has none."""
    return _IGNORE if label == UNLABELLED else NAMES[label]


def _written(value: Any) -> Any:
    """A table's value as a file writes it: a colour as "#rrggbb", an index and a part as they are."""
    return "#{:02x}{:02x}{:02x}".format(*value) if isinstance(value, tuple) else value
