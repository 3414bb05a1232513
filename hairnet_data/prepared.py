"""Reads a prepared dataset from its files, without TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairnet_data.encode import IMAGE_FORMATS, parse, unframe
from hairnet_data.errors import DatasetError, UsageError
from hairnet_data.policy import from_mapping
from hairnet_data.sources import SOURCES
from hairnet_data.sources.base import POOLS

FEATURES = ("image", "index", "kind", "mask", "person", "recipe", "source_id")
"""What a record holds."""


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
        metadata: what `prepare.metadata_of` wrote.
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


def salvage(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yields every record of a damaged shard and whether it is sound, as far as their lengths can be followed."""
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
        return unframe(shard.path.read_bytes())
    except OSError as fault:
        raise DatasetError(str(shard.path), f"cannot be read ({fault.strerror})", "build the dataset again") from fault
    except ValueError as fault:
        raise DatasetError(str(shard.path), str(fault), "build the dataset again") from fault


def open_prepared(path: Path) -> Prepared:
    """Opens a prepared dataset by its folder.

    Raises:
        DatasetError: there is none, or it was not made by `hairnet-data build`.
    """
    hint = "give the folder that `hairnet-data build` printed"
    if not path.is_dir():
        raise DatasetError(str(path), "is no folder", hint)
    try:
        info = json.loads((path / "dataset_info.json").read_text(encoding="utf-8"))
        metadata = json.loads((path / "metadata.json").read_text(encoding="utf-8"))
        _check_metadata(metadata)
        shards = {split["name"]: _shards(path, info["fileFormat"], split) for split in info["splits"]}
    except OSError as fault:
        raise DatasetError(str(fault.filename), "is missing or cannot be read", hint) from fault
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UsageError) as fault:
        what = f"lacks {fault}" if isinstance(fault, KeyError) else str(fault)
        raise DatasetError(str(path), f"is no dataset of this kind ({what})", hint) from fault
    if set(shards) != set(metadata["splits"]):
        raise DatasetError(str(path), "its info and its metadata name different splits", "build it again")
    return Prepared(path, metadata, shards)


def _check_metadata(metadata: dict[str, Any]) -> None:
    """Whether everything is there that the commands ask for. Raises what the first thing amiss raises."""
    identity = metadata["identity"]
    for what, known in (("source", SOURCES), ("backgrounds", ("drawn", "folder"))):
        name = identity[what]["name"]
        if name not in known:
            raise ValueError(f"its {what} are {name!r}, which this version does not know")
        if name == "drawn":
            _whole(*(identity[what][count] for count in (*POOLS, "size")))
    _whole(identity["image_size"])
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
        if type(value) is not int or value < 0:
            raise ValueError(f"{value!r} in its metadata is no whole number")


def _shards(path: Path, file_format: str, split: dict[str, Any]) -> tuple[Shard, ...]:
    if file_format != "tfrecord":
        raise ValueError(f"its records are {file_format}, not tfrecord")
    made, first = [], 0
    lengths = [int(length) for length in split["shardLengths"]]
    if any(length < 1 for length in lengths):
        raise ValueError(f"{split['name']} has an empty shard")
    for number, records in enumerate(lengths):
        name = f"hairnet_synthetic-{split['name']}.tfrecord-{number:05d}-of-{len(lengths):05d}"
        made.append(Shard(split["name"], path / name, first, records))
        first += records
    return tuple(made)


def text(value: bytes | int) -> str:
    """A text feature's value. Raises ValueError for another kind."""
    if not isinstance(value, bytes):
        raise ValueError(f"{value!r} is no text")
    return value.decode()
