"""ArrayRecord files, record by record, through the package `array_record`, which not every system has."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import DatasetError, UsageError, unreadable
from hairnet_data.core.records.record_count import check_count
from hairnet_data.core.storage.bounded_read import open_plain
from hairnet_data.core.storage.paths import is_remote

# One record a chunk, so that one is read without its neighbours. Not compressed: pictures are already.
_OPTIONS = "group_size:1,uncompressed"
_BLOCK = 64  # records that are read in one call


def check_installed() -> None:
    """Raises UsageError where ArrayRecords cannot be read and written, because the package is not installed."""
    if importlib.util.find_spec("array_record") is None:
        raise _missing()


def write(path: Path, records: Iterable[bytes]) -> None:
    """Writes a file.

    Raises:
        OSError: it cannot be written.
        UsageError: the package is not installed.
    """
    path.open("wb").close()  # its own error for a folder that cannot be written is no OSError
    writer = _module().ArrayRecordWriter(str(path), _OPTIONS)
    try:
        for record in records:
            with _translate_errors(path):
                writer.write(record)
    finally:
        with _translate_errors(path):
            writer.close()


@contextlib.contextmanager
def _translate_errors(path: Path) -> Iterator[None]:
    """Turns the writer's errors into OSErrors."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise OSError(errno.EIO, " ".join(str(error).split())[:300], str(path)) from error


class Reader:
    """The records of a file by their number. It can be pickled, and used in a forked process.

    Args:
        path: the file; nothing is opened yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader: Any = None
        self._opened_by = 0  # the process that opened it

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_reader": None}

    def __len__(self) -> int:
        """How many there are. Raises as `read` does where the file cannot be opened."""
        return int(self._open().num_records())

    def read(self, numbers: Sequence[int]) -> list[bytes]:
        """Records by their numbers, each of which there is.

        Raises:
            OSError: the file is missing or cannot be read.
            ValueError: it is damaged or cut off, or one of the records is.
            UsageError: the package is not installed.
        """
        try:
            return [bytes(record) for record in self._open().read(list(numbers))]
        except (RuntimeError, IndexError) as error:
            raise ValueError("it is damaged or cut off") from error

    def read_all(self) -> list[bytes]:
        """All records. Raises as `read` does."""
        reader = self._open()
        try:
            return list(reader.read_all())
        except (RuntimeError, IndexError) as error:
            raise ValueError("it is damaged or cut off") from error

    def close(self) -> None:
        """Closes the file; the next call opens it again."""
        reader, self._reader = self._reader, None
        if reader is not None and self._opened_by == os.getpid():
            with contextlib.suppress(RuntimeError):  # it says again what is wrong
                reader.close()

    def _open(self) -> Any:
        # A forked process has the reader, but not its threads.
        if self._reader is None or self._opened_by != os.getpid():
            if is_remote(self._path):
                raise OSError(errno.ENOTSUP, "ArrayRecords are read from local disks only", str(self._path))
            open_plain(self._path).close()  # its own error for a missing file is no OSError, and it waits for pipes
            try:
                self._reader, self._opened_by = _module().ArrayRecordReader(str(self._path)), os.getpid()
            except (RuntimeError, ValueError) as error:
                raise ValueError("it is damaged or cut off") from error
        return self._reader


def iter_batches(files: Sequence[tuple[str, int]], skip: int, most: int) -> Iterator[list[bytes]]:
    """Reads files one after another, a few dozen records at once; files that are skipped entirely are not opened.

    Args:
        files: paths, and how many records each is to have.
        skip: how many records are skipped first, without being read.
        most: how many are read at most.

    Raises:
        DatasetError: a file is missing or damaged, or has another number of records.
        UsageError: the package is not installed.
    """
    for path, records in files:
        first, last = min(skip, records), min(records, skip + most)
        skip -= first
        if first >= last:
            continue
        most -= last - first
        reader = Reader(Path(path))
        try:
            check_count(len(reader), records)
            for begin in range(first, last, _BLOCK):
                yield reader.read(range(begin, min(begin + _BLOCK, last)))
        except OSError as error:
            raise DatasetError(path, unreadable(error), "build the dataset again") from error
        except ValueError as error:
            raise DatasetError(path, str(error), "`hairnet-data verify` tells more; build it again") from error
        finally:
            reader.close()


def _module() -> Any:
    try:  # where it is needed: not every system has it
        from array_record.python import array_record_module
    except ImportError as error:
        raise _missing() from error
    return array_record_module


def _missing() -> UsageError:
    hint = "pip install array_record where there is one, or use tfrecord"
    return UsageError("array_record", "is not installed", hint)
