"""A split's examples by their number, without TensorFlow: for PyTorch, Grain, and whatever else takes a sequence."""

from __future__ import annotations

import bisect
import operator
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import SupportsIndex

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_data.core.records.example import parse
from hairnet_data.core.records.shard_file import ShardFile
from hairnet_data.dataset.codec import decode_image, decode_mask
from hairnet_data.dataset.reader import FEATURES, Shard, open_prepared

Value = Pixels | int | str


class Examples(Sequence[dict[str, Value]]):
    """The examples of a split, decoded when they are asked for, in any order.

    `image` is uint8 (S, S, 3) RGB, `mask` uint8 (S, S) of class ids, `index` an int, and `kind`, `source_id`,
    `person` and `recipe` are str. It is small, can be pickled and used in many threads and processes at once.

    JPEGs are decoded accurately, as `hairnet_model` does; `tfds.load` takes TensorFlow's faster way, whose
    colours are some levels off. PNGs and masks are the same whoever decodes them.

    Args:
        shards: of the split, in order.
        features: which to decode; fewer is faster.

    Raises:
        UsageError: no such feature.
    """

    def __init__(self, shards: Sequence[Shard], features: Sequence[str] = FEATURES) -> None:
        for feature in features:
            if feature not in FEATURES:
                raise UsageError("features", f"none is named {feature!r}", f"choose from {', '.join(FEATURES)}")
        self._features = tuple(features)
        self._shards = tuple(shards)
        self._files = [ShardFile(shard.path) for shard in shards]
        self._firsts = [shard.first for shard in shards]

    @staticmethod
    def open(dataset: str | Path, split: str, features: Sequence[str] = FEATURES) -> Examples:
        """The examples of a prepared dataset's split.

        Args:
            dataset: its folder, as `hairnet-data build` printed it.
            split: its name, as `train`.
            features: which to decode; fewer is faster.

        Raises:
            DatasetError: there is no such dataset.
            UsageError: no such split or feature.
        """
        prepared = open_prepared(Path(dataset))
        if split not in prepared.shards:
            raise UsageError("split", f"no split named {split!r}", f"choose from {', '.join(prepared.shards)}")
        return Examples(prepared.shards[split], features)

    def __len__(self) -> int:
        return sum(shard.records for shard in self._shards)

    def __getitem__(self, number: SupportsIndex) -> dict[str, Value]:  # type: ignore[override]  # no slices
        """One example, by its number from 0, or from the end by -1 and less.

        Raises:
            IndexError: there is none of that number.
            DatasetError: its shard is missing, or damaged there.
        """
        index = operator.index(number)
        index += len(self) if index < 0 else 0
        if not 0 <= index < len(self):
            raise IndexError(f"{number} is outside 0..{len(self) - 1}")
        at = bisect.bisect_right(self._firsts, index) - 1
        path = str(self._shards[at].path)
        try:
            return self._decoded(self._files[at].read(index - self._firsts[at]))
        except OSError as fault:
            what = f"cannot be read ({fault.strerror or fault})"
            raise DatasetError(path, what, "build the dataset again") from fault
        except (ValueError, KeyError, TypeError) as fault:
            what = f"lacks {fault}" if isinstance(fault, KeyError) else str(fault)
            raise DatasetError(path, f"example {index}: {what}", "build the dataset again") from fault

    def __iter__(self) -> Iterator[dict[str, Value]]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        # Grain keeps this beside its state, and refuses to go on from another source's.
        return f"Examples({self._shards[0].split if self._shards else ''}, {len(self)})"

    def _decoded(self, data: bytes) -> dict[str, Value]:
        record = parse(data)
        return {feature: _value(feature, record[feature]) for feature in self._features}


def _value(feature: str, value: bytes | int) -> Value:
    if feature == "index" or isinstance(value, int):
        return int(value)
    if feature == "image":
        return decode_image(value)
    if feature == "mask":
        return decode_mask(value)
    return value.decode()
