"""Lists the prepared datasets of a data folder; `core.records.dataset_lookup` finds one of them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.records.dataset_info import read_dataset_info
from hairnet_data.core.records.dataset_lookup import DATASET, datasets_below
from hairnet_data.dataset.dataset_metadata import read_metadata


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """A dataset in a list, described by its own files without reading a record.

    Attributes:
        path: its folder.
        name: of its configuration, e.g. "lfw_parts".
        version: e.g. "1.6.0".
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


def list_datasets(data_dir: Path) -> list[DatasetSummary]:
    """All datasets of a data folder, by name and version. What cannot be read of one is left empty."""
    return [_summary(path) for path in sorted(datasets_below(data_dir / DATASET))]


def _summary(path: Path) -> DatasetSummary:
    source, examples, size = "", {}, 0
    with contextlib.suppress(DatasetError, OSError):
        for split in read_dataset_info(path).splits:
            examples[split.name] = sum(split.shard_lengths)
            size += split.num_bytes
        source = read_metadata(path).identity.source["name"]
    return DatasetSummary(path, path.parent.name, path.name, source, examples, size)
