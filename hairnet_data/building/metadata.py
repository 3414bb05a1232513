"""A dataset's metadata: TFDS's info and features, our `metadata.json`, Croissant's description and the checksums.

TFDS's part is written as `tfds.folder_dataset.write_metadata` does it, without a builder. The TFDS builder of this
dataset takes its info from here as well, so both ways write the same files.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hairnet_data.building.plan import Plan
from hairnet_data.building.settings import BuildSettings
from hairnet_data.core import ledger
from hairnet_data.core.classes import NAMES
from hairnet_data.core.records.dataset_lookup import DATASET
from hairnet_data.core.version import __version__
from hairnet_data.dataset.checksums import write_sums
from hairnet_data.dataset.croissant import write_croissant
from hairnet_data.dataset.shard_manifest import ShardManifest
from hairnet_data.rendering.versions import RENDERER_VERSION, library_versions
from hairnet_data.sources.registry import terms_of
from hairnet_data.sources.terms import Terms

CONFIGS = {
    "drawn": "Drawn portraits before drawn backgrounds: needs no data at all.",
    "lfw_parts": "LFW Part Labels (2,927 photographs) before drawn backgrounds.",
}
"""The configurations that TFDS knows by name, each with its description."""

RELEASE_NOTES = {
    "1.0.0": "First release.",
    "1.1.0": "Photos with an embedded RGB profile are converted to sRGB; blended edges of masks never pass "
    "through a third class.",
    "1.2.0": "Groups of several portraits, and portraits that fade at their edges; the features source_ids and people; "
    "the splits validation_negatives, test_small, test_close and test_group.",
    "1.3.0": "The feature pose: where the head of the largest portrait is, and which way it looks.",
    "1.4.0": "JPEGs have their colour at half the resolution; drawn people may be cut out.",
    "1.5.0": "Of photographs the head may be cut out.",
    RENDERER_VERSION: "A policy may say how much of a background is seen; `world` does.",
}

_CARD = Path(__file__).with_name("dataset_card")
_BUILDER = "hairnet_synthetic.hairnet_synthetic_dataset_builder"  # the module TFDS finds the builder in


def write_metadata(plan: Plan, shards: Sequence[ShardManifest], manifests_dir: Path, folder: Path, config: str) -> None:
    """Writes everything but the shards into a dataset's folder.

    Args:
        plan: of the dataset.
        shards: all of its shards, in the plan's order.
        manifests_dir: where their manifests and rows of the table of examples lie.
        folder: an existing folder for the files.
        config: the configuration's name.

    Raises:
        OSError: a file cannot be read or written.
    """
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core import dataset_info as tfds_info

    identity = tfds_info.DatasetIdentity(
        name=DATASET,
        version=tfds.core.Version(RENDERER_VERSION),
        data_dir=str(folder),
        module_name=_BUILDER,
        config_name=config,
        config_description=CONFIGS.get(config),
        release_notes=RELEASE_NOTES,
    )
    info = dataset_info(identity, plan.settings, terms_of(plan.portraits.name, plan.backgrounds.name, plan.ledger))
    info.set_file_format(plan.settings.file_format)
    complete(info, plan, shards, manifests_dir, folder)
    info.write_to_directory(folder)


def dataset_info(builder: Any, settings: BuildSettings, terms: Terms) -> Any:
    """TFDS's info of a dataset, without its splits.

    Args:
        builder: a `tfds.core.DatasetBuilder` or `DatasetIdentity`.
        settings: of the build; they decide the features.
        terms: of its sources.

    Returns:
        A `tfds.core.DatasetInfo`.
    """
    import numpy as np
    import tensorflow_datasets as tfds

    side, doc = settings.image_size, tfds.features.Documentation
    classes = ", ".join(f"{number} {name}" for number, name in enumerate(NAMES))
    features = {
        "image": tfds.features.Image(
            shape=(side, side, 3),
            encoding_format=settings.image_format,
            doc=doc(desc="The picture, RGB.", value_range="0-255"),
        ),
        "mask": tfds.features.LabeledImage(
            labels=list(NAMES),
            shape=(side, side, 1),
            encoding_format="png",
            doc=doc(
                desc=f"Class id of every pixel: {classes}; 255 where nobody labelled it, which the metadata then says."
            ),
        ),
        "index": tfds.features.Scalar(np.int64, doc=doc(desc="Within the split, from 0.")),
        "kind": tfds.features.Text(
            doc=doc(desc="portrait, group: several portraits, or negative: nobody in it, all background.")
        ),
        "source_id": tfds.features.Text(doc=doc(desc="Of the largest portrait or the background, in its source.")),
        "person": tfds.features.Text(doc=doc(desc="Who the largest portrait shows; empty for nobody or unknown.")),
        "source_ids": tfds.features.Sequence(
            tfds.features.Text(), doc=doc(desc="Of all portraits, the largest first, or of the background.")
        ),
        "people": tfds.features.Sequence(
            tfds.features.Text(), doc=doc(desc="Everybody shown who is known, the largest portrait's first.")
        ),
        "pose": tfds.features.Tensor(
            shape=(6,),
            dtype=np.float32,
            doc=doc(
                desc="Of the largest portrait's head: yaw (right), pitch (down), roll (clockwise) in degrees, x and y "
                "of its origin in frames, size in frames per cm. R = Rz(roll) Rx(pitch) Ry(yaw); x right, y down, z to "
                "the camera. All NaN for a negative, and where it is not known."
            ),
        ),
        "recipe": tfds.features.Text(doc=doc(desc="All that was drawn for this example, as JSON.")),
    }
    if settings.matte:
        features["alpha"] = tfds.features.Image(
            shape=(side, side, 1),
            encoding_format="png",
            doc=doc(
                desc="The share of hair in every pixel times 255; all 0 where has_alpha is 0.", value_range="0-255"
            ),
        )
        features["has_alpha"] = tfds.features.Scalar(
            np.int64, doc=doc(desc="1, or 0 where a portrait has no matte: alpha then says nothing.")
        )
    return tfds.core.DatasetInfo(
        builder=builder,
        description=(_CARD / "README.md").read_text(encoding="utf-8"),
        citation=terms.citation,
        homepage=terms.homepage or None,
        features=tfds.features.FeaturesDict(features),
        supervised_keys=("image", "mask"),
        license=terms.licence,
        disable_shuffling=True,
        metadata=tfds.core.MetadataDict(),
    )


def complete(info: Any, plan: Plan, shards: Sequence[ShardManifest], manifests_dir: Path, folder: Path) -> None:
    """Adds splits and metadata to a dataset's info, and writes what is not TFDS's: Croissant, table and checksums.

    Args:
        info: of `dataset_info`, with its file format set.
        plan: of the dataset.
        shards: all of its shards, in the plan's order.
        manifests_dir: where their manifests and rows of the table of examples lie.
        folder: an existing folder for the files.

    Raises:
        OSError: a file cannot be read or written.
    """
    import tensorflow_datasets as tfds

    splits = []
    for part in plan.splits:
        of_split = [shard for shard in shards if shard.split == part.split.name]
        splits.append(
            tfds.core.SplitInfo(
                name=part.split.name,
                shard_lengths=[shard.records for shard in of_split],
                num_bytes=sum(shard.payload for shard in of_split),
            )
        )
    info.set_splits(tfds.core.SplitDict(splits))
    info.metadata.update(metadata_of(plan, shards))
    terms = terms_of(plan.portraits.name, plan.backgrounds.name, plan.ledger)
    write_croissant(info, terms, info.metadata, shards, manifests_dir, folder)
    write_sums(shards, folder)


def default_config() -> bytes:
    """Content of TFDS's `.config/metadata.json`: which configuration is meant where none is named."""
    return json.dumps({"default_config_name": next(iter(CONFIGS))}).encode()


def metadata_of(plan: Plan, shards: Sequence[ShardManifest]) -> dict[str, Any]:
    """The content of `metadata.json`: what TFDS's own info does not say. JSON values, no paths."""
    shown: dict[str, Counter[str]] = {}
    for shard in shards:
        shown.setdefault(shard.split, Counter()).update(shard.shown)
    source = plan.portraits.settings()
    return {
        "classes": list(NAMES),
        # Only where some pixels have no label: which classes those may be, and which the others have.
        **{what: source[what] for what in ("unlabelled", "labelled") if what in source},
        "fingerprint": plan.fingerprint,
        "identity": plan.identity,
        "libraries": library_versions(),
        "program": __version__,
        "people_apart": plan.portraits.people_apart,
        "ledger": ledger.to_json(plan.ledger),
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
                **{what: shown[part.split.name][what] for what in ("portrait", "group", "negative", "occluded")},
            }
            for part in plan.splits
        },
    }
