"""Describes a prepared dataset in Croissant's terms: a `croissant.json`, and a table of its examples beside it.

`mlcroissant` reads no TFRecords and no ArrayRecords. What it loads is the table: all that is known of every example,
and, where the shards are TFRecords, at which bytes of which file its picture and its mask lie. It reads the table
with pandas, which takes a column of nothing but digits for numbers (the id 00017 for 17) and the last place of a
fraction lightly: the recipe in the column `recipe` is exact.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from hairnet_data.classes import NAMES
from hairnet_data.columns import COLUMNS, Column, Value, row
from hairnet_data.encode import frame, parse
from hairnet_data.errors import DatasetError
from hairnet_data.prepared import Prepared, Shard, open_prepared, read_shard
from hairnet_data.shard_files import format_of
from hairnet_data.shards import SUMS, digest_of, read_sums
from hairnet_data.survey import Progress
from hairnet_data.version import __version__
from hairnet_data.whole import write_whole

if TYPE_CHECKING:
    import mlcroissant as mlc

CROISSANT = "croissant.json"
TABLE = "examples.jsonl.gz"

_PLACES = {
    "shard": Column(str, "The file that holds the record."),
    "image_start": Column(int, "Where in that file the encoded picture (JPEG or PNG, RGB) begins, in bytes."),
    "image_size": Column(int, "How many bytes it has."),
    "mask_start": Column(int, "Where in that file the encoded mask (PNG of class ids) begins, in bytes."),
    "mask_size": Column(int, "How many bytes it has."),
}
_APACHE = "https://www.apache.org/licenses/LICENSE-2.0"
_CITE = (
    "@software{hairnet, title = {HairNet: a synthetic training set for hair and face}, "
    f"version = {{{__version__}}}}}"
)
_FORMATS = {
    "tfrecord": "https://www.tensorflow.org/tutorials/load_data/tfrecord",
    "array_record": "https://github.com/google/array_record",
}


def write_croissant(dataset: Path, progress: Progress = lambda what, done, total: None) -> Path:
    """Writes `croissant.json` and the table of examples into a prepared dataset's folder. The same set, the same bytes.

    Args:
        dataset: its folder, whole and with TFDS's own metadata.
        progress: told how many records are in the table.

    Returns:
        The path of `croissant.json`.

    Raises:
        DatasetError: there is no such dataset, or a record is damaged.
        BuildError: a file cannot be written.
    """
    prepared = open_prepared(dataset)
    write_whole(dataset / TABLE, _table(prepared, progress))
    write_whole(dataset / CROISSANT, (json.dumps(croissant_of(dataset), indent=2) + "\n").encode())
    return dataset / CROISSANT


def croissant_of(dataset: Path) -> dict[str, Any]:
    """Describes a prepared dataset beside which the table lies, as JSON values that `mlcroissant` finds valid.

    Raises:
        DatasetError: there is no such dataset, or no table in it.
    """
    prepared = open_prepared(dataset)
    info = json.loads((dataset / "dataset_info.json").read_text(encoding="utf-8"))
    with _hushed():
        return _described(prepared, info)


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


def _described(prepared: Prepared, info: dict[str, Any]) -> dict[str, Any]:
    import mlcroissant as mlc

    licence, citation = _terms(prepared, info)
    described = mlc.Metadata(
        name=f"{info['name']}-{info['configName']}",
        description=info["description"],
        license=licence,
        cite_as=citation,
        version=info["version"],
        keywords=["hair segmentation", "face segmentation", "synthetic"],
        distribution=list(_files(prepared)),
        record_sets=[_classes(), _splits(prepared), _examples(prepared)],
    )
    made: dict[str, Any] = described.to_json()
    return made


def _terms(prepared: Prepared, info: dict[str, Any]) -> tuple[list[str], str]:
    identity = prepared.metadata["identity"]
    source, ground = identity["source"]["name"], identity["backgrounds"]["name"]
    if source == ground == "drawn":
        return [_APACHE], _CITE
    # What is made of other people's pictures carries their terms, whatever they are.
    of_others = [{"drawn": "", "lfw_parts": "http://vis-www.cs.umass.edu/lfw/"}.get(source, "the photos' own terms")]
    of_others += ["the backgrounds' own terms"] if ground == "folder" else []
    return [terms for terms in of_others if terms], info["citation"] if source == "lfw_parts" else _CITE


def _files(prepared: Prepared) -> Iterator[mlc.FileObject]:
    import mlcroissant as mlc

    path = prepared.path
    if not (path / TABLE).is_file():
        raise DatasetError(str(path / TABLE), "is missing", "write it with write_croissant")
    yield mlc.FileObject(
        id=TABLE,
        name=TABLE,
        description="A line of JSON for every example.",
        content_url=TABLE,
        content_size=f"{(path / TABLE).stat().st_size} B",
        encoding_formats=["application/jsonlines"],
        sha256=digest_of(path / TABLE),
    )
    known = read_sums(path) if (path / SUMS).is_file() else {}
    for split, shards in prepared.shards.items():
        for shard in shards:
            name = shard.path.name
            yield mlc.FileObject(
                id=name,
                name=name,
                description=f"Examples {shard.first} to {shard.first + shard.records - 1} of {split}.",
                content_url=name,
                content_size=f"{shard.path.stat().st_size} B",
                encoding_formats=[_FORMATS[format_of(shard.path)]],
                sha256=known.get(name) or digest_of(shard.path),
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


def _splits(prepared: Prepared) -> mlc.RecordSet:
    import mlcroissant as mlc

    kinds = {"name": mlc.DataType.TEXT, "pool": mlc.DataType.TEXT, "examples": mlc.DataType.INTEGER}
    about = {
        "name": "The split's name.",
        "pool": "Which portraits and backgrounds it draws from: train, validation or test; pools share none.",
        "examples": "How many it has.",
        "policy": "What could be drawn for an example, as JSON.",
    }
    return mlc.RecordSet(
        id="splits",
        name="splits",
        description="What each split shows.",
        key=["splits/name"],
        data_types=["cr:Split"],
        fields=[
            mlc.Field(
                id=f"splits/{name}",
                name=name,
                description=text,
                data_types=[kinds.get(name, mlc.DataType.TEXT)],
            )
            for name, text in about.items()
        ],
        data=[
            {
                "splits/name": name,
                "splits/pool": split["pool"],
                "splits/examples": split["examples"],
                "splits/policy": json.dumps(split["policy"], sort_keys=True),
            }
            for name, split in prepared.metadata["splits"].items()
        ],
    )


def _examples(prepared: Prepared) -> mlc.RecordSet:
    import mlcroissant as mlc

    kinds = {
        str: mlc.DataType.TEXT,
        int: mlc.DataType.INTEGER,
        float: mlc.DataType.FLOAT,
        bool: mlc.DataType.BOOL,
    }
    return mlc.RecordSet(
        id="examples",
        name="examples",
        description="All that is known of every example. Pictures and masks are in the shards.",
        key=["examples/split", "examples/index"],
        fields=[
            mlc.Field(
                id=f"examples/{name}",
                name=name,
                description=column.about,
                data_types=[kinds[column.kind]],
                source=mlc.Source(file_object=TABLE, extract=mlc.Extract(column=name)),
                references=mlc.Source(field="splits/name") if name == "split" else None,
            )
            for name, column in _columns(prepared).items()
        ],
    )


def _columns(prepared: Prepared) -> dict[str, Column]:
    if _has_places(prepared):
        return COLUMNS | _PLACES
    return COLUMNS | {"shard": _PLACES["shard"]}


def _has_places(prepared: Prepared) -> bool:
    """An ArrayRecord may break a record anywhere with a head of its own: its pictures lie at no one place."""
    return all(format_of(shard.path) == "tfrecord" for shards in prepared.shards.values() for shard in shards)


def _table(prepared: Prepared, progress: Progress) -> bytes:
    total = sum(prepared.records(split) for split in prepared.shards)
    progress("describing", 0, total)
    packed, done = io.BytesIO(), 0
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1, mtime=0) as lines:
        for split, shards in prepared.shards.items():
            for shard in shards:
                for values in _rows(split, shard, _has_places(prepared)):
                    lines.write(orjson.dumps(values) + b"\n")
                    done += 1
                progress("describing", done, total)
    return packed.getvalue()


def _rows(split: str, shard: Shard, places: bool) -> Iterator[dict[str, Value]]:
    at = 0
    for data in read_shard(shard):
        try:
            record = parse(data)
            values = row(split, record) | {"shard": shard.path.name}
            if places:
                for feature in ("image", "mask"):
                    encoded = record[feature]
                    assert isinstance(encoded, bytes)
                    values |= {f"{feature}_start": at + 12 + data.index(encoded), f"{feature}_size": len(encoded)}
        except (ValueError, KeyError, AssertionError) as fault:
            raise DatasetError(str(shard.path), f"holds a damaged record ({fault})", "build it again") from fault
        at += len(frame(b"")) + len(data)
        yield values
