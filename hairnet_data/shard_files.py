"""Files of records, whole or one by one: TFRecords, which have no index, and ArrayRecords, which do."""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import uuid
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hairnet_data.encode import frame, unframe
from hairnet_data.errors import UsageError
from hairnet_data.shards import digest_of

FILE_FORMATS = ("tfrecord", "array_record")

_HEAD, _FOOT = 12, 4  # of a framed record: length and its checksum before, the data's checksum behind
# One record a chunk, so that one is read without its neighbours. Not compressed: pictures are already.
_ARRAY_RECORD = "group_size:1,uncompressed"


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
    path.open("wb").close()  # its own error for a folder that cannot be written is no OSError
    writer = _array_record().ArrayRecordWriter(str(path), _ARRAY_RECORD)
    try:
        for record in records:
            writer.write(record)
    finally:
        try:
            writer.close()
        except (RuntimeError, ValueError) as fault:
            raise OSError(None, str(fault), str(path)) from fault
    with open(path, "rb") as file:
        os.fsync(file.fileno())
    return path.stat().st_size, digest_of(path)


def read_records(path: Path) -> list[bytes]:
    """All records of a shard.

    Raises:
        OSError: it is missing or cannot be read.
        ValueError: it is damaged or cut off.
    """
    if format_of(path) == "tfrecord":
        return unframe(path.read_bytes())
    reader = _open_array_record(path)
    try:
        return list(reader.read_all())
    except (RuntimeError, IndexError) as fault:
        raise ValueError("it is damaged or cut off") from fault
    finally:
        with contextlib.suppress(RuntimeError):  # it repeats what is wrong
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
        self._reader: Any = None  # of an ArrayRecord file, and the process that opened it
        self._opened_by = 0

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_reader": None}

    def __len__(self) -> int:
        if self._format == "tfrecord":
            return len(self._found()) - 1
        return int(self._opened().num_records())

    def read(self, number: int) -> bytes:
        """One record.

        Args:
            number: from 0.

        Raises:
            OSError: the file is missing or cannot be read.
            ValueError: the record is damaged, or there is none of that number.
        """
        if not 0 <= number < len(self):
            raise ValueError(f"it has {len(self)} records, none of the number {number}")
        if self._format == "array_record":
            try:
                return bytes(self._opened().read([number])[0])
            except (RuntimeError, IndexError) as fault:
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

    def _opened(self) -> Any:
        if self._reader is None or self._opened_by != os.getpid():  # a fork has the reader without its threads
            self._reader, self._opened_by = _open_array_record(self._path), os.getpid()
        return self._reader


def _open_array_record(path: Path) -> Any:
    path.open("rb").close()  # its own error for a missing file is no OSError
    try:
        return _array_record().ArrayRecordReader(str(path))
    except (RuntimeError, ValueError) as fault:
        raise ValueError("it is damaged or cut off") from fault


def _array_record() -> Any:
    try:  # where it is needed: not every system has it
        from array_record.python import array_record_module
    except ImportError as fault:
        mend = "pip install array_record where there is one, or use tfrecord"
        raise UsageError("array_record", "is not installed", mend) from fault
    return array_record_module
