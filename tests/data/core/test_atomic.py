"""Atomic writing: the old file or the new one, and nothing else is left."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.core.errors import BuildError
from hairnet_data.core.storage.atomic import atomic_path, atomic_writer, sync_to_disk, write_atomic


def test_the_old_file_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with atomic_writer(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"

    def stopped() -> None:
        with atomic_path(path) as draft:
            draft.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert path.read_bytes() == b"new"
    assert [left.name for left in tmp_path.iterdir()] == ["file"]


def test_two_writers_of_one_file(tmp_path: Path) -> None:
    with atomic_writer(tmp_path / "file") as one, atomic_writer(tmp_path / "file") as other:
        one.write(b"one")
        other.write(b"other")
    assert (tmp_path / "file").read_bytes() == b"one", "the last to finish"


@pytest.mark.parametrize("sync", [True, False])
def test_the_content_is_on_the_disk_before_it_has_its_path(
    sync: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def watched(name: str) -> None:
        real = getattr(os, name)

        def call(*arguments: Any) -> Any:
            calls.append(name)
            return real(*arguments)

        monkeypatch.setattr(os, name, call)

    watched("fsync")
    watched("replace")
    with atomic_writer(tmp_path / "file", sync=sync) as file:
        file.write(b"content")
    assert calls == (["fsync", "replace"] if sync else ["replace"])


def test_folders_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows; a file that cannot be opened is an error."""

    def denied(path: Any, flags: int) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "file").touch()
    sync_to_disk(tmp_path)
    sync_to_disk(tmp_path / "file")
    monkeypatch.setattr(os, "open", denied)
    sync_to_disk(tmp_path)
    with pytest.raises(PermissionError):
        sync_to_disk(tmp_path / "file")


def test_errors_say_what_to_do(tmp_path: Path) -> None:
    for path, hint in ((tmp_path / "none" / "file", "make the folder first"), (tmp_path, "give the name of a file")):
        with pytest.raises(BuildError, match=f"cannot be written .*; {hint}"):
            write_atomic(path, b"")
