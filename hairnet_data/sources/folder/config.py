"""Reads `classes.toml`: what a folder's masks mean, whose portraits they are, and how they are divided."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import regex

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, NAMES, UNLABELLED
from hairnet_data.core.errors import SourceError
from hairnet_data.core.storage.bounded_read import read_toml
from hairnet_data.sources.class_map import ClassMap, ColourMap, IndexMap, PartMap

_TABLES = ("colours", "indices", "parts")
_IGNORE = "ignore"
_VALUES = {**{name: label for label, name in enumerate(NAMES)}, _IGNORE: UNLABELLED}
"""What a mask may hold, by its name in a table."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Options:
    """The table `[options]`.

    Attributes:
        nearest: whether a colour (or, in a part, a grey) that means nothing takes the nearest one's class.
        person: a regular expression with a group, searched in a photo's name; or "folder", the subfolder of
            the images' folder; or "", every photo is a person of its own.
        fractions: shares of the pools train, validation, test.
        seed: another seed, another division.
        images: the photos' folder.
        masks: the masks' folder.
        image_suffix: what ends every photo's name, before its extension.
        mask_suffix: what ends every mask's name, before its extension.
        match: "path" if a mask lies in the subfolder its photo lies in, "name" if it may lie in any.
        pad: with how many digits masks write a photo's number; 0 is as it stands.
        order: all parts from the lowest to the topmost; () is face, then hair, then background, then what is ignored.
        rest: what is under no part: "background" or "ignore".
        ignored: classes that an unlabelled pixel may have; () is any.
    """

    nearest: bool = False
    person: str = ""
    fractions: tuple[float, float, float] = (0.8, 0.1, 0.1)
    seed: int = 0
    images: str = "images"
    masks: str = "masks"
    image_suffix: str = ""
    mask_suffix: str = ""
    match: str = "path"
    pad: int = 0
    order: tuple[str, ...] = ()
    rest: str = NAMES[BACKGROUND]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """A whole `classes.toml`."""

    classes: ClassMap
    options: Options

    def settings(self) -> dict[str, Any]:
        """As JSON values. Where pixels may be unlabelled, `unlabelled` lists what they may be, `labelled` the table's
        classes.

        Elsewhere nothing of that is in it: the identity of a dataset without such pixels must not move.
        """
        kind = {ColourMap: "colours", IndexMap: "indices", PartMap: "parts"}[type(self.classes)]
        keys = ["#{:02x}{:02x}{:02x}".format(*key) if isinstance(key, tuple) else key for key in self.classes.classes]
        table = [[key, _name(label)] for key, label in zip(keys, self.classes.classes.values(), strict=True)]
        options = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self.options).items()
            if key not in ("rest", "ignored")
        }
        if not self.unlabelled:
            return {kind: table, "options": options}
        if kind == "parts":
            options["rest"] = self.options.rest
        labelled = [NAMES[label] for label in sorted({*self.classes.classes.values()} - {UNLABELLED})]
        return {kind: table, "options": options, "unlabelled": list(self.unlabelled), "labelled": labelled}

    @property
    def unlabelled(self) -> tuple[str, ...]:
        """The classes that an unlabelled pixel may have, in the order of their ids; () where there is no such pixel."""
        if not _ignores(self.classes):
            return ()
        return tuple(name for name in NAMES if name in (self.options.ignored or NAMES))


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
        raise SourceError(name, f"cannot be read ({error.strerror})", "check the file") from error
    except ValueError as error:
        raise SourceError(name, f"is no TOML: {error}", "mend that line") from error
    _known(values, (*_TABLES, "options"), name, "table")
    given = [table for table in _TABLES if table in values]
    if len(given) != 1:
        what = f"has {' and '.join(f'[{table}]' for table in given) or 'no table of classes'}"
        raise SourceError(name, what, "give one of [colours], [indices], [parts]")
    for table in values:
        if not isinstance(values[table], dict):
            raise SourceError(name, f"{table} is no table", f"write [{table}] on a line of its own")
    options = _options(values.get("options", {}), f"{name}, [options]")
    classes = _classes(given[0], values[given[0]], options, name)
    if options.ignored and not _ignores(classes):
        raise SourceError(f"{name}, [options]", "ignored says what no pixel is", f"add {_IGNORE} = ... or remove it")
    return Config(classes, options)


def _classes(kind: str, table: Mapping[str, Any], options: Options, name: str) -> ClassMap:
    """The table of classes."""
    where = f"{name}, [{kind}]"
    _known(table, tuple(_VALUES), where, "class")
    if not set(table) & set(NAMES[1:]):
        raise SourceError(where, "names neither hair nor face", "add hair = ... or face = ...")
    if kind != "parts" and NAMES[BACKGROUND] not in table and _IGNORE not in table:
        hint = f"add {NAMES[BACKGROUND]} = ..., or {_IGNORE} = ... for what nobody labelled"
        raise SourceError(where, "does not say what background is", hint)
    if kind != "parts" and options.rest != NAMES[BACKGROUND]:
        raise SourceError(name, f"rest = {options.rest!r} means nothing with [{kind}]", "remove it")
    pairs: dict[Any, int] = {}
    for label, value in _pairs(table):
        key = _key(kind, value, f"{where}, {_name(label)}")
        if key in pairs:
            what = f"gives {value!r} to {_name(pairs[key])} and to {_name(label)}"
            raise SourceError(where, what if pairs[key] != label else f"names {value!r} twice", "keep one")
        pairs[key] = label
    if kind == "colours":
        return ColourMap(pairs, options.nearest)
    if kind == "indices":
        if options.nearest:
            raise SourceError(name, "nearest = true means nothing with [indices]", "remove it")
        return IndexMap(pairs)
    if options.order:
        if sorted(options.order) != sorted(pairs):
            odd = sorted(set(options.order) ^ set(pairs)) or ["a part twice"]
            what = f"order and [parts] differ in {', '.join(odd)}"
            raise SourceError(name, what, "name every part once in each")
        return PartMap({part: pairs[part] for part in options.order}, options.nearest, _VALUES[options.rest])
    height = {FACE: 0, HAIR: 1, BACKGROUND: 2, UNLABELLED: 3}  # face, hair, background, and what is ignored on top
    by_class = sorted(pairs, key=lambda part: height[pairs[part]])
    return PartMap({part: pairs[part] for part in by_class}, options.nearest, _VALUES[options.rest])


def _ignores(classes: ClassMap) -> bool:
    """Whether masks can hold unlabelled pixels."""
    return UNLABELLED in classes.classes.values() or (isinstance(classes, PartMap) and classes.rest == UNLABELLED)


def _name(label: int) -> str:
    """What a table calls a class, or what has none."""
    return _IGNORE if label == UNLABELLED else NAMES[label]


def _pairs(table: Mapping[str, Any]) -> Iterator[tuple[int, Any]]:
    """Class id and value, for each value of each class and of what is ignored."""
    for name, label in _VALUES.items():
        values = table.get(name, [])
        for value in values if isinstance(values, list) else [values]:
            yield label, value


def _key(kind: str, value: Any, where: str) -> Any:
    """One value of the table: a colour as RGB, an index or a part's name."""
    if kind == "colours":
        if not isinstance(value, str) or _COLOUR.fullmatch(value) is None:
            raise SourceError(where, f"{value!r} is no colour", 'write it as "#rrggbb"')
        return tuple(bytes.fromhex(value[1:]))
    if kind == "indices":
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 65535:
            raise SourceError(where, f"{value!r} is no index", "give whole numbers from 0 to 65535")
        return value
    if not isinstance(value, str) or not value or "/" in value:
        raise SourceError(where, f"{value!r} is no part", 'give the last words of the masks\' names, as "hair"')
    return value


def _options(table: Mapping[str, Any], where: str) -> Options:
    """The table of options."""
    defaults = Options()
    _known(table, tuple(asdict(defaults)), where, "option")
    values = dict(table)
    values |= {
        key: PurePosixPath(values[key]).as_posix() for key in ("images", "masks") if isinstance(values.get(key), str)
    }
    for key, value in table.items():
        default = getattr(defaults, key)
        if isinstance(default, tuple):
            if not isinstance(value, list):
                raise SourceError(where, f"{key} is {value!r}", "give a list")
            values[key] = tuple(value)
        elif type(value) is not type(default):
            kinds = {bool: "true or false", int: "a whole number", str: "a text in quotes"}
            raise SourceError(where, f"{key} is {value!r}", f"give {kinds[type(default)]}")
    options = Options(**values)
    shares = options.fractions
    numbers = all(isinstance(share, int | float) and not isinstance(share, bool) for share in shares)
    if len(shares) != 3 or not numbers or min(shares) < 0 or not abs(sum(shares) - 1) < 1e-6:
        hint = "give the shares of train, validation and test, sum 1"
        raise SourceError(where, f"fractions is {list(shares)}", hint)
    if not all(isinstance(part, str) for part in options.order):
        raise SourceError(where, f"order is {list(options.order)}", "give the parts' names")
    if options.match not in ("path", "name"):
        raise SourceError(where, f"match is {options.match!r}", 'give "path" or "name"')
    if options.rest not in (NAMES[BACKGROUND], _IGNORE):
        raise SourceError(where, f"rest is {options.rest!r}", f'give "{NAMES[BACKGROUND]}" or "{_IGNORE}"')
    ignored = options.ignored
    if not all(name in NAMES for name in ignored) or len(set(ignored)) != len(ignored) or len(ignored) == 1:
        hint = f"give two or all of {', '.join(NAMES)}; a pixel that can be but one class has that label"
        raise SourceError(where, f"ignored is {list(ignored)}", hint)
    if not 0 <= options.pad <= 64:
        raise SourceError(where, f"pad is {options.pad}", "give a number of digits")
    _check_person(options.person, where)
    _check_folders(options, where)
    return options


def _check_person(person: str, where: str) -> None:
    if person in ("", "folder"):
        return
    try:
        re.compile(person)  # the stricter of the two
        pattern = regex.compile(person)
    except (re.error, regex.error, RecursionError, OverflowError) as error:
        raise SourceError(where, f"person is no regular expression ({error})", "mend it") from error
    if pattern.groups == 0:
        hint = 'put the person\'s part in parentheses, as in "^([a-z]+)_"'
        raise SourceError(where, f"person is {person!r}, which has no group", hint)


def _check_folders(options: Options, where: str) -> None:
    folders = []
    for key in ("images", "masks"):
        value = getattr(options, key)
        path = PurePosixPath(value)
        if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in value:
            what = f"{key} is {value!r}, which is no folder inside this one"
            raise SourceError(where, what, f'give a name as "{key}"')
        folders.append(path)
    first, second = folders
    if first.is_relative_to(second) or second.is_relative_to(first):
        raise SourceError(where, "images and masks lie in one another", "put them into two folders")


def _known(table: Mapping[str, Any], names: tuple[str, ...], where: str, kind: str) -> None:
    for key in table:
        if key not in names:
            raise SourceError(where, f"has an unknown {kind} {key!r}", f"known are {', '.join(names)}")
