"""A dataset in one `.npz` of encoded pictures and masks: training from it needs no TensorFlow.

Arrays: `about` (JSON text), and for `train` and `validation` each SPLIT_bytes, uint8, the files one after another
(image, mask, image, mask, ...), SPLIT_offsets, int64, where each begins, and one more where the last ends, and
SPLIT_poses, float32 (N, 6).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES, UNLABELLED, ids_of
from hairnet_data.core.errors import DatasetError, PictureError, unreadable
from hairnet_data.core.head.pose import FIELDS
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.ledger import from_json, unrecorded
from hairnet_data.core.storage.atomic import write_atomic
from hairnet_model.data.npz import read_arrays
from hairnet_model.data.partial_labels import fill_unlabelled, unlabelled_value


class Encoded(NamedTuple):
    """An example as it is stored: the files of picture and mask, and the pose (6,), NaN where it is not known."""

    image: bytes
    mask: bytes
    pose: Sequence[float] | NDArray[np.float32]


SPLITS = ("train", "validation")
_BATCH = 32


def write_packed(path: Path, about: dict[str, Any], splits: Mapping[str, Iterable[Encoded]]) -> None:
    """Writes a packed dataset.

    Args:
        path: the `.npz` file; an older one is replaced atomically.
        about: `name`, `fingerprint`, `image_size`, `people` (hashes), `ledger`, and, if pixels may have no label,
            `unlabelled`: the names of the classes that such pixels may have.
        splits: for `train` and `validation` every example.

    Raises:
        BuildError: it cannot be written.
    """
    arrays: dict[str, NDArray[Any]] = {"about": np.array(json.dumps({**about, "classes": NAMES}))}
    for split in SPLITS:
        files: list[bytes] = []
        poses: list[Sequence[float] | NDArray[np.float32]] = []
        for example in splits[split]:
            files += (example.image, example.mask)
            poses.append(example.pose)
        arrays[f"{split}_bytes"] = np.frombuffer(b"".join(files), np.uint8)
        arrays[f"{split}_offsets"] = np.cumsum([0, *map(len, files)], dtype=np.int64)
        arrays[f"{split}_poses"] = np.array(poses, np.float32).reshape(-1, len(FIELDS))
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    write_atomic(path, buffer.getvalue())


class PackedFeed:
    """Feeds a training from a packed dataset (`feed.Feed`).

    Raises:
        DatasetError: the file is missing, damaged, or holds other classes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            arrays = read_arrays(path)
            about = json.loads(str(arrays["about"]))
            self._bytes = {split: arrays[f"{split}_bytes"].tobytes() for split in SPLITS}
            self._offsets = {
                split: _checked_offsets(arrays[f"{split}_offsets"], len(self._bytes[split])) for split in SPLITS
            }
            self._poses = {split: _checked_poses(arrays[f"{split}_poses"], self._count(split)) for split in SPLITS}
            self._name, self._fingerprint = str(about["name"]), str(about["fingerprint"])
            self.image_size, self.people = int(about["image_size"]), frozenset(map(str, about["people"]))
            self.image_sizes: tuple[int, ...] = (self.image_size,)
            self.ledger = from_json(about.get("ledger", [])) or unrecorded(self._name)
            if not 8 <= self.image_size <= 4096:
                raise ValueError(f"its pictures have {self.image_size} pixels a side")
            classes = about["classes"]
            self._unlabelled = unlabelled_value(ids_of(about.get("unlabelled", [])))
        except Exception as error:  # zipfile, json and NumPy each raise their own
            hint = "make it with `hairnet-model pack`"
            raise DatasetError(str(path), "is missing or no packed dataset", hint) from error
        if classes != list(NAMES):
            raise DatasetError(
                str(path), f"has the classes {classes}", f"a model here knows {', '.join(NAMES)}, in order"
            )
        self.examples = self._count("train")
        if not self.examples:
            raise DatasetError(str(path), "has no pictures to train on", "pack another dataset")
        self.validation_examples = self._count("validation")

    def describe(self) -> list[dict[str, object]]:
        """Name, fingerprint and examples."""
        return [{"name": self._name, "fingerprint": self._fingerprint, "examples": self.examples, "shares": 1}]

    def training(self, batch: int, first_step: int, steps: int, seed: int) -> Iterator[tuple[Pixels, Pixels]]:
        """Yields the batches of `steps` steps; every pass over the file has its own order."""
        order: NDArray[np.int64] = np.empty(0, np.int64)
        epoch = -1
        for step in range(first_step, first_step + steps):
            numbers = []
            for i in range(step * batch, (step + 1) * batch):
                if i // self.examples != epoch:
                    epoch = i // self.examples
                    order = np.random.default_rng((seed, 0, epoch)).permutation(self.examples)
                numbers.append(int(order[i % self.examples]))
            yield self._decode("train", numbers, self._unlabelled)

    def validation(self) -> Iterator[tuple[Pixels, Pixels]]:
        """Yields every validation picture once."""
        count = self._count("validation")
        for first in range(0, count, _BATCH):
            numbers = range(first, min(first + _BATCH, count))
            yield self._decode("validation", numbers, UNLABELLED if self._unlabelled else 0)

    def poses(self, split: str) -> NDArray[np.float32]:
        """The poses of a split's examples, float32 (N, 6), as `core.head.pose.Pose`; NaN where one is not known."""
        return self._poses[split]

    def _count(self, split: str) -> int:
        return (len(self._offsets[split]) - 1) // 2

    def _decode(self, split: str, numbers: Sequence[int], unlabelled: int) -> tuple[Pixels, Pixels]:
        side = self.image_size
        images = np.empty((len(numbers), side, side, 3), np.uint8)
        masks = np.empty((len(numbers), side, side), np.uint8)
        for k, number in enumerate(numbers):
            image_start, mask_start, end = self._offsets[split][2 * number : 2 * number + 3]
            try:
                images[k] = read_photo(self._bytes[split][image_start:mask_start])
                indices = read_mask(self._bytes[split][mask_start:end]).indices
                assert indices is not None, "the mask is not a picture in mode L"
                masks[k] = indices
            except (PictureError, ValueError, AssertionError) as error:
                what = f"picture {number} of {split} {unreadable(error)}"
                raise DatasetError(str(self._path), what, "pack the dataset again") from error
        try:
            return images, fill_unlabelled(masks, np.full(len(masks), unlabelled, np.uint8))
        except ValueError as error:
            raise DatasetError(str(self._path), str(error), "pack the dataset again") from error


def _checked_poses(poses: NDArray[Any], count: int) -> NDArray[np.float32]:
    """The poses; raises ValueError unless there is one for each example."""
    if poses.dtype != np.float32 or poses.shape != (count, len(FIELDS)):
        raise ValueError("its poses have another type or shape")
    return poses


def _checked_offsets(offsets: NDArray[Any], end: int) -> NDArray[np.int64]:
    """The offsets; raises ValueError unless the files follow one another and fill their `end` bytes."""
    if offsets.dtype != np.int64 or offsets.ndim != 1 or len(offsets) % 2 == 0:
        raise ValueError("its offsets have another type or shape")
    if offsets[0] != 0 or offsets[-1] != end or (np.diff(offsets) < 0).any():
        raise ValueError("its offsets do not fit its bytes")
    return offsets
