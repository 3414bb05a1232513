"""Decides a build: pools, splits, and the ranges of indices in them. One range is one shard."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hairnet_data.building.settings import BuildSettings
from hairnet_data.building.source_scan import ScanResult
from hairnet_data.core.errors import HairnetError, SourceError, one_line
from hairnet_data.core.grouping import cause_of, grouped_lines
from hairnet_data.core.ledger import Ledger
from hairnet_data.core.records.dataset_lookup import DATASET
from hairnet_data.core.records.shard_file import shard_file_name
from hairnet_data.dataset.codec import JPEG_QUALITY
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Pool
from hairnet_data.recipes.recipe import RECIPE_VERSION
from hairnet_data.recipes.splits import EVALUATION_VERSION, Split, splits_for
from hairnet_data.rendering.versions import RENDERER_VERSION
from hairnet_data.sources.base import POOLS, BackgroundSource, PortraitSource

_MOST_HELD = 64_000_000  # bytes of records that a worker may hold at once


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """One split of a build: `count` examples in shards of `per_shard`."""

    split: Split
    count: int
    per_shard: int
    file_format: str = "tfrecord"

    @property
    def shards(self) -> int:
        """How many shards there are."""
        return -(-self.count // self.per_shard)

    def range_of(self, shard: int) -> range:
        """The indices in a shard."""
        return range(shard * self.per_shard, min((shard + 1) * self.per_shard, self.count))

    def shard_name(self, shard: int) -> str:
        """The shard's file name."""
        return shard_file_name(DATASET, self.split.name, self.file_format, shard, self.shards)


@dataclass(frozen=True)
class Plan:
    """Everything that a worker needs to render any shard. It can be pickled."""

    portraits: PortraitSource
    backgrounds: BackgroundSource
    settings: BuildSettings
    pools: dict[str, Pool]
    splits: tuple[SplitPlan, ...]
    identity: dict[str, Any]
    skipped: int
    snapped: int
    ledger: Ledger = ()

    @property
    def fingerprint(self) -> str:
        """16 hex digits of everything that decides the dataset's content."""
        return fingerprint(self.identity)

    def ranges(self) -> Iterator[tuple[SplitPlan, int]]:
        """Every (split, shard) of the build."""
        for part in self.splits:
            for shard in range(part.shards):
                yield part, shard


def fingerprint(identity: dict[str, Any]) -> str:
    """16 hex digits of a dataset's identity."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]


def make_plan(scan: ScanResult, settings: BuildSettings, skip_bad: bool = False) -> Plan:
    """Decides a build.

    Args:
        scan: what the sources hold.
        settings: what the user chose.
        skip_bad: whether faulty portraits and backgrounds are left out.

    Raises:
        SourceError: faulty portraits or backgrounds, all in one message, or a pool without any.
    """
    if scan.errors and not skip_bad:
        raise FaultySource(scan.errors)
    policy, portraits = settings.policy, scan.sources.portraits
    _check_pools(portraits, scan.pools, policy, settings.eval_examples != 0)
    train = settings.train_examples or default_examples(portraits, scan.pools)
    planned = splits_for(policy, settings.seed)
    # Maps of heads are large, and only occluders that are aimed at a head and heads of a given height need them.
    mapped = {split.pool for split in planned if split.policy.needs_heads}
    pools = {name: pool if name in mapped else pool.without_heads() for name, pool in scan.pools.items()}
    splits = []
    for split in planned:
        natural = split.natural_size(scan.pools[split.pool])
        count = train
        if split.each_once:
            count = natural if settings.eval_examples is None else min(natural, settings.eval_examples)
        if count:
            splits.append(SplitPlan(split, count, records_per_shard(count, settings), settings.file_format))
    return Plan(
        portraits=portraits,
        backgrounds=scan.sources.backgrounds,
        settings=settings,
        pools=pools,
        splits=tuple(splits),
        identity=_identity(scan, settings, train),
        skipped=len(scan.errors),
        snapped=scan.snapped,
        ledger=scan.ledger,
    )


class FaultySource(SourceError):
    """Several errors at once; its text has one line for each, or for many that share a cause."""

    def __init__(self, errors: tuple[HairnetError, ...]) -> None:
        super().__init__(f"{len(errors)} faulty", "", "fix them, or go on without them with --skip-bad")
        self.args = (errors,)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join([*fault_lines(self.errors), f"{self.where}: {self.hint}"])


def fault_lines(errors: Iterable[HairnetError]) -> Iterator[str]:
    """A line for each error, or for many that share a cause."""
    return grouped_lines(
        (cause_of(f"{e.what};{e.hint}".replace(e.where, "")), str(e), one_line(e.where)) for e in errors
    )


def default_examples(portraits: PortraitSource, pools: dict[str, Pool]) -> int:
    """How many training examples there are by default: 2,000 drawn ones, else ten a portrait."""
    return 2000 if portraits.name == "drawn" else 10 * len(pools["train"].portraits)


def records_per_shard(count: int, settings: BuildSettings) -> int:
    """How many records a shard holds.

    Enough shards that two dozen workers find work and that little is lost when one dies; few enough for
    file systems at a hundred million; never more than a worker may hold in memory.
    """
    size = settings.image_size
    each = size * size * (3 if settings.image_format == "png" else 1) // 2 + 2000
    preferred = max(min(max(-(-count // 32), 250), 1000), min(-(-count // 2000), 8000))
    return max(1, min(preferred, _MOST_HELD // each))


def _check_pools(portraits: PortraitSource, pools: dict[str, Pool], policy: Policy, evaluation: bool) -> None:
    fractions = portraits.settings().get("options", {}).get("fractions", (1, 1, 1))
    for pool, share in zip(POOLS, fractions, strict=True):
        if pool == "train" and policy.negative_rate == 1:
            continue
        if not pools[pool].portraits and (pool == "train" or (evaluation and share > 0)):
            hint = "give more portraits" if pool == "train" else "give more portraits, or --eval-examples 0"
            raise SourceError(f"{portraits.name} portraits", f"the pool {pool} is empty", hint)
        # Clean splits show no negatives, but what a portrait leaves of the square is filled from a background.
        if (pool == "train" or (evaluation and share > 0)) and not pools[pool].backgrounds:
            raise SourceError(
                f"{pool} backgrounds", "the pool is empty", "give --negatives a folder with more pictures"
            )


def _identity(scan: ScanResult, settings: BuildSettings, train: int) -> dict[str, Any]:
    portraits, backgrounds = scan.sources.portraits, scan.sources.backgrounds
    return {
        "source": {"name": portraits.name, **portraits.settings(), "content": scan.portraits_digest},
        "backgrounds": {"name": backgrounds.name, **backgrounds.settings(), "content": scan.backgrounds_digest},
        "policy": settings.policy.to_json(),
        "seed": settings.seed,
        "image_size": settings.image_size,
        "image_format": settings.image_format,
        "jpeg_quality": JPEG_QUALITY,
        # Left out for the usual one: datasets that were built before there was another keep their names.
        **({"file_format": settings.file_format} if settings.file_format != "tfrecord" else {}),
        **({"matte": True} if settings.matte else {}),
        "train_examples": train,
        "eval_examples": settings.eval_examples,
        "versions": {
            "recipe": RECIPE_VERSION,
            "renderer": RENDERER_VERSION,
            "evaluation": EVALUATION_VERSION,
        },
    }
