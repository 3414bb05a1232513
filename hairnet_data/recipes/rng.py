"""Random numbers for one example: a counter-based generator, read in fixed sections.

Philox with key (seed, stable hash of the split) and the index in the counter's high word: example 7 of seed 0 has
nothing in common with example 6 of seed 1, and any example can be drawn without those before it. Every concern (the
affine map, colours, each occluder, ...) has a section of numbers of its own. Switching one augmentation off therefore
leaves the numbers of the others as they were, which ablations rely on.
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
    """Draws uniform numbers in [0, 1).

    Args:
        seed: any integer; taken modulo 2^64.
        split: the split's name.
        index: of the example, 0..2^64-1.
        count: how many numbers; fewer numbers are the first of more.

    Returns:
        float64 (count,), the same for the same arguments on every machine.
    """
    # Raw words and our own scaling: NumPy guarantees the words of Philox for ever, what Generator makes of them not.
    key = np.array([seed % (1 << 64), _split_key(split)], np.uint64)
    words = np.random.Philox(key=key, counter=np.array([0, 0, 0, index], np.uint64)).random_raw(count)
    numbers: NDArray[np.float64] = (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return numbers


@functools.lru_cache(maxsize=8)
def shuffled(seed: int, split: str, epoch: int, count: int) -> NDArray[np.int64]:
    """The numbers 0 to `count` - 1 in random order, another one in every epoch: int64 (count,)."""
    return np.argsort(uniforms(seed, f"{split}/deck", epoch, count), kind="stable")


class Draws:
    """Makes random values of the numbers of one section, one after another.

    Args:
        numbers: uniform in [0, 1). When they are used up, a method raises StopIteration.
    """

    __slots__ = ("_next",)

    def __init__(self, numbers: Iterable[float]) -> None:
        self._next: Callable[[], float] = iter(numbers).__next__

    def chance(self, rate: float) -> bool:
        """True with probability `rate`."""
        return self._next() < rate

    def uniform(self, low: float, high: float, digits: int = 4) -> float:
        """A number between `low` and `high`, rounded to so many digits."""
        return round(low + (high - low) * self._next(), digits)

    def log_uniform(self, low: float, high: float, digits: int = 4) -> float:
        """A number between two positive ones, rounded; its logarithm is uniform."""
        return round(low * math.exp(math.log(high / low) * self._next()), digits)

    def integer(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return low + int(self._next() * (high - low + 1))

    def one_of(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[int(self._next() * len(choices))]


def sections(seed: int, split: str, index: int, names: Sequence[str]) -> dict[str, Draws]:
    """The numbers of one example, `SECTION` for each name. More names change nothing for the names before them."""
    numbers = uniforms(seed, split, index, SECTION * len(names)).tolist()
    return {name: Draws(numbers[k * SECTION : (k + 1) * SECTION]) for k, name in enumerate(names)}
