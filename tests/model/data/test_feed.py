from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from hairnet_model.data.feed import augmented, prefetch


def test_prefetch_yields_the_same_in_order() -> None:
    assert list(prefetch(lambda: iter(range(20)), depth=2)) == list(range(20))


def test_prefetch_raises_what_its_iterator_raises() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("at two")

    stream = prefetch(broken)
    assert next(stream) == 1
    with pytest.raises(ValueError, match="at two"):
        next(stream)


def test_closing_ends_the_thread() -> None:
    before = threading.active_count()

    def endless() -> Iterator[int]:
        while True:
            yield 1

    with closing(prefetch(endless)) as stream:
        next(stream)
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_augmentation_follows_from_seed_and_step() -> None:
    rng = np.random.default_rng(0)
    batches = [(rng.integers(0, 256, (2, 8, 8, 3), np.uint8), np.zeros((2, 8, 8), np.uint8)) for _ in range(3)]
    every = [images for images, _ in augmented(batches, 10, 7, 1.0)]
    late = [images for images, _ in augmented(batches[2:], 12, 7, 1.0)]
    np.testing.assert_array_equal(every[2], late[0])
    assert (every[2] != next(augmented(batches[2:], 12, 8, 1.0))[0]).any()
    for (images, _), (same, _) in zip(batches, augmented(batches, 10, 7, None), strict=True):
        assert images is same
