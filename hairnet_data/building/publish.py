"""The last stage of a build: moves shards and metadata to the dataset's path."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from hairnet_data.building.metadata import default_config
from hairnet_data.building.staging import StagingDirectory
from hairnet_data.core.storage.atomic import atomic_writer, sync_to_disk
from hairnet_data.core.storage.paths import is_folder, is_remote, remove, translate_store_errors, write_file

_COMPLETION_MARKERS = ("dataset_info.json", "metadata.json")
"""Without the first TFDS sees no dataset, without the second this package sees none; in the order they are written."""


def publish(metadata: Path, path: Path, staging: StagingDirectory) -> None:
    """Moves a complete dataset to its path.

    An older one is replaced by two renames on one file system. Between them there is no dataset, but never a partial
    one; a build that is killed there leaves the old one in its staging directory, and the next build restores it.

    Args:
        metadata: the folder of the dataset's metadata; its files are moved.
        path: the dataset's; an older dataset is replaced.
        staging: the build's staging directory, with all shards.

    Raises:
        OSError: the files cannot be moved.
    """
    if is_remote(path):
        _publish_to_store(metadata, path, staging)
        return
    for file in metadata.iterdir():
        file.rename(staging.shards / file.name)
    # All is on the disk before it is renamed: a power cut must not leave names without content.
    for file in staging.shards.iterdir():
        sync_to_disk(file)
    sync_to_disk(staging.shards)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_default_config(path.parent.parent)
    if path.exists():
        old = staging.old / path.parent.name / path.name
        old.parent.mkdir(parents=True, exist_ok=True)
        path.rename(old)
    staging.shards.rename(path)
    for folder in (path.parent, path.parent.parent):
        sync_to_disk(folder)


def _publish_to_store(metadata: Path, path: Path, staging: StagingDirectory) -> None:
    """In a store many files cannot be renamed at once: the completion markers are removed first and written last."""
    with translate_store_errors(path):
        if is_folder(path):
            for name in reversed(_COMPLETION_MARKERS):
                (path / name).unlink(missing_ok=True)
            remove(path)
        for shard in staging.shards.iterdir():
            cast(Any, shard).copy(path / shard.name)  # an `epath.Path`
        files = {file.name: file.read_bytes() for file in metadata.iterdir()}
        for name in (*(files.keys() - set(_COMPLETION_MARKERS)), *_COMPLETION_MARKERS):
            write_file(path / name, files[name])


def _write_default_config(home: Path) -> None:
    """Tells TFDS which configuration is meant where none is named, as its own builders do."""
    file = home / ".config" / "metadata.json"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        with atomic_writer(file) as draft:  # another build may do the same at this moment
            draft.write(default_config())
