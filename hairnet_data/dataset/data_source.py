"""A split's examples by index, without TensorFlow: for PyTorch, Grain and other programs that read a sequence."""

from __future__ import annotations

import bisect
import operator
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import SupportsIndex

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import DatasetError, UsageError, unreadable
from hairnet_data.core.head.pose import to_numbers
from hairnet_data.core.records.example import parse
from hairnet_data.core.records.record_count import RecordCountError
from hairnet_data.core.records.shard_file import ShardFile
from hairnet_data.dataset.codec import decode_image, decode_mask, decode_matte
from hairnet_data.dataset.reader import (
    FEATURES,
    MATTE_FEATURES,
    ShardInfo,
    Stored,
    decode_pose,
    decode_texts,
    features_of,
    open_prepared,
)

Value = Pixels | int | str | list[str] | NDArray[np.float32]


class Examples(Sequence[dict[str, Value]]):
    """The examples of a split, decoded on access, in any order.

    `image` is uint8 (S, S, 3) RGB, `mask` uint8 (S, S) of class ids, `index` an int, `kind`, `source_id`, `person`
    and `recipe` are str, `source_ids` and `people` lists of str, `pose` float32 (6), NaN where it is not known. Where
    the dataset has mattes, `alpha` is uint8 (S, S), the share of hair times 255, and `has_alpha` an int: 0 where it
    is not known. The object is small, can be pickled, and used in many threads and processes at once.

    JPEGs are decoded accurately, as `hairnet_model` does; `tfds.load` uses TensorFlow's faster decoder, whose
    colours are some levels off. PNGs and masks are the same with any decoder.

    Args:
        shards: of the split, in order.
        features: which to decode, of `reader.FEATURES`; fewer is faster.

    Raises:
        UsageError: no such feature.
    """

    def __init__(self, shards: Sequence[ShardInfo], features: Sequence[str] = FEATURES) -> None:
        for feature in features:
            if feature not in FEATURES + MATTE_FEATURES:
                names = ", ".join(FEATURES + MATTE_FEATURES)
                raise UsageError("features", f"none is named {feature!r}", f"choose from {names}")
        self._features = tuple(features)
        self._shards = tuple(shards)
        self._files = [ShardFile(shard.path, shard.records) for shard in shards]
        self._first_indices = [shard.first for shard in shards]

    @staticmethod
    def open(dataset: str | Path, split: str, features: Sequence[str] | None = None) -> Examples:
        """Opens the examples of a prepared dataset's split.

        Args:
            dataset: its folder, as `hairnet-data build` printed it.
            split: its name, e.g. `train`.
            features: which to decode; all of the dataset unless given, fewer is faster.

        Raises:
            DatasetError: there is no such dataset.
            UsageError: no such split or feature.
        """
        prepared = open_prepared(Path(dataset))
        if split not in prepared.shards:
            raise UsageError("split", f"no split named {split!r}", f"choose from {', '.join(prepared.shards)}")
        features = features_of(prepared.metadata) if features is None else features
        return Examples(prepared.shards[split], features)

    def __len__(self) -> int:
        return sum(shard.records for shard in self._shards)

    def __getitem__(self, number: SupportsIndex) -> dict[str, Value]:  # type: ignore[override]  # no slices
        """Reads one example, by its index from 0, or from the end by -1 and less.

        Raises:
            IndexError: there is no such example.
            DatasetError: its shard is missing, damaged there, or holds another number of records than its metadata say.
        """
        index = operator.index(number)
        index += len(self) if index < 0 else 0
        if not 0 <= index < len(self):
            raise IndexError(f"{number} is outside 0..{len(self) - 1}")
        shard = bisect.bisect_right(self._first_indices, index) - 1
        path = str(self._shards[shard].path)
        try:
            return self._decode(self._files[shard].read(index - self._first_indices[shard]))
        except OSError as error:
            raise DatasetError(path, unreadable(error), "build the dataset again") from error
        except RecordCountError as error:  # of the shard, not of the example
            raise DatasetError(path, str(error), "build the dataset again") from error
        except (ValueError, KeyError, TypeError) as error:
            what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            raise DatasetError(path, f"example {index}: {what}", "build the dataset again") from error

    def __iter__(self) -> Iterator[dict[str, Value]]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        # Grain stores this with its state, and refuses to resume with the state of another source.
        return f"Examples({self._shards[0].split if self._shards else ''}, {len(self)})"

    def _decode(self, data: bytes) -> dict[str, Value]:
        record = parse(data)
        return {feature: _decode_feature(feature, record[feature]) for feature in self._features}


def _decode_feature(feature: str, value: Stored) -> Value:
    if feature == "pose":
        return np.array(to_numbers(decode_pose(value)), np.float32)
    if isinstance(value, list):
        return decode_texts(value)
    if feature == "alpha" and isinstance(value, bytes):
        return decode_matte(value)
    if feature == "index" or isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        raise ValueError(f"its {feature} is {value!r}")
    if feature == "image":
        return decode_image(value)
    if feature == "mask":
        return decode_mask(value)
    return value.decode()
