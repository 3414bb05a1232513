"""Feeds a training from datasets of several picture sizes: every batch has pictures of one size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import UsageError
from hairnet_data.core.ledger import merge
from hairnet_model.data.feed import Feed
from hairnet_model.data.shard_order import mixing_order, records_before

Pair = tuple[Pixels, Pixels]


class MixedFeed:
    """Mixes feeds of different picture sizes (`feed.Feed`).

    A batch of larger pictures has fewer of them, so that every batch has about as many pixels: beside 32 pictures of
    224 pixels, 8 of 448. How often each feed's turn comes follows from its share, which counts pictures.

    Args:
        feeds: of different sizes.
        shares: of each in the mix, greater than 0; only their ratios count.

    Attributes:
        image_size: the smallest size, which is that of the weights.
        image_sizes: all, in ascending order.
    """

    def __init__(self, feeds: Sequence[Feed], shares: Sequence[float]) -> None:
        self._feeds, self._shares = tuple(feeds), tuple(shares)
        self.image_sizes = tuple(sorted(feed.image_size for feed in feeds))
        self.image_size = self.image_sizes[0]
        self.examples = sum(feed.examples for feed in feeds)
        self.validation_examples = sum(feed.validation_examples for feed in feeds)
        self.people = frozenset[str]().union(*(feed.people for feed in feeds))
        self.ledger = merge(feed.ledger for feed in feeds)

    def describe(self) -> list[dict[str, object]]:
        """What each feed says, and its picture size."""
        return [{**part, "image_size": feed.image_size} for feed in self._feeds for part in feed.describe()]

    def training(self, batch: int, first_step: int, steps: int, seed: int) -> Iterator[Pair]:
        """Yields batches of one size each: `batch` pictures of the smallest size, fewer of a larger one.

        Raises:
            UsageError: a batch would have no picture of the largest size.
        """
        batches = [batch * self.image_size**2 // feed.image_size**2 for feed in self._feeds]
        if not min(batches):
            largest = self.image_sizes[-1]
            hint = f"give at least {-(-(largest**2) // self.image_size**2)}"
            raise UsageError(
                "--batch", f"{batch} pictures of {self.image_size} pixels are less than one of {largest}", hint
            )
        order = mixing_order([share / count for share, count in zip(self._shares, batches, strict=True)])
        streams = self._streams(order, batches, first_step, steps, seed)
        for step in range(first_step, first_step + steps):
            yield next(streams[order[step % len(order)]])

    def _streams(
        self, order: Sequence[int], batches: Sequence[int], first_step: int, steps: int, seed: int
    ) -> Mapping[int, Iterator[Pair]]:
        """The batches of each feed that these steps need. Each goes on where it was before `first_step`."""
        streams = {}
        for number, (feed, count) in enumerate(zip(self._feeds, batches, strict=True)):
            first = records_before(order, number, first_step)
            needed = records_before(order, number, first_step + steps) - first
            if needed:
                streams[number] = feed.training(count, first, needed, seed)
        return streams

    def validation(self) -> Iterator[Pair]:
        """Yields the validation pictures of all feeds, one feed after another."""
        for feed in self._feeds:
            yield from feed.validation()
