"""Reads the JSON files beside the shards of a prepared dataset, among them TFDS's own `dataset_info.json`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.records.shard_file import FILE_FORMATS, shard_file_name
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.core.validation import first_error

HINT = "give the folder that `hairnet-data build` printed"
"""What to do about a folder that is no prepared dataset."""

MAX_JSON_BYTES = 64 << 20
"""Size of a JSON file beside the shards, at most."""

ImageSize = Annotated[int, Field(ge=8, le=4096)]
"""Side of the images, in pixels."""

T = TypeVar("T")


def _check_file_format(name: str) -> str:
    if name not in FILE_FORMATS:
        raise ValueError(f"should be {' or '.join(FILE_FORMATS)}")
    return name


# A part of file names: it must not lead to another folder.
_Name = Annotated[str, Field(pattern=r"^\w[\w.-]*$", max_length=100)]
# A string of digits, as the JSON of protocol buffers has 64-bit integers. The total of all shards stays below 64 bits.
_ShardLength = Annotated[int, Field(strict=False, ge=1, le=1 << 32)]


@dataclass(frozen=True, slots=True)
class SplitInfo:
    """A split.

    Attributes:
        name: the split's name.
        shard_lengths: how many records each of its shards holds, in order.
        num_bytes: bytes of all its records.
    """

    __pydantic_config__ = ConfigDict(strict=True, alias_generator=to_camel)

    name: _Name
    shard_lengths: tuple[_ShardLength, ...]
    num_bytes: Annotated[int, Field(strict=False, ge=0, le=1 << 60)] = 0


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What TFDS's `dataset_info.json` says of a dataset and its shards.

    Attributes:
        name: the dataset's, with which the file names of its shards begin.
        version: e.g. `1.6.0`.
        file_format: one of `FILE_FORMATS`.
        splits: in order.
        config_name: its configuration's, e.g. `lfw_parts`; "" for a dataset without configurations.
    """

    __pydantic_config__ = ConfigDict(strict=True, alias_generator=to_camel)

    name: _Name
    version: str
    file_format: Annotated[str, AfterValidator(_check_file_format)]
    splits: tuple[SplitInfo, ...]
    config_name: str = ""

    def shard_names(self, split: SplitInfo) -> list[str]:
        """The file names of a split's shards, in order."""
        count = len(split.shard_lengths)
        return [shard_file_name(self.name, split.name, self.file_format, number, count) for number in range(count)]


def _check_split_names(info: DatasetInfo) -> DatasetInfo:
    names = [split.name for split in info.splits]
    if len(set(names)) < len(names):
        raise ValueError("names a split twice")
    return info


_INFO = TypeAdapter(Annotated[DatasetInfo, AfterValidator(_check_split_names)])


def read_dataset_info(folder: Path) -> DatasetInfo:
    """Reads the `dataset_info.json` in a dataset's folder.

    Raises:
        DatasetError: it is missing, cannot be read, or is none of a dataset of this kind.
    """
    return read_json(folder / "dataset_info.json", _INFO)


def read_json(file: Path, adapter: TypeAdapter[T]) -> T:
    """Reads and validates a JSON file of a prepared dataset.

    Args:
        file: in the dataset's folder, `MAX_JSON_BYTES` at most.
        adapter: of the type that its values must have.

    Raises:
        DatasetError: it is missing, cannot be read, or its values are not of that type.
    """
    try:
        return adapter.validate_json(read_bytes(file, MAX_JSON_BYTES))
    except OSError as error:
        raise DatasetError(str(error.filename or file), "is missing or cannot be read", HINT) from error
    except ValidationError as error:
        where, what = first_error(error)
        what = f"is no dataset of this kind ({file.name}: {where}{': ' if where else ''}{what})"
        raise DatasetError(str(file.parent), what, HINT) from error
