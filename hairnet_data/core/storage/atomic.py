"""Atomic writing: a file or folder is there complete, or not at all; and waiting until it is on the disk."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hairnet_data.core.errors import BuildError
from hairnet_data.core.storage.paths import is_remote, write_file


@contextlib.contextmanager
def atomic_path(path: Path, sync: bool = False) -> Iterator[Path]:
    """A temporary path to write a file by. When the context ends well, the file gets its own path; else it is removed.

    The temporary path is in the same folder, hidden, and ends in ".part". In a store, where nothing can be renamed
    and a file is complete once it is there, it is in this machine's temporary folder.

    Args:
        path: the file; an older one is replaced.
        sync: whether the content is on the disk before the file gets its path, so that a power cut leaves no path
            without content.

    Raises:
        OSError: it cannot be written.
    """
    if is_remote(path):
        with tempfile.TemporaryDirectory(prefix="hairnet-") as folder:
            draft = Path(folder) / path.name
            yield draft
            write_file(path, draft.read_bytes())
        return
    # A name that no other process has: two may write the same file at the same time.
    draft = path.with_name(f".{path.name[:80]}.{secrets.token_hex(8)}.part")
    try:
        yield draft
        if sync:
            sync_to_disk(draft)
        os.replace(draft, path)  # on Windows a rename would not replace an older file
    finally:
        with contextlib.suppress(OSError):  # where the disk is full, every byte counts
            draft.unlink()


@contextlib.contextmanager
def atomic_writer(path: Path, sync: bool = False) -> Iterator[IO[bytes]]:
    """A file to write by a temporary path: as `atomic_path`, opened."""
    with atomic_path(path, sync) as draft, open(draft, "xb") as file:
        yield file


def sync_to_disk(path: Path) -> None:
    """Waits until the content of a file, or the names in a folder, are on the disk.

    Raises:
        OSError: the disk failed.
    """
    try:
        descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    except PermissionError:
        if path.is_dir():  # Windows opens no folder, and has no way to wait for its names
            return
        raise
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(path: Path, data: bytes) -> None:
    """Writes a file atomically, with errors for people.

    Args:
        path: the file; an older one is replaced.
        data: its bytes.

    Raises:
        BuildError: the folder is missing or cannot be written to.
    """
    try:
        with atomic_writer(path) as file:
            file.write(data)
    except OSError as error:
        hint = "check its permissions and the room left on the disk"
        if not path.parent.is_dir():
            hint = "make the folder first"
        elif path.is_dir():
            hint = "give the name of a file"
        raise BuildError(str(path), f"cannot be written ({error.strerror or error})", hint) from error


def install_folder(draft: Path, out: Path) -> None:
    """Gives a finished folder its name; one that bears it is removed, but comes back if the new one cannot take it.

    Args:
        draft: the new folder, on the same file system.
        out: its name to be.

    Raises:
        OSError: it could not be renamed.
    """
    if not out.exists():
        draft.rename(out)
        return
    old = draft.with_name(f"{draft.name}.old")
    out.rename(old)
    try:
        draft.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old)
