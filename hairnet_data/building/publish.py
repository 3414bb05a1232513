"""The last step of a build: from shards and what TFDS says of them to a dataset in its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

from hairnet_data.building.metadata import default_config
from hairnet_data.building.staging import StagingDirectory
from hairnet_data.core.storage.atomic import atomic_writer
from hairnet_data.core.storage.paths import is_folder, is_remote, remove, translate_store_errors, write_file

_TELLS = ("dataset_info.json", "metadata.json")
"""Without the first TFDS sees no dataset, without the second nor do we; in the order they are written."""


def publish(metadata: Path, path: Path, staging: StagingDirectory) -> None:
    """Makes the folder of shards the dataset's.

    Two renames on one file system: for a moment there is no dataset, never half a one, and the next build, whichever
    it is, knows the way back.

    Args:
        metadata: TFDS's own files of the dataset.
        path: where the dataset goes; one that is there is replaced.
        staging: the build's folder.
    """
    if is_remote(path):
        _publish_to_store(metadata, path, staging)
        return
    for file in metadata.iterdir():
        file.rename(staging.shards / file.name)
    _to_disk(staging.shards)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_default_config(path.parent.parent)
    if path.exists():
        old = staging.old / path.parent.name / path.name
        old.parent.mkdir(parents=True, exist_ok=True)
        path.rename(old)
    staging.shards.rename(path)
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


def _publish_to_store(metadata: Path, path: Path, staging: StagingDirectory) -> None:
    """In a store nothing moves at once: what tells a dataset from a heap of files goes first and comes last."""
    with translate_store_errors(path):
        if is_folder(path):
            for name in reversed(_TELLS):
                (path / name).unlink(missing_ok=True)
            remove(path)
        for shard in staging.shards.iterdir():
            cast(Any, shard).copy(path / shard.name)
        files = {file.name: file for file in metadata.iterdir()}
        for name in sorted(files, key=lambda name: _TELLS.index(name) if name in _TELLS else -1):
            write_file(path / name, files[name].read_bytes())


def _write_default_config(home: Path) -> None:
    """Tells TFDS which configuration is meant where none is named, as its own builders do."""
    file = home / ".config" / "metadata.json"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        with atomic_writer(file) as draft:  # another build may do the same at this moment
            draft.write(default_config())


def _to_disk(folder: Path) -> None:
    """Waits until everything is on the disk: a power cut must not leave names without content."""
    for path in folder.iterdir():
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    there = os.open(path, os.O_RDONLY)
    try:
        os.fsync(there)
    finally:
        os.close(there)
