"""Reads small files that anybody may have written: never waits for a pipe, never reads without end."""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from pathlib import Path
from typing import IO, Any, cast

from hairnet_data.core.storage.paths import is_remote, open_remote, size_of, translate_store_errors

MAX_TEXT = 1 << 18
"""Bytes of a file that people write by hand: settings, lists of names and the like."""

_MOST_DOTS = 100
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)


def open_plain(path: str | os.PathLike[str]) -> IO[bytes]:
    """Opens a file, never waiting: opening a pipe nobody writes to would take for ever, and so would reading a device.

    Raises:
        OSError: it is missing, is no plain file, or cannot be opened; `strerror` has the words.
    """
    if is_remote(path):
        return open_remote(cast(Path, path))
    try:
        file = open(path, "rb", opener=_opener)  # noqa: SIM115  the caller closes it
    except ValueError as error:  # a null character in the name
        raise OSError(errno.EINVAL, str(error), str(path)) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is not a plain file", str(path))
    return file


def opened_size(file: IO[bytes], path: str | os.PathLike[str]) -> int:
    """Bytes of a file that `open_plain` opened by that path. Raises OSError."""
    return size_of(cast(Path, path)) if is_remote(path) else os.fstat(file.fileno()).st_size


def read_opened(file: IO[bytes], path: str | os.PathLike[str], most: int) -> bytes:
    """So many bytes at most of a file that `open_plain` opened by that path. Raises OSError."""
    with translate_store_errors(path):
        return file.read(most)


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | _NONBLOCK)


def read_bytes(path: str | os.PathLike[str], most: int = MAX_TEXT) -> bytes:
    """Reads an entire file.

    Args:
        path: the file.
        most: how many bytes it may have.

    Raises:
        OSError: as `open_plain`, or it is larger.
    """
    with open_plain(path) as file:
        data = read_opened(file, path, most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it has more than the limit of {most:,} bytes", str(path))
    return data


def read_toml(path: str | os.PathLike[str], most: int = MAX_TEXT) -> dict[str, Any]:
    """Reads a TOML file.

    Args:
        path: the file.
        most: how many bytes it may have.

    Raises:
        OSError: as `read_bytes`.
        ValueError: it is no TOML; its text says why, and in which line if that is known.
    """
    try:
        text = read_bytes(path, most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8 text") from error
    # The reader's time grows with the square of the parts of a dotted key: 100,000 take hours.
    if any(line.count(".") > _MOST_DOTS for line in text.split("\n")):
        raise ValueError(f"a line has more than {_MOST_DOTS} dots")
    try:
        values = tomllib.loads(text)
        _check_numbers(values)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return values


def _check_numbers(value: Any) -> None:
    """Raises ValueError for an integer of more than 64 bits: Python reads such, and cannot always write them."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _check_numbers(inner)
    elif isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        raise ValueError("an integer has more than 64 bits")
