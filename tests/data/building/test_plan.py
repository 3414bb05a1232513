"""A build, decided: settings that mean something, ranges that cover every index once."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.building.plan import FaultySource, SplitPlan, fingerprint, make_plan, records_per_shard
from hairnet_data.building.settings import BuildSettings
from hairnet_data.building.source_scan import ScanResult
from hairnet_data.building.source_summary import summarise
from hairnet_data.core.errors import PictureError, SourceError, UsageError
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.splits import splits_for
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.datasets import evaluation_counts

SPLIT = splits_for(Policy(), 0)[0]


@given(count=st.integers(1, 10**9), size=st.integers(32, 2048), image_format=st.sampled_from(["jpeg", "png"]))
def test_ranges_cover_every_index_once(count: int, size: int, image_format: str) -> None:
    per_shard = records_per_shard(count, BuildSettings(image_size=size, image_format=image_format))
    part = SplitPlan(SPLIT, count, per_shard)
    assert 1 <= per_shard <= 8000
    ends = [part.range_of(0), part.range_of(part.shards - 1)]
    assert ends[0].start == 0
    assert ends[-1].stop == count
    assert len(ends[-1]) >= 1
    if part.shards < 300:
        assert [index for shard in range(part.shards) for index in (part.range_of(shard)[0],)] == list(
            range(0, count, per_shard)
        )
    assert per_shard * size * size < 200_000_000, "what one worker holds"


def test_shard_names_are_those_tfds_reads() -> None:
    assert SplitPlan(SPLIT, 25, 10).shard_name(2) == "hairnet_synthetic-train.tfrecord-00002-of-00003"


SOURCES = Sources(Drawn(4, 1, 2, 32), DrawnBackgrounds(2, 1, 2, 32))


def scanned(
    train: int = 4,
    validation: int = 1,
    test: int = 2,
    backgrounds: tuple[int, int, int] = (2, 1, 2),
    sources: Sources = SOURCES,
) -> ScanResult:
    """What a scan would say of that many portraits and backgrounds a pool."""

    def assets(pool: str, kind: str, count: int) -> tuple[Asset, ...]:
        return tuple(Asset(f"{pool}_{kind}_{n}", f"{n:016x}", head=b"\xff" * 512) for n in range(count))

    counts = zip(("train", "validation", "test"), (train, validation, test), backgrounds, strict=True)
    pools = {pool: Pool(assets(pool, "p", p), assets(pool, "b", b)) for pool, p, b in counts}
    return ScanResult(sources, pools, (), 0, "1" * 16, "2" * 16, summarise([], pools))


def counts(scan: ScanResult, **settings: Any) -> dict[str, int]:
    return {part.split.name: part.count for part in make_plan(scan, BuildSettings(**settings)).splits}


def test_maps_of_heads_go_only_where_occluders_are_aimed() -> None:
    usual = make_plan(scanned(), BuildSettings()).pools
    assert {name: bool(pool.portraits[0].head) for name, pool in usual.items()} == {
        "train": False,
        "validation": False,
        "test": True,
    }
    aimed = make_plan(scanned(), BuildSettings(policy=Policy(cover=(0.1, 0.6)))).pools
    assert aimed["train"].portraits[0].head


def test_how_many_examples() -> None:
    natural = evaluation_counts({"validation": 1, "test": 2}, {"validation": 1, "test": 2})
    assert counts(scanned()) == {"train": 2000, **natural}
    assert counts(scanned(), train_examples=7, eval_examples=0) == {"train": 7}
    capped = counts(scanned(), train_examples=7, eval_examples=3)
    assert capped == {"train": 7, **{name: min(count, 3) for name, count in natural.items()}}
    with pytest.raises(UsageError):
        BuildSettings(train_examples=0)


@pytest.mark.parametrize(
    ("scan", "settings", "what"),
    [
        (scanned(train=0), {}, "the pool train is empty; give more portraits"),
        (scanned(validation=0), {}, "the pool validation is empty; give more portraits, or --eval-examples 0"),
        (scanned(test=0), {}, "the pool test is empty"),
        (scanned(backgrounds=(0, 1, 1)), {}, "train backgrounds: the pool is empty"),
        (scanned(backgrounds=(1, 0, 1)), {}, "validation backgrounds: the pool is empty"),
        (scanned(backgrounds=(1, 1, 0)), {}, "test backgrounds: the pool is empty"),
        (scanned(backgrounds=(0, 0, 0)), {"eval_examples": 0}, "train backgrounds: the pool is empty"),
    ],
)
def test_empty_pools(scan: ScanResult, settings: dict[str, Any], what: str) -> None:
    with pytest.raises(SourceError, match=what):
        make_plan(scan, BuildSettings(**settings))


def test_pools_nobody_asks_for_may_be_empty() -> None:
    scan = scanned(validation=0, test=0, backgrounds=(1, 0, 0))
    assert counts(scan, eval_examples=0, train_examples=5) == {"train": 5}


def test_several_errors_are_one_with_a_line_each() -> None:
    scan = replace(scanned(), errors=tuple(PictureError(f"{name}.png", "is broken", "draw it again") for name in "abc"))
    with pytest.raises(FaultySource) as caught:
        make_plan(scan, BuildSettings())
    assert str(caught.value).splitlines() == [
        "a.png: is broken; draw it again",
        "b.png: is broken; draw it again",
        "c.png: is broken; draw it again",
        "3 faulty: fix them, or go on without them with --skip-bad",
    ]
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert make_plan(scan, BuildSettings(), skip_bad=True).skipped == 3


def test_identity_holds_all_that_decides_the_content() -> None:
    base = make_plan(scanned(), BuildSettings())
    assert len(base.fingerprint) == 16
    others = [
        make_plan(scanned(), settings)
        for settings in (
            BuildSettings(seed=1),
            BuildSettings(image_size=225),
            BuildSettings(image_format="png"),
            BuildSettings(train_examples=3),
            BuildSettings(eval_examples=1),
            BuildSettings(policy=Policy(rotate=(0, 44))),
        )
    ]
    others += [
        make_plan(scan, BuildSettings())
        for scan in (
            scanned(sources=Sources(Drawn(4, 1, 2, 33), SOURCES.backgrounds)),
            replace(scanned(), portraits_digest="3" * 16),
            replace(scanned(), backgrounds_digest="3" * 16),
        )
    ]
    assert len({plan.fingerprint for plan in [base, *others]}) == 1 + len(others)
    assert fingerprint({"b": 1, "a": 2}) == fingerprint({"a": 2, "b": 1})
