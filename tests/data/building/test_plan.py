"""A build, decided: settings that mean something, ranges that cover every index once."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.building.plan import FaultySource, SplitPlan, fingerprint, make_plan, plan_build, records_per_shard
from hairnet_data.building.settings import BuildSettings
from hairnet_data.building.source_scan import ScanResult
from hairnet_data.core.errors import PictureError, SourceError, UsageError
from hairnet_data.core.progress import silent
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.splits import splits_for
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.portraits import tiny_drawn

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


def found(train: int = 4, validation: int = 1, test: int = 2, grounds: tuple[int, int, int] = (2, 1, 2)) -> ScanResult:
    def assets(pool: str, kind: str, count: int) -> tuple[Asset, ...]:
        return tuple(Asset(f"{pool}_{kind}_{n}", f"{n:016x}", head=b"\xff" * 512) for n in range(count))

    counts = zip(("train", "validation", "test"), (train, validation, test), grounds, strict=True)
    pools = {pool: Pool(assets(pool, "p", p), assets(pool, "b", b)) for pool, p, b in counts}
    return ScanResult(pools, (), 0, "1" * 16, "2" * 16)


SOURCES = Drawn(4, 1, 2, 32), DrawnBackgrounds(2, 1, 2, 32)


def counts(survey: ScanResult, **settings: Any) -> dict[str, int]:
    return {part.split.name: part.count for part in make_plan(*SOURCES, BuildSettings(**settings), survey).splits}


def test_maps_of_heads_go_only_where_occluders_are_aimed() -> None:
    usual = make_plan(*SOURCES, BuildSettings(), found()).pools
    assert {name: bool(pool.portraits[0].head) for name, pool in usual.items()} == {
        "train": False,
        "validation": False,
        "test": True,
    }
    aimed = make_plan(*SOURCES, BuildSettings(policy=Policy(cover=(0.1, 0.6))), found()).pools
    assert aimed["train"].portraits[0].head


def test_how_many_examples() -> None:
    natural = {"validation": 1, "test": 2, "test_shifted": 2, "test_rotated": 2, "test_occluded": 2}
    assert counts(found()) == {"train": 2000, **natural, "test_negatives": 4}
    assert counts(found(), train_examples=7, eval_examples=0) == {"train": 7}
    capped = counts(found(), train_examples=7, eval_examples=3)
    assert capped == {"train": 7, **natural, "test_negatives": 3}
    with pytest.raises(UsageError):
        BuildSettings(train_examples=0)


@pytest.mark.parametrize(
    ("survey", "settings", "what"),
    [
        (found(train=0), {}, "the pool train is empty; give more portraits"),
        (found(validation=0), {}, "the pool validation is empty; give more portraits, or --eval-examples 0"),
        (found(test=0), {}, "the pool test is empty"),
        (found(grounds=(0, 1, 1)), {}, "train backgrounds: the pool is empty"),
        (found(grounds=(1, 0, 1)), {}, "validation backgrounds: the pool is empty"),
        (found(grounds=(1, 1, 0)), {}, "test backgrounds: the pool is empty"),
        (found(grounds=(0, 0, 0)), {"eval_examples": 0}, "train backgrounds: the pool is empty"),
    ],
)
def test_empty_pools(survey: ScanResult, settings: dict[str, Any], what: str) -> None:
    with pytest.raises(SourceError, match=what):
        make_plan(*SOURCES, BuildSettings(**settings), survey)


def test_pools_nobody_asks_for_may_be_empty() -> None:
    assert counts(found(validation=0, test=0, grounds=(1, 0, 0)), eval_examples=0, train_examples=5) == {"train": 5}


def test_faults_are_one_error_with_a_line_each() -> None:
    faults = tuple(PictureError(f"{name}.png", "is broken", "mend it") for name in "abc")
    survey = found()
    with pytest.raises(FaultySource) as caught:
        make_plan(*SOURCES, BuildSettings(), ScanResult(survey.pools, faults, 0, "", ""))
    assert str(caught.value).splitlines() == [
        "a.png: is broken; mend it",
        "b.png: is broken; mend it",
        "c.png: is broken; mend it",
        "3 faulty: mend them, or go on without them with --skip-bad",
    ]
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    plan = make_plan(*SOURCES, BuildSettings(), ScanResult(survey.pools, faults, 0, "", ""), skip_bad=True)
    assert plan.skipped == 3


def test_identity_holds_all_that_decides_the_content_and_no_path(tmp_path: Path) -> None:
    base = make_plan(*SOURCES, BuildSettings(), found())
    assert len(base.fingerprint) == 16
    others = [
        make_plan(*SOURCES, settings, found())
        for settings in (
            BuildSettings(seed=1),
            BuildSettings(image_size=225),
            BuildSettings(image_format="png"),
            BuildSettings(train_examples=3),
            BuildSettings(eval_examples=1),
            BuildSettings(policy=Policy(rotate=(0, 44))),
        )
    ]
    others.append(make_plan(Drawn(4, 1, 2, 33), SOURCES[1], BuildSettings(), found()))
    others.append(make_plan(*SOURCES, BuildSettings(), ScanResult(found().pools, (), 0, "3" * 16, "2" * 16)))
    others.append(make_plan(*SOURCES, BuildSettings(), ScanResult(found().pools, (), 0, "1" * 16, "3" * 16)))
    assert len({plan.fingerprint for plan in [base, *others]}) == 1 + len(others)
    assert fingerprint({"b": 1, "a": 2}) == fingerprint({"a": 2, "b": 1})


def test_drawings_are_kept_only_where_they_are_wanted(tmp_path: Path) -> None:
    for keep in (True, False):
        folder = tmp_path / str(keep)
        folder.mkdir()
        with WorkerPool(1) as executor:
            plan_build(tiny_drawn(2, 1, 1), BuildSettings(), executor, folder, silent, keep=keep)
        assert bool(list(folder.glob("*.raw"))) == keep
