"""Reads a prepared dataset from its files, without TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairnet_data.core.classes import NAMES, ids_of
from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_data.core.records.example import parse
from hairnet_data.core.records.shard_file import FILE_FORMATS, ShardFile, format_of, read_records
from hairnet_data.core.records.tfrecord import unframe
from hairnet_data.core.storage.bounded_read import open_plain, read_bytes
from hairnet_data.core.storage.paths import is_folder
from hairnet_data.dataset.codec import IMAGE_FORMATS
from hairnet_data.recipes.policy import from_mapping
from hairnet_data.sources.base import POOLS
from hairnet_data.sources.registry import SOURCES

DATASET = "hairnet_synthetic"
"""The dataset's name, in TFDS and in file names."""

FEATURES = ("image", "index", "kind", "mask", "person", "recipe", "source_id")
"""What a record holds."""

MOST_TEXT = 64 << 20
"""Bytes of the JSON beside the records, at most."""

_SIDES = (8, 4096)  # of a picture, least and most


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard as the dataset's info lists it."""

    split: str
    path: Path
    first: int
    records: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prepared dataset.

    Attributes:
        path: its folder, e.g. `.../hairnet_synthetic/lfw_parts/1.0.0`.
        metadata: what `building.metadata.metadata_of` wrote.
        shards: of every split, in order.
    """

    path: Path
    metadata: dict[str, Any]
    shards: dict[str, tuple[Shard, ...]]

    def records(self, split: str) -> int:
        """How many records a split has."""
        return sum(shard.records for shard in self.shards[split])

    def read(self, split: str) -> Iterator[dict[str, bytes | int]]:
        """Yields the records of a split in order. Raises DatasetError for a damaged shard."""
        for shard in self.shards[split]:
            for data in read_shard(shard):
                try:
                    yield parse(data)
                except ValueError as fault:
                    raise DatasetError(str(shard.path), str(fault), "build the dataset again") from fault

    def record(self, split: str, index: int) -> dict[str, bytes | int]:
        """The record with an index.

        Raises:
            UsageError: no such split or index.
            DatasetError: its shard is damaged.
        """
        if split not in self.shards:
            raise UsageError("SPLIT", f"no split named {split!r}", f"choose from {', '.join(self.shards)}")
        if not 0 <= index < self.records(split):
            raise UsageError("INDEX", f"{index} is outside 0..{self.records(split) - 1}", f"{split} has no more")
        shard = next(s for s in reversed(self.shards[split]) if s.first <= index)
        records = read_shard(shard)
        if len(records) != shard.records:
            raise DatasetError(str(shard.path), f"holds {len(records)} records, not {shard.records}", "build it again")
        try:
            return parse(records[index - shard.first])
        except ValueError as fault:
            raise DatasetError(str(shard.path), str(fault), "build the dataset again") from fault


def salvaged(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Yields every record of a damaged shard, as far as they can be found, and whether it is sound.

    Nothing can be found in an ArrayRecord file whose end is damaged: its index is there. A damaged ArrayRecord's bytes
    are not told.

    Raises:
        OSError: it cannot be read.
        ValueError: nothing is found.
    """
    if format_of(path) == "tfrecord":
        with open_plain(path) as opened:
            yield from salvage(opened.read())
        return
    file = ShardFile(path)
    if not len(file):
        raise ValueError("it is damaged or cut off")
    for number in range(len(file)):
        try:
            yield file.read(number), True
        except ValueError:
            yield b"", False


def salvage(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yields every record of a damaged TFRecord file and whether it is sound, as far as lengths can be followed."""
    at = 0
    while at < len(data):
        end = at + 16 + int.from_bytes(data[at : at + 8], "little")
        try:
            yield unframe(data[at:end])[0], True
        except ValueError:
            yield data[at + 12 : end - 4], False
        at = end


def read_shard(shard: Shard) -> list[bytes]:
    """The serialised records of a shard. Raises DatasetError where it is missing or damaged."""
    try:
        return read_records(shard.path)
    except OSError as fault:
        what = f"cannot be read ({fault.strerror or fault})"
        raise DatasetError(str(shard.path), what, "build the dataset again") from fault
    except ValueError as fault:
        raise DatasetError(str(shard.path), str(fault), "build the dataset again") from fault


def open_prepared(path: Path) -> Prepared:
    """Opens a prepared dataset by its folder.

    Raises:
        DatasetError: there is none, or it was not made by `hairnet-data build`.
    """
    hint = "give the folder that `hairnet-data build` printed"
    if not is_folder(path):
        raise DatasetError(str(path), "is no folder", hint)
    try:
        info = json.loads(read_bytes(path / "dataset_info.json", MOST_TEXT))
        metadata = json.loads(read_bytes(path / "metadata.json", MOST_TEXT))
        _check_metadata(metadata)
        shards = {split["name"]: _shards(path, info["fileFormat"], split) for split in info["splits"]}
    except OSError as fault:
        raise DatasetError(str(fault.filename or path), "is missing or cannot be read", hint) from fault
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, UsageError) as fault:
        what = f"lacks {fault}" if isinstance(fault, KeyError) else str(fault)
        raise DatasetError(str(path), f"is no dataset of this kind ({what})", hint) from fault
    if set(shards) != set(metadata["splits"]):
        raise DatasetError(str(path), "its info and its metadata name different splits", "build it again")
    return Prepared(path, metadata, shards)


def _check_metadata(metadata: dict[str, Any]) -> None:
    """Whether everything is there that the commands ask for. Raises what the first thing amiss raises."""
    identity = metadata["identity"]
    ids_of(metadata.get("unlabelled", []))
    if not set(metadata.get("labelled", NAMES)) <= set(NAMES):
        raise ValueError(f"its labels are {metadata['labelled']!r}"[:200])
    for what, known in (("source", SOURCES), ("backgrounds", ("drawn", "folder"))):
        name = identity[what]["name"]
        if name not in known:
            raise ValueError(f"its {what} are {name!r}, which this version does not know")
        if name == "drawn":
            _whole(*(identity[what][count] for count in (*POOLS, "size")))
    _whole(identity["image_size"])
    if not _SIDES[0] <= identity["image_size"] <= _SIDES[1]:
        raise ValueError(f"its pictures have {identity['image_size']:.6g} pixels a side")
    if identity["image_format"] not in IMAGE_FORMATS:
        raise ValueError(f"its images are {identity['image_format']!r}")
    for name, split in metadata["splits"].items():
        policy = {key: value for key, value in split["policy"].items() if value is not None}
        from_mapping(policy, f"the policy of {name}")
        _whole(*(split[count] for count in ("examples", "portrait", "negative", "occluded")))
        if type(split["each_once"]) is not bool or split["pool"] not in POOLS:
            raise ValueError(f"{name} is of the pool {split['pool']!r}, each once {split['each_once']!r}")
    _whole(metadata["skipped"])


def _whole(*values: Any) -> None:
    for value in values:
        if type(value) is not int or not 0 <= value < 1 << 62:
            raise ValueError(f"{value!r:.80} in its metadata is no whole number")


def _shards(path: Path, file_format: str, split: dict[str, Any]) -> tuple[Shard, ...]:
    if file_format not in FILE_FORMATS:
        raise ValueError(f"its records are {file_format!r:.80}, neither {' nor '.join(FILE_FORMATS)}")
    made, first = [], 0
    lengths = [int(length) for length in split["shardLengths"]]
    if any(not 1 <= length < 1 << 62 for length in lengths):
        raise ValueError(f"{split['name']} has a shard of no or endlessly many records")
    for number, records in enumerate(lengths):
        name = f"{DATASET}-{split['name']}.{file_format}-{number:05d}-of-{len(lengths):05d}"
        made.append(Shard(split["name"], path / name, first, records))
        first += records
    return tuple(made)


def text(value: bytes | int) -> str:
    """A text feature's value. Raises ValueError for another kind."""
    if not isinstance(value, bytes):
        raise ValueError(f"{value!r} is no text")
    return value.decode()
