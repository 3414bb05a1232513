"""The command `hairnet-data`. Each command is a few lines over functions that a program can call.

What a command needs is imported inside it: `--help` answers at once.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hairnet_data.cli import (
    audit_commands,
    build_report,
    dataset_commands,
    interchange_commands,
    options,
    people_commands,
    source_commands,
    verify_command,
)
from hairnet_data.core import cli
from hairnet_data.core.errors import UsageError
from hairnet_data.core.records.dataset_lookup import default_data_dir

if TYPE_CHECKING:
    from hairnet_data.core.workers.pool import Executor

app = cli.new_app("hairnet-data", "Makes training sets for hair and face segmentation whose masks fit their pictures.")


@app.command(
    epilog="Example: hairnet-data build folder --source-dir mine --name mine --data-dir data",
    groups={
        **options.REQUEST_GROUPS,
        "Dataset": ("name", "data_dir", "file_format", "overwrite", "no_resume", "skip_bad"),
        "Work": ("workers", "beam_runner", "beam_options"),
    },
)
@options.with_request
def build(
    request: options.Request,
    name: Annotated[str | None, typer.Option(help="Of the dataset's configuration.")] = None,
    data_dir: options.DataDir = None,
    workers: Annotated[int | None, typer.Option(help="Processes.", show_default="one a core")] = None,
    file_format: Annotated[str, typer.Option(help="tfrecord, or array_record: read by number.")] = "tfrecord",
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Go on without faulty portraits.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a dataset of that name.")] = False,
    no_resume: Annotated[bool, typer.Option("--no-resume", help="Start over where a build was stopped.")] = False,
    beam_runner: Annotated[
        str | None, typer.Option(help="Render on Apache Beam: DirectRunner, DataflowRunner, ...", show_default="here")
    ] = None,
    beam_options: Annotated[str, typer.Option(help="Beam's own options, in one argument.", show_default=False)] = "",
    no_check: Annotated[bool, typer.Option("--no-check", help="Do not compare labels with a network.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide and estimate only.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but the dataset's folder.")] = False,
) -> None:
    """Builds a dataset of TFRecords or ArrayRecords."""
    from hairnet_data.building import pipeline as building
    from hairnet_data.building.label_check import NO_PREDICTOR, find_predictor
    from hairnet_data.building.settings import BuildOptions
    from hairnet_data.core.progress import progress_bar

    workers = options.worker_count(workers)
    building_options = BuildOptions(
        name=name, workers=workers, overwrite=overwrite, skip_bad=skip_bad, dry_run=dry_run, resume=not no_resume
    )
    settings = replace(request.settings(), file_format=file_format)
    data_dir = data_dir or default_data_dir()
    executor = _beam_executor(beam_runner, beam_options)
    known_workers = None if executor else workers
    announced: list[building.BuildResult] = []

    def announce(estimated: building.BuildResult) -> None:
        announced.append(estimated)
        if quiet:
            return
        build_report.print_findings(estimated)
        if estimated.resumed:
            print(f"resuming: {estimated.resumed:,} of {estimated.examples:,} examples are finished", file=sys.stderr)
        print(f"about to make {build_report.estimate_text(estimated, known_workers)}", file=sys.stderr)

    wants_check = not (no_check or quiet) and request.source != "drawn"  # quiet would not say what it found
    predictor = find_predictor() if wants_check else None
    if wants_check and predictor is None:
        print(NO_PREDICTOR, file=sys.stderr)
    try:
        with progress_bar(quiet) as progress:
            result = building.build(
                request.sources(data_dir),
                settings,
                data_dir,
                building_options,
                executor=executor,
                predictor=predictor,
                progress=progress,
                announce=announce,
            )
    except KeyboardInterrupt:
        if announced and announced[0].staging_dir.exists():
            raise cli.Interrupted("the same command resumes the build") from None
        raise
    if not quiet:
        build_report.print_result(result, known_workers, dry_run)
    print(result.path)


def _beam_executor(runner: str | None, beam_options: str) -> Executor | None:
    if runner is None:
        if beam_options:
            raise UsageError("--beam-options", "means nothing without --beam-runner", "name one, or leave it out")
        return None
    from hairnet_data.building.beam import BeamExecutor

    return BeamExecutor(runner, beam_options)


@app.command(
    epilog="Example: hairnet-data preview folder --source-dir mine --out mine.html", groups=options.REQUEST_GROUPS
)
@options.with_request
def preview(
    request: options.Request,
    data_dir: options.DataDir = None,
    dataset: Annotated[
        Path | None,
        typer.Option(parser=options.parse_dataset, metavar="DIR", help="A prepared dataset, instead of settings."),
    ] = None,
    split: Annotated[str, typer.Option(help="Of the prepared dataset.")] = "train",
    count: Annotated[int, typer.Option(help="How many examples.")] = 24,
    out: Annotated[Path, typer.Option(help="A contact sheet (.png) or a gallery (.html).")] = Path("preview.png"),
) -> None:
    """Draws a contact sheet or a gallery, from settings or from a prepared dataset."""
    from hairnet_data.dataset.reader import open_prepared
    from hairnet_data.inspection import preview as previewing

    if not 1 <= count <= 1000:
        raise UsageError("--count", f"{count} is outside 1..1000", "24 fill a sheet")
    previewing.checked_ending(out)
    if dataset:
        title = "/".join(dataset.resolve().parts[-3:]) + f", {split}"
        cells = list(previewing.from_dataset(open_prepared(dataset), split, count))
    else:
        settings = request.settings()
        sources = request.sources(data_dir or default_data_dir())
        title = f"{request.source}, as a build would begin"
        cells = list(previewing.from_settings(sources, settings, count))
    previewing.show(cells, out, title)
    print(out)


app.command(
    epilog="Example: hairnet-data verify mine --source-dir mine",
    groups={"Datasets of others": ("image", "mask", "classes")},
)(verify_command.verify)


@app.command(epilog="Example: hairnet-data stats drawn")
def stats(dataset: options.Dataset, as_json: options.AsJson = False) -> None:
    """Counts what a prepared dataset holds."""
    from hairnet_data.core.ledger import lines, to_json
    from hairnet_data.core.progress import progress_bar
    from hairnet_data.dataset.reader import open_prepared
    from hairnet_data.inspection.stats import count

    prepared = open_prepared(dataset)
    with progress_bar(as_json) as progress:
        counted = count(prepared, progress)
    if as_json:
        print(json.dumps({**counted, "ledger": to_json(prepared.metadata.ledger)}, indent=2))
    else:
        from hairnet_data.cli.stats_table import print_stats

        print_stats(counted)
        print()
        for line in lines(prepared.metadata.ledger):
            print(line)


@app.command(epilog="Example: hairnet-data explain drawn train 7 --out steps.png")
def explain(
    dataset: options.Dataset,
    split: Annotated[str, typer.Argument(metavar="SPLIT")],
    index: Annotated[int, typer.Argument(metavar="INDEX")],
    source_dir: options.SourceDir = None,
    negatives: options.Negatives = None,
    out: Annotated[Path | None, typer.Option(help="A picture of each step (.png).")] = None,
) -> None:
    """Shows one record beside its source, with each step of its way."""
    from hairnet_data.dataset.reader import open_prepared
    from hairnet_data.inspection import preview as previewing

    if out:
        previewing.checked_ending(out)
    prepared = open_prepared(dataset)
    available = options.available_sources(prepared, source_dir, negatives)
    cells, missing = previewing.explain(prepared, available, split, index)
    for cell in cells:
        print(f"{cell.title}: {'; '.join(cell.lines)}" if cell.lines else cell.title)
    for what in missing:
        print(f"note: {what}")
    if out:
        previewing.show(cells, out, f"{split} {index}, step by step")
        print(out)


@app.command(epilog="Example: hairnet-data export drawn --split test --out pictures")
def export(
    dataset: options.Dataset,
    out: Annotated[Path, typer.Option(help="A new folder, which the source `folder` reads.")],
    split: Annotated[list[str] | None, typer.Option(help="Can be given again.", show_default="all")] = None,
    index: Annotated[
        list[int] | None, typer.Option(help="Of the one split; can be given again.", show_default="all")
    ] = None,
    kind: Annotated[str, typer.Option("--format", help="folder, coco, cvat or voc.")] = "folder",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier export.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but the folder.")] = False,
) -> None:
    """Writes a prepared dataset as files: pictures, masks, and a CSV of the recipes."""
    from hairnet_data.core.progress import progress_bar
    from hairnet_data.dataset.reader import open_prepared
    from hairnet_data.inspection.export_files import export as export_files
    from hairnet_data.interchange.export_set import export_set, not_said

    prepared = open_prepared(dataset)
    with progress_bar(quiet) as progress:
        if kind == "folder":
            export_files(prepared, out, split or None, index or None, overwrite, progress)
        else:
            export_set(prepared, out, kind, split or None, index or None, overwrite, progress)
    if not quiet:
        print(not_said(prepared, kind), file=sys.stderr)
    print(out)


app.command(epilog="Example: hairnet-data audit folder --source-dir mine --out mine-audit")(audit_commands.audit)
app.command(epilog="Example: hairnet-data fix folder --source-dir mine --audit mine-audit")(audit_commands.fix)
app.command(epilog="Example: hairnet-data who Ann_Example lfw_parts")(people_commands.who)
app.command(epilog="Example: hairnet-data diff mine data/hairnet_synthetic/mine-2/1.6.0")(dataset_commands.diff)
app.command(epilog="Example: hairnet-data reshard mine --shards 64")(dataset_commands.reshard)
app.command("import", epilog='Example: hairnet-data import coco labels.json --out mine --map "skin=face"')(
    interchange_commands.import_annotations
)
app.command(epilog="Example: hairnet-data classes mine")(source_commands.classes)
app.command("list", epilog="Example: hairnet-data list --data-dir data")(source_commands.list_datasets)


def main() -> None:
    """Runs the command line; see `core.cli.run` for its exit status."""
    cli.run(app, "nothing was changed", "try fewer --workers or a smaller --image-size")
