"""Builds a dataset on disk: beside the old one until it is complete, then in its place."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hairnet_data.building.identity import is_built, resolve_name, staging_name
from hairnet_data.building.metadata import write_metadata
from hairnet_data.building.plan import Plan, plan_build
from hairnet_data.building.publish import publish
from hairnet_data.building.settings import BuildSettings
from hairnet_data.building.shard_writer import estimate, finished_shards, write_shards
from hairnet_data.building.staging import (
    Unfinished,
    claim_staging,
    discard,
    find_unfinished,
    scratch_directory,
    staging_path,
)
from hairnet_data.core.errors import BuildError
from hairnet_data.core.progress import Progress, silent
from hairnet_data.core.storage.paths import bytes_in, is_remote, translate_store_errors
from hairnet_data.core.workers.pool import Executor, WorkerPool
from hairnet_data.dataset.reader import DATASET
from hairnet_data.rendering.versions import RENDERER_VERSION
from hairnet_data.sources.registry import Sources


@dataclass(frozen=True, slots=True)
class BuildResult:
    """How a build went.

    Attributes:
        path: of the dataset, whether made now or found.
        made: False where a dry run or a dataset that was already there made rendering needless.
        examples: in all splits.
        size: bytes on disk; for a dry run the estimate.
        seconds: of one core that rendering what is missing takes, estimated.
        skipped: faulty portraits left out.
        snapped: mask pixels that took the nearest class colour.
        plan: what was decided.
        resumed: examples that an earlier run of the same build had finished.
        others: builds of other settings that were stopped; they are left alone.
        work: the build's own folder, which stays if it is stopped when any shard is finished.
    """

    path: Path
    made: bool
    examples: int
    size: int
    seconds: float
    skipped: int
    snapped: int
    plan: Plan
    resumed: int
    others: tuple[Unfinished, ...]
    work: Path


def build(
    sources: Sources,
    settings: BuildSettings,
    data_dir: Path,
    name: str | None = None,
    workers: int = 1,
    overwrite: bool = False,
    skip_bad: bool = False,
    dry_run: bool = False,
    resume: bool = True,
    engine: Executor | None = None,
    progress: Progress = silent,
    announce: Callable[[BuildResult], None] = lambda estimated: None,
) -> BuildResult:
    """Builds a dataset with TFDS, or finds that it is already there.

    Stopped at any moment, the same call goes on where it was: shards that were finished are not rendered again.
    With more than one worker the calling program needs a main guard, as for every use of `multiprocessing`.

    Args:
        sources: portraits and backgrounds.
        settings: what to make of them.
        data_dir: where TFDS keeps its datasets.
        name: of the configuration; None for the source's name or one made of the settings.
        workers: processes; 1 renders in this one.
        overwrite: whether a dataset of that name is replaced.
        skip_bad: whether faulty portraits are left out.
        dry_run: decide and estimate only.
        resume: whether shards that an earlier run finished are kept.
        engine: who renders, if not the workers; the same bytes come of it.
        progress: told what is being done, how far it is, and how far it goes.
        announce: told, before rendering begins, what it will come to.

    Raises:
        BuildError: no room, no right to write, another dataset has that name or is being built under it, or two
            workers died at the same range.
        SourceError: faulty portraits, an empty pool.
        UsageError: the name is one that stands for default settings, and these are others.
    """
    home = data_dir / DATASET
    with (
        _nowhere() if dry_run else scratch_directory(home) as scratch,
        WorkerPool(workers) as executor,
        _written(data_dir),
    ):
        plan = plan_build(sources, settings, executor, scratch, progress, skip_bad, keep=not dry_run and engine is None)
        path = home / resolve_name(plan, name) / RENDERER_VERSION
        work_folder = staging_path(home, staging_name(plan, path.parent.name))
        outcome = BuildResult(
            path=path,
            made=False,
            examples=sum(part.count for part in plan.splits),
            size=0,
            seconds=0.0,
            skipped=plan.skipped,
            snapped=plan.snapped,
            plan=plan,
            resumed=0,
            others=find_unfinished(home, besides=work_folder),
            work=work_folder,
        )
        if not overwrite and is_built(path, plan):
            if not dry_run:
                discard(work_folder)
            return replace(outcome, size=bytes_in(path))
        size, seconds = estimate(plan)
        outcome = replace(outcome, size=size, seconds=seconds)
        if dry_run:
            return outcome
        with claim_staging(work_folder, resume) as work:
            # Another build may have been quicker, or an earlier run of this one stopped when all was done.
            if (not overwrite or work.placed) and is_built(path, plan):
                return replace(outcome, made=work.placed, size=bytes_in(path), seconds=0.0)
            found = finished_shards(plan, work.shards, work.notes, executor, progress)
            resumed = sum(shard.records for shard in found.values())
            left = 1 - resumed / outcome.examples
            outcome = replace(outcome, resumed=resumed, seconds=seconds * left)
            _check_room(data_dir, round(size * left))
            announce(outcome)
            # Who renders elsewhere does not see this machine's folders.
            known = work.folder if engine and is_remote(data_dir) else scratch
            shards = write_shards(plan, found, work.shards, work.notes, known, engine or executor, progress)
            described = scratch / "described" if is_remote(data_dir) else work.described
            described.mkdir(exist_ok=True)
            write_metadata(plan, shards, work.notes, described, path.parent.name)
            publish(described, path, work)
        return replace(outcome, made=True, size=bytes_in(path))


@contextlib.contextmanager
def _written(data_dir: Path) -> Iterator[None]:
    """Turns what a full or failing disk raises into one line."""
    try:
        with translate_store_errors(data_dir):
            yield
    except OSError as fault:
        what = f"cannot be written ({fault.strerror or fault})"
        hint = "make room, and the same command goes on where it was; or choose another --data-dir"
        if is_remote(data_dir):
            hint = "check the address and your rights there, and the same command goes on where it was"
        raise BuildError(str(data_dir), what, hint) from fault


@contextlib.contextmanager
def _nowhere() -> Iterator[Path]:
    """A folder elsewhere, for a dry run."""
    with tempfile.TemporaryDirectory(prefix="hairnet-") as folder:
        yield Path(folder)


def _check_room(data_dir: Path, size: int) -> None:
    if is_remote(data_dir):
        return
    free = shutil.disk_usage(data_dir).free
    if size * 1.1 > free:
        what = f"has {free / 1e9:.2f} GB free, and the dataset takes about {size / 1e9:.2f} GB"
        raise BuildError(str(data_dir), what, "make room, ask for fewer examples, or choose another --data-dir")
