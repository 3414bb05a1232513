"""Which people, portraits and backgrounds belong to which pool."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from hairnet_data.sources.base import POOLS


def assign_pools(weights: Mapping[str, int], fractions: tuple[float, float, float], seed: int) -> dict[str, str]:
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
