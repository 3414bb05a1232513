"""From a plan to shards: every range is rendered by one worker and written whole."""

from __future__ import annotations

import functools
import pickle
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hairnet_data.assets import Assets
from hairnet_data.crew import Crew
from hairnet_data.encode import encode_image, encode_mask, frame, serialize
from hairnet_data.plan import Plan, SplitPlan
from hairnet_data.pools import Pool
from hairnet_data.recipe import Recipe
from hairnet_data.renderer import render
from hairnet_data.sampling import sample_recipe
from hairnet_data.survey import Progress


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard that was written.

    Attributes:
        split: the split's name.
        number: of the shard within the split.
        records: how many it holds.
        payload: bytes of the records, without the file's framing.
        shown: how many portraits, negatives and occluded examples it has.
    """

    split: str
    number: int
    records: int
    payload: int
    shown: Counter[str]


def generate(plan: Plan, folder: Path, scratch: Path, crew: Crew, progress: Progress) -> list[Shard]:
    """Makes all shards of a plan.

    Args:
        plan: what to make.
        folder: where the shards go; exists.
        scratch: an existing folder for what the workers need to know.
        crew: who makes them.
        progress: told how many examples are done.

    Returns:
        The shards, in the plan's order.

    Raises:
        BuildError: a shard could not be written, or a worker died.
    """
    known = scratch / "plan.pickle"
    known.write_bytes(pickle.dumps(plan))
    total = sum(part.count for part in plan.splits)
    tasks = ((str(known), at, shard, str(folder)) for at, shard in _largest_first(plan))
    made: list[Shard] = []
    done = 0
    progress("rendering", done, total)
    try:
        for shard in crew.run(_make_shard, tasks):
            made.append(shard)
            done += shard.records
            progress("rendering", done, total)
    except BaseException:
        crew.stop()  # else TFDS, clearing up, would find a folder that workers still write to
        raise
    order = {part.split.name: at for at, part in enumerate(plan.splits)}
    return sorted(made, key=lambda shard: (order[shard.split], shard.number))


def _largest_first(plan: Plan) -> Iterator[tuple[int, int]]:
    # A long range begun last would leave the other workers idle at the end.
    for at in sorted(range(len(plan.splits)), key=lambda at: -plan.splits[at].per_shard):
        for shard in range(plan.splits[at].shards):
            yield at, shard


@functools.lru_cache(maxsize=1)
def _known(path: str) -> tuple[Plan, Assets]:
    plan: Plan = pickle.loads(Path(path).read_bytes())
    return plan, assets_of(plan)


def assets_of(plan: Plan) -> Assets:
    """A loader for all that the plan's recipes may name."""
    largest = max(part.split.policy.scale[1] for part in plan.splits)
    return Assets(plan.portraits, plan.backgrounds, plan.settings.image_size, largest)


def _make_shard(known: str, at: int, number: int, folder: str) -> Shard:
    plan, assets = _known(known)
    part = plan.splits[at]
    return write_shard(plan, part, number, assets, Path(folder))


def write_shard(plan: Plan, part: SplitPlan, number: int, assets: Assets, folder: Path) -> Shard:
    """Renders one range and writes its shard under a temporary name, then renames it."""
    pool = plan.pools[part.split.pool]
    size = plan.settings.image_size
    recipes = [sample_recipe(part.split, pool, index, size) for index in part.range_of(number)]
    records: dict[int, bytes] = {}
    # By portrait, so that each is decoded once; written by index.
    for recipe in sorted(recipes, key=lambda recipe: recipe.portrait):
        records[recipe.index] = frame(make_record(recipe, pool, assets, plan.settings.image_format))
    path = folder / part.shard_name(number)
    temporary = path.with_name(path.name + ".part")
    with open(temporary, "wb") as file:
        for index in part.range_of(number):
            file.write(records[index])
    temporary.rename(path)
    shown = Counter(recipe.kind for recipe in recipes)
    shown["occluded"] = sum(bool(recipe.occluders) for recipe in recipes)
    payload = sum(len(record) - 16 for record in records.values())
    return Shard(part.split.name, number, len(recipes), payload, shown)


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
