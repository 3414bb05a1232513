"""Counts what a prepared dataset holds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from hairnet_data.core.classes import NAMES, UNLABELLED
from hairnet_data.core.errors import DatasetError, unreadable
from hairnet_data.core.progress import Progress
from hairnet_data.core.storage.paths import size_of
from hairnet_data.dataset.codec import decode_mask, decode_matte
from hairnet_data.dataset.reader import Prepared, decode_pose, decode_text, decode_texts
from hairnet_data.recipes.recipe import Recipe

YAW_STEP = 30
"""Degrees, the width of a bin of the histogram of yaw."""

_YAW_BINS = range(-180, 180, YAW_STEP)


def count(dataset: Prepared, progress: Progress) -> dict[str, dict[str, Any]]:
    """Counts every split.

    Args:
        dataset: the prepared dataset.
        progress: called with the number of records that are done.

    Returns:
        For each split: examples, bytes (of its files), portraits, groups, negatives, occluded (shares of examples),
        people, ids (different portraits or backgrounds shown), classes (share of pixels by class name, and of
        "unlabelled" ones where the dataset has any), posed (share of portraits and groups whose pose is known), and
        yaw (how many of these look which way: from each multiple of `YAW_STEP` degrees to the next); where traits are
        known, traits (by trait and value, how many examples' largest portraits have it). With mattes also
        matted (share of examples whose matte is known) and soft (share of their pixels that are hair in part).

    Raises:
        DatasetError: a record cannot be read.
    """
    total = sum(dataset.records(split) for split in dataset.shards)
    classes = [*enumerate(NAMES), *([(UNLABELLED, "unlabelled")] if dataset.metadata.unlabelled else [])]
    done = 0
    counted: dict[str, dict[str, Any]] = {}
    for split, shards in dataset.shards.items():
        kinds = {"portrait": 0, "group": 0, "negative": 0}
        occluded = 0
        people: set[str] = set()
        ids: set[str] = set()
        pixels = np.zeros(256, np.int64)
        yaw = dict.fromkeys(_YAW_BINS, 0)
        matted, soft = 0, 0
        traits: dict[str, Counter[str]] = {}
        for index, record in enumerate(dataset.read(split)):
            try:
                recipe = Recipe.from_json(decode_text(record["recipe"]))
                mask = decode_mask(record["mask"]) if isinstance(record["mask"], bytes) else None
                shown = decode_texts(record["people"])
                pose = decode_pose(record["pose"])
                matte = record.get("alpha")
                alpha = decode_matte(matte) if isinstance(matte, bytes) else None
            except (DatasetError, KeyError, ValueError) as error:
                raise DatasetError(f"{split} {index}", unreadable(error), "run hairnet-data verify") from error
            kinds[recipe.kind] += 1
            occluded += bool(recipe.occluders)
            ids.update(recipe.source_ids)
            people.update(shown)
            for trait, value in recipe.traits.items():
                traits.setdefault(trait, Counter())[value] += 1
            if pose:
                yaw[min(int(pose.yaw // YAW_STEP) * YAW_STEP, _YAW_BINS[-1])] += 1
            if alpha is not None and record["has_alpha"]:
                matted += 1
                soft += int(np.count_nonzero((alpha > 0) & (alpha < 255)))
            if mask is not None:
                pixels += np.bincount(mask.ravel(), minlength=256)
            done += 1
            if done % 200 == 0 or done == total:
                progress("counting", done, total)
        examples = sum(kinds.values())
        counted[split] = {
            "examples": examples,
            "bytes": sum(size_of(shard.path) for shard in shards),
            "portraits": kinds["portrait"],
            "groups": kinds["group"],
            "negatives": kinds["negative"],
            "occluded": round(occluded / max(1, examples), 4),
            "people": len(people),
            "ids": len(ids),
            "classes": {name: round(float(pixels[number] / max(1, pixels.sum())), 4) for number, name in classes},
            "posed": round(sum(yaw.values()) / max(1, examples - kinds["negative"]), 4),
            "yaw": {str(first): number for first, number in yaw.items()},
        }
        if traits:
            counted[split]["traits"] = {trait: dict(sorted(traits[trait].items())) for trait in sorted(traits)}
        if dataset.metadata.identity.matte:
            side = dataset.metadata.identity.image_size
            counted[split]["matted"] = round(matted / max(1, examples), 4)
            counted[split]["soft"] = round(soft / max(1, matted * side * side), 4)
    return counted
