"""What training is fed with: batches by step, from prepared datasets or from a packed file, changed on the fly."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Protocol, TypeVar

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_model.data.augment import augment, cover

T = TypeVar("T")
Pair = tuple[Pixels, Pixels]


class Feed(Protocol):
    """Where the batches of a training come from."""

    image_size: int
    examples: int
    people: frozenset[str]

    def describe(self) -> list[dict[str, object]]:
        """What a run writes down of its data: one object a dataset, no paths."""

    def training(self, batch: int, first_step: int, steps: int, seed: int) -> Iterator[Pair]:
        """Images uint8 (batch, S, S, 3) and masks uint8 (batch, S, S), the same for the same arguments.

        Pixels without a label are in the masks as `partial_labels` has them; in `validation` they are `UNLABELLED`.
        """

    def validation(self) -> Iterator[Pair]:
        """Every picture of the validation splits once."""


def changed(
    batches: Iterable[Pair], first_step: int, seed: int, strength: float | None, covered: float = 0.0
) -> Iterator[Pair]:
    """Covers heads, mirrors and recolours; what happens in a step follows from the seed and the step alone."""
    for step, (images, masks) in enumerate(batches, first_step):
        if covered:
            images, masks = cover(images, masks, np.random.default_rng((seed, 2, step)), covered)
        if strength is not None:
            images, masks = augment(images, masks, np.random.default_rng((seed, 1, step)), strength)
        yield images, masks


def prefetch(make: Callable[[], Iterator[T]], depth: int = 3) -> Generator[T, None, None]:
    """Runs an iterator in a thread, a few items ahead; its errors are raised here. Closing it ends the thread."""
    items: queue.Queue[tuple[bool, T | BaseException | None]] = queue.Queue(depth)
    closed = threading.Event()

    def put(good: bool, item: T | BaseException | None) -> bool:
        while not closed.is_set():
            try:
                items.put((good, item), timeout=0.2)
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
        except BaseException as fault:
            put(False, fault)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            good, item = items.get()
            if good:
                yield item  # type: ignore[misc]
            elif item is None:
                return
            else:
                raise item  # type: ignore[misc]
    finally:
        closed.set()
        thread.join()
