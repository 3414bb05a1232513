"""Reads the records of prepared datasets with TensorFlow, as batches."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import UNLABELLED
from hairnet_data.core.errors import DatasetError, HairnetError, UsageError, unreadable
from hairnet_data.core.records import array_record
from hairnet_data.core.records.shard_file import check_shard
from hairnet_model.data.packed_feed import Encoded
from hairnet_model.data.partial_labels import fill_unlabelled, unlabelled_value
from hairnet_model.data.person_hash import hashed
from hairnet_model.data.prepared_dataset import Dataset, one_size
from hairnet_model.data.shard_order import files_of_range, mixing_order, records_before

StreamErrors = list[HairnetError]
"""Errors that ended a stream early, to be raised where it is read."""

_FEATURES = {
    "image": tf.io.FixedLenFeature([], tf.string),
    "mask": tf.io.FixedLenFeature([], tf.string),
    "index": tf.io.FixedLenFeature([], tf.int64),
    "pose": tf.io.FixedLenFeature([6], tf.float32),
    **{name: tf.io.FixedLenFeature([], tf.string) for name in ("kind", "source_id", "person", "recipe")},
}


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Decoded records, in the order they were read.

    Attributes:
        images: uint8 (N, S, S, 3) RGB.
        masks: uint8 (N, S, S) class ids, and `UNLABELLED` where the dataset has pixels without a label.
        index: within the split, one per record.
        kind: "portrait", "group" or "negative", one per record, like all that follow.
        person: who is shown, in a group the largest, "" for nobody or unknown.
        source_id: the portrait or background shown.
        recipe: JSON text of what was drawn.
        pose: float32 (N, 6), as `core.head.pose.Pose`; NaN where it is not known.
    """

    images: Pixels
    masks: Pixels
    index: tuple[int, ...]
    kind: tuple[str, ...]
    person: tuple[str, ...]
    source_id: tuple[str, ...]
    recipe: tuple[str, ...]
    pose: NDArray[np.float32]


def read(dataset: Dataset, split: str, batch: int = 32) -> Iterator[Batch]:
    """Yields the records of a split once, in order; the last batch may be smaller.

    Args:
        dataset: the prepared dataset.
        split: the split's name.
        batch: records per batch.

    Raises:
        UsageError: there is no such split.
        DatasetError: a shard or a record is damaged.
    """
    dataset.count(split)
    errors: StreamErrors = []
    stream = _stream(dataset, split, errors).map(_decoder(dataset.image_size), num_parallel_calls=tf.data.AUTOTUNE)
    for record in _iter_batches(stream.batch(batch).prefetch(2), dataset, split, errors):
        texts = {name: _texts(record[name], dataset, split) for name in ("kind", "person", "source_id", "recipe")}
        fills = np.full(len(record["mask"]), UNLABELLED if dataset.unlabelled else 0, np.uint8)
        masks = _fill_unlabelled(record["mask"], fills, dataset, split)
        yield Batch(record["image"], masks, tuple(int(i) for i in record["index"]), **texts, pose=record["pose"])


def training_batches(
    datasets: Sequence[Dataset],
    batch: int,
    first_step: int,
    steps: int,
    seed: int,
    split: str = "train",
    shares: Sequence[float] = (),
) -> Iterator[tuple[Pixels, Pixels]]:
    """Yields the batches of steps `first_step` to `first_step + steps - 1`.

    The same arguments give the same batches; a record comes once in every pass over its dataset. Each pass has the
    shards in another random order, and a buffer of 1,024 records is shuffled: the records of a shard were drawn at
    random when they were made.

    Args:
        datasets: one or several of one picture size.
        batch: records per step.
        first_step: from 0.
        steps: how many batches.
        seed: of the order.
        split: the split's name, in every dataset.
        shares: of the datasets in the mix, see `shard_order.mixing_order`; the same of each unless given.

    Yields:
        images uint8 (batch, S, S, 3) and masks uint8 (batch, S, S); pixels without a label: see `partial_labels`.

    Raises:
        UsageError: the picture sizes differ, or a dataset has no such split or nothing in it.
        DatasetError: a shard or a record is damaged.
    """
    size, order = one_size(datasets), mixing_order(shares or [1.0] * len(datasets))
    first, last = first_step * batch, (first_step + steps) * batch
    streams: list[Any] = []
    errors: StreamErrors = []
    for turn, dataset in enumerate(datasets):
        if not dataset.count(split):
            raise UsageError(str(dataset.path), f"its split {split} is empty", "build it with more --train-examples")
        begin, end = (records_before(order, turn, i) for i in (first, last))
        check_shards(dataset, split)
        files, skip = files_of_range(dataset.shards[split], begin, end, (seed, turn))
        fill = tf.constant(unlabelled_value(dataset.unlabelled), tf.uint8)
        stream = _stream(dataset, split, errors, files, skip, end - begin)
        streams.append(stream.map(lambda data, fill=fill: (data, fill)))
    cycle = tf.constant(order, tf.int64)
    turns = tf.data.Dataset.range(first, last).map(lambda i: cycle[i % len(order)])
    mixed = tf.data.Dataset.choose_from_datasets(streams, turns) if len(datasets) > 1 else streams[0]
    mixed = mixed.shuffle(1024, seed=seed * 1_000_003 + first_step, reshuffle_each_iteration=False)
    decode = _decoder(size)
    decoded = mixed.map(
        lambda data, fill: {**decode(data), "fill": fill}, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
    )
    pairs = decoded.map(lambda record: {name: record[name] for name in ("image", "mask", "fill")})
    for record in _iter_batches(pairs.batch(batch, drop_remainder=True).prefetch(2), datasets[0], split, errors):
        yield record["image"], _fill_unlabelled(record["mask"], record["fill"], datasets[0], split)


def check_shards(dataset: Dataset, split: str) -> list[str]:
    """Returns a split's files.

    TensorFlow would wait for a pipe, and read a file that was cut between two records like a whole one.

    Raises:
        DatasetError: one is missing, a pipe, cut off, or holds another number of records than the metadata say.
        UsageError: it holds ArrayRecords, and their package is not installed.
    """
    for file, records in dataset.shards[split]:
        if not os.path.isfile(file):
            raise DatasetError(file, unreadable("it is missing or no plain file"), "build the dataset again")
        try:
            check_shard(Path(file), records)
        except OSError as error:
            raise DatasetError(file, unreadable(error), "build the dataset again") from error
        except ValueError as error:
            raise DatasetError(file, str(error), "`hairnet-data verify` tells more; build it again") from error
    return [file for file, _ in dataset.shards[split]]


def _stream(
    dataset: Dataset,
    split: str,
    errors: StreamErrors,
    files: Sequence[str] | None = None,
    skip: int = 0,
    most: int | None = None,
) -> Any:
    """Streams serialised records.

    Args:
        dataset: the prepared dataset.
        split: the split's name.
        errors: an error that ends the stream early is appended.
        files: of the split, in order, perhaps repeated; None for all of them.
        skip: how many records are passed over first.
        most: how many are read at most; None for all.

    Returns:
        A `tf.data.Dataset` of strings.
    """
    files = check_shards(dataset, split) if files is None else files
    records_in = dict(dataset.shards[split])
    most = sum(records_in[file] for file in files) if most is None else most
    if not any(".array_record-" in os.path.basename(file) for file in files):
        return tf.data.TFRecordDataset(files).skip(skip).take(most)
    array_record.check_installed()
    lengths = [(file, records_in[file]) for file in files]

    def blocks() -> Iterator[list[bytes]]:
        try:
            yield from array_record.iter_batches(lengths, skip, most)
        except HairnetError as error:  # TensorFlow would print a page of its own calls, so the stream ends instead
            errors.append(error)

    # TensorFlow cannot read ArrayRecords, and a call from there into Python is slow: it gets a few dozen per call.
    return tf.data.Dataset.from_generator(blocks, output_signature=tf.TensorSpec([None], tf.string)).unbatch()


def _decoder(size: int) -> Any:
    def decode(data: Any) -> dict[str, Any]:
        record: dict[str, Any] = tf.io.parse_single_example(data, _FEATURES)
        # decode_jpeg reads PNG too. Accurate, like OpenCV: the default is up to 14 levels off at quality 95.
        image = tf.io.decode_jpeg(record["image"], channels=3, dct_method="INTEGER_ACCURATE")
        mask = tf.io.decode_png(record["mask"], channels=1)
        record["image"] = tf.ensure_shape(image, (size, size, 3))
        record["mask"] = tf.ensure_shape(mask, (size, size, 1))[..., 0]
        return record

    return decode


def _iter_batches(stream: Any, dataset: Dataset, split: str, errors: StreamErrors) -> Iterator[dict[str, NDArray[Any]]]:
    """Yields a stream's batches. Raises DatasetError, in one line, where TensorFlow fails, or the first of `errors`."""
    try:
        yield from stream.as_numpy_iterator()
    except (tf.errors.OpError, UnicodeDecodeError) as error:
        # TensorFlow quotes a record that it cannot parse; if that is not UTF-8, making its error fails as well.
        message = "" if isinstance(error, UnicodeDecodeError) else str(error.message)
        message = " ".join(message.split()).removeprefix("{{function_node")[:160] or "it is damaged"
        where = f"{dataset.path} ({split})"
        raise DatasetError(where, f"a record {unreadable(message)}", "`hairnet-data verify` names it") from error
    if errors:
        raise errors[0]


def _fill_unlabelled(masks: Pixels, fills: NDArray[np.uint8], dataset: Dataset, split: str) -> Pixels:
    try:
        return fill_unlabelled(masks, fills)
    except ValueError as error:
        hint = "`hairnet-data verify` names it; build it again"
        raise DatasetError(f"{dataset.path} ({split})", str(error), hint) from error


class Shown(NamedTuple):
    """What a record shows: its kind, the largest portrait, and everybody; see `Batch`."""

    kind: str
    person: str
    source_id: str
    people: tuple[str, ...]
    source_ids: tuple[str, ...]


def shown(dataset: Dataset, split: str) -> Iterator[Shown]:
    """Yields what each record of a split shows, in order; decodes no picture. Raises as `read` does."""
    dataset.count(split)
    texts = {name: _FEATURES[name] for name in ("kind", "person", "source_id")}
    features = texts | {name: tf.io.RaggedFeature(tf.string) for name in ("people", "source_ids")}
    errors: StreamErrors = []
    stream = _stream(dataset, split, errors).map(lambda data: tf.io.parse_single_example(data, features))
    for record in _iter_batches(stream, dataset, split, errors):
        kind, person, source_id = _texts((bytes(record[name]) for name in texts), dataset, split)
        people, ids = (_texts(record[name].tolist(), dataset, split) for name in ("people", "source_ids"))
        yield Shown(kind, person, source_id, people, ids)


def people(dataset: Dataset, split: str = "train") -> frozenset[str]:
    """Returns hashes of those who are shown in a split; decodes no picture. Raises as `read` does."""
    dataset.count(split)
    features = {"people": tf.io.RaggedFeature(tf.string)}
    errors: StreamErrors = []
    stream = _stream(dataset, split, errors).batch(512)
    stream = stream.map(lambda data: {"people": tf.io.parse_example(data, features)["people"].flat_values}).prefetch(2)
    names: set[bytes] = set()
    for record in _iter_batches(stream, dataset, split, errors):
        names.update(record["people"].tolist())
    return frozenset(hashed(name) for name in _texts(names, dataset, split) if name)


def _texts(values: Iterable[bytes], dataset: Dataset, split: str) -> tuple[str, ...]:
    try:
        return tuple(value.decode() for value in values)
    except UnicodeDecodeError as error:
        where = f"{dataset.path} ({split})"
        raise DatasetError(where, "a record holds text that is not UTF-8", "`hairnet-data verify` names it") from error


def encoded(dataset: Dataset, split: str, most: int | None = None) -> Iterator[Encoded]:
    """Yields image and mask files and poses of a split's first records as they are stored.

    Args:
        dataset: the prepared dataset.
        split: the split's name.
        most: how many records; None for all.

    Raises:
        UsageError: there is no such split.
        DatasetError: a shard or a record is damaged.
    """
    count = dataset.count(split)
    errors: StreamErrors = []
    stream = _stream(dataset, split, errors, most=count if most is None else min(most, count))
    features = {name: _FEATURES[name] for name in ("image", "mask", "pose")}
    stream = stream.map(lambda data: tf.io.parse_single_example(data, features))
    for record in _iter_batches(stream, dataset, split, errors):
        yield Encoded(record["image"], record["mask"], record["pose"])  # type: ignore[arg-type]
