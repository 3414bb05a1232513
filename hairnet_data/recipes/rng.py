"""Random numbers for one example: a counter-based generator, read in fixed sections.

Philox with key (seed, stable hash of the split) and the index in the counter's high word: example
7 of seed 0 has nothing in common with example 6 of seed 1, and any example can be drawn without
those before it. Every concern (place, colours, each occluder, ...) has a section of its own, so that
switching one cure on or off leaves the others' numbers as they were: ablations compare like with like.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

SECTION = 40
"""Numbers in a section."""


@functools.lru_cache(maxsize=64)
def _split_key(split: str) -> int:
    return int.from_bytes(hashlib.sha256(split.encode()).digest()[:8], "little")


def uniforms(seed: int, split: str, index: int, count: int) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1) that follow from (seed, split, index) alone: float64 (count,)."""
    # Raw words and our own scaling: NumPy promises the words of Philox for ever, not what Generator makes of them.
    key = np.array([seed % (1 << 64), _split_key(split)], np.uint64)
    words = np.random.Philox(key=key, counter=np.array([0, 0, 0, index], np.uint64)).random_raw(count)
    numbers: NDArray[np.float64] = (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return numbers


@functools.lru_cache(maxsize=8)
def shuffled(seed: int, split: str, deck: int, count: int) -> NDArray[np.int64]:
    """The order of a deck of `count` cards; every deck is shuffled anew: int64 (count,)."""
    return np.argsort(uniforms(seed, f"{split}/deck", deck, count), kind="stable")


class Draws:
    """Hands out the numbers of one section, one after another."""

    __slots__ = ("_next",)

    def __init__(self, numbers: Iterable[float]) -> None:
        self._next: Callable[[], float] = iter(numbers).__next__

    def chance(self, rate: float) -> bool:
        """True in a share `rate` of all cases."""
        return self._next() < rate

    def uniform(self, low: float, high: float, digits: int = 4) -> float:
        """A number between the two, rounded."""
        return round(low + (high - low) * self._next(), digits)

    def log_uniform(self, low: float, high: float, digits: int = 4) -> float:
        """A number between two positive ones, as likely in [a, 2a] as in [2a, 4a], rounded."""
        return round(low * math.exp(math.log(high / low) * self._next()), digits)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._next() * (high - low + 1))

    def one_of(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[int(self._next() * len(choices))]


def sections(seed: int, split: str, index: int, names: Sequence[str]) -> dict[str, Draws]:
    """A section of numbers for every concern."""
    numbers = uniforms(seed, split, index, SECTION * len(names)).tolist()
    return {name: Draws(numbers[at * SECTION : (at + 1) * SECTION]) for at, name in enumerate(names)}
