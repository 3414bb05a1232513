"""Writes a dataset's `croissant.json`, and the table of its examples that it describes.

`mlcroissant` reads neither TFRecords nor ArrayRecords. It loads the table, which has all that is known of every
example and, where the shards are TFRecords, the offsets of its picture and its mask in them. It reads the table with
pandas, which turns a column of nothing but digits into numbers (the id 00017 into 17) and may change the last digit of
a fraction: the recipe in the column `recipe` is exact.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hairnet_data.dataset.croissant_schema import DatasetDescription, DatasetFile, croissant_json
from hairnet_data.dataset.example_table import TABLE, write_table
from hairnet_data.dataset.shard_manifest import ShardManifest
from hairnet_data.sources.terms import Terms

CROISSANT = "croissant.json"


def write_croissant(
    info: Any,
    terms: Terms,
    metadata: Mapping[str, Any],
    shards: Sequence[ShardManifest],
    manifests_dir: Path,
    folder: Path,
) -> None:
    """Writes `croissant.json` and the table of examples from what the workers left; no record is read again.

    Args:
        info: TFDS's, of the dataset.
        terms: of its sources.
        metadata: of `building.metadata.metadata_of`.
        shards: all of the dataset, in order.
        manifests_dir: the folder of manifests, where the shards' rows of the table are.
        folder: where the files go; nothing else of the dataset need be there.

    Raises:
        OSError: a file cannot be read or written.
    """
    table = write_table((shard.read_rows(manifests_dir) for shard in shards), folder)
    name = f"{info.name}-{info.config_name}"
    described = describe(name, info.description, str(info.version), terms, metadata, shards, table)
    (folder / CROISSANT).write_bytes(described)


def describe(
    name: str,
    description: str,
    version: str,
    terms: Terms,
    metadata: Mapping[str, Any],
    shards: Sequence[ShardManifest],
    table: tuple[int, str],
) -> bytes:
    """The content of a dataset's `croissant.json`.

    Args:
        name: the dataset's and its configuration's.
        description: what it is, for people.
        version: the dataset's.
        terms: of its sources.
        metadata: of `building.metadata.metadata_of`.
        shards: all of the dataset, in order.
        table: bytes and SHA-256 of the table of examples, of `example_table.write_table`.
    """
    dataset = DatasetDescription(
        name=name,
        description=description,
        version=version,
        terms=terms,
        metadata=metadata,
        shards=_shard_files(shards),
        table=DatasetFile(TABLE, *table, "A line of JSON for every example."),
    )
    return (json.dumps(croissant_json(dataset), indent=2) + "\n").encode()


def _shard_files(shards: Sequence[ShardManifest]) -> list[DatasetFile]:
    """The files of all shards, each described by the indices it holds."""
    first: dict[str, int] = {}  # index of the next shard's first example, by split
    files = []
    for shard in shards:
        begin = first.get(shard.split, 0)
        first[shard.split] = begin + shard.records
        description = f"Examples {begin} to {begin + shard.records - 1} of {shard.split}."
        files.append(DatasetFile(shard.name, shard.size, shard.sha256, description))
    return files
