"""Writing so that what is there is there whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

from hairnet_data.errors import BuildError


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file under another name in its folder and renames it: it is there whole, or not at all.

    Args:
        path: the file; an older one is replaced.
        data: its bytes.

    Raises:
        BuildError: the folder is missing or cannot be written to.
    """
    draft = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("xb") as file:
            file.write(data)
        os.replace(draft, path)
    except OSError as error:
        mend = "check its permissions and the room left on the disk"
        if not path.parent.is_dir():
            mend = "make the folder first"
        elif path.is_dir():
            mend = "give the name of a file"
        raise BuildError(str(path), f"cannot be written ({error.strerror or error})", mend) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def put_folder(draft: Path, out: Path) -> None:
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
