"""Feeds for tests of the training: one that reads once, and one that raises an error at a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hairnet_model.data.prepared_dataset import Dataset
from hairnet_model.data.tfds_feed import RecordFeed


class Remembering(RecordFeed):
    """Reads everything once: to set up a pipeline takes TensorFlow longer than the few steps of a round."""

    def __init__(self, datasets: Sequence[Dataset]) -> None:
        super().__init__(datasets)
        self._remembered: dict[tuple[int, ...], list[tuple[np.ndarray, np.ndarray]]] = {}

    def training(self, batch: int, first_step: int, steps: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        asked = (batch, first_step, steps, seed)
        if asked not in self._remembered:
            self._remembered[asked] = list(super().training(*asked))
        return iter(self._remembered[asked])

    def validation(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        if () not in self._remembered:
            self._remembered[()] = list(super().validation())
        return iter(self._remembered[()])


class Cut:
    """A feed that raises an error at a step, for instance as if the training was killed."""

    def __init__(self, feed: RecordFeed, step: int, error: BaseException) -> None:
        self._feed, self._step, self._error = feed, step, error
        self.image_size, self.examples, self.people = feed.image_size, feed.examples, feed.people
        self.image_sizes, self.validation_examples = feed.image_sizes, feed.validation_examples
        self.ledger = feed.ledger
        self.describe, self.validation = feed.describe, feed.validation

    def training(self, batch: int, first_step: int, steps: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for step, pair in enumerate(self._feed.training(batch, first_step, steps, seed), first_step):
            if step == self._step:
                raise self._error
            yield pair
