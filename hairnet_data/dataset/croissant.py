"""Describes a prepared dataset in Croissant's terms: a `croissant.json`, and a table of its examples beside it.

`mlcroissant` reads no TFRecords and no ArrayRecords. What it loads is the table: all that is known of every example,
and, where the shards are TFRecords, at which bytes of which file its picture and its mask lie. It reads the table
with pandas, which takes a column of nothing but digits for numbers (the id 00017 for 17) and the last place of a
fraction lightly: the recipe in the column `recipe` is exact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import BuildError, DatasetError
from hairnet_data.core.progress import Progress, silent
from hairnet_data.core.storage.atomic import write_atomic
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.core.storage.paths import digest_of, is_file, size_of
from hairnet_data.dataset.checksums import SUMS, read_sums
from hairnet_data.dataset.croissant_schema import File, Told, described
from hairnet_data.dataset.example_table import TABLE, piece_of, write_table
from hairnet_data.dataset.reader import MOST_TEXT, Prepared, open_prepared, read_shard
from hairnet_data.dataset.shard_manifest import WrittenShard

CROISSANT = "croissant.json"


def write_new(
    info: Any, metadata: Mapping[str, Any], shards: Sequence[WrittenShard], notes: Path, folder: Path
) -> None:
    """Writes both files of a dataset that is just being made, of what its workers left: no record is read again.

    Args:
        info: TFDS's, of the dataset.
        metadata: what `building.metadata.metadata_of` says.
        shards: all, in order.
        notes: where the table's pieces lie.
        folder: where the files go, and nothing of the dataset need be yet.

    Raises:
        OSError: a file cannot be read or written.
    """
    table = File(TABLE, *write_table((shard.read_rows(notes) for shard in shards), folder))
    lengths = [(shard.split, shard.records) for shard in shards]
    files = [File(s.name, s.size, s.sha256, about) for s, about in zip(shards, _abouts(lengths), strict=True)]
    config = info.config_name
    told = Told(f"{info.name}-{config}", info.description, str(info.version), info.citation, metadata, files, table)
    (folder / CROISSANT).write_bytes(_encoded(described(told)))


def write_croissant(dataset: Path, progress: Progress = silent) -> Path:
    """Writes `croissant.json` and the table of examples into a prepared dataset's folder, from its records.

    A build does that by itself. The same set, the same bytes.

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
    try:
        write_table(_pieces(prepared, progress), dataset)
    except OSError as fault:
        what, hint = f"cannot be written ({fault.strerror or fault})", "check its rights and the room left on the disk"
        raise BuildError(str(dataset / TABLE), what, hint) from fault
    write_atomic(dataset / CROISSANT, _encoded(croissant_of(dataset)))
    return dataset / CROISSANT


def _encoded(values: dict[str, Any]) -> bytes:
    return (json.dumps(values, indent=2) + "\n").encode()


def _pieces(prepared: Prepared, progress: Progress) -> Iterator[bytes]:
    total = sum(prepared.records(split) for split in prepared.shards)
    progress("describing", 0, total)
    done = 0
    for split, shards in prepared.shards.items():
        for shard in shards:
            yield piece_of(split, shard.path, read_shard(shard))
            done += shard.records
            progress("describing", done, total)


def croissant_of(dataset: Path) -> dict[str, Any]:
    """Describes a prepared dataset beside which the table lies, as JSON values that `mlcroissant` finds valid.

    Raises:
        DatasetError: there is no such dataset, or no table in it.
    """
    prepared = open_prepared(dataset)
    info = json.loads(read_bytes(dataset / "dataset_info.json", MOST_TEXT))
    if not is_file(dataset / TABLE):
        raise DatasetError(str(dataset / TABLE), "is missing", "write it with write_croissant")
    known = read_sums(dataset) if is_file(dataset / SUMS) else {}
    shards = [shard for split in prepared.shards.values() for shard in split]
    abouts = _abouts([(shard.split, shard.records) for shard in shards])
    files = [
        File(path.name, size_of(path), known.get(path.name) or digest_of(path), about)
        for path, about in zip((shard.path for shard in shards), abouts, strict=True)
    ]
    return described(
        Told(
            name=f"{info['name']}-{info['configName']}",
            description=info["description"],
            version=info["version"],
            citation=info["citation"],
            metadata=prepared.metadata,
            shards=files,
            table=File(TABLE, size_of(dataset / TABLE), digest_of(dataset / TABLE)),
        )
    )


def _abouts(lengths: Iterable[tuple[str, int]]) -> Iterator[str]:
    """What is in each shard, from the splits and numbers of records of all in order."""
    first: dict[str, int] = {}
    for split, records in lengths:
        begin = first.get(split, 0)
        first[split] = begin + records
        yield f"Examples {begin} to {begin + records - 1} of {split}."
