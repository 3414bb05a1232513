"""The command that proves a dataset, or checks one of somebody else."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from hairnet_data.cli import options
from hairnet_data.core.errors import UsageError


def verify(
    dataset: options.Dataset,
    source_dir: options.SourceDir = None,
    negatives: options.Negatives = None,
    poses: options.Poses = None,
    image: Annotated[str | None, typer.Option(help="The feature that is the picture.", show_default="found")] = None,
    mask: Annotated[str | None, typer.Option(help="The feature that is the mask.", show_default="found")] = None,
    classes: Annotated[
        int | None, typer.Option(help="How many classes its masks have.", show_default="as the feature says")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes.", show_default="one a core")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Proves a prepared dataset, or checks any TFDS dataset with masks; exit status 1 if anything is wrong."""
    from hairnet_data.core.progress import progress_bar
    from hairnet_data.core.workers.pool import WorkerPool
    from hairnet_data.dataset.reader import open_prepared
    from hairnet_data.verify.any_dataset import find_pictures, is_ours, verify_any
    from hairnet_data.verify.dataset_checks import verify as verify_dataset

    workers = options.worker_count(workers)
    others = (image, mask, classes)
    if is_ours(dataset):
        if any(given is not None for given in others):
            what = "--image, --mask and --classes are for datasets of others"
            raise UsageError(str(dataset), what, "leave them out: this one says it itself")
        prepared = open_prepared(dataset)
        available = options.available_sources(prepared, source_dir, negatives, poses)
        with progress_bar(as_json) as progress, WorkerPool(workers) as executor:
            report = verify_dataset(prepared, available, executor, progress)
    else:
        if source_dir or negatives or poses:
            what = "was not built by hairnet-data: there are no recipes to compare sources with"
            raise UsageError(str(dataset), what, "leave out --source-dir, --negatives and --poses")
        pictures = find_pictures(dataset, *others)
        with progress_bar(as_json) as progress, WorkerPool(workers) as executor:
            report = verify_any(dataset, pictures, executor, progress)
    if as_json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        for line in report.lines():
            print(line)
        for note in report.notes:
            print(f"note: {note}")
        verdict = f"{len(report.findings):,} findings" if report.findings else "sound"
        print(
            f"{verdict}: {report.records:,} records read, {report.masks:,} masks compared with the reference's, "
            f"{report.images:,} images with their recipes'"
        )
    if report.findings:
        raise typer.Exit(1)
