"""From sources to a plan, from a plan to what the dataset's metadata says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hairnet_data.core.classes import NAMES
from hairnet_data.core.progress import Progress
from hairnet_data.core.workers.pool import Crew
from hairnet_data.dataset.shard_manifest import Shard
from hairnet_data.plan import Plan, Settings, make_plan
from hairnet_data.rendering.versions import library_versions
from hairnet_data.sources.registry import Sources, keep_small
from hairnet_data.survey import survey


def plan_of(
    sources: Sources,
    settings: Settings,
    crew: Crew,
    scratch: Path,
    progress: Progress,
    skip_bad: bool = False,
    keep: bool = True,
) -> Plan:
    """Looks at both sources and decides the build.

    Args:
        sources: portraits and backgrounds.
        settings: what the user chose.
        crew: who does the looking.
        scratch: an existing folder for what the workers need to know.
        progress: told of each step.
        skip_bad: whether faulty portraits are left out instead of ending it.
        keep: whether drawings are kept in `scratch`, for rendering.

    Raises:
        SourceError: faulty portraits, all in one, or an empty pool.
    """
    if keep:
        sources = keep_small(sources, scratch)
    found = survey(sources.portraits, sources.backgrounds, crew, scratch, progress)
    return make_plan(sources.portraits, sources.backgrounds, settings, found, skip_bad)


def metadata_of(plan: Plan, shards: Sequence[Shard]) -> dict[str, Any]:
    """What a prepared dataset says about itself, beyond TFDS's own info: JSON values, no paths."""
    shown: dict[str, Counter[str]] = {}
    for shard in shards:
        shown.setdefault(shard.split, Counter()).update(shard.shown)
    source = plan.portraits.settings()
    return {
        "classes": list(NAMES),
        # Only where some pixels have no label: what those may be, and what others are labelled as.
        **{what: source[what] for what in ("unlabelled", "labelled") if what in source},
        "fingerprint": plan.fingerprint,
        "identity": plan.identity,
        "libraries": library_versions(),
        "people_apart": plan.portraits.people_apart,
        "skipped": plan.skipped,
        "snapped_mask_pixels": plan.snapped,
        "pools": {
            pool: {
                "portraits": len(assets.portraits),
                "people": len({a.person for a in assets.portraits if a.person}),
                "backgrounds": len(assets.backgrounds),
            }
            for pool, assets in plan.pools.items()
        },
        "splits": {
            part.split.name: {
                "pool": part.split.pool,
                "policy": part.split.policy.to_json(),
                "seed": part.split.seed,
                "each_once": part.split.each_once,
                "examples": part.count,
                "examples_per_shard": part.per_shard,
                **{what: shown[part.split.name][what] for what in ("portrait", "negative", "occluded")},
            }
            for part in plan.splits
        },
    }
