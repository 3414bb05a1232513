"""Recipes drawn from pools of which only names and heads are made up."""

from __future__ import annotations

import cv2
import numpy as np

from hairnet_data.building.picture_scan import head_of
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import EVALUATION_SPLITS, Split
from hairnet_data.sources.base import Portrait

DIGEST = "0123456789abcdef"
WIDE = Policy(negative_rate=0, occlude_rate=1)


def pool(portraits: int = 10, backgrounds: int = 7) -> Pool:
    return Pool(
        tuple(Asset(f"p{k:03}", DIGEST, f"person {k // 2}", {"tone": str(k % 10)}) for k in range(portraits)),
        tuple(Asset(f"b{k:03}", DIGEST) for k in range(backgrounds)),
    )


def train(policy: Policy, seed: int = 0) -> Split:
    return Split("train", "train", policy, seed, each_once=False)


def many(policy: Policy, count: int = 2000, seed: int = 0, assets: Pool | None = None) -> list[Recipe]:
    available = assets or pool()
    return [sample_recipe(train(policy, seed), available, index) for index in range(count)]


def split_named(name: str) -> Split:
    return next(split for split in EVALUATION_SPLITS if split.name == name)


def head(rng: np.random.Generator) -> Pixels:
    """A head somewhere in a portrait, now small, now cut off by the frame."""
    width, height = (int(side) for side in rng.integers(60, 400, 2))
    mask = np.full((height, width), BACKGROUND, np.uint8)
    half = min(width, height) * float(rng.uniform(0.15, 0.5))
    x, y = float(rng.uniform(0.3, 0.7)) * width, float(rng.uniform(0.3, 0.7)) * height
    for class_, down, wide in ((HAIR, -0.3, 1.0), (FACE, 0.1, 0.75)):
        axes = (2 * half * wide, 2 * half * 1.2 * wide)
        cv2.ellipse(mask, ((x, y + down * half), axes, float(rng.uniform(-20, 20))), class_, cv2.FILLED)
    return mask


def heads(count: int) -> list[Asset]:
    rng = np.random.default_rng(8)
    portraits = []
    for k in range(count):
        mask = head(rng)
        shown = Portrait(np.zeros((*mask.shape, 3), np.uint8), mask)
        portraits.append(Asset(f"p{k:03}", DIGEST, head=head_of(shown)))
    return portraits
