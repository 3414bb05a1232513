"""The TFDS builder. What it does is in `hairnet_data`; here is what TFDS needs to know."""

from __future__ import annotations

import dataclasses
import tempfile
import warnings
from pathlib import Path
from typing import Any

import tensorflow_datasets as tfds

from hairnet_data.building.metadata import CONFIGS, RELEASE_NOTES, complete, dataset_info
from hairnet_data.building.plan import default_examples, make_plan
from hairnet_data.building.settings import BuildSettings
from hairnet_data.building.shard_writer import write_shards
from hairnet_data.building.source_scan import scan_sources
from hairnet_data.core.progress import silent
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.rendering.versions import RENDERER_VERSION
from hairnet_data.sources.registry import cache_small, open_sources, terms_of

_HONOURED = {"download_mode", "manual_dir", "max_examples_per_split"}
_MEANINGLESS = {"extract_dir", "try_download_gcs", "verify_ssl", "ignore_duplicates"}  # whatever they say, it holds


class Builder(tfds.core.dataset_builder.FileReaderBuilder):  # type: ignore[misc]  # TFDS is untyped
    """Portraits and negatives with masks of hair and face, synthesised from a source.

    It makes the default dataset of the source that the configuration names, in this process. Other settings, several
    processes and builds that can be resumed: `hairnet-data build`, whose datasets this class reads.

    Args:
        source_dir: the source's folder; `manual_dir` of TFDS's download configuration unless it is given.
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

    def _as_dataset(
        self, split: Any, decoders: Any = None, read_config: Any = None, shuffle_files: bool = False
    ) -> Any:
        # TFDS guards the order of datasets that are stored in one. Whoever asks for shuffled files asks for another.
        if shuffle_files:
            read_config = (read_config or tfds.ReadConfig()).replace(enable_ordering_guard=False)
        return super()._as_dataset(split, decoders, read_config, shuffle_files)

    def _folder(self, download_config: tfds.download.DownloadConfig) -> Path | None:
        """The source's folder, None for one that needs none."""
        if self._source_dir:
            return Path(self._source_dir)
        manual = download_config.manual_dir
        return Path(manual) if manual and self.builder_config.name != "drawn" else None

    def _download_and_prepare(self, dl_manager: tfds.download.DownloadManager, download_config: Any = None) -> None:
        download_config = download_config or tfds.download.DownloadConfig()
        if ignored := _ignored(download_config, self.builder_config.name):
            warnings.warn(f"hairnet_synthetic: no effect here: {', '.join(ignored)}", stacklevel=2)
        most = download_config.max_examples_per_split
        # In this process: a spawned worker would run the caller's script again if it has no main guard.
        with tempfile.TemporaryDirectory(dir=self.data_path, prefix="scratch-") as temporary, WorkerPool(1) as executor:
            scratch, folder = Path(temporary), Path(self.data_path)
            sources = open_sources(
                self.builder_config.name,
                self._folder(download_config),
                Path(self._negatives) if self._negatives else None,
                cache_dir=Path(self._data_dir_root) / "downloads",
            )
            scan = scan_sources(cache_small(sources, scratch), executor, scratch, silent)
            settings = BuildSettings(file_format=self.info.file_format.value)
            if most is not None:
                train = min(most, default_examples(scan.sources.portraits, scan.pools))
                settings = dataclasses.replace(settings, train_examples=train, eval_examples=most)
            plan = make_plan(scan, settings)
            shards = write_shards(plan, {}, folder, scratch, scratch, executor, silent)
            complete(self.info, plan, shards, scratch, folder)


def _ignored(download_config: tfds.download.DownloadConfig, source: str) -> list[str]:
    """Names the settings that differ from TFDS's own and have no effect here."""
    changed = [
        field.name
        for field in dataclasses.fields(download_config)
        if getattr(download_config, field.name) != field.default
    ]
    honoured = _HONOURED - ({"manual_dir"} if source == "drawn" else set())
    return [name for name in changed if name not in honoured | _MEANINGLESS]
