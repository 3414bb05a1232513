"""A dataset's description in the Croissant format, as JSON values. Reads and writes no files.

Format: https://docs.mlcommons.org/croissant/docs/croissant-spec.html (version 1.0).
It is written without `mlcroissant`, whose import takes half a second of every build; the tests read it with that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairnet_data.core.classes import NAMES
from hairnet_data.core.records.shard_file import format_of
from hairnet_data.dataset.example_columns import Column
from hairnet_data.dataset.example_table import TABLE, columns
from hairnet_data.sources.terms import Terms

_TERMS = (
    *("citeAs", "column", "conformsTo", "equivalentProperty", "extract", "field", "fileProperty", "fileObject"),
    *("fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet"),
    *("references", "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
)

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{term: f"cr:{term}" for term in _TERMS},
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}
"""The names that the format abbreviates, as its specification gives them."""

_DATA_TYPES = {str: "sc:Text", int: "sc:Integer", float: "sc:Float", bool: "sc:Boolean"}

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


def croissant_json(dataset: DatasetDescription) -> dict[str, Any]:
    """Makes the description as JSON values that `mlcroissant` finds valid."""
    file_format = format_of(Path(dataset.shards[0].name)) if dataset.shards else "tfrecord"
    licences = list(dataset.terms.licences)
    terms = {
        "citeAs": dataset.terms.citation,
        "license": licences[0] if len(licences) == 1 else licences,
        "url": dataset.terms.homepage,
    }
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": dataset.name,
        "description": dataset.description,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "keywords": ["hair segmentation", "face segmentation", "synthetic"],
        **{name: value for name, value in terms.items() if value},
        "version": dataset.version,
        "distribution": [_file(file, file is dataset.table) for file in (dataset.table, *dataset.shards)],
        "recordSet": [_classes(), _splits(dataset.metadata), _examples(file_format)],
    }


def _file(file: DatasetFile, is_table: bool) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "description": file.description,
        "contentSize": f"{file.size} B",
        "contentUrl": file.name,
        "encodingFormat": "application/jsonlines" if is_table else _FORMATS[format_of(Path(file.name))],
        "sha256": file.sha256,
    }


def _classes() -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "classes",
        "name": "classes",
        "description": "What the numbers in a mask mean; face is the skin of face, ears and neck.",
        "dataType": "sc:Enumeration",
        "key": {"@id": "classes/id"},
        "field": [_field("classes", "id", Column(int, "")), _field("classes", "name", Column(str, ""))],
        "data": [{"classes/id": number, "classes/name": name} for number, name in enumerate(NAMES)],
    }


def _splits(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "What each split shows.",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [_field("splits", name, column) for name, column in _SPLIT.items()],
        "data": [
            {
                "splits/name": name,
                "splits/pool": split["pool"],
                "splits/examples": split["examples"],
                "splits/policy": json.dumps(split["policy"], sort_keys=True),
            }
            for name, split in metadata["splits"].items()
        ],
    }


def _examples(file_format: str) -> dict[str, Any]:
    fields = []
    for name, column in columns(file_format).items():
        field = _field("examples", name, column)
        field["source"] = {"fileObject": {"@id": TABLE}, "extract": {"column": name}}
        if name == "split":
            field["references"] = {"field": {"@id": "splits/name"}}
        fields.append(field)
    return {
        "@type": "cr:RecordSet",
        "@id": "examples",
        "name": "examples",
        "description": "All that is known of every example. Pictures and masks are in the shards.",
        "key": [{"@id": "examples/split"}, {"@id": "examples/index"}],
        "field": fields,
    }


def _field(record_set: str, name: str, column: Column) -> dict[str, Any]:
    described = {"description": column.description} if column.description else {}
    data_type = _DATA_TYPES[column.kind]
    return {"@type": "cr:Field", "@id": f"{record_set}/{name}", "name": name, **described, "dataType": data_type}
