"""From a plan to shards: every range is rendered by one worker and written atomically."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hairnet_data.building.plan import Plan, SplitPlan
from hairnet_data.building.source_scan import listed
from hairnet_data.core.errors import BuildError
from hairnet_data.core.head.pose import to_numbers
from hairnet_data.core.progress import Progress
from hairnet_data.core.records.example import serialize
from hairnet_data.core.records.shard_file import write_records
from hairnet_data.core.storage.paths import parse_path
from hairnet_data.core.workers.pool import Executor, WorkerDied, WorkerPool
from hairnet_data.core.workers.shared import Shared
from hairnet_data.dataset.codec import encode_image, encode_mask, encode_matte
from hairnet_data.dataset.example_table import encode_rows
from hairnet_data.dataset.shard_manifest import (
    ShardManifest,
    manifest_name,
    read_manifest,
    read_valid_shard,
    write_manifest,
    write_rows,
)
from hairnet_data.recipes.pools import Pool
from hairnet_data.recipes.recipe import Recipe, asset_id
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.rendering.asset_cache import Assets
from hairnet_data.rendering.mattes import render_matte
from hairnet_data.rendering.poses import main_pose
from hairnet_data.rendering.renderer import PlaceOnce, render

_FRAMING = 16  # bytes of a TFRecord around its record

ShardsByNumber = dict[tuple[str, int], ShardManifest]
"""Finished shards by the split's name and the shard's number in it."""


def write_shards(
    plan: Plan,
    finished: ShardsByNumber,
    shards_dir: Path,
    manifests_dir: Path,
    scratch: Path,
    executor: Executor,
    progress: Progress,
) -> list[ShardManifest]:
    """Renders and writes all shards of a plan that are not finished yet.

    Args:
        plan: what to make.
        finished: the shards that are there already.
        shards_dir: where the shards go; exists.
        manifests_dir: where a manifest of every finished shard and its rows of the table of examples go; exists.
        scratch: an existing folder for what the workers need to know.
        executor: runs the rendering.
        progress: called with how many of the missing examples are done.

    Returns:
        All shards, in the plan's order.

    Raises:
        BuildError: a shard could not be written, or two workers died at the same one.
    """
    shared = Shared.write(plan, scratch / "plan.pickle")
    shards = dict(finished)
    missing = [(split, number) for split, number in _largest_first(plan) if (_name(plan, split), number) not in shards]
    total = sum(len(plan.splits[split].range_of(number)) for split, number in missing)
    tasks = ((shared, split, number, str(shards_dir), str(manifests_dir)) for split, number in missing)
    done = 0
    progress("rendering", done, total)
    try:
        for shard in executor.run(_write_shared, tasks):
            shards[shard.split, shard.number] = shard
            done += shard.records
            progress("rendering", done, total)
    except BaseException as error:
        executor.stop()  # else the folder would be cleaned up while workers still write to it
        if isinstance(error, WorkerDied):
            _, split, number, *_ = error.task
            raise _worker_died(plan, plan.splits[split], number, error) from error
        raise
    return [shards[part.split.name, number] for part, number in plan.ranges()]


def finished_shards(
    plan: Plan, shards_dir: Path, manifests_dir: Path, executor: WorkerPool, progress: Progress
) -> ShardsByNumber:
    """The shards that an earlier run of the same build finished and whose files still are as they were then."""
    names = [part.shard_name(number) for part, number in plan.ranges()]
    names = [name for name in names if (manifests_dir / manifest_name(name)).exists()]
    tasks = ((str(manifests_dir), str(shards_dir), name) for name in names)
    finished: ShardsByNumber = {}
    for checked, shard in enumerate(executor.run(read_valid_shard, tasks), 1):
        if shard:
            finished[shard.split, shard.number] = shard
        progress("looking at finished shards", checked, len(names))
    return finished


def _worker_died(plan: Plan, part: SplitPlan, number: int, error: WorkerDied) -> BuildError:
    """Says at which range workers died, and which portraits it shows."""
    pool, indices = plan.pools[part.split.pool], part.range_of(number)
    recipes = (sample_recipe(part.split, pool, index, plan.settings.image_size) for index in indices)
    shown = sorted({asset_id(portrait) for recipe in recipes for portrait in recipe.portraits})
    where = f"{part.split.name} {indices[0]}..{indices[-1]}"
    what = f"two worker processes died rendering it ({error.how}); it shows {listed(shown) or 'no portrait'}"
    return BuildError(where, what, "try fewer --workers, or take out the portrait that it is")


def _name(plan: Plan, split: int) -> str:
    return plan.splits[split].split.name


def _largest_first(plan: Plan) -> Iterator[tuple[int, int]]:
    """The position of the split in the plan, and the number of the shard in it, for every shard."""
    # A long range begun last would leave the other workers idle at the end.
    for split in sorted(range(len(plan.splits)), key=lambda split: -plan.splits[split].per_shard):
        for number in range(plan.splits[split].shards):
            yield split, number


def _with_assets(plan: Plan) -> tuple[Plan, Assets]:
    return plan, assets_of(plan)


def assets_of(plan: Plan) -> Assets:
    """A loader for all that the plan's recipes may name."""
    largest = max(part.split.policy.scale[1] for part in plan.splits)
    cutouts = any(part.split.policy.cutout_rate for part in plan.splits)
    size, mattes = plan.settings.image_size, plan.settings.matte
    return Assets(plan.portraits, plan.backgrounds, size, largest, mattes=mattes, cutouts=cutouts)


def _write_shared(shared: Shared[Plan], split: int, number: int, shards_dir: str, manifests_dir: str) -> ShardManifest:
    plan, assets = shared.load_with(_with_assets)
    shard = write_shard(plan, plan.splits[split], number, assets, parse_path(shards_dir), parse_path(manifests_dir))
    write_manifest(shard, parse_path(manifests_dir))
    return shard


def read_shared(shared: Shared[Plan], split: int, number: int, shards_dir: str, manifests_dir: str) -> ShardManifest:
    """Reads the manifest of a shard that another machine wrote: the same arguments as for writing it.

    Raises:
        BuildError: there is none.
    """
    part = shared.load().splits[split]
    shard = read_manifest(parse_path(manifests_dir), part.shard_name(number))
    if shard is None:
        where = f"{part.split.name} {part.range_of(number)}"
        raise BuildError(where, f"was not left in {shards_dir}", "see whether all machines reach that path")
    return shard


def write_shard(
    plan: Plan, part: SplitPlan, number: int, assets: Assets, shards_dir: Path, manifests_dir: Path
) -> ShardManifest:
    """Renders one range and writes its shard atomically.

    Its rows of the table of examples go to the manifests: no record has to be read again for that.
    """
    pool = plan.pools[part.split.pool]
    size = plan.settings.image_size
    recipes = [sample_recipe(part.split, pool, index, size) for index in part.range_of(number)]
    records: dict[int, bytes] = {}
    # By portrait, so that each is decoded once; written by index.
    for recipe in sorted(recipes, key=lambda recipe: recipe.portrait):
        records[recipe.index] = make_record(recipe, pool, assets, plan.settings.image_format)
    path, in_order = shards_dir / part.shard_name(number), [records[index] for index in part.range_of(number)]
    size, sha256 = write_records(path, in_order, part.file_format)
    rows_sha256 = write_rows(encode_rows(part.split.name, path, in_order, recipes), path.name, manifests_dir)
    shown = Counter[str](recipe.kind for recipe in recipes)
    shown["occluded"] = sum(bool(recipe.occluders) for recipe in recipes)
    return ShardManifest(
        split=part.split.name,
        number=number,
        name=path.name,
        records=len(recipes),
        payload=sum(map(len, in_order)),
        shown=shown,
        size=size,
        sha256=sha256,
        rows_sha256=rows_sha256,
    )


def make_record(recipe: Recipe, pool: Pool, assets: Assets, image_format: str) -> bytes:
    """Renders one recipe and serialises the record."""
    subjects = [assets.subject(portrait) for portrait in recipe.portraits]
    placing = PlaceOnce()
    image, mask = render(recipe, subjects[0] if subjects else None, assets.background, subjects[1:], placing)
    people = [person for portrait in recipe.portraits if (person := pool.people.get(portrait))]
    matte: dict[str, bytes | int] = {}
    if assets.mattes:
        alpha, known = render_matte(recipe, subjects, placing)
        matte = {"alpha": encode_matte(alpha), "has_alpha": int(known)}
    return serialize(
        {
            **matte,
            "image": encode_image(image, image_format),
            "mask": encode_mask(mask),
            "index": recipe.index,
            "kind": recipe.kind,
            "source_id": recipe.source_id,
            "person": pool.people.get(recipe.portrait, ""),
            "source_ids": recipe.source_ids,
            "people": people,
            "pose": to_numbers(main_pose(recipe)),
            "recipe": recipe.to_json(),
        }
    )


def estimate(plan: Plan, undrawn: bool = False) -> tuple[int, float]:
    """Makes a few examples of every split and extrapolates to all of them.

    Args:
        plan: what to make.
        undrawn: whether portraits or backgrounds have yet to be drawn; how long that takes is not counted.

    Returns:
        Bytes on disk, and seconds of one core.
    """
    if undrawn:
        _estimate(plan)  # what these examples show is kept from now on
    return _estimate(plan)


def _estimate(plan: Plan) -> tuple[int, float]:
    assets = assets_of(plan)
    size, seconds = 0.0, 0.0
    for part in plan.splits:
        pool = _with_known_heads(plan.pools[part.split.pool])
        samples = min(part.count, 16 if part.split.name == "train" else 4)
        began = time.perf_counter()
        sampled_size = 0
        for index in (part.count * k // samples for k in range(samples)):
            recipe = sample_recipe(part.split, pool, index, plan.settings.image_size)
            sampled_size += len(make_record(recipe, pool, assets, plan.settings.image_format)) + _FRAMING
        seconds += (time.perf_counter() - began) / samples * part.count
        size += sampled_size / samples * part.count
    return round(size), seconds


def _with_known_heads(pool: Pool) -> Pool:
    """A pool without the portraits that a scan did not look at, if it looked at a sample."""
    portraits = tuple(portrait for portrait in pool.portraits if portrait.head)
    return Pool(portraits, pool.backgrounds) if portraits else pool
