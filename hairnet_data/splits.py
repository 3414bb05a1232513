"""Which portraits belong to which pool, and which pool and policy make a split."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hairnet_data.policy import CLEAN, Policy
from hairnet_data.pools import Pool


def divide(weights: Mapping[str, int], fractions: tuple[float, float, float], seed: int) -> dict[str, str]:
    """Divides people (or backgrounds) into the three pools.

    The keys are put in an order that follows from `seed` and the key alone, and cut where the
    running share of portraits passes a fraction. Every pool with a fraction above zero gets at
    least one key while there are keys enough.

    Args:
        weights: how many portraits each key (a person, or a picture of nobody) stands for.
        fractions: shares of train, validation and test; non-negative, sum 1.
        seed: another seed, another division.

    Returns:
        The pool of every key.
    """
    from hairnet_data.sources.base import POOLS  # not above, because sources import this module

    order = sorted(
        weights,
        key=lambda key: (hashlib.sha256(f"{seed}:{key}".encode("utf-8", "surrogatepass")).digest(), key),
    )
    total = sum(weights.values())
    wanted = [pool for pool, share in zip(POOLS, fractions, strict=True) if share > 0]
    pools: dict[str, str] = {}
    bounds = {pool: sum(fractions[: POOLS.index(pool) + 1]) * total for pool in wanted}
    done, at = 0, 0
    for place, key in enumerate(order):
        left = len(order) - place
        holds_one = place > 0 and pools[order[place - 1]] == wanted[at]
        full = done + weights[key] / 2 > bounds[wanted[at]]
        if at + 1 < len(wanted) and holds_one and (full or left <= len(wanted) - 1 - at):
            at += 1
        pools[key] = wanted[at]
        done += weights[key]
    return pools


EVALUATION_VERSION = 1
"""Of the clean and stress splits; moves when any of their policies or seeds does."""

_EVALUATION_SEED = 0  # never the user's: the same test whatever the training set was made with


@dataclass(frozen=True, slots=True)
class Split:
    """A pool and a policy.

    Attributes:
        name: the split's name in the dataset.
        pool: the pool it draws from.
        policy: what may be drawn.
        seed: of its recipes.
        each_once: whether example i shows the i-th portrait (or the i-th crop, two of every background,
            where the policy draws negatives only) instead of an endless shuffled deck.
    """

    name: str
    pool: str
    policy: Policy
    seed: int = _EVALUATION_SEED
    each_once: bool = True

    @property
    def negatives_only(self) -> bool:
        """Whether the split shows no portraits."""
        return self.policy.negative_rate == 1

    def natural_size(self, pool: Pool) -> int:
        """How many examples show everything in the pool once."""
        return CROPS_OF_A_BACKGROUND * len(pool.backgrounds) if self.negatives_only else len(pool.portraits)


CROPS_OF_A_BACKGROUND = 2
"""Crops of every test background in `test_negatives`."""

EVALUATION_SPLITS = (
    Split("validation", "validation", CLEAN),
    Split("test", "test", CLEAN),
    Split("test_shifted", "test", replace(CLEAN, shift=(0.25, 0.5), scale=(0.7, 1.3))),
    Split("test_rotated", "test", replace(CLEAN, rotate=(20, 45))),
    Split("test_occluded", "test", replace(CLEAN, occlude_rate=1, cover=(0.2, 0.5))),
    Split("test_negatives", "test", replace(CLEAN, negative_rate=1)),
)
"""Independent of every flag but source, pools and image size."""


def splits_for(policy: Policy, seed: int) -> tuple[Split, ...]:
    """All splits of a dataset, `train` first."""
    return (Split("train", "train", policy, seed, each_once=False), *EVALUATION_SPLITS)
