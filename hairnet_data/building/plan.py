"""A build, decided: sources, pools, splits and their ranges. One range is one shard."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairnet_data.building.settings import BuildSettings
from hairnet_data.building.source_scan import ScanResult, scan_sources
from hairnet_data.core.errors import SourceError
from hairnet_data.core.progress import Progress
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.dataset.codec import JPEG_QUALITY
from hairnet_data.dataset.reader import DATASET
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Pool
from hairnet_data.recipes.recipe import RECIPE_VERSION
from hairnet_data.recipes.splits import EVALUATION_VERSION, Split, splits_for
from hairnet_data.rendering.versions import RENDERER_VERSION
from hairnet_data.sources.base import POOLS, BackgroundSource, PortraitSource
from hairnet_data.sources.registry import Sources, cache_small

_HELD = 64_000_000  # bytes of records that a worker may hold at once


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
        """The shard's file name, as TFDS wants it."""
        return f"{DATASET}-{self.split.name}.{self.file_format}-{shard:05d}-of-{self.shards:05d}"


@dataclass(frozen=True)
class Plan:
    """All that a worker needs to make any shard. Picklable."""

    portraits: PortraitSource
    backgrounds: BackgroundSource
    settings: BuildSettings
    pools: dict[str, Pool]
    splits: tuple[SplitPlan, ...]
    identity: dict[str, Any]
    skipped: int
    snapped: int

    @property
    def fingerprint(self) -> str:
        """16 hex digits over all that decides the dataset's content."""
        return fingerprint(self.identity)

    def ranges(self) -> Iterator[tuple[SplitPlan, int]]:
        """Every (split, shard) of the build."""
        for part in self.splits:
            for shard in range(part.shards):
                yield part, shard


def fingerprint(identity: dict[str, Any]) -> str:
    """16 hex digits of a dataset's identity."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]


def plan_build(
    sources: Sources,
    settings: BuildSettings,
    executor: WorkerPool,
    scratch: Path,
    progress: Progress,
    skip_bad: bool = False,
    keep: bool = True,
) -> Plan:
    """Looks at both sources and decides the build.

    Args:
        sources: portraits and backgrounds.
        settings: what the user chose.
        executor: who does the looking.
        scratch: an existing folder for what the workers need to know.
        progress: told of each step.
        skip_bad: whether faulty portraits are left out instead of ending it.
        keep: whether drawings are kept in `scratch`, for rendering.

    Raises:
        SourceError: faulty portraits, all in one, or an empty pool.
    """
    if keep:
        sources = cache_small(sources, scratch)
    found = scan_sources(sources.portraits, sources.backgrounds, executor, scratch, progress)
    return make_plan(sources.portraits, sources.backgrounds, settings, found, skip_bad)


def make_plan(
    portraits: PortraitSource,
    backgrounds: BackgroundSource,
    settings: BuildSettings,
    found: ScanResult,
    skip_bad: bool = False,
) -> Plan:
    """Decides a build.

    Args:
        portraits: where portraits come from.
        backgrounds: where backgrounds come from.
        settings: what the user chose.
        found: what a survey of both sources found.
        skip_bad: whether to go on without the faulty ones.

    Raises:
        SourceError: faulty portraits or backgrounds, all in one message, or a pool without any.
    """
    if found.faults and not skip_bad:
        raise FaultySource(found.faults)
    policy = settings.policy
    _check_pools(portraits, found.pools, policy, settings.eval_examples != 0)
    train = settings.train_examples or default_examples(portraits, found.pools)
    wanted = splits_for(policy, settings.seed)
    aimed = {split.pool for split in wanted if split.policy.cover}
    pools = {name: pool if name in aimed else pool.without_heads() for name, pool in found.pools.items()}
    splits = []
    for split in wanted:
        natural = split.natural_size(found.pools[split.pool])
        count = train
        if split.each_once:
            count = natural if settings.eval_examples is None else min(natural, settings.eval_examples)
        if count:
            splits.append(SplitPlan(split, count, records_per_shard(count, settings), settings.file_format))
    return Plan(
        portraits=portraits,
        backgrounds=backgrounds,
        settings=settings,
        pools=pools,
        splits=tuple(splits),
        identity=_identity(portraits, backgrounds, settings, found, train),
        skipped=len(found.faults),
        snapped=found.snapped,
    )


class FaultySource(SourceError):
    """Several faults at once; its text has one line for each."""

    def __init__(self, faults: tuple[Exception, ...]) -> None:
        super().__init__(f"{len(faults)} faulty", "", "mend them, or go on without them with --skip-bad")
        self.args = (faults,)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join([*map(str, self.faults), f"{self.where}: {self.hint}"])


def default_examples(portraits: PortraitSource, pools: dict[str, Pool]) -> int:
    """How many training examples are made unless the user says: 2,000 drawn ones, else ten a portrait."""
    return 2000 if portraits.name == "drawn" else 10 * len(pools["train"].portraits)


def records_per_shard(count: int, settings: BuildSettings) -> int:
    """How many records a shard holds.

    Enough shards that two dozen workers find work and that little is lost when one dies; few enough for
    file systems at a hundred million; never more than a worker may hold in memory.
    """
    size = settings.image_size
    each = size * size * (3 if settings.image_format == "png" else 1) // 2 + 2000
    wanted = max(min(max(-(-count // 32), 250), 1000), min(-(-count // 2000), 8000))
    return max(1, min(wanted, _HELD // each))


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


def _identity(
    portraits: PortraitSource, backgrounds: BackgroundSource, settings: BuildSettings, found: ScanResult, train: int
) -> dict[str, Any]:
    return {
        "source": {"name": portraits.name, **portraits.settings(), "content": found.portraits_digest},
        "backgrounds": {"name": backgrounds.name, **backgrounds.settings(), "content": found.backgrounds_digest},
        "policy": settings.policy.to_json(),
        "seed": settings.seed,
        "image_size": settings.image_size,
        "image_format": settings.image_format,
        "jpeg_quality": JPEG_QUALITY,
        # Left out for the usual one: sets made before there was another keep their names.
        **({"file_format": settings.file_format} if settings.file_format != "tfrecord" else {}),
        "train_examples": train,
        "eval_examples": settings.eval_examples,
        "versions": {
            "recipe": RECIPE_VERSION,
            "renderer": RENDERER_VERSION,
            "evaluation": EVALUATION_VERSION,
        },
    }
