"""A prepared dataset as its own files describe it. No record is read, so TensorFlow is not needed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_data.core.ledger import Ledger, unrecorded
from hairnet_data.core.records.dataset_info import HINT, read_dataset_info
from hairnet_model.data.dataset_metadata import read_metadata

VALIDATION_SPLITS = ("validation", "validation_negatives")
"""Names of the splits that a training validates on."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A prepared dataset, as its own files describe it.

    Attributes:
        path: its folder, e.g. `.../hairnet_synthetic/lfw/1.6.0`.
        name: its configuration's, e.g. `lfw`.
        fingerprint: hex digits of its settings and content.
        image_size: side of its pictures, in pixels.
        source: name of the source of its portraits, e.g. `drawn`.
        shards: of every split, in order: the file, and how many records it holds.
        unlabelled: ids of the classes that pixels without a label may have; () where all pixels have labels.
        ledger: the terms of the pictures that it was made of.
    """

    path: Path
    name: str
    fingerprint: str
    image_size: int
    source: str
    shards: dict[str, tuple[tuple[str, int], ...]]
    unlabelled: tuple[int, ...] = ()
    ledger: Ledger = ()

    @property
    def validation_splits(self) -> tuple[str, ...]:
        """The splits to validate on, as far as they hold anything; negatives too, which a training may unlearn."""
        return tuple(name for name in VALIDATION_SPLITS if name in self.shards and self.count(name))

    def count(self, split: str) -> int:
        """Records in a split. Raises UsageError where there is no such split."""
        if split not in self.shards:
            raise UsageError(str(self.path), f"has no split {split!r}", f"it has {', '.join(self.shards)}")
        return sum(records for _, records in self.shards[split])


def open_dataset(path: Path) -> Dataset:
    """Opens a prepared dataset by its folder.

    Raises:
        DatasetError: there is none, its classes are not `NAMES`, or its files cannot be read.
    """
    if not os.path.isdir(path):
        raise DatasetError(str(path), "is no folder", HINT)
    info, metadata = read_dataset_info(path), read_metadata(path)
    if metadata.classes != NAMES:
        what = f"has the classes {list(metadata.classes)}"
        raise DatasetError(str(path), what, f"a model here knows {', '.join(NAMES)}, in order")
    shards = {
        split.name: tuple(
            (str(path / name), records)
            for name, records in zip(info.shard_names(split), split.shard_lengths, strict=True)
        )
        for split in info.splits
    }
    return Dataset(
        path=path,
        name=info.config_name,
        fingerprint=metadata.fingerprint,
        image_size=metadata.identity.image_size,
        source=metadata.identity.source.name,
        shards=shards,
        unlabelled=metadata.unlabelled,
        ledger=metadata.ledger or unrecorded(f"{info.config_name}, {metadata.identity.source.name}"),
    )


def one_size(datasets: Sequence[Dataset]) -> int:
    """Returns the side of all datasets' pictures, in pixels. Raises UsageError where they differ."""
    sizes = {dataset.image_size for dataset in datasets}
    if len(sizes) != 1:
        raise UsageError("DIR", f"the datasets have pictures of {sorted(sizes)} pixels", "build them with one size")
    return sizes.pop()
