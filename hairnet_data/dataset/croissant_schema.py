"""What is said of a dataset in Croissant's terms, as JSON values. It reads and writes no file."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hairnet_data.core.classes import NAMES
from hairnet_data.core.records.shard_file import format_of
from hairnet_data.core.version import __version__
from hairnet_data.dataset.example_columns import Column
from hairnet_data.dataset.example_table import TABLE, columns

if TYPE_CHECKING:
    import mlcroissant as mlc

_APACHE = "https://www.apache.org/licenses/LICENSE-2.0"
_CITE = (
    "@software{hairnet, title = {HairNet: a synthetic training set for hair and face}, "
    f"version = {{{__version__}}}}}"
)
_FORMATS = {
    "tfrecord": "https://www.tensorflow.org/tutorials/load_data/tfrecord",
    "array_record": "https://github.com/google/array_record",
}

_SPLIT = {
    "name": Column(str, "The split's name."),
    "pool": Column(str, "Which portraits and backgrounds it draws from: train, validation or test; pools share none."),
    "examples": Column(int, "How many it has."),
    "policy": Column(str, "What could be drawn for an example, as JSON."),
}


@dataclass(frozen=True, slots=True)
class File:
    """A file of the dataset: its name, its size in bytes, its SHA-256, and for a shard what is in it."""

    name: str
    size: int
    sha256: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a description is made of.

    Attributes:
        name: the dataset's and its configuration's.
        description: what it is, for people.
        version: the dataset's.
        citation: BibTeX of its source.
        metadata: what `building.metadata.metadata_of` says.
        shards: all, in order.
        table: of its examples.
    """

    name: str
    description: str
    version: str
    citation: str
    metadata: Mapping[str, Any]
    shards: Sequence[File]
    table: File


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """It warns, by absl, of what it would like to be told: when a set was published. A local one never was."""
    logger = logging.getLogger("absl")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def described(told: Told) -> dict[str, Any]:
    """The description as JSON values that `mlcroissant` finds valid."""
    import mlcroissant as mlc

    licence, citation = _terms(told)
    file_format = format_of(Path(told.shards[0].name)) if told.shards else "tfrecord"
    with _hushed():
        made: dict[str, Any] = mlc.Metadata(
            name=told.name,
            description=told.description,
            license=licence,
            cite_as=citation,
            version=told.version,
            keywords=["hair segmentation", "face segmentation", "synthetic"],
            distribution=list(_files(told)),
            record_sets=[_classes(), _splits(told.metadata), _examples(file_format)],
        ).to_json()
    return made


def _terms(told: Told) -> tuple[list[str], str]:
    identity = told.metadata["identity"]
    source, ground = identity["source"]["name"], identity["backgrounds"]["name"]
    if source == ground == "drawn":
        return [_APACHE], _CITE
    # What is made of other people's pictures carries their terms, whatever they are.
    of_others = [{"drawn": "", "lfw_parts": "http://vis-www.cs.umass.edu/lfw/"}.get(source, "the photos' own terms")]
    of_others += ["the backgrounds' own terms"] if ground == "folder" else []
    return [terms for terms in of_others if terms], told.citation if source == "lfw_parts" else _CITE


def _files(told: Told) -> Iterator[mlc.FileObject]:
    import mlcroissant as mlc

    for file in (told.table, *told.shards):
        table = file is told.table
        yield mlc.FileObject(
            id=file.name,
            name=file.name,
            description=file.about or "A line of JSON for every example.",
            content_url=file.name,
            content_size=f"{file.size} B",
            encoding_formats=["application/jsonlines" if table else _FORMATS[format_of(Path(file.name))]],
            sha256=file.sha256,
        )


def _classes() -> mlc.RecordSet:
    import mlcroissant as mlc

    return mlc.RecordSet(
        id="classes",
        name="classes",
        description="What the numbers in a mask mean; face is the skin of face, ears and neck.",
        key=["classes/id"],
        data_types=["sc:Enumeration"],
        fields=[
            mlc.Field(id="classes/id", name="id", data_types=[mlc.DataType.INTEGER]),
            mlc.Field(id="classes/name", name="name", data_types=[mlc.DataType.TEXT]),
        ],
        data=[{"classes/id": number, "classes/name": name} for number, name in enumerate(NAMES)],
    )


def _splits(metadata: Mapping[str, Any]) -> mlc.RecordSet:
    import mlcroissant as mlc

    return mlc.RecordSet(
        id="splits",
        name="splits",
        description="What each split shows.",
        key=["splits/name"],
        data_types=["cr:Split"],
        fields=[_field("splits", name, column) for name, column in _SPLIT.items()],
        data=[
            {
                "splits/name": name,
                "splits/pool": split["pool"],
                "splits/examples": split["examples"],
                "splits/policy": json.dumps(split["policy"], sort_keys=True),
            }
            for name, split in metadata["splits"].items()
        ],
    )


def _examples(file_format: str) -> mlc.RecordSet:
    import mlcroissant as mlc

    return mlc.RecordSet(
        id="examples",
        name="examples",
        description="All that is known of every example. Pictures and masks are in the shards.",
        key=["examples/split", "examples/index"],
        fields=[
            _field(
                "examples",
                name,
                column,
                source=mlc.Source(file_object=TABLE, extract=mlc.Extract(column=name)),
                references=mlc.Source(field="splits/name") if name == "split" else None,
            )
            for name, column in columns(file_format).items()
        ],
    )


def _field(records: str, name: str, column: Column, **more: Any) -> mlc.Field:
    import mlcroissant as mlc

    kinds = {
        str: mlc.DataType.TEXT,
        int: mlc.DataType.INTEGER,
        float: mlc.DataType.FLOAT,
        bool: mlc.DataType.BOOL,
    }
    kind = kinds[column.kind]
    return mlc.Field(id=f"{records}/{name}", name=name, description=column.about, data_types=[kind], **more)
