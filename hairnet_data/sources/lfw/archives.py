"""Unpacks the members of an archive that are needed, once, and nothing else of it."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tarfile
import time
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from hairnet_data.core.errors import SourceError, unreadable
from hairnet_data.core.storage.bounded_read import open_plain
from hairnet_data.core.storage.paths import translate_store_errors

MAX_MEMBER = 64 << 20
"""Bytes of the largest member that is unpacked."""
MAX_TOTAL = 16 << 30
"""Bytes an archive may hold when decompressed, members that are left out included."""

_AGAIN = "fetch it again"
_STALE = 24 * 3600  # seconds after which a half-unpacked folder belongs to a run that died


def checksum(path: Path, algorithm: str = "sha256") -> str:
    """The hex digest of a file.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        digest = hashlib.new(algorithm)
        with open_plain(path) as file, translate_store_errors(path):
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()
    except OSError as error:
        raise SourceError(str(path), unreadable(error), "check the file") from error


def unpack(archive: Path, into: Path, members: Collection[str]) -> Path:
    """Unpacks members of a .tar or .tgz, unless that has been done before.

    They are unpacked beside the target and renamed when complete, so a run that is killed leaves nothing
    that a later one would take for complete. Members that are absent are not created; the caller sees that.

    Args:
        archive: the file; its content says whether it is compressed.
        into: where unpacked archives are stored; made if missing.
        members: their names, relative and with forward slashes, as in "folder/picture.jpg".

    Returns:
        The folder that holds the members: a child of `into` whose name carries 16 hex digits of the
        archive's SHA-256 and 8 of the members' names'.

    Raises:
        SourceError: the archive is missing, damaged, no such archive, larger than `MAX_TOTAL`, or has a
            member that points outside, or one of them that is no plain file, twice there or larger than
            `MAX_MEMBER`; or `into` cannot be written.
    """
    names = hashlib.sha256("\0".join(sorted(members)).encode("utf-8", "surrogatepass")).hexdigest()
    stem = archive.name.split(".")[0]
    target = into / f"{stem}-{checksum(archive)[:16]}-{names[:8]}"
    if target.is_dir():
        return target
    with _writing(into):
        into.mkdir(parents=True, exist_ok=True)
        _remove_stale(into, f".{target.name}.")
        half = into / f".{target.name}.{os.getpid()}-{time.monotonic_ns()}"
        half.mkdir()
    try:
        _unpack(archive, half, frozenset(members))
        with _writing(into):
            try:
                half.rename(target)
            except OSError:
                if not target.is_dir():  # else another run was first, with the same content
                    raise
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return target


def _unpack(archive: Path, folder: Path, members: frozenset[str]) -> None:
    """Writes the members into `folder`."""
    where, seen = str(archive), set[str]()
    with _reading(where), translate_store_errors(archive), open_plain(archive) as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        stream = _Bounded(gzip.GzipFile(fileobj=file) if packed else file, where)
        with tarfile.open(fileobj=stream, mode="r:", errorlevel=2) as tar:  # type: ignore[call-overload]
            for member in tar:
                name = _inside(member.name, where)
                if name not in members:
                    continue
                if name in seen:
                    raise SourceError(where, f"holds {name} twice", _AGAIN)
                if not member.isreg() or member.issparse():
                    raise SourceError(where, f"holds {name} as a link or device, not as a file", _AGAIN)
                if member.size > MAX_MEMBER:
                    what = f"holds {name} with {member.size:,} bytes, more than the limit of {MAX_MEMBER:,}"
                    raise SourceError(where, what, _AGAIN)
                seen.add(name)
                content = tar.extractfile(member)
                assert content is not None
                data = content.read()
                if len(data) != member.size:
                    raise SourceError(where, "is truncated", _AGAIN)
                with _writing(folder):
                    path = folder / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
        while stream.read(1 << 16):  # to the end, where gzip keeps its own checksum
            pass


def _inside(name: str, where: str) -> str:
    """A member's name without "./" and doubled slashes; refuses one that leads out of the folder."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts:
        raise SourceError(where, f"has a member that points outside ({name})", "do not use this archive")
    return "/".join(parts)


class _Bounded:
    """A readable stream that gives no more than `MAX_TOTAL` in all and `MAX_MEMBER` at once.

    tarfile reads all of a long name or an extended header, of whatever length the archive claims.
    """

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, where: str) -> None:
        self._stream, self._where = stream, where

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > MAX_MEMBER:
            raise SourceError(self._where, "has a header of absurd length", "do not use this archive")
        self._check(self._stream.tell() + size)
        return self._stream.read(size)

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, position: int) -> int:
        self._check(position)
        return self._stream.seek(position)

    def _check(self, end: int) -> None:
        if end > MAX_TOTAL + MAX_MEMBER:
            what = f"holds more than the limit of {MAX_TOTAL:,} bytes"
            raise SourceError(self._where, what, "do not use this archive")


@contextmanager
def _reading(where: str) -> Iterator[None]:
    """Turns what gzip, zlib and tarfile raise into one line."""
    try:
        yield
    except SourceError:
        raise
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(where, f"is truncated or damaged ({error})", _AGAIN) from error
    except tarfile.TarError as error:
        what = "is truncated or not a .tar or .tgz archive"
        raise SourceError(where, f"{what} ({error})", _AGAIN) from error
    except OSError as error:
        raise SourceError(where, unreadable(error), "check the file") from error
    except Exception as error:  # tarfile raises ValueError, RecursionError and more on hostile headers
        raise SourceError(where, f"is damaged ({error})", _AGAIN) from error


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turns a full or unwritable disk into one line."""
    try:
        yield
    except OSError as error:
        what = f"cannot be written ({error.strerror})"
        raise SourceError(str(folder), what, "free space there or choose another folder") from error


def _remove_stale(into: Path, prefix: str) -> None:
    """Clears what runs that were killed left behind."""
    for path in into.iterdir():
        if path.name.startswith(prefix):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _STALE:
                    shutil.rmtree(path, ignore_errors=True)
