"""Which pool and policy make a split."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hairnet_data.recipes.policy import CLEAN, Policy
from hairnet_data.recipes.pools import Pool

EVALUATION_VERSION = 2
"""Of the clean and stress splits; changes when any of their policies or seeds does."""

_EVALUATION_SEED = 0  # not the user's, so that the test splits are the same for every training set


@dataclass(frozen=True, slots=True)
class Split:
    """A pool and a policy.

    Attributes:
        name: the split's name in the dataset.
        pool: the pool it draws from.
        policy: what may be drawn.
        seed: of its recipes.
        each_once: whether every portrait is shown once, in the pool's own random order; or two crops of every
            background, if the policy draws negatives only. Else there is no end: all portraits are shown in random
            order, then all of them again in another order, and so on.
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
        """How many examples show everything in the pool once: two of every background, one of every portrait."""
        return CROPS_OF_A_BACKGROUND * len(pool.backgrounds) if self.negatives_only else len(pool.portraits)


CROPS_OF_A_BACKGROUND = 2
"""Crops of every background in `validation_negatives` and `test_negatives`."""

_AMONG_OTHER_THINGS = replace(CLEAN, background_rate=1, edge_rate=0.5)

EVALUATION_SPLITS = (
    Split("validation", "validation", CLEAN),
    Split("validation_negatives", "validation", replace(CLEAN, negative_rate=1)),
    Split("test", "test", CLEAN),
    Split("test_shifted", "test", replace(CLEAN, shift=(0.25, 0.5), scale=(0.7, 1.3))),
    Split("test_rotated", "test", replace(CLEAN, rotate=(20, 45))),
    Split("test_occluded", "test", replace(CLEAN, occlude_rate=1, cover=(0.2, 0.5))),
    Split("test_small", "test", replace(_AMONG_OTHER_THINGS, head_height=(0.1, 0.3), shift=(0, 0.35))),
    Split("test_close", "test", replace(CLEAN, scale=(1.8, 4), shift=(0, 0.25))),
    Split("test_group", "test", replace(_AMONG_OTHER_THINGS, group_rate=1, scale=(0.2, 1))),
    Split("test_negatives", "test", replace(CLEAN, negative_rate=1)),
)
"""They depend on the source, its pools and the image size, and on no other flag."""


def splits_for(policy: Policy, seed: int) -> tuple[Split, ...]:
    """All splits of a dataset, `train` first."""
    return (Split("train", "train", policy, seed, each_once=False), *EVALUATION_SPLITS)
