"""Reads prepared datasets: what their metadata says, and their records as batches. Uses TensorFlow."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES, UNLABELLED, ids_of
from hairnet_data.core.errors import DatasetError, HairnetError, UsageError
from hairnet_data.core.records import array_record
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_model.data.partial_labels import fill_unlabelled, unlabelled_value
from hairnet_model.data.person_hash import hashed

_HINT = "give the folder that `hairnet-data build` printed"
_MOST_TEXT = 64 << 20  # bytes of the JSON beside the records
_SIDES = (8, 4096)  # of a picture, least and most
Faults = list[HairnetError]  # that ended a stream
_FEATURES = {
    "image": tf.io.FixedLenFeature([], tf.string),
    "mask": tf.io.FixedLenFeature([], tf.string),
    "index": tf.io.FixedLenFeature([], tf.int64),
    **{name: tf.io.FixedLenFeature([], tf.string) for name in ("kind", "source_id", "person", "recipe")},
}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A prepared dataset, as its own metadata tells.

    Attributes:
        path: its folder, e.g. `.../hairnet_synthetic/lfw/1.0.0`.
        name: its configuration's, e.g. `lfw`.
        fingerprint: hex digits of its settings and content.
        image_size: side of its pictures, in pixels.
        source: where its portraits come from, e.g. `drawn`.
        shards: files and numbers of records of every split, in order.
        unlabelled: ids of the classes that pixels without a label may have; () where all have labels.
    """

    path: Path
    name: str
    fingerprint: str
    image_size: int
    source: str
    shards: dict[str, tuple[tuple[str, int], ...]]
    unlabelled: tuple[int, ...] = ()

    def count(self, split: str) -> int:
        """Records in a split. Raises UsageError where there is no such split."""
        if split not in self.shards:
            raise UsageError(str(self.path), f"has no split {split!r}", f"it has {', '.join(self.shards)}")
        return sum(records for _, records in self.shards[split])


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Decoded records, in the order they were read.

    Attributes:
        images: uint8 (N, S, S, 3) RGB.
        masks: uint8 (N, S, S) class ids, and `UNLABELLED` where the dataset has pixels without a label.
        index: within the split, one a record.
        kind: "portrait" or "negative", one a record; so are the rest.
        person: who is shown, "" for nobody or unknown.
        source_id: the portrait or background shown.
        recipe: JSON text of what was drawn.
    """

    images: Pixels
    masks: Pixels
    index: tuple[int, ...]
    kind: tuple[str, ...]
    person: tuple[str, ...]
    source_id: tuple[str, ...]
    recipe: tuple[str, ...]


def open_dataset(path: Path) -> Dataset:
    """Opens a prepared dataset by its folder.

    Raises:
        DatasetError: there is none, its classes are others, or its files do not fit each other.
    """
    if not os.path.isdir(path):
        raise DatasetError(str(path), "is no folder", _HINT)
    try:
        info = json.loads(read_bytes(path / "dataset_info.json", _MOST_TEXT))
        metadata = json.loads(read_bytes(path / "metadata.json", _MOST_TEXT))
        classes = metadata["classes"]
        identity = metadata["identity"]
        shards = {split["name"]: _shards(path, info, split) for split in info["splits"]}
        made = Dataset(
            path, path.resolve().parent.name, str(metadata["fingerprint"]), int(identity["image_size"]),
            str(identity["source"]["name"]), shards, ids_of(metadata.get("unlabelled", [])),
        )  # fmt: skip
        if not _SIDES[0] <= made.image_size <= _SIDES[1]:
            raise ValueError(f"its pictures have {made.image_size:.6g} pixels a side")
    except OSError as fault:
        raise DatasetError(str(fault.filename), "is missing or cannot be read", _HINT) from fault
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as fault:
        what = f"lacks {fault}" if isinstance(fault, KeyError) else str(fault)
        raise DatasetError(str(path), f"is no dataset of this kind ({what})", _HINT) from fault
    if classes != list(NAMES):
        raise DatasetError(str(path), f"has the classes {classes}", f"a model here knows {', '.join(NAMES)}, in order")
    return made


def _shards(path: Path, info: dict[str, Any], split: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    if info["fileFormat"] not in ("tfrecord", "array_record"):
        raise ValueError(f"its records are {info['fileFormat']!r:.80}, neither tfrecord nor array_record")
    lengths = [int(length) for length in split["shardLengths"]]
    if min(lengths, default=1) < 1 or max(lengths, default=1) >= 1 << 62:
        raise ValueError("a shard has no or endlessly many records")
    stem = f"{info['name']}-{split['name']}.{info['fileFormat']}"
    return tuple((str(path / f"{stem}-{k:05d}-of-{len(lengths):05d}"), n) for k, n in enumerate(lengths))


def read(dataset: Dataset, split: str, batch: int = 32) -> Iterator[Batch]:
    """Yields the records of a split once, in order, the last batch as large as what is left.

    Raises:
        UsageError: there is no such split.
        DatasetError: a shard or a record is damaged.
    """
    dataset.count(split)
    faults: Faults = []
    stream = _stream(dataset, split, faults).map(_decoder(dataset.image_size), num_parallel_calls=tf.data.AUTOTUNE)
    for record in _told(stream.batch(batch).prefetch(2), dataset, split, faults):
        texts = {name: _texts(record[name], dataset, split) for name in ("kind", "person", "source_id", "recipe")}
        kept = np.full(len(record["mask"]), UNLABELLED if dataset.unlabelled else 0, np.uint8)
        masks = _checked(record["mask"], kept, dataset, split)
        yield Batch(record["image"], masks, tuple(int(i) for i in record["index"]), **texts)


def training_batches(
    datasets: Sequence[Dataset], batch: int, first_step: int, steps: int, seed: int, split: str = "train"
) -> Iterator[tuple[Pixels, Pixels]]:
    """Yields the batches of steps `first_step` to `first_step + steps - 1`, every dataset giving the same share.

    The same arguments give the same batches; a record comes once in every pass over its dataset. The order is
    that of the shards, shuffled anew for every pass, and a shuffle of what is read here: the records were drawn
    at random when they were made.

    Args:
        datasets: one or several of one picture size; one named twice has two shares.
        batch: records a step.
        first_step: from 0.
        steps: how many batches.
        seed: of the order.
        split: of every dataset.

    Yields:
        images uint8 (batch, S, S, 3) and masks uint8 (batch, S, S); pixels without a label: see `partial_labels`.

    Raises:
        UsageError: the picture sizes differ, or a dataset has no such split or nothing in it.
        DatasetError: a shard or a record is damaged.
    """
    size, many = one_size(datasets), len(datasets)
    first, last = first_step * batch, (first_step + steps) * batch
    streams, faults = [], Faults()
    for turn, dataset in enumerate(datasets):
        if not dataset.count(split):
            raise UsageError(str(dataset.path), f"its split {split} is empty", "build it with more --train-examples")
        # Record i of the run is the (i // many)-th of the dataset whose turn it is.
        begin, end = (-((turn - at) // many) for at in (first, last))
        _files(dataset, split)
        files, skip = _way(dataset.shards[split], begin, end, (seed, turn))
        known = tf.constant(unlabelled_value(dataset.unlabelled), tf.uint8)
        stream = _stream(dataset, split, faults, files, skip, end - begin)
        streams.append(stream.map(lambda data, known=known: (data, known)))
    turns = tf.data.Dataset.range(first, last).map(lambda i: i % many)
    mixed = tf.data.Dataset.choose_from_datasets(streams, turns) if many > 1 else streams[0]
    mixed = mixed.shuffle(1024, seed=seed * 1_000_003 + first_step, reshuffle_each_iteration=False)
    decode = _decoder(size)
    decoded = mixed.map(
        lambda data, known: {**decode(data), "known": known}, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
    )
    pairs = decoded.map(lambda record: {name: record[name] for name in ("image", "mask", "known")})
    for record in _told(pairs.batch(batch, drop_remainder=True).prefetch(2), datasets[0], split, faults):
        yield record["image"], _checked(record["mask"], record["known"], datasets[0], split)


def _files(dataset: Dataset, split: str) -> list[str]:
    """A split's files; raises DatasetError for what is none: TensorFlow would wait for a pipe for ever."""
    files = [file for file, _ in dataset.shards[split]]
    for file in files:
        if not os.path.isfile(file):
            raise DatasetError(file, "cannot be read (it is missing or no plain file)", "build the dataset again")
    return files


def _stream(
    dataset: Dataset, split: str, faults: Faults, files: list[str] | None = None, skip: int = 0, most: int | None = None
) -> Any:
    """Records as they are stored, one after another: of all files of a split, or of those given."""
    files = _files(dataset, split) if files is None else files
    of = dict(dataset.shards[split])
    most = sum(of[file] for file in files) if most is None else most
    if not any(".array_record-" in os.path.basename(file) for file in files):
        return tf.data.TFRecordDataset(files).skip(skip).take(most)
    array_record.check_installed()
    listed = [(file, of[file]) for file in files]

    def blocks() -> Iterator[list[bytes]]:
        try:
            yield from array_record.iter_batches(listed, skip, most)
        except HairnetError as fault:  # TensorFlow would print a page of its own calls; so the stream just ends
            faults.append(fault)

    # TensorFlow has no reader of its own for them, and a call from there to here is slow: so a few dozen a call.
    return tf.data.Dataset.from_generator(blocks, output_signature=tf.TensorSpec([None], tf.string)).unbatch()


def _way(shards: Sequence[tuple[str, int]], begin: int, end: int, seed: tuple[int, int]) -> tuple[list[str], int]:
    """The files that hold records `begin` to `end` of endless passes over the shards, and how many to skip first."""
    count = sum(records for _, records in shards)
    files: list[str] = []
    at, skip = begin // count * count, 0
    for number in range(begin // count, -(-end // count)):
        for k in np.random.default_rng((*seed, number)).permutation(len(shards)):
            file, records = shards[k]
            if at + records > begin and at < end:
                skip = skip if files else begin - at
                files.append(file)
            at += records
    return files, skip


def _decoder(size: int) -> Any:
    def decode(data: Any) -> dict[str, Any]:
        record: dict[str, Any] = tf.io.parse_single_example(data, _FEATURES)
        # It reads PNG too. Accurate, as photos are decoded: the default is up to 14 levels off at quality 95.
        image = tf.io.decode_jpeg(record["image"], channels=3, dct_method="INTEGER_ACCURATE")
        mask = tf.io.decode_png(record["mask"], channels=1)
        record["image"] = tf.ensure_shape(image, (size, size, 3))
        record["mask"] = tf.ensure_shape(mask, (size, size, 1))[..., 0]
        return record

    return decode


def _told(stream: Any, dataset: Dataset, split: str, faults: Faults) -> Iterator[dict[str, NDArray[Any]]]:
    """The stream's batches, its faults as one line."""
    try:
        yield from stream.as_numpy_iterator()
    except (tf.errors.OpError, UnicodeDecodeError) as fault:
        # TensorFlow quotes a record that it cannot parse; where that is no text, not even its error can be made.
        message = "" if isinstance(fault, UnicodeDecodeError) else str(fault.message)
        said = " ".join(message.split()).removeprefix("{{function_node")[:160] or "it is damaged"
        where = f"{dataset.path} ({split})"
        raise DatasetError(where, f"a record cannot be read ({said})", "`hairnet-data verify` names it") from fault
    if faults:
        raise faults[0]


def _checked(masks: Pixels, codes: NDArray[np.uint8], dataset: Dataset, split: str) -> Pixels:
    try:
        return fill_unlabelled(masks, codes)
    except ValueError as fault:
        hint = "`hairnet-data verify` names it; build it again"
        raise DatasetError(f"{dataset.path} ({split})", str(fault), hint) from fault


def people(dataset: Dataset, split: str = "train") -> frozenset[str]:
    """Hashes of those who are shown in a split; decodes no picture. Raises as `read` does."""
    dataset.count(split)
    wanted = {"person": _FEATURES["person"]}
    faults: Faults = []
    stream = _stream(dataset, split, faults).batch(512)
    names: set[bytes] = set()
    for record in _told(stream.map(lambda data: tf.io.parse_example(data, wanted)).prefetch(2), dataset, split, faults):
        names.update(record["person"].tolist())
    return frozenset(hashed(name) for name in _texts(names, dataset, split) if name)


def _texts(values: Iterable[bytes], dataset: Dataset, split: str) -> tuple[str, ...]:
    try:
        return tuple(value.decode() for value in values)
    except UnicodeDecodeError as fault:
        where = f"{dataset.path} ({split})"
        raise DatasetError(where, "a record holds text that is not UTF-8", "`hairnet-data verify` names it") from fault


def one_size(datasets: Sequence[Dataset]) -> int:
    """Side of the pictures of all, in pixels. Raises UsageError where they differ."""
    sizes = {dataset.image_size for dataset in datasets}
    if len(sizes) != 1:
        raise UsageError("DIR", f"the datasets have pictures of {sorted(sizes)} pixels", "build them with one size")
    return sizes.pop()


def encoded(dataset: Dataset, split: str, most: int | None = None) -> Iterator[tuple[bytes, bytes]]:
    """Image and mask files of a split's first records as they are stored. Raises as `read` does."""
    count = dataset.count(split)
    faults: Faults = []
    stream = _stream(dataset, split, faults, most=count if most is None else min(most, count))
    wanted = {name: _FEATURES[name] for name in ("image", "mask")}
    for record in _told(stream.map(lambda data: tf.io.parse_single_example(data, wanted)), dataset, split, faults):
        yield record["image"], record["mask"]  # type: ignore[misc]
