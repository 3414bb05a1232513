"""Writing so that what is there is there whole, or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hairnet_data.core.errors import BuildError
from hairnet_data.core.storage.paths import is_remote, translate_store_errors


@contextlib.contextmanager
def atomic_writer(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, under another name in its folder; it gets its own when all went well, or nothing is left of it.

    In a store, where nothing can be renamed and a file is whole once it is closed, all is kept until then.

    Args:
        path: the file; an older one is replaced.

    Raises:
        OSError: it cannot be written.
    """
    if is_remote(path):
        kept = io.BytesIO()
        yield kept
        with translate_store_errors(path):
            path.write_bytes(kept.getvalue())
        return
    draft = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("xb") as file:
            yield file
        os.replace(draft, path)  # on Windows a rename would not replace an older file
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def write_atomic(path: Path, data: bytes) -> None:
    """Writes a file: it is there whole, or not at all.

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
