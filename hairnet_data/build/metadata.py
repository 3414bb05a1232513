"""From sources to a plan, from a plan to what the dataset's metadata says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hairnet_data.build.plan import Plan
from hairnet_data.core.classes import NAMES
from hairnet_data.dataset.shard_manifest import Shard
from hairnet_data.rendering.versions import library_versions


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
