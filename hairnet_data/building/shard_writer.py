"""From a plan to shards: every range is rendered by one worker and written whole."""

from __future__ import annotations

import functools
import pickle
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hairnet_data.building.plan import Plan, SplitPlan
from hairnet_data.building.source_scan import listed
from hairnet_data.core.errors import BuildError
from hairnet_data.core.progress import Progress
from hairnet_data.core.records.example import serialize
from hairnet_data.core.records.shard_file import write_records
from hairnet_data.core.storage.paths import parse_path
from hairnet_data.core.workers.pool import Executor, WorkerDied, WorkerPool
from hairnet_data.dataset.codec import encode_image, encode_mask
from hairnet_data.dataset.example_table import piece_of
from hairnet_data.dataset.shard_manifest import (
    WrittenShard,
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
from hairnet_data.rendering.renderer import render

Finished = dict[tuple[str, int], WrittenShard]
"""Shards by split and number."""


def write_shards(
    plan: Plan, found: Finished, shards: Path, notes: Path, scratch: Path, executor: Executor, progress: Progress
) -> list[WrittenShard]:
    """Makes all shards of a plan that are not there yet.

    Args:
        plan: what to make.
        found: what is there already.
        shards: where they go; exists.
        notes: where a note says of each that it is finished, and pieces of the table of examples go; exists.
        scratch: an existing folder for what the workers need to know.
        executor: who makes them.
        progress: told how many of the missing examples are done.

    Returns:
        The shards, in the plan's order.

    Raises:
        BuildError: a shard could not be written, or two workers died at the same one.
    """
    known = scratch / "plan.pickle"
    known.write_bytes(pickle.dumps(plan))
    made = dict(found)
    missing = [(at, number) for at, number in _largest_first(plan) if (plan.splits[at].split.name, number) not in made]
    total = sum(len(plan.splits[at].range_of(number)) for at, number in missing)
    tasks = ((str(known), at, number, str(shards), str(notes)) for at, number in missing)
    done = 0
    progress("rendering", done, total)
    try:
        for shard in executor.run(_make_shard, tasks):
            made[shard.split, shard.number] = shard
            done += shard.records
            progress("rendering", done, total)
    except BaseException as fault:
        executor.stop()  # else whoever clears up would find a folder that workers still write to
        if isinstance(fault, WorkerDied):
            _, at, number, *_ = fault.task
            raise _deadly(plan, plan.splits[at], number, fault) from fault
        raise
    return [made[part.split.name, number] for part, number in plan.ranges()]


def finished_shards(plan: Plan, shards: Path, notes: Path, executor: WorkerPool, progress: Progress) -> Finished:
    """The shards that an earlier run of the same build finished and that are still what they were then."""
    names = [
        name for part, number in plan.ranges() if (notes / manifest_name(name := part.shard_name(number))).exists()
    ]
    found: Finished = {}
    for looked, shard in enumerate(
        executor.run(read_valid_shard, ((str(notes), str(shards), name) for name in names)), 1
    ):
        if shard:
            found[shard.split, shard.number] = shard
        progress("looking at finished shards", looked, len(names))
    return found


def _deadly(plan: Plan, part: SplitPlan, number: int, fault: WorkerDied) -> BuildError:
    """Says at which range workers died, and which portraits it shows."""
    pool, indices = plan.pools[part.split.pool], part.range_of(number)
    recipes = (sample_recipe(part.split, pool, index, plan.settings.image_size) for index in indices)
    shown = sorted({asset_id(recipe.portrait) for recipe in recipes if recipe.portrait})
    where = f"{part.split.name} {indices[0]}..{indices[-1]}"
    what = f"two worker processes died rendering it ({fault.how}); it shows {listed(shown) or 'no portrait'}"
    return BuildError(where, what, "try fewer --workers, or take out the portrait that it is")


def _largest_first(plan: Plan) -> Iterator[tuple[int, int]]:
    # A long range begun last would leave the other workers idle at the end.
    for at in sorted(range(len(plan.splits)), key=lambda at: -plan.splits[at].per_shard):
        for shard in range(plan.splits[at].shards):
            yield at, shard


@functools.lru_cache(maxsize=1)
def _known(path: str) -> tuple[Plan, Assets]:
    plan: Plan = pickle.loads(parse_path(path).read_bytes())
    return plan, assets_of(plan)


def assets_of(plan: Plan) -> Assets:
    """A loader for all that the plan's recipes may name."""
    largest = max(part.split.policy.scale[1] for part in plan.splits)
    return Assets(plan.portraits, plan.backgrounds, plan.settings.image_size, largest)


def _make_shard(known: str, at: int, number: int, shards: str, notes: str) -> WrittenShard:
    plan, assets = _known(known)
    shard = write_shard(plan, plan.splits[at], number, assets, parse_path(shards), parse_path(notes))
    write_manifest(shard, parse_path(notes))
    return shard


def read_written_shard(known: str, at: int, number: int, shards: str, notes: str) -> WrittenShard:
    """The shard that `_make_shard` made, wherever that was. Raises BuildError where there is none."""
    plan, _ = _known(known)
    part = plan.splits[at]
    shard = read_manifest(parse_path(notes), part.shard_name(number))
    if shard is None:
        raise BuildError(f"{part.split.name} {part.range_of(number)}", f"nobody left it in {shards}", "see who renders")
    return shard


def write_shard(plan: Plan, part: SplitPlan, number: int, assets: Assets, folder: Path, notes: Path) -> WrittenShard:
    """Renders one range and writes its shard under a temporary name; once it is on the disk, it is renamed.

    Its piece of the table of examples goes to the notes: nobody need read the records again for that.
    """
    pool = plan.pools[part.split.pool]
    size = plan.settings.image_size
    recipes = [sample_recipe(part.split, pool, index, size) for index in part.range_of(number)]
    records: dict[int, bytes] = {}
    # By portrait, so that each is decoded once; written by index.
    for recipe in sorted(recipes, key=lambda recipe: recipe.portrait):
        records[recipe.index] = make_record(recipe, pool, assets, plan.settings.image_format)
    path, in_order = folder / part.shard_name(number), [records[index] for index in part.range_of(number)]
    size, sha256 = write_records(path, in_order, part.file_format)
    rows = write_rows(piece_of(part.split.name, path, in_order, recipes), path.name, notes)
    shown = Counter[str](recipe.kind for recipe in recipes)
    shown["occluded"] = sum(bool(recipe.occluders) for recipe in recipes)
    return WrittenShard(
        split=part.split.name,
        number=number,
        name=path.name,
        records=len(recipes),
        payload=sum(map(len, in_order)),
        shown=shown,
        size=size,
        sha256=sha256,
        rows=rows,
    )


def make_record(recipe: Recipe, pool: Pool, assets: Assets, image_format: str) -> bytes:
    """Renders one recipe and serialises the record."""
    subject = assets.subject(recipe.portrait) if recipe.portrait else None
    image, mask = render(recipe, subject, assets.background)
    return serialize(
        {
            "image": encode_image(image, image_format),
            "mask": encode_mask(mask),
            "index": recipe.index,
            "kind": recipe.kind,
            "source_id": recipe.source_id,
            "person": pool.people.get(recipe.portrait, ""),
            "recipe": recipe.to_json(),
        }
    )


def estimate(plan: Plan) -> tuple[int, float]:
    """Makes a few examples of every split to see what all of them will take.

    Returns:
        Bytes on disk, and seconds of one core.
    """
    assets = assets_of(plan)
    size, seconds = 0.0, 0.0
    for part in plan.splits:
        pool = plan.pools[part.split.pool]
        tries = min(part.count, 16 if part.split.name == "train" else 4)
        began = time.perf_counter()
        made = 0
        for index in (part.count * k // tries for k in range(tries)):
            recipe = sample_recipe(part.split, pool, index, plan.settings.image_size)
            made += len(make_record(recipe, pool, assets, plan.settings.image_format)) + 16
        seconds += (time.perf_counter() - began) / tries * part.count
        size += made / tries * part.count
    return round(size), seconds
