"""Builds a dataset on disk in four stages: scan, plan, render, publish.

A dataset is made in a staging directory beside the datasets, and gets its path when it is complete.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from hairnet_data.building.identity import is_built, resolve_name, staging_name
from hairnet_data.building.label_check import LabelCheck, Predictor, check_labels
from hairnet_data.building.metadata import write_metadata
from hairnet_data.building.plan import Plan, make_plan
from hairnet_data.building.publish import publish
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.building.shard_writer import estimate, finished_shards, write_shards
from hairnet_data.building.source_scan import ScanResult, scan_sources
from hairnet_data.building.source_summary import SourceSummary
from hairnet_data.building.staging import (
    StagingDirectory,
    Unfinished,
    claim_staging,
    discard,
    find_unfinished,
    scratch_directory,
    staging_path,
)
from hairnet_data.core.errors import BuildError, HairnetError
from hairnet_data.core.progress import Progress, silent
from hairnet_data.core.records.dataset_lookup import DATASET
from hairnet_data.core.storage.paths import bytes_in, is_remote, translate_store_errors
from hairnet_data.core.workers.pool import Executor, WorkerPool
from hairnet_data.dataset.shard_manifest import ShardManifest
from hairnet_data.rendering.versions import RENDERER_VERSION
from hairnet_data.sources.registry import Sources, cache_small

_DEFAULTS = BuildOptions()


@dataclass(frozen=True, slots=True)
class BuildResult:
    """How a build went.

    Attributes:
        path: of the dataset, whether made now or found.
        made: False where a dry run or a dataset that was already there made rendering needless.
        examples: in all splits.
        size: bytes on disk; for a dry run the estimate.
        seconds: of one core that rendering what is missing takes, estimated.
        skipped: faulty portraits and backgrounds that were left out, one error each.
        snapped: mask pixels that took the nearest class colour.
        plan: what was decided.
        resumed: examples that an earlier run of the same build had finished.
        others: unfinished builds of other settings; they are left alone.
        staging_dir: the build's staging directory. It stays when the build is stopped and any shard is finished.
        summary: what the portraits are.
        label_check: how their labels agree with a predictor; None without one, and for drawn portraits.
        drawing_seconds: of a dry run, seconds of one core that drawing takes before rendering begins, estimated; 0
            where an earlier build has drawn everything.
    """

    path: Path
    made: bool
    examples: int
    size: int
    seconds: float
    skipped: tuple[HairnetError, ...]
    snapped: int
    plan: Plan
    resumed: int
    others: tuple[Unfinished, ...]
    staging_dir: Path
    summary: SourceSummary
    label_check: LabelCheck | None = None
    drawing_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Run:
    """What the stages of one build share."""

    data_dir: Path
    options: BuildOptions
    scratch: Path
    pool: WorkerPool
    executor: Executor | None
    progress: Progress


def build(
    sources: Sources,
    settings: BuildSettings,
    data_dir: Path,
    options: BuildOptions = _DEFAULTS,
    *,
    executor: Executor | None = None,
    predictor: Predictor | None = None,
    progress: Progress = silent,
    announce: Callable[[BuildResult], None] = lambda estimated: None,
) -> BuildResult:
    """Builds a dataset that TFDS reads, or finds that it is already there.

    Stopped at any moment, the same call resumes: finished shards are not rendered again.
    With more than one worker the calling program needs a main guard, as for every use of `multiprocessing`.

    Args:
        sources: portraits and backgrounds.
        settings: what to make of them.
        data_dir: where TFDS keeps its datasets.
        options: the dataset's name, the number of workers, and what to do with what is already there.
        executor: renders the shards in place of the worker pool, e.g. a `BeamExecutor`; the bytes are the same.
        predictor: labels are compared with what it sees in a sample of the portraits, see `label_check`.
        progress: called with each stage, and how far it is.
        announce: called with what was found and the estimate before rendering begins.

    Raises:
        BuildError: no room, no right to write, another dataset has that name or is being built under it, or two
            workers died at the same range.
        SourceError: faulty portraits, an empty pool.
        UsageError: the name is one that stands for default settings, and these are others.
    """
    with (
        _scratch_directory(data_dir, options) as scratch,
        WorkerPool(options.workers) as pool,
        _translate_write_errors(data_dir),
    ):
        run = _Run(data_dir, options, scratch, pool, executor, progress)
        scan = _scan(run, sources, settings)
        result = _plan(run, scan, settings)
        if not options.overwrite and is_built(result.path, result.plan):
            return _existing(run, result)
        result = replace(_estimate(result), label_check=_check_labels(run, scan, predictor))
        if options.dry_run:
            return result
        with claim_staging(result.staging_dir, options.resume) as staging:
            # Another build may have been quicker, or an earlier run of this one was stopped after it had published.
            if (not options.overwrite or staging.published) and is_built(result.path, result.plan):
                return replace(result, made=staging.published, size=bytes_in(result.path), seconds=0.0)
            result, shards = _render(run, result, staging, announce)
            pool.dismiss()  # hundreds of megabytes each, which takes a while
            _publish(run, result, shards, staging)
        return replace(result, made=True, size=bytes_in(result.path))


def _scan(run: _Run, sources: Sources, settings: BuildSettings) -> ScanResult:
    """Loads every portrait and background once; a dry run draws no more than a sample.

    Small ones are kept decoded where this machine renders them next.
    """
    if not run.options.dry_run and run.executor is None:
        needed = {"alpha": settings.matte, "coverage": bool(settings.policy.cutout_rate)}
        sources = cache_small(sources, run.scratch, [layer for layer, is_needed in needed.items() if is_needed])
    return scan_sources(sources, run.pool, run.scratch, run.progress, run.options.dry_run)


def _plan(run: _Run, scan: ScanResult, settings: BuildSettings) -> BuildResult:
    """Decides pools, splits, shards and the dataset's name."""
    plan = make_plan(scan, settings, run.options.skip_bad)
    home = run.data_dir / DATASET
    path = home / resolve_name(plan, run.options.name) / RENDERER_VERSION
    staging_dir = staging_path(home, staging_name(plan, path.parent.name))
    return BuildResult(
        path=path,
        made=False,
        examples=sum(part.count for part in plan.splits),
        size=0,
        seconds=0.0,
        skipped=scan.errors,
        snapped=plan.snapped,
        plan=plan,
        resumed=0,
        others=find_unfinished(home, besides=staging_dir),
        staging_dir=staging_dir,
        summary=scan.summary,
        drawing_seconds=scan.undrawn_seconds,
    )


def _check_labels(run: _Run, scan: ScanResult, predictor: Predictor | None) -> LabelCheck | None:
    """Compares labels that somebody made with a predictor; those of drawn portraits follow from the drawing."""
    if predictor is None or scan.sources.portraits.name == "drawn":
        return None
    run.progress("checking labels", 0, 1)
    check = check_labels(scan.sources.portraits, predictor)
    run.progress("checking labels", 1, 1)
    return check


def _existing(run: _Run, result: BuildResult) -> BuildResult:
    """The result where the dataset is already there. What an earlier run left in staging is removed."""
    if not run.options.dry_run:
        discard(result.staging_dir)
    return replace(result, size=bytes_in(result.path))


def _estimate(result: BuildResult) -> BuildResult:
    """Adds how large the dataset will be, and how long rendering all of it takes."""
    size, seconds = estimate(result.plan, undrawn=result.drawing_seconds > 0)
    return replace(result, size=size, seconds=seconds)


def _render(
    run: _Run, result: BuildResult, staging: StagingDirectory, announce: Callable[[BuildResult], None]
) -> tuple[BuildResult, list[ShardManifest]]:
    """Writes all shards that an earlier run has not finished.

    Returns:
        The estimate of what was missing, and all shards in the plan's order.
    """
    plan = result.plan
    finished = finished_shards(plan, staging.shards, staging.manifests, run.pool, run.progress)
    resumed = sum(shard.records for shard in finished.values())
    missing = 1 - resumed / result.examples
    result = replace(result, resumed=resumed, seconds=result.seconds * missing)
    _check_room(run.data_dir, round(result.size * missing))
    announce(result)
    # An executor on other machines does not see this machine's scratch directory.
    scratch = staging.folder if run.executor and is_remote(run.data_dir) else run.scratch
    executor = run.executor or run.pool
    return result, write_shards(plan, finished, staging.shards, staging.manifests, scratch, executor, run.progress)


def _publish(run: _Run, result: BuildResult, shards: list[ShardManifest], staging: StagingDirectory) -> None:
    """Writes the metadata of a complete set of shards, and moves all to the dataset's path."""
    metadata = run.scratch / "metadata" if is_remote(run.data_dir) else staging.metadata
    metadata.mkdir(exist_ok=True)
    write_metadata(result.plan, shards, staging.manifests, metadata, result.path.parent.name)
    publish(metadata, result.path, staging)


def _scratch_directory(data_dir: Path, options: BuildOptions) -> AbstractContextManager[Path]:
    """A folder for the build's temporary files: beside the datasets, but a dry run writes nothing there."""
    return _temporary_folder() if options.dry_run else scratch_directory(data_dir / DATASET)


@contextlib.contextmanager
def _temporary_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hairnet-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def _translate_write_errors(data_dir: Path) -> Iterator[None]:
    """Turns the errors of a full or failing disk into one line."""
    try:
        with translate_store_errors(data_dir):
            yield
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        hint = "make room, and the same command resumes the build; or choose another --data-dir"
        if is_remote(data_dir):
            hint = "check the address and your rights there, and the same command resumes the build"
        raise BuildError(str(data_dir), what, hint) from error


def _check_room(data_dir: Path, size: int) -> None:
    if is_remote(data_dir):
        return
    free = shutil.disk_usage(data_dir).free
    if size * 1.1 > free:
        what = f"has {free / 1e9:.2f} GB free, and the dataset takes about {size / 1e9:.2f} GB"
        raise BuildError(str(data_dir), what, "make room, ask for fewer examples, or choose another --data-dir")
