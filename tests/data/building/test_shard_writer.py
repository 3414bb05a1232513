"""From a plan to shards: complete files, right checksums, estimates that hold."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.building.metadata import metadata_of
from hairnet_data.building.plan import Plan, make_plan
from hairnet_data.building.settings import BuildSettings
from hairnet_data.building.shard_writer import estimate, write_shards
from hairnet_data.building.source_scan import scan_sources
from hairnet_data.core.progress import silent
from hairnet_data.core.records.example import parse
from hairnet_data.core.records.tfrecord import unframe
from hairnet_data.core.storage import atomic
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.dataset.codec import decode_image, decode_mask
from hairnet_data.dataset.shard_manifest import read_manifest
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources


@pytest.fixture
def plan(portraits_dir: Path, negatives_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A plan of several shards a split."""
    from hairnet_data.building import plan as planning

    monkeypatch.setattr(planning, "records_per_shard", lambda count, settings: 6)
    sources = Sources(Folder.open(portraits_dir), PhotoFolder(negatives_dir))
    scratch = tmp_path / "scan"
    scratch.mkdir()
    with WorkerPool(1) as executor:
        scan = scan_sources(sources, executor, scratch, silent)
    return make_plan(scan, BuildSettings(image_size=40, train_examples=27))


def write(plan: Plan, folder: Path) -> Any:
    """The shards of a plan, the folder they are in, and the calls of `progress`."""
    shards_dir, manifests_dir, scratch = folder / "shards", folder / "manifests", folder / "scratch"
    for new in (shards_dir, manifests_dir, scratch):
        new.mkdir(parents=True)
    calls: list[tuple[str, int, int]] = []
    with WorkerPool(1) as executor:
        shards = write_shards(plan, {}, shards_dir, manifests_dir, scratch, executor, lambda *call: calls.append(call))
    return shards, shards_dir, calls


def test_shards_are_what_is_said_of_them(plan: Plan, tmp_path: Path) -> None:
    shards, folder, calls = write(plan, tmp_path / "written")
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        part.shard_name(shard) for part, shard in plan.ranges()
    )
    assert [(shard.split, shard.number) for shard in shards] == [(part.split.name, k) for part, k in plan.ranges()]
    for shard, (part, number) in zip(shards, plan.ranges(), strict=True):
        data = (folder / part.shard_name(number)).read_bytes()
        records = unframe(data)
        assert (shard.records, shard.payload) == (len(records), sum(map(len, records)))
        assert (shard.size, shard.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert read_manifest(folder.parent / "manifests", part.shard_name(number)) == shard
        assert [parse(record)["index"] for record in records] == list(part.range_of(number))
        kinds = [parse(record)["kind"] for record in records]
        assert (shard.shown["portrait"], shard.shown["negative"]) == (
            kinds.count(b"portrait"),
            kinds.count(b"negative"),
        )
        for record in records:
            features = parse(record)
            assert decode_image(features["image"]).shape == (40, 40, 3)  # type: ignore[arg-type]
            assert decode_mask(features["mask"]).shape == (40, 40)  # type: ignore[arg-type]
    total = sum(part.count for part in plan.splits)
    assert calls[-1] == ("rendering", total, total)
    assert [done for _, done, _ in calls] == sorted(done for _, done, _ in calls)


def test_metadata_adds_up(plan: Plan, tmp_path: Path) -> None:
    shards, _, _ = write(plan, tmp_path / "written")
    metadata = metadata_of(plan, shards)
    for part in plan.splits:
        said = metadata["splits"][part.split.name]
        assert said["portrait"] + said["negative"] == said["examples"] == part.count
        assert said["examples_per_shard"] == 6
    assert metadata["fingerprint"] == plan.fingerprint
    assert {pool: said["portraits"] for pool, said in metadata["pools"].items()} == {
        pool: len(assets.portraits) for pool, assets in plan.pools.items()
    }


def test_a_shard_is_whole_or_not_there(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.FileIO):
        """A file on a disk with room for one record."""

        def write(self, data: Any) -> int:
            if self.tell():
                raise OSError(28, "No space left on device")
            return super().write(data)

    monkeypatch.setattr(atomic, "open", Full, raising=False)
    with pytest.raises(OSError, match="No space left"):
        write(plan, tmp_path / "written")
    assert list((tmp_path / "written" / "shards").iterdir()) == [], "on a full disk every byte counts"
    assert list((tmp_path / "written" / "manifests").iterdir()) == []


def test_estimates_hold(plan: Plan, tmp_path: Path) -> None:
    size, seconds = estimate(plan)
    _, folder, _ = write(plan, tmp_path / "written")
    assert 0.7 < size / sum(path.stat().st_size for path in folder.iterdir()) < 1.4
    assert seconds > 0
