"""The table of a dataset's examples, `examples.jsonl.gz`: a line of JSON per example.

Worker processes encode the rows of each shard while they have its records in memory. A shard's rows are a complete
gzip file, and so are several of them concatenated: the table has the same bytes from any worker, in any order.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import orjson

from hairnet_data.core.errors import DatasetError, unreadable
from hairnet_data.core.records.example import parse
from hairnet_data.core.records.shard_file import format_of
from hairnet_data.core.records.tfrecord import frame
from hairnet_data.core.storage.atomic import atomic_writer
from hairnet_data.dataset.example_columns import COLUMNS, Column, Value, table_row
from hairnet_data.recipes.recipe import Recipe

TABLE = "examples.jsonl.gz"

_OFFSETS = {
    "shard": Column(str, "The file that holds the record."),
    "image_start": Column(int, "Where in that file the encoded picture (JPEG or PNG, RGB) begins, in bytes."),
    "image_size": Column(int, "How many bytes it has."),
    "mask_start": Column(int, "Where in that file the mask (PNG of class ids, 255 for no label) begins, in bytes."),
    "mask_size": Column(int, "How many bytes it has."),
}
_FRAME_BYTES = len(frame(b""))
_HEAD_BYTES = 12  # of a frame, before its record
_PREFIX_BYTES = 64  # of a picture, by which it is searched in its record


def columns(file_format: str) -> dict[str, Column]:
    """The table's columns, in order, where the shards are of that format.

    An ArrayRecord file may interrupt a record anywhere with a header of its own, so there are no offsets of its
    pictures.
    """
    return COLUMNS | (_OFFSETS if file_format == "tfrecord" else {"shard": _OFFSETS["shard"]})


def encode_rows(split: str, shard: Path, records: Sequence[bytes], recipes: Sequence[Recipe] | None = None) -> bytes:
    """Encodes the table's rows for one shard.

    Args:
        split: the split's name.
        shard: the shard's path; the file itself is not read.
        records: the serialised records that it holds, in order.
        recipes: theirs, if they were read already; else they are parsed from the records.

    Returns:
        Lines of JSON, gzipped.

    Raises:
        DatasetError: a record is damaged.
    """
    lines = [orjson.dumps(row) + b"\n" for row in _rows(split, shard, records, recipes)]
    return gzip.compress(b"".join(lines), compresslevel=1, mtime=0)


def _rows(
    split: str, shard: Path, records: Sequence[bytes], recipes: Sequence[Recipe] | None
) -> Iterator[dict[str, Value]]:
    with_offsets, start = format_of(shard) == "tfrecord", 0
    for number, data in enumerate(records):
        try:
            record = parse(data)
            row = table_row(split, record, recipes[number] if recipes else None) | {"shard": shard.name}
            if with_offsets:
                for feature in ("image", "mask"):
                    encoded = record[feature]
                    if not isinstance(encoded, bytes):
                        raise ValueError(f"its {feature} is no picture")
                    row[f"{feature}_start"] = start + _HEAD_BYTES + _offset_of(encoded, data)
                    row[f"{feature}_size"] = len(encoded)
        except (ValueError, KeyError) as error:
            what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            raise DatasetError(str(shard), f"holds a damaged record ({what})", "build it again") from error
        start += _FRAME_BYTES + len(data)
        yield row


def _offset_of(encoded: bytes, data: bytes) -> int:
    """Where a picture's bytes begin in its record. Searching for all of its bytes takes seven times as long."""
    offset = data.index(encoded[:_PREFIX_BYTES])
    return offset if data.startswith(encoded, offset) else data.index(encoded)


def write_table(rows: Iterable[bytes], folder: Path) -> tuple[int, str]:
    """Writes the table atomically.

    Args:
        rows: of every shard, as `encode_rows` makes them, in order of splits and shards.
        folder: the dataset's.

    Returns:
        The file's size in bytes, and its SHA-256, 64 hex digits.

    Raises:
        OSError: it cannot be written.
    """
    size, digest = 0, hashlib.sha256()
    with atomic_writer(folder / TABLE) as file:
        for encoded in rows:
            file.write(encoded)
            digest.update(encoded)
            size += len(encoded)
    return size, digest.hexdigest()


def read_lines(folder: Path) -> Iterator[bytes]:
    """Yields the lines of a dataset's table of examples, each a row as JSON, in order of splits and indices.

    Args:
        folder: the dataset's.

    Raises:
        DatasetError: the table is missing, or is damaged where it is being read.
    """
    number = 0
    try:
        with (folder / TABLE).open("rb") as raw, gzip.GzipFile(fileobj=raw) as unpacked:
            for line in io.BufferedReader(unpacked, 1 << 20):
                yield line
                number += 1
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(folder, number, error) from error


def damaged(folder: Path, number: int, cause: Exception) -> DatasetError:
    """The error of a table that cannot be read beyond a number of lines."""
    where = f"{folder / TABLE}, after line {number}" if number else str(folder / TABLE)
    return DatasetError(where, unreadable(cause), "build the dataset again")
