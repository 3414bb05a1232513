"""Feeds a training from prepared datasets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.ledger import merge
from hairnet_model.data.feed import Feed
from hairnet_model.data.mixed_feed import MixedFeed
from hairnet_model.data.prepared_dataset import Dataset, one_size
from hairnet_model.data.tfds_records import check_shards, people, read, training_batches


class RecordFeed:
    """Feeds a training from prepared datasets (`feed.Feed`).

    Args:
        datasets: one or several of one picture size.
        shares: of each in the mix, greater than 0, only their ratios count; 1 each unless given. One dataset that is
            given twice has the sum of its shares.

    Raises:
        UsageError: their pictures differ in size, or one has no split `train`.
        DatasetError: a record is damaged, or a shard of `train` or `validation` holds another number of records than
            its metadata say.
    """

    def __init__(self, datasets: Sequence[Dataset], shares: Sequence[float] = ()) -> None:
        distinct = {dataset.path.resolve(): dataset for dataset in datasets}.values()
        self._shares = dict.fromkeys((dataset.path.resolve() for dataset in datasets), 0.0)
        for dataset, share in zip(datasets, shares or [1.0] * len(datasets), strict=True):
            self._shares[dataset.path.resolve()] += share
        self._datasets = tuple(distinct)
        self.image_size = one_size(datasets)
        self.image_sizes: tuple[int, ...] = (self.image_size,)
        self.examples = sum(dataset.count("train") for dataset in distinct)
        # A dataset may have none of its own: those of all are validated on together.
        self._validated = [(dataset, split) for dataset in distinct for split in dataset.validation_splits]
        self.validation_examples = sum(dataset.count(split) for dataset, split in self._validated)
        for dataset, split in self._validated:  # before hours of training; `people` reads what is trained on
            check_shards(dataset, split)
        self.people = frozenset[str]().union(*(people(dataset) for dataset in distinct))
        self.ledger = merge(dataset.ledger for dataset in distinct)

    def describe(self) -> list[dict[str, object]]:
        """Name, fingerprint, examples and shares of every dataset."""
        return [
            {
                "name": dataset.name,
                "fingerprint": dataset.fingerprint,
                "examples": dataset.count("train"),
                "shares": share,
            }
            for dataset, share in zip(self._datasets, self._shares.values(), strict=True)
        ]

    def training(self, batch: int, first_step: int, steps: int, seed: int) -> Iterator[tuple[Pixels, Pixels]]:
        """See `training_batches`."""
        shares = list(self._shares.values())
        return training_batches(self._datasets, batch, first_step, steps, seed, shares=shares)

    def validation(self) -> Iterator[tuple[Pixels, Pixels]]:
        """Yields the validation splits of all datasets, one after another."""
        for dataset, split in self._validated:
            for batch in read(dataset, split):
                yield batch.images, batch.masks


def open_feed(datasets: Sequence[Dataset], shares: Sequence[float]) -> Feed:
    """Opens datasets for training; those of several picture sizes are mixed batch by batch.

    Args:
        datasets: one or several.
        shares: of each in the mix, greater than 0, only their ratios count.

    Raises:
        UsageError: one has no split `train`.
        DatasetError: see `RecordFeed`.
    """
    of_size: dict[int, list[tuple[Dataset, float]]] = {}
    for dataset, share in zip(datasets, shares, strict=True):
        of_size.setdefault(dataset.image_size, []).append((dataset, share))
    groups = list(of_size.values())
    feeds = [RecordFeed([dataset for dataset, _ in group], [share for _, share in group]) for group in groups]
    if len(feeds) == 1:
        return feeds[0]
    return MixedFeed(feeds, [sum(share for _, share in group) for group in groups])
