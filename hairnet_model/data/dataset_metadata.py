"""What a network needs of the `metadata.json` of a prepared dataset."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, PlainValidator, TypeAdapter

from hairnet_data.core.classes import ids_of
from hairnet_data.core.ledger import Ledger, from_json
from hairnet_data.core.records.dataset_info import ImageSize, read_json

_STRICT = ConfigDict(strict=True)


@dataclass(frozen=True, slots=True)
class SourceMetadata:
    """The source of a dataset's portraits: its name, e.g. `drawn`."""

    __pydantic_config__ = _STRICT

    name: str


@dataclass(frozen=True, slots=True)
class IdentityMetadata:
    """The settings that a dataset was built with: side of its pictures in pixels, and the source."""

    __pydantic_config__ = _STRICT

    image_size: ImageSize
    source: SourceMetadata


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a network needs of a dataset's `metadata.json`.

    Attributes:
        classes: names of the classes, in the order of their ids.
        fingerprint: hex digits of the dataset's settings and content.
        identity: the settings.
        unlabelled: ids of the classes that pixels without a label may have; () where all pixels have labels.
        ledger: the terms of the pictures that it was made of; () where it does not say.
    """

    __pydantic_config__ = _STRICT

    classes: tuple[str, ...]
    fingerprint: str
    identity: IdentityMetadata
    unlabelled: Annotated[tuple[int, ...], PlainValidator(ids_of)] = ()
    ledger: Annotated[Ledger, PlainValidator(from_json)] = ()


_METADATA = TypeAdapter(Metadata)


def read_metadata(folder: Path) -> Metadata:
    """Reads the `metadata.json` in a dataset's folder. Other keys are ignored.

    Raises:
        DatasetError: it is missing, cannot be read, or is none of a dataset of this kind.
    """
    return read_json(folder / "metadata.json", _METADATA)
