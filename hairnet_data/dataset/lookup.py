"""Finds prepared datasets: by name, by a folder above them, or all of a data folder."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.records.dataset_info import read_dataset_info
from hairnet_data.core.storage.paths import is_remote
from hairnet_data.dataset.dataset_metadata import read_metadata
from hairnet_data.dataset.reader import DATASET

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_MAX_LISTED = 5  # datasets that an error names


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """A dataset in a list, described by its own files without reading a record.

    Attributes:
        path: its folder.
        name: of its configuration, e.g. "lfw_parts".
        version: e.g. "1.0.0".
        source: of its portraits; "" where its metadata cannot be read.
        examples: number by split.
        size: bytes of its records.
    """

    path: Path
    name: str
    version: str
    source: str
    examples: dict[str, int]
    size: int


def resolve_dataset(given: Path, data_dir: Path) -> Path:
    """Finds the folder of the dataset that a user means.

    Args:
        given: the folder itself, any folder above it that holds no other dataset, or the name of a configuration
            in `data_dir`, with or without its version ("drawn", "drawn/1.0.0", "hairnet_synthetic/drawn").
        data_dir: where datasets are looked up by name.

    Returns:
        The folder that holds `dataset_info.json`; `given` itself where nothing is found, so that opening it says
        what is wrong with it.

    Raises:
        DatasetError: several datasets are meant.
    """
    if is_remote(given) or is_dataset(given):
        return given
    candidates = [given]
    if not given.is_absolute():
        candidates += [data_dir / given, data_dir / DATASET / given]
    for folder in candidates:
        paths = sorted(_datasets_below(folder))
        if len(paths) == 1:
            return paths[0]
        if paths:
            names = ", ".join(path.relative_to(folder).as_posix() for path in paths[:_MAX_LISTED])
            more = f" and {len(paths) - _MAX_LISTED} more" if len(paths) > _MAX_LISTED else ""
            raise DatasetError(str(given), f"holds {len(paths)} datasets ({names}{more})", "name one of them")
    return given


def is_dataset(folder: Path) -> bool:
    """Whether a folder is a prepared dataset of ours, complete or damaged."""
    return (folder / "dataset_info.json").is_file() or (folder / "metadata.json").is_file()


def _datasets_below(folder: Path) -> Iterator[Path]:
    """The folder itself, or datasets at most three folders down: data folder, dataset, configuration, version."""
    if not folder.is_dir():
        return
    if is_dataset(folder):
        yield folder
        return
    for pattern in ("*", "*/*", "*/*/*"):
        for path in folder.glob(pattern):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if not hidden and _VERSION.fullmatch(path.name) and is_dataset(path):
                yield path


def list_datasets(data_dir: Path) -> list[DatasetSummary]:
    """All datasets of a data folder, by name and version. What cannot be read of one is left empty."""
    return [_summary(path) for path in sorted(_datasets_below(data_dir / DATASET))]


def _summary(path: Path) -> DatasetSummary:
    source, examples, size = "", {}, 0
    with contextlib.suppress(DatasetError, OSError):
        for split in read_dataset_info(path).splits:
            examples[split.name] = sum(split.shard_lengths)
            size += split.num_bytes
        source = read_metadata(path).identity.source["name"]
    return DatasetSummary(path, path.parent.name, path.name, source, examples, size)
