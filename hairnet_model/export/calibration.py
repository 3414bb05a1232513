"""Pictures to calibrate and compare exports on: from a prepared dataset, or the drawn ones of the package."""

from __future__ import annotations

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import UsageError
from hairnet_data.core.images.photos import read_photo
from hairnet_model.data import tfds_records
from hairnet_model.data.prepared_dataset import Dataset
from hairnet_model.inference.letterbox import frame
from hairnet_model.model_io import shipped

MOST = 200
"""Pictures per split: more change neither ranges nor IoUs, and take longer."""


def pictures(dataset: Dataset) -> tuple[Pixels, Pixels]:
    """Reads pictures to calibrate on, from `train`, and to compare on, from `test` or, if it is empty, `validation`.

    Returns:
        Two arrays, uint8 (N, S, S, 3) RGB, N up to `MOST`.

    Raises:
        UsageError: a split is missing or empty.
        DatasetError: a record is damaged.
    """
    comparison = "test" if dataset.shards.get("test") and dataset.count("test") else "validation"
    return _first_pictures(dataset, "train"), _first_pictures(dataset, comparison)


def _first_pictures(dataset: Dataset, split: str) -> Pixels:
    if not dataset.count(split):
        raise UsageError(str(dataset.path), f"its split {split} is empty", "give another --data")
    batches: list[Pixels] = []
    for batch in tfds_records.read(dataset, split):
        batches.append(batch.images)
        if sum(map(len, batches)) >= MOST:
            break
    return np.concatenate(batches)[:MOST]


def drawn(size: int) -> Pixels:
    """All drawn portraits that ship with the package, uint8 (N, size, size, 3) RGB."""
    with np.load(shipped.DRAWN_SAMPLES, allow_pickle=False) as arrays:
        content, ends = arrays["content"].tobytes(), arrays["ends"]
    pictures = [read_photo(content[start:end]) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    return np.stack([picture if len(picture) == size else frame(picture, size) for picture in pictures])
