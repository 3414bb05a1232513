"""Files of records, read entirely or one by one: TFRecords, which have no index, and ArrayRecords, which do."""

from __future__ import annotations

import hashlib
import os
import struct
from array import array
from collections.abc import Iterable
from pathlib import Path

from hairnet_data.core.errors import UsageError
from hairnet_data.core.records import array_record
from hairnet_data.core.records.record_count import check_count
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.core.storage.atomic import atomic_path, atomic_writer
from hairnet_data.core.storage.bounded_read import open_plain
from hairnet_data.core.storage.paths import digest_of

FILE_FORMATS = ("tfrecord", "array_record")

_HEAD, _FOOT = 12, 4  # of a framed record: length and its checksum before, the data's checksum behind


def checked_format(name: str) -> str:
    """The name, if shards can be written in that format here. Raises UsageError otherwise."""
    if name not in FILE_FORMATS:
        raise UsageError("--file-format", f"no format named {name!r}", f"choose {' or '.join(FILE_FORMATS)}")
    if name == "array_record":
        array_record.check_installed()
    return name


def format_of(path: Path) -> str:
    """The file format that a shard's name says, as TFDS names shards. Raises ValueError for another name."""
    for name in FILE_FORMATS:
        if f".{name}-" in path.name:
            return name
    raise ValueError("its name says no file format")


def shard_file_name(dataset: str, split: str, file_format: str, number: int, count: int) -> str:
    """The file name of shard `number` of `count`, as TFDS forms it."""
    return f"{dataset}-{split}.{file_format}-{number:05d}-of-{count:05d}"


def write_records(path: Path, records: Iterable[bytes], file_format: str) -> tuple[int, str]:
    """Writes a shard atomically; it is on the disk before it gets its path. The same records, the same bytes.

    Args:
        path: the file; an older one is replaced.
        records: the serialised records, in order.
        file_format: one of `FILE_FORMATS`.

    Returns:
        The file's size in bytes, and its SHA-256, 64 hex digits.

    Raises:
        OSError: it cannot be written; nothing is left behind under its name.
        UsageError: ArrayRecords are asked for, and the package is not installed.
    """
    if file_format == "array_record":
        with atomic_path(path, sync=True) as draft:
            array_record.write(draft, records)
            size_and_digest = draft.stat().st_size, digest_of(draft)
        return size_and_digest
    size, digest = 0, hashlib.sha256()
    with atomic_writer(path, sync=True) as file:
        for record in records:
            framed = frame(record)
            file.write(framed)
            digest.update(framed)
            size += len(framed)
    return size, digest.hexdigest()


def read_records(path: Path, expected: int | None = None) -> list[bytes]:
    """All records of a shard.

    Args:
        path: the file.
        expected: how many records its metadata say; None where nothing is promised.

    Raises:
        OSError: it is missing or cannot be read.
        ValueError: it is damaged or cut off, or holds another number of records.
        UsageError: it holds ArrayRecords, and the package is not installed.
    """
    if format_of(path) == "tfrecord":
        with open_plain(path) as file:
            records = unframe(file.read())
        check_count(len(records), expected)
        return records
    reader = array_record.Reader(path)
    try:
        check_count(len(reader), expected)
        return reader.read_all()
    finally:
        reader.close()


def check_shard(path: Path, expected: int) -> None:
    """Compares the number of records of a shard with that in its metadata, without reading a record.

    Of a TFRecord file the length before every record is read: 0.2 s for 100,000 records.

    Args:
        path: the file.
        expected: how many records its metadata say.

    Raises:
        OSError, ValueError, UsageError: as `read_records` does, but damage within records is not seen.
    """
    file = ShardFile(path, expected)
    try:
        len(file)
    finally:
        file.close()


class ShardFile:
    """A shard whose records are read one at a time, by their number in it.

    It holds no open file between calls where records are TFRecords: a program may have thousands of shards.
    It can be pickled, and used in a forked process.

    Args:
        path: the file.
        expected: how many records its metadata say; None where nothing is promised.
    """

    def __init__(self, path: Path, expected: int | None = None) -> None:
        self._path, self._format, self._expected = path, format_of(path), expected
        self._starts: array[int] | None = None  # of a TFRecord file, where every record begins, and its end
        self._reader = array_record.Reader(path)

    def __len__(self) -> int:
        """How many records there are. Raises as `read` does."""
        count = len(self._record_starts()) - 1 if self._format == "tfrecord" else len(self._reader)
        check_count(count, self._expected)
        return count

    def close(self) -> None:
        """Closes the file, where it is one that stays open; the next call opens it again."""
        self._reader.close()

    def read(self, number: int) -> bytes:
        """One record.

        Args:
            number: from 0.

        Raises:
            OSError: the file is missing or cannot be read.
            ValueError: the record is damaged, there is none of that number, or the file holds another number of records
                than its metadata say.
            UsageError: it holds ArrayRecords, and the package is not installed.
        """
        if not 0 <= number < len(self):
            raise ValueError(f"it has {len(self)} records, none of the number {number}")
        if self._format == "array_record":
            try:
                return self._reader.read([number])[0]
            except ValueError as error:
                raise ValueError(f"record {number} is damaged") from error
        starts = self._record_starts()
        with open(self._path, "rb", buffering=0) as file:
            file.seek(starts[number])
            framed = file.read(starts[number + 1] - starts[number])
        try:
            return unframe(framed)[0]
        except (ValueError, IndexError) as error:
            raise ValueError(f"record {number} is damaged or cut off") from error

    def _record_starts(self) -> array[int]:
        """Where each record begins, and the end of the last one: follows their lengths once, eight bytes a record."""
        if self._starts is None:
            starts, position = array("q", [0]), 0
            open_plain(self._path).close()  # a pipe would keep us waiting
            with open(self._path, "rb", buffering=0) as file:
                end = os.fstat(file.fileno()).st_size
                while position < end:
                    file.seek(position)
                    head = file.read(8)
                    if len(head) == 8:
                        position += _HEAD + struct.unpack("<Q", head)[0] + _FOOT
                    if len(head) < 8 or position > end:
                        raise ValueError(f"record {len(starts) - 1} is damaged or cut off")
                    starts.append(position)
            self._starts = starts
        return self._starts
