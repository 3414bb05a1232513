"""Built datasets: their digests and their sources, and ways to damage a copy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hairnet_data.core.classes import HAIR, UNLABELLED
from hairnet_data.core.records.example import parse, serialize
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.core.storage.paths import digest_of
from hairnet_data.dataset.checksums import SUMS
from hairnet_data.dataset.codec import decode_mask, encode_mask
from hairnet_data.dataset.provenance import AvailableSources, open_available_sources
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.recipes.splits import EVALUATION_SPLITS

Features = dict[str, bytes | int | list[bytes]]

CopyOf = Callable[[Path], Path]
"""The fixture `copy_of`: copies a built dataset, to be damaged."""


def evaluation_counts(portraits: dict[str, int], backgrounds: dict[str, int]) -> dict[str, int]:
    """How many examples the evaluation splits have, by name, where the pools have so many portraits and backgrounds."""
    return {
        split.name: 2 * backgrounds[split.pool] if split.negatives_only else portraits[split.pool]
        for split in EVALUATION_SPLITS
    }


def rewrite(dataset: Path, split: str, change: Callable[[list[Features]], list[Features] | None]) -> None:
    """Changes the records of a split's only shard, and frames them anew with sound checksums and a sound sum."""
    (path,) = dataset.glob(f"*-{split}.tfrecord-*")
    records = [parse(data) for data in unframe(path.read_bytes())]
    changed = change(records)
    records = records if changed is None else changed
    path.write_bytes(b"".join(frame(serialize(dict(record))) for record in records))
    sums = dataset / SUMS
    lines = [line for line in sums.read_text().splitlines() if not line.endswith(path.name)]
    sums.write_text("".join(f"{line}\n" for line in [*lines, f"{digest_of(path)}  {path.name}"]))


def change_record(dataset: Path, split: str, index: int, change: Callable[[Features], object]) -> None:
    """Changes one record in place."""
    rewrite(dataset, split, lambda records: change(records[index]) and None)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def shard_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every shard of a dataset."""
    return {name: digest for name, digest in digests(folder).items() if ".tfrecord-" in name}


def files_below(folder: Path) -> list[str]:
    """Every file and folder below a folder that may not be there."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) if folder.exists() else []


def available(dataset: Path, source_dir: Path | None = None, negatives: Path | None = None) -> AvailableSources:
    return open_available_sources(open_prepared(dataset), source_dir, negatives, dataset.parents[2] / "downloads")


def unlabel(dataset: Path, says: list[str] | None, splits: tuple[str, ...]) -> Path:
    """Takes all labels but hair's from the portraits of a dataset; its metadata says what those pixels may be."""

    def change(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for record in records:
            if record["kind"] == b"portrait":
                mask = decode_mask(record["mask"])
                record["mask"] = encode_mask(np.where(mask == HAIR, mask, np.uint8(UNLABELLED)))
        return records

    for split in splits:
        rewrite(dataset, split, change)
    path = dataset / "metadata.json"
    metadata = json.loads(path.read_text())
    path.write_text(json.dumps(metadata if says is None else {**metadata, "unlabelled": says}))
    return dataset
