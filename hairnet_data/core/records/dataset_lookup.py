"""Finds the prepared dataset that a user means: by name, or by a folder above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.storage.paths import is_remote

DATASET = "hairnet_synthetic"
"""The dataset's name, in TFDS and in file names."""

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_MAX_LISTED = 5  # datasets that an error names


def resolve_dataset(given: Path, data_dir: Path | None = None) -> Path:
    """Finds the folder of the dataset that a user means.

    Args:
        given: the folder itself, any folder above it that holds no other dataset, or the name of a configuration
            in `data_dir`, with or without its version ("drawn", "drawn/1.6.0", "hairnet_synthetic/drawn").
        data_dir: where datasets are looked up by name; `default_data_dir` unless given.

    Returns:
        The folder that holds `dataset_info.json`; `given` itself where nothing is found, so that opening it says
        what is wrong with it.

    Raises:
        DatasetError: several datasets are meant.
    """
    if is_remote(given) or is_dataset(given):
        return given
    for folder in _candidates(given, data_dir):
        paths = sorted(datasets_below(folder))
        if len(paths) == 1:
            return paths[0]
        if paths:
            names = ", ".join(path.relative_to(folder).as_posix() for path in paths[:_MAX_LISTED])
            more = f" and {len(paths) - _MAX_LISTED} more" if len(paths) > _MAX_LISTED else ""
            raise DatasetError(str(given), f"holds {len(paths)} datasets ({names}{more})", "name one of them")
    return given


def _candidates(given: Path, data_dir: Path | None) -> Iterator[Path]:
    """The folders that may be meant, one after the other: TFDS is imported only where the first is not it."""
    yield given
    if not given.is_absolute() and not given.is_file():
        data_dir = data_dir or default_data_dir()
        yield from (data_dir / given, data_dir / DATASET / given)


def default_data_dir() -> Path:
    """Where TFDS keeps its datasets."""
    from tensorflow_datasets.core import constants

    return Path(constants.DATA_DIR).expanduser()


def is_dataset(folder: Path) -> bool:
    """Whether a folder is a prepared dataset of ours, complete or damaged."""
    return (folder / "dataset_info.json").is_file() or (folder / "metadata.json").is_file()


def datasets_below(folder: Path) -> Iterator[Path]:
    """The folder itself, or datasets at most three folders down: data folder, dataset, configuration, version."""
    if not folder.is_dir():
        return
    if is_dataset(folder):
        yield folder
        return
    level = [folder]
    for _ in range(3):
        level = [path for parent in level for path in _folders_in(parent)]
        yield from (path for path in level if _VERSION.fullmatch(path.name) and is_dataset(path))


def _folders_in(parent: Path) -> list[Path]:
    """The folders in one that are not hidden; none where it may not be read or has gone meanwhile, as in /proc."""
    try:
        return [path for path in parent.iterdir() if not path.name.startswith(".") and path.is_dir()]
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return []
