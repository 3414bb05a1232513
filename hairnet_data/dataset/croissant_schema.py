"""A dataset's description in the Croissant format, as JSON values. Reads and writes no files.

Format: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
"""

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
from hairnet_data.dataset.example_columns import Column
from hairnet_data.dataset.example_table import TABLE, columns
from hairnet_data.sources.terms import Terms

if TYPE_CHECKING:
    import mlcroissant as mlc

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
class DatasetFile:
    """A file of the dataset.

    Attributes:
        name: within the dataset's folder.
        size: in bytes.
        sha256: 64 hex digits.
        description: what is in it, for people.
    """

    name: str
    size: int
    sha256: str
    description: str


@dataclass(frozen=True, slots=True)
class DatasetDescription:
    """What Croissant's description is made of.

    Attributes:
        name: the dataset's and its configuration's.
        description: what it is, for people.
        version: the dataset's.
        terms: of its sources.
        metadata: of `building.metadata.metadata_of`.
        shards: all, in order.
        table: of its examples.
    """

    name: str
    description: str
    version: str
    terms: Terms
    metadata: Mapping[str, Any]
    shards: Sequence[DatasetFile]
    table: DatasetFile


@contextlib.contextmanager
def _without_absl_warnings() -> Iterator[None]:
    """Silences mlcroissant's warning that `datePublished` is missing: a dataset built locally was never published."""
    logger = logging.getLogger("absl")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def load_library() -> None:
    """Imports `mlcroissant`, which takes half a second the first time: for when there is nothing else to do."""
    try:
        import mlcroissant as mlc  # noqa: F401
    except RuntimeError as error:
        # Python 3.11 wraps what is raised while a class is made, Ctrl-C too.
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise


def croissant_json(dataset: DatasetDescription) -> dict[str, Any]:
    """Makes the description as JSON values that `mlcroissant` finds valid."""
    import mlcroissant as mlc

    file_format = format_of(Path(dataset.shards[0].name)) if dataset.shards else "tfrecord"
    with _without_absl_warnings():
        values: dict[str, Any] = mlc.Metadata(
            name=dataset.name,
            description=dataset.description,
            license=list(dataset.terms.licences) or None,
            cite_as=dataset.terms.citation or None,
            url=dataset.terms.homepage or None,
            version=dataset.version,
            keywords=["hair segmentation", "face segmentation", "synthetic"],
            distribution=list(_files(dataset)),
            record_sets=[_classes(), _splits(dataset.metadata), _examples(file_format)],
        ).to_json()
    return values


def _files(dataset: DatasetDescription) -> Iterator[mlc.FileObject]:
    import mlcroissant as mlc

    for file in (dataset.table, *dataset.shards):
        is_table = file is dataset.table
        yield mlc.FileObject(
            id=file.name,
            name=file.name,
            description=file.description,
            content_url=file.name,
            content_size=f"{file.size} B",
            encoding_formats=["application/jsonlines" if is_table else _FORMATS[format_of(Path(file.name))]],
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


def _field(record_set: str, name: str, column: Column, **more: Any) -> mlc.Field:
    import mlcroissant as mlc

    data_types = {
        str: mlc.DataType.TEXT,
        int: mlc.DataType.INTEGER,
        float: mlc.DataType.FLOAT,
        bool: mlc.DataType.BOOL,
    }
    data_type = data_types[column.kind]
    return mlc.Field(
        id=f"{record_set}/{name}", name=name, description=column.description, data_types=[data_type], **more
    )
