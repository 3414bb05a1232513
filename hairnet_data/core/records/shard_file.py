"""Files of records, whole or one by one: TFRecords, which have no index, and ArrayRecords, which do."""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
import uuid
from array import array
from collections.abc import Iterable
from pathlib import Path

from hairnet_data.core.errors import UsageError
from hairnet_data.core.records import array_record
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.core.storage.bounded_read import open_plain
from hairnet_data.core.storage.paths import digest_of, is_remote, write_file

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
    for known in FILE_FORMATS:
        if f".{known}-" in path.name:
            return known
    raise ValueError("its name says no file format")


def write_records(path: Path, records: Iterable[bytes], file_format: str) -> tuple[int, str]:
    """Writes a shard under a temporary name; once it is on the disk, it is renamed. The same records, the same bytes.

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
    if is_remote(path):  # where a file is there whole or not at all, and ArrayRecords cannot be written
        with tempfile.TemporaryDirectory(prefix="hairnet-") as folder:
            made = Path(folder) / path.name
            told = write_records(made, records, file_format)
            write_file(path, made.read_bytes())
        return told
    # A name that no other process has: a worker whose parent was killed may still be at the same shard for a moment.
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    write = _write_array_record if file_format == "array_record" else _write_tfrecord
    try:
        told = write(temporary, records)
        temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)  # where the disk is full, every byte counts
    return told


def _write_tfrecord(path: Path, records: Iterable[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with open(path, "wb") as file:
        for record in records:
            framed = frame(record)
            file.write(framed)
            digest.update(framed)
            size += len(framed)
        file.flush()
        os.fsync(file.fileno())  # a power cut must not leave a name without content
    return size, digest.hexdigest()


def _write_array_record(path: Path, records: Iterable[bytes]) -> tuple[int, str]:
    array_record.write(path, records)
    return path.stat().st_size, digest_of(path)


def read_records(path: Path) -> list[bytes]:
    """All records of a shard.

    Raises:
        OSError: it is missing or cannot be read.
        ValueError: it is damaged or cut off.
        UsageError: it holds ArrayRecords, and the package is not installed.
    """
    if format_of(path) == "tfrecord":
        with open_plain(path) as file:
            return unframe(file.read())
    reader = array_record.Reader(path)
    try:
        return reader.read_all()
    finally:
        reader.close()


class ShardFile:
    """A shard whose records are read one at a time, by their number in it.

    It holds no open file between calls where records are TFRecords: a program may have thousands of shards.
    It can be pickled, and used in a forked process.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._format = path, format_of(path)
        self._starts: array[int] | None = None  # of a TFRecord file, where every record begins, and its end
        self._reader = array_record.Reader(path)

    def __len__(self) -> int:
        return len(self._found()) - 1 if self._format == "tfrecord" else len(self._reader)

    def read(self, number: int) -> bytes:
        """One record.

        Args:
            number: from 0.

        Raises:
            OSError: the file is missing or cannot be read.
            ValueError: the record is damaged, or there is none of that number.
            UsageError: it holds ArrayRecords, and the package is not installed.
        """
        if not 0 <= number < len(self):
            raise ValueError(f"it has {len(self)} records, none of the number {number}")
        if self._format == "array_record":
            try:
                return self._reader.read([number])[0]
            except ValueError as fault:
                raise ValueError(f"record {number} is damaged") from fault
        starts = self._found()
        with open(self._path, "rb", buffering=0) as file:
            file.seek(starts[number])
            framed = file.read(starts[number + 1] - starts[number])
        try:
            return unframe(framed)[0]
        except (ValueError, IndexError) as fault:
            raise ValueError(f"record {number} is damaged or cut off") from fault

    def _found(self) -> array[int]:
        """Follows the records' lengths once: eight bytes a record, no picture is read."""
        if self._starts is None:
            starts, at = array("q", [0]), 0
            open_plain(self._path).close()  # a pipe would keep us waiting
            with open(self._path, "rb", buffering=0) as file:
                end = os.fstat(file.fileno()).st_size
                while at < end:
                    file.seek(at)
                    head = file.read(8)
                    if len(head) == 8:
                        at += _HEAD + struct.unpack("<Q", head)[0] + _FOOT
                    if len(head) < 8 or at > end:
                        raise ValueError(f"record {len(starts) - 1} is damaged or cut off")
                    starts.append(at)
            self._starts = starts
        return self._starts
