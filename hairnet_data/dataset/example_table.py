"""The table of a dataset's examples, `examples.jsonl.gz`: made in pieces, one a shard, while records are at hand.

A line of JSON is all that is known of one example. A piece is a whole gzip file, and one after another they are one
too: whoever makes them, wherever and in whatever order, the table has the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import orjson

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.records.example import parse
from hairnet_data.core.records.shard_file import format_of
from hairnet_data.core.records.tfrecord import frame
from hairnet_data.core.storage.atomic import atomic_writer
from hairnet_data.dataset.example_columns import COLUMNS, Column, Value, row
from hairnet_data.recipes.recipe import Recipe

TABLE = "examples.jsonl.gz"

_PLACES = {
    "shard": Column(str, "The file that holds the record."),
    "image_start": Column(int, "Where in that file the encoded picture (JPEG or PNG, RGB) begins, in bytes."),
    "image_size": Column(int, "How many bytes it has."),
    "mask_start": Column(int, "Where in that file the mask (PNG of class ids, 255 for no label) begins, in bytes."),
    "mask_size": Column(int, "How many bytes it has."),
}
_FRAME = len(frame(b""))
_HEAD = 12  # bytes of a frame before its record
_START = 64  # bytes by which a picture is looked for in its record


def columns(file_format: str) -> dict[str, Column]:
    """The table's columns, in order, where the shards are of that format.

    An ArrayRecord may break a record anywhere with a head of its own: its pictures lie at no one place.
    """
    return COLUMNS | (_PLACES if file_format == "tfrecord" else {"shard": _PLACES["shard"]})


def piece_of(split: str, shard: Path, records: Sequence[bytes], recipes: Sequence[Recipe] | None = None) -> bytes:
    """The table's piece for one shard.

    Args:
        split: the split's name.
        shard: the shard's file, which need not be there.
        records: the serialised records that it holds, in order.
        recipes: theirs, where they are in hand; else they are read from the records.

    Raises:
        DatasetError: a record is damaged.
    """
    lines = [orjson.dumps(values) + b"\n" for values in _rows(split, shard, records, recipes)]
    return gzip.compress(b"".join(lines), compresslevel=1, mtime=0)


def _rows(
    split: str, shard: Path, records: Sequence[bytes], recipes: Sequence[Recipe] | None
) -> Iterator[dict[str, Value]]:
    places, at = format_of(shard) == "tfrecord", 0
    for number, data in enumerate(records):
        try:
            record = parse(data)
            values = row(split, record, recipes[number] if recipes else None) | {"shard": shard.name}
            if places:
                for feature in ("image", "mask"):
                    encoded = record[feature]
                    if not isinstance(encoded, bytes):
                        raise ValueError(f"its {feature} is no picture")
                    values[f"{feature}_start"] = at + _HEAD + _found(encoded, data)
                    values[f"{feature}_size"] = len(encoded)
        except (ValueError, KeyError) as fault:
            what = f"lacks {fault}" if isinstance(fault, KeyError) else str(fault)
            raise DatasetError(str(shard), f"holds a damaged record ({what})", "build it again") from fault
        at += _FRAME + len(data)
        yield values


def _found(encoded: bytes, data: bytes) -> int:
    """Where the bytes begin in others that hold them. Looking for a whole picture takes seven times as long."""
    at = data.index(encoded[:_START])
    return at if data.startswith(encoded, at) else data.index(encoded)


def write_table(pieces: Iterable[bytes], folder: Path) -> tuple[int, str]:
    """Writes the table: whole, or not at all.

    Args:
        pieces: `piece_of` every shard, in order of splits and shards.
        folder: the dataset's.

    Returns:
        The file's size in bytes, and its SHA-256, 64 hex digits.

    Raises:
        OSError: it cannot be written.
    """
    size, digest = 0, hashlib.sha256()
    with atomic_writer(folder / TABLE) as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()
