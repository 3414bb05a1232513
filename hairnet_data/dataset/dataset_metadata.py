"""What a prepared dataset's `metadata.json` says, as far as the commands need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, TypeAdapter

from hairnet_data.core.classes import NAMES, ids_of
from hairnet_data.core.errors import UsageError
from hairnet_data.core.ledger import Ledger, from_json
from hairnet_data.core.records.dataset_info import ImageSize, read_json
from hairnet_data.dataset.codec import IMAGE_FORMATS
from hairnet_data.recipes.policy import Policy, from_mapping
from hairnet_data.sources.base import POOLS
from hairnet_data.sources.registry import SOURCES
from hairnet_data.sources.without_people import SETTING

BACKGROUND_SOURCES = ("drawn", "folder")
"""Names of the sources of backgrounds."""

_FILE = "metadata.json"
_MAX_COUNT = 1 << 40
_STRICT = ConfigDict(strict=True, allow_inf_nan=False)


def _one_of(names: Sequence[str]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"should be {', '.join(names[:-1])} or {names[-1]}")
        return name

    return AfterValidator(check)


def _settings_of(names: Sequence[str]) -> AfterValidator:
    """Checks the settings of a source: its name and, for drawn ones, how much is drawn. Others have their own."""

    def check(settings: dict[str, Any]) -> dict[str, Any]:
        if settings.get("name") not in names:
            raise ValueError(f"should have the name {', '.join(names[:-1])} or {names[-1]}")
        for key in (*POOLS, "size") if settings["name"] == "drawn" else ():
            value = settings.get(key)
            if type(value) is not int or not 0 <= value <= _MAX_COUNT:
                raise ValueError(f"should have an integer {key} of 0 or more")
        return settings

    return AfterValidator(check)


def _policy(values: object) -> Policy:
    if not isinstance(values, dict):
        raise ValueError("should be a table of keys and values")
    try:
        return from_mapping({key: value for key, value in values.items() if value is not None}, "the policy")
    except UsageError as error:
        raise ValueError(f"means nothing ({error.where}: {error.what})") from error


_Count = Annotated[int, Field(ge=0, le=_MAX_COUNT)]
_Class = Annotated[str, _one_of(NAMES)]


@dataclass(frozen=True, slots=True)
class SplitMetadata:
    """What was promised of a split.

    Attributes:
        pool: which portraits and backgrounds it was drawn from, one of `POOLS`.
        policy: what could be drawn for its examples.
        each_once: whether each portrait is shown once.
        examples: how many it has.
        portrait: how many of them show one portrait.
        group: how many show several.
        negative: how many show nobody.
        occluded: how many of all have an occluder.
    """

    __pydantic_config__ = _STRICT

    pool: Annotated[str, _one_of(POOLS)]
    policy: Annotated[Policy, PlainValidator(_policy)]
    each_once: bool
    examples: _Count
    portrait: _Count
    group: _Count
    negative: _Count
    occluded: _Count


@dataclass(frozen=True, slots=True)
class DatasetIdentity:
    """The settings that a dataset was built with, as far as they are needed to read it.

    Attributes:
        source: settings of the source of portraits, with its `name`.
        backgrounds: settings of the source of backgrounds, with its `name`.
        image_size: side of images and masks, in pixels.
        image_format: one of `codec.IMAGE_FORMATS`.
        matte: whether records have `alpha` and `has_alpha`.
    """

    __pydantic_config__ = _STRICT

    source: Annotated[dict[str, Any], _settings_of(SOURCES)]
    backgrounds: Annotated[dict[str, Any], _settings_of(BACKGROUND_SOURCES)]
    image_size: ImageSize
    image_format: Annotated[str, _one_of(IMAGE_FORMATS)]
    matte: bool = False

    @property
    def left_out(self) -> frozenset[str]:
        """Digests of the people who were left out, see `sources.without_people.person_digest`."""
        return frozenset(map(str, self.source.get(SETTING) or ()))


@dataclass(frozen=True, slots=True)
class DatasetMetadata:
    """What a prepared dataset says of itself beyond TFDS's info. `building.metadata.metadata_of` writes it, and more.

    Attributes:
        identity: the settings of its build.
        splits: by name.
        skipped: how many faulty portraits and backgrounds were left out.
        people_apart: whether nobody is shown in more than one pool.
        unlabelled: ids of the classes that pixels without a label may have; () where all pixels have labels.
        labelled: names of the classes that the source labels.
        libraries: versions of the libraries that the images depend on, by name.
        program: version of this package that built it, "" where it does not say.
        ledger: the terms of the pictures it was made of; () where it does not say.
    """

    __pydantic_config__ = _STRICT

    identity: DatasetIdentity
    splits: dict[str, SplitMetadata]
    skipped: _Count
    people_apart: bool = False
    unlabelled: Annotated[tuple[int, ...], PlainValidator(ids_of)] = ()
    labelled: tuple[_Class, ...] = NAMES
    libraries: dict[str, Any] = field(default_factory=dict)
    program: str = ""
    ledger: Annotated[Ledger, PlainValidator(from_json)] = ()


@dataclass(frozen=True, slots=True)
class _EntireIdentity:
    __pydantic_config__ = _STRICT

    identity: dict[str, Any]


_METADATA = TypeAdapter(DatasetMetadata)
_IDENTITY = TypeAdapter(_EntireIdentity)


def read_metadata(folder: Path) -> DatasetMetadata:
    """Reads the `metadata.json` in a dataset's folder. Keys that are not known are ignored.

    Raises:
        DatasetError: it is missing, cannot be read, or was not written by `hairnet-data build`.
    """
    return read_json(folder / _FILE, _METADATA)


def read_identity(folder: Path) -> dict[str, Any]:
    """All settings that a dataset was built with, of any version of the program, as JSON values.

    Raises:
        DatasetError: as `read_metadata`.
    """
    return read_json(folder / _FILE, _IDENTITY).identity
