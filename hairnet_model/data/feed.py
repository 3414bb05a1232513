"""Batches for training, by step, from prepared datasets or from a packed file; augmentation and prefetching."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Protocol, TypeVar

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.ledger import Ledger
from hairnet_model.data.augment import augment, cover
from hairnet_model.data.padding import pad

T = TypeVar("T")
Pair = tuple[Pixels, Pixels]


class Feed(Protocol):
    """A source of batches for a training.

    Attributes:
        image_size: side of the pictures, in pixels; of the smallest where sizes are mixed.
        image_sizes: all sides, in ascending order.
        examples: how many there are to train on.
        validation_examples: how many there are to validate on.
        people: hashes (`person_hash.hashed`) of those who are shown in them.
        ledger: the terms of the pictures that they were made of.
    """

    image_size: int
    image_sizes: tuple[int, ...]
    examples: int
    validation_examples: int
    people: frozenset[str]
    ledger: Ledger

    def describe(self) -> list[dict[str, object]]:
        """What a run records about its data: one JSON object per dataset, without paths."""

    def training(self, batch: int, first_step: int, steps: int, seed: int) -> Iterator[Pair]:
        """Yields images uint8 (batch, S, S, 3) and masks uint8 (batch, S, S), the same for the same arguments.

        A batch has one S; where it is not `image_size`, it has as many pixels, in fewer pictures.

        Pixels without a label are in the masks as `partial_labels` has them; in `validation` they are `UNLABELLED`.
        """

    def validation(self) -> Iterator[Pair]:
        """Yields every picture of the validation splits once."""


def augmented(
    batches: Iterable[Pair],
    first_step: int,
    seed: int,
    strength: float | None,
    cover_rate: float = 0.0,
    pad_rate: float = 0.0,
) -> Iterator[Pair]:
    """Covers heads, mirrors, recolours and pads; what happens in a step follows from the seed and the step alone.

    Args:
        batches: of the steps from `first_step` on.
        first_step: the number of the first batch, from 0.
        seed: of all random numbers.
        strength: see `augment.augment`; None neither mirrors nor recolours.
        cover_rate: share of the heads that are covered, see `augment.cover`.
        pad_rate: share of the pictures that get bars, see `padding.pad`.
    """
    for step, (images, masks) in enumerate(batches, first_step):
        if cover_rate:
            images, masks = cover(images, masks, np.random.default_rng((seed, 2, step)), cover_rate)
        if strength is not None:
            images, masks = augment(images, masks, np.random.default_rng((seed, 1, step)), strength)
        if pad_rate:
            images, masks = pad(images, masks, np.random.default_rng((seed, 3, step)), pad_rate)
        yield images, masks


def prefetch(make: Callable[[], Iterator[T]], depth: int = 3) -> Generator[T, None, None]:
    """Runs an iterator in a thread, up to `depth` items ahead; its errors are raised here. Closing ends the thread."""
    items: queue.Queue[tuple[bool, T | BaseException | None]] = queue.Queue(depth)  # whether it is an item, and it
    closed = threading.Event()

    def put(is_item: bool, item: T | BaseException | None) -> bool:
        while not closed.is_set():
            try:
                items.put((is_item, item), timeout=0.2)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for item in make():
                if not put(True, item):
                    return
            put(False, None)
        except BaseException as error:
            put(False, error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            is_item, item = items.get()
            if is_item:
                yield item  # type: ignore[misc]
            elif item is None:
                return
            else:
                raise item  # type: ignore[misc]
    finally:
        closed.set()
        thread.join()
