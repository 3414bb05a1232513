"""The TFDS builder. What it does is in `hairnet_data`; here is what TFDS needs to know."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import tensorflow_datasets as tfds

from hairnet_data.building.metadata import CONFIGS, RELEASE_NOTES, complete, dataset_info
from hairnet_data.building.plan import make_plan
from hairnet_data.building.settings import BuildSettings
from hairnet_data.building.shard_writer import write_shards
from hairnet_data.building.source_scan import scan_sources
from hairnet_data.core.progress import silent
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.rendering.versions import RENDERER_VERSION
from hairnet_data.sources.registry import cache_small, open_sources, terms_of


class Builder(tfds.core.dataset_builder.FileReaderBuilder):  # type: ignore[misc]  # TFDS is untyped
    """Portraits and negatives with masks of hair and face, synthesised from a source.

    It makes the default dataset of the source that the configuration names, in this process. Other settings, several
    processes and builds that can be resumed: `hairnet-data build`, whose datasets this class reads.

    Args:
        source_dir: the source's folder.
        negatives: a folder of backgrounds.
        **kwargs: TFDS's own: data_dir, config, version, file_format.
    """

    VERSION = tfds.core.Version(RENDERER_VERSION)
    RELEASE_NOTES = RELEASE_NOTES
    BUILDER_CONFIGS = [tfds.core.BuilderConfig(name=name, description=text) for name, text in CONFIGS.items()]
    MANUAL_DOWNLOAD_INSTRUCTIONS = None

    def __init__(self, *, source_dir: str | None = None, negatives: str | None = None, **kwargs: Any) -> None:
        self._source_dir, self._negatives = source_dir, negatives
        super().__init__(**kwargs)

    def _info(self) -> tfds.core.DatasetInfo:
        terms = terms_of(self.builder_config.name, "folder" if self._negatives else "drawn")
        return dataset_info(self, BuildSettings(), terms)

    def _download_and_prepare(self, dl_manager: tfds.download.DownloadManager, download_config: Any = None) -> None:
        # In this process: a spawned worker would run the caller's script again if it has no main guard.
        with tempfile.TemporaryDirectory(dir=self.data_path, prefix="scratch-") as temporary, WorkerPool(1) as executor:
            scratch, folder = Path(temporary), Path(self.data_path)
            sources = open_sources(
                self.builder_config.name,
                Path(self._source_dir) if self._source_dir else None,
                Path(self._negatives) if self._negatives else None,
                cache_dir=Path(self._data_dir_root) / "downloads",
            )
            scan = scan_sources(cache_small(sources, scratch), executor, scratch, silent)
            plan = make_plan(scan, BuildSettings(file_format=self.info.file_format.value))
            shards = write_shards(plan, {}, folder, scratch, scratch, executor, silent)
            complete(self.info, plan, shards, scratch, folder)
