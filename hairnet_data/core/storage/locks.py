"""Locks between processes, and threads, that end with their process however it ends.

They are the operating system's own (`flock`, `LockFileEx`). Some network file systems have none: nobody waits there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from filelock import lock_descriptor, unlock_descriptor

_LOCK = ".lock"


@contextlib.contextmanager
def try_lock(path: Path) -> Iterator[bool | None]:
    """Locks a file, made when needed, for the time of the context; never waits.

    Yields:
        True where the lock is ours, False where another process or thread holds it, None where there are no locks.

    Raises:
        OSError: the file cannot be opened.
    """
    with _opened(path, "ab") as file:
        locked = _try(file)
        try:
            yield locked
        finally:
            if locked:
                with contextlib.suppress(OSError):
                    unlock_descriptor(file.fileno())


def is_free(path: Path) -> bool | None:
    """Whether nobody holds the lock of a file, which may be missing; None where that cannot be told."""
    try:
        with _opened(path, "r+b") as file:
            return _try(file)  # closing the file gives the lock back
    except FileNotFoundError:
        return True
    except OSError:
        return None


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Waits until no other process or thread is in this context with the same folder.

    The lock is a file in the folder, which is removed at the end. Where it cannot be made, because the folder is
    missing, the disk full or there are no locks, nobody waits.
    """
    path = folder / _LOCK
    file = _open_locked(path)
    try:
        yield
    finally:
        if file:
            # While it is locked: a file removed later might be that of the next one already.
            removed = _unlink(path)
            file.close()
            if not removed:  # on Windows, which removes no open file; if it goes now, nobody else has it open
                _unlink(path)


def _open_locked(path: Path) -> IO[bytes] | None:
    while True:
        try:
            file = _opened(path, "ab")
        except OSError:
            return None
        with contextlib.suppress(OSError):
            lock_descriptor(file.fileno())
        if _is_at(path, file):
            return file
        file.close()  # it was removed while we waited: its lock means nothing any more


def _opened(path: Path, mode: str) -> IO[bytes]:
    try:
        return open(path, mode)
    except PermissionError:  # another user's; reading is enough to lock it
        return open(path, "rb")


def _try(file: IO[bytes]) -> bool | None:
    try:
        return lock_descriptor(file.fileno(), blocking=False)
    except OSError:
        return None


def _is_at(path: Path, file: IO[bytes]) -> bool:
    if os.name == "nt":  # an open file stays where it is
        return True
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except OSError:
        return False


def _unlink(path: Path) -> bool:
    with contextlib.suppress(OSError):
        path.unlink()
        return True
    return False
