"""The TFDS builder. What it does is in `hairnet_data`; here is what TFDS needs to know."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from hairnet_data.build.metadata import metadata_of
from hairnet_data.build.plan import Plan, plan_of
from hairnet_data.build.settings import Settings
from hairnet_data.build.shard_writer import generate
from hairnet_data.core.classes import NAMES
from hairnet_data.core.progress import silent
from hairnet_data.core.workers.pool import Crew
from hairnet_data.dataset.checksums import write_sums
from hairnet_data.dataset.croissant import write_new
from hairnet_data.dataset.shard_manifest import Shard
from hairnet_data.rendering.versions import RENDERER_VERSION
from hairnet_data.sources.registry import open_sources

_DESCRIPTIONS = {
    "drawn": "Drawn portraits before drawn backgrounds: needs no data at all.",
    "lfw_parts": "LFW Part Labels (2,927 photographs) before drawn backgrounds.",
}


class Builder(tfds.core.dataset_builder.FileReaderBuilder):  # type: ignore[misc]  # TFDS is untyped
    """Portraits and negatives with masks of hair and face, synthesised from a source.

    By itself it makes the default dataset of the source that the configuration names, in this process. With a `plan`
    and its `shards`, which lie elsewhere, it writes only what TFDS and Croissant say of them.

    Args:
        plan: what was made.
        shards: all that were made of it, in order.
        notes: where generating them left its notes.
        source_dir: the source's folder, where there is no plan.
        negatives: a folder of backgrounds, where there is no plan.
        **kwargs: TFDS's own: data_dir, config, version, file_format.
    """

    VERSION = tfds.core.Version(RENDERER_VERSION)
    RELEASE_NOTES = {RENDERER_VERSION: "First release."}
    BUILDER_CONFIGS = [tfds.core.BuilderConfig(name=name, description=text) for name, text in _DESCRIPTIONS.items()]
    MANUAL_DOWNLOAD_INSTRUCTIONS = None

    def __init__(
        self,
        *,
        plan: Plan | None = None,
        shards: Sequence[Shard] = (),
        notes: Path | None = None,
        source_dir: str | None = None,
        negatives: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._plan, self._shards, self._notes = plan, shards, notes
        self._source_dir, self._negatives = source_dir, negatives
        if plan:
            kwargs["file_format"] = plan.settings.file_format
        super().__init__(**kwargs)

    @classmethod
    def config(cls, name: str) -> str | tfds.core.BuilderConfig:
        """The configuration of that name: TFDS wants its own ones by name, others as objects."""
        return name if name in cls.builder_configs else tfds.core.BuilderConfig(name=name)

    def _info(self) -> tfds.core.DatasetInfo:
        settings = self._plan.settings if self._plan else Settings()
        side = settings.image_size
        doc = tfds.features.Documentation
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
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
                            desc="Class id of every pixel: "
                            + ", ".join(f"{i} {n}" for i, n in enumerate(NAMES))
                            + "; 255 where nobody labelled it, which the metadata then says."
                        ),
                    ),
                    "index": tfds.features.Scalar(np.int64, doc=doc(desc="Within the split, from 0.")),
                    "kind": tfds.features.Text(doc=doc(desc="portrait, or negative: nobody in it, all background.")),
                    "source_id": tfds.features.Text(doc=doc(desc="Of the portrait or background, in its source.")),
                    "person": tfds.features.Text(doc=doc(desc="Who is shown; empty for nobody or unknown.")),
                    "recipe": tfds.features.Text(doc=doc(desc="All that was drawn for this example, as JSON.")),
                }
            ),
            supervised_keys=("image", "mask"),
            license="drawn: Apache-2.0. Others: the terms of the source; see the dataset card.",
            disable_shuffling=True,
            metadata=tfds.core.MetadataDict(),
        )

    def _download_and_prepare(self, dl_manager: tfds.download.DownloadManager, download_config: Any = None) -> None:
        if self._plan and self._notes:
            self._describe(self._plan, self._shards, self._notes)
            return
        # In this process: a spawned worker would run the caller's script again if it has no main guard.
        with tempfile.TemporaryDirectory(dir=self.data_path, prefix="scratch-") as temporary, Crew(1) as crew:
            scratch = Path(temporary)
            sources = open_sources(
                self.builder_config.name,
                Path(self._source_dir) if self._source_dir else None,
                Path(self._negatives) if self._negatives else None,
                keep_in=Path(self._data_dir_root) / "downloads",
            )
            plan = plan_of(sources, Settings(file_format=self.info.file_format.value), crew, scratch, silent)
            shards = generate(plan, {}, Path(self.data_path), scratch, scratch, crew, silent)
            self._describe(plan, shards, scratch)

    def _describe(self, plan: Plan, shards: Sequence[Shard], notes: Path) -> None:
        splits = [
            tfds.core.SplitInfo(
                name=part.split.name,
                shard_lengths=[shard.records for shard in shards if shard.split == part.split.name],
                num_bytes=sum(shard.payload for shard in shards if shard.split == part.split.name),
                filename_template=self._get_filename_template(split_name=part.split.name),
            )
            for part in plan.splits
        ]
        self.info.set_splits(tfds.core.SplitDict(splits))
        self.info.metadata.update(metadata_of(plan, shards))
        write_new(self.info, self.info.metadata, shards, notes, Path(self.data_path))
        write_sums(shards, Path(self.data_path))
