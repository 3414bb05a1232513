"""Paths of this machine, and of an object store: `gs://bucket/folder` goes through TFDS's `epath`, and nothing else.

An object store has no folders, no locks, no links and no renaming of many files at once, but every file is written
atomically. What differs between the two is in this module.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from hairnet_data.core.errors import HairnetError, UsageError

STORES = ("gs", "s3")
"""What `epath` knows of and TFDS reads. Only `gs` was tried."""

_BLOCK = 1 << 20
# No store's client raises these for what happens in the store.
_NOT_OF_A_STORE = (OSError, HairnetError, TypeError, AttributeError, AssertionError, KeyError)


def parse_path(path: str | os.PathLike[str]) -> Path:
    """A path as the user gives it, e.g. `datasets` or `gs://bucket/datasets`.

    Returns:
        A `pathlib.Path`, or for a store an `epath.Path`, which has its methods.

    Raises:
        UsageError: a store that is not known.
    """
    text = os.fspath(path)
    scheme, separator, rest = text.partition("://")
    if not separator or not scheme.isalnum():
        return Path(text)
    if scheme not in STORES or not rest.strip("/"):
        stores = " and ".join(f"{name}://BUCKET/FOLDER" for name in STORES)
        raise UsageError(text, "is no folder and no address of a store", f"stores are {stores}")
    if importlib.util.find_spec("gcsfs"):
        # Else it uses TensorFlow, which every worker process would have to import: seconds and half a gigabyte.
        os.environ.setdefault("EPATH_USE_TF", "false")
    from etils import epath

    return cast(Path, epath.Path(text.rstrip("/")))


def is_remote(path: str | os.PathLike[str]) -> bool:
    """Whether a path is in a store."""
    return "://" in os.fspath(path)


@contextlib.contextmanager
def translate_store_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turns whatever a store's client raises into an OSError of one line; for local paths it does nothing."""
    try:
        yield
    except Exception as error:
        if not is_remote(path) or isinstance(error, _NOT_OF_A_STORE):
            raise
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise OSError(errno.EIO, lines[0][:300], os.fspath(path)) from error


def is_folder(path: Path) -> bool:
    """Whether there is a folder; False also where that cannot be told. Never raises for an odd local name.

    Raises:
        OSError: the store cannot be asked.
    """
    if not is_remote(path):
        return os.path.isdir(path)
    with translate_store_errors(path):
        return path.is_dir()


def is_file(path: Path) -> bool:
    """Whether there is a file, or in a store anything of that name. Raises OSError as `is_folder`."""
    if not is_remote(path):
        return os.path.isfile(path)
    with translate_store_errors(path):
        return path.exists()


def open_remote(path: Path) -> IO[bytes]:
    """Opens a file of a store for reading.

    Raises:
        OSError: there is none, or it cannot be opened.
    """
    with translate_store_errors(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
        return cast(IO[bytes], path.open("rb"))


def size_of(path: Path) -> int:
    """Bytes of a file. Raises OSError where there is none."""
    with translate_store_errors(path):
        status: Any = path.stat()
        return int(status.length if is_remote(path) else status.st_size)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits. Raises OSError where it cannot be read."""
    if not is_remote(path):
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    with translate_store_errors(path), open_remote(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def write_file(path: Path, data: bytes) -> None:
    """Writes a file of a store, atomically. Raises OSError."""
    with translate_store_errors(path):
        path.write_bytes(data)


def bytes_in(folder: Path) -> int:
    """Bytes of the files in a folder; subfolders do not count."""
    with translate_store_errors(folder):
        return sum(size_of(file) for file in folder.iterdir())


def remove(folder: Path) -> None:
    """Removes a folder and everything in it, as far as possible. Raises nothing."""
    if not is_remote(folder):
        shutil.rmtree(folder, ignore_errors=True)
        return
    with contextlib.suppress(Exception):  # each client has its own
        cast(Any, folder).rmtree(missing_ok=True)
