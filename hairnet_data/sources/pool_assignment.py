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
    used = [pool for pool, share in zip(POOLS, fractions, strict=True) if share > 0]
    bounds = {pool: sum(fractions[: POOLS.index(pool) + 1]) * total for pool in used}
    pools: dict[str, str] = {}
    assigned, current = 0, 0  # portraits so far, and the pool that is being filled, an index into `used`
    for index, key in enumerate(order):
        keys_left, pools_left = len(order) - index, len(used) - 1 - current
        has_one = index > 0 and pools[order[index - 1]] == used[current]
        is_full = assigned + weights[key] / 2 > bounds[used[current]]
        if pools_left and has_one and (is_full or keys_left <= pools_left):
            current += 1
        pools[key] = used[current]
        assigned += weights[key]
    return pools
