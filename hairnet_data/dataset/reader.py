"""Reads a prepared dataset from its files, without TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hairnet_data.core.errors import DatasetError, UsageError, unreadable
from hairnet_data.core.head.pose import Pose, from_numbers
from hairnet_data.core.records.dataset_info import HINT, DatasetInfo, SplitInfo, read_dataset_info
from hairnet_data.core.records.example import Features, parse
from hairnet_data.core.records.shard_file import ShardFile, format_of, read_records
from hairnet_data.core.records.tfrecord import unframe
from hairnet_data.core.storage.bounded_read import open_plain
from hairnet_data.core.storage.paths import is_folder
from hairnet_data.dataset.dataset_metadata import DatasetMetadata, read_metadata

FEATURES = ("image", "index", "kind", "mask", "people", "person", "pose", "recipe", "source_id", "source_ids")
"""What a record holds."""

MATTE_FEATURES = ("alpha", "has_alpha")
"""What it holds besides where the dataset was built with mattes."""


@dataclass(frozen=True, slots=True)
class ShardInfo:
    """A shard of a prepared dataset, as `dataset_info.json` lists it.

    Attributes:
        split: the split's name.
        path: the file.
        first: index within the split of its first record.
        records: how many it holds.
    """

    split: str
    path: Path
    first: int
    records: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prepared dataset.

    Attributes:
        path: its folder, e.g. `.../hairnet_synthetic/lfw_parts/1.6.0`.
        metadata: what it says of itself.
        shards: of every split, in order.
    """

    path: Path
    metadata: DatasetMetadata
    shards: dict[str, tuple[ShardInfo, ...]]

    def records(self, split: str) -> int:
        """How many records a split has."""
        return sum(shard.records for shard in self.shards[split])

    def read(self, split: str) -> Iterator[Features]:
        """Yields the records of a split in order, as `core.records.example.parse` reads them.

        Raises:
            DatasetError: a shard is missing or damaged, or holds another number of records than its metadata say.
        """
        for shard in self.shards[split]:
            for data in read_shard(shard):
                yield _parse(data, shard)

    def record(self, split: str, index: int) -> Features:
        """Reads the record with an index, as `core.records.example.parse` does.

        Raises:
            UsageError: no such split or index.
            DatasetError: as `read`.
        """
        if split not in self.shards:
            raise UsageError("SPLIT", f"no split named {split!r}", f"choose from {', '.join(self.shards)}")
        if not 0 <= index < self.records(split):
            raise UsageError("INDEX", f"{index} is outside 0..{self.records(split) - 1}", f"{split} has no more")
        shard = next(shard for shard in reversed(self.shards[split]) if shard.first <= index)
        return _parse(read_shard(shard)[index - shard.first], shard)


def open_prepared(path: Path) -> Prepared:
    """Opens a prepared dataset by its folder.

    Raises:
        DatasetError: there is none, or it was not made by `hairnet-data build`.
    """
    if not is_folder(path):
        raise DatasetError(str(path), "is no folder", HINT)
    info, metadata = read_dataset_info(path), read_metadata(path)
    shards = {split.name: _shards(path, info, split) for split in info.splits}
    if set(shards) != set(metadata.splits):
        raise DatasetError(str(path), "its info and its metadata name different splits", "build it again")
    return Prepared(path, metadata, shards)


def _shards(folder: Path, info: DatasetInfo, split: SplitInfo) -> tuple[ShardInfo, ...]:
    shards, first = [], 0
    for name, records in zip(info.shard_names(split), split.shard_lengths, strict=True):
        shards.append(ShardInfo(split.name, folder / name, first, records))
        first += records
    return tuple(shards)


def read_shard(shard: ShardInfo) -> list[bytes]:
    """Reads the serialised records of a shard.

    Raises:
        DatasetError: it is missing or damaged, or holds another number of records than `dataset_info.json` says.
    """
    try:
        return read_records(shard.path, shard.records)
    except OSError as error:
        raise DatasetError(str(shard.path), unreadable(error), "build the dataset again") from error
    except ValueError as error:
        raise DatasetError(str(shard.path), str(error), "build the dataset again") from error


def _parse(data: bytes, shard: ShardInfo) -> Features:
    try:
        return parse(data)
    except ValueError as error:
        raise DatasetError(str(shard.path), str(error), "build the dataset again") from error


Stored = bytes | int | float | list[bytes] | list[float]
"""The value of a feature."""


def features_of(metadata: DatasetMetadata) -> tuple[str, ...]:
    """The features of a dataset's records, sorted."""
    return tuple(sorted((*FEATURES, *MATTE_FEATURES))) if metadata.identity.matte else FEATURES


def decode_text(value: Stored) -> str:
    """Decodes the value of a text feature. Raises ValueError for a value of another kind."""
    if not isinstance(value, bytes):
        raise ValueError(f"{value!r} is no text")
    return value.decode()


def decode_texts(values: Stored) -> list[str]:
    """Decodes the values of a feature that is a list of texts. Raises ValueError for a value of another kind."""
    if not isinstance(values, list):
        raise ValueError(f"{values!r} is no list of texts")
    return [decode_text(value) for value in values]


def decode_pose(values: Stored) -> Pose | None:
    """Decodes the feature `pose`; None where it is not known. Raises ValueError for a value of another kind."""
    if not isinstance(values, list):
        raise ValueError(f"{values!r} is no pose")
    return from_numbers([number for number in values if isinstance(number, float)])


def recover_records(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Yields the records of a damaged shard, as far as they can be located, and whether each is intact.

    The index of an ArrayRecord file is at its end: if that is damaged, nothing is located. The bytes of a damaged
    record of such a file are not returned, but empty.

    Raises:
        OSError: the file cannot be read.
        ValueError: no record is located.
    """
    if format_of(path) == "tfrecord":
        with open_plain(path) as opened:
            yield from recover_tfrecords(opened.read())
        return
    file = ShardFile(path)
    if not len(file):
        raise ValueError("it is damaged or cut off")
    for number in range(len(file)):
        try:
            yield file.read(number), True
        except ValueError:
            yield b"", False


def recover_tfrecords(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yields the records in the bytes of a TFRecord file, and whether each is intact, as far as lengths lead."""
    start = 0
    while start < len(data):
        end = start + 16 + int.from_bytes(data[start : start + 8], "little")
        try:
            yield unframe(data[start:end])[0], True
        except ValueError:
            yield data[start + 12 : end - 4], False
        start = end
