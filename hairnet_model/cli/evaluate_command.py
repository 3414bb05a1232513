"""The command that measures a model: `evaluate`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hairnet_data.core.errors import UsageError
from hairnet_model.cli.dataset_commands import warn
from hairnet_model.cli.options import Dataset, ModelPath, PoseHeadPath, Quiet

if TYPE_CHECKING:
    from hairnet_data.core.progress import Progress
    from hairnet_model.data.prepared_dataset import Dataset as PreparedDataset
    from hairnet_model.evaluation.flicker import FlickerReport
    from hairnet_model.inference.segmenter import Segmenter
    from hairnet_model.model_io.model_file import Model


def evaluate(
    dataset: Dataset,
    model: ModelPath = None,
    split: Annotated[
        list[str] | None, typer.Option(help="Only this one; may be repeated.", show_default="test*")
    ] = None,
    locate: Annotated[
        bool, typer.Option("--locate", help="Look for small heads and at each closely, as predict does.")
    ] = False,
    worst: Annotated[Path | None, typer.Option(help="A sheet of the worst cases (.png).")] = None,
    flicker: Annotated[
        bool, typer.Option("--flicker", help="Also how much masks of short clips flicker, before and after steadying.")
    ] = False,
    pose: PoseHeadPath = None,
    by: Annotated[
        str | None, typer.Option(metavar="TRAIT", help="Also groups of portraits by a trait, and which is worst.")
    ] = None,
    traits: Annotated[
        Path | None,
        typer.Option(help="A CSV of traits, by picture or person.", show_default="those in the records"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Measures a model on the test splits of a prepared dataset."""
    from hairnet_data.core.progress import progress_bar
    from hairnet_model.networks.start import start_quietly

    start_quietly()
    from hairnet_model.data.prepared_dataset import open_dataset
    from hairnet_model.evaluation.by_trait import ByTrait, read_traits
    from hairnet_model.evaluation.evaluate import Case
    from hairnet_model.evaluation.evaluate import evaluate as evaluate_model
    from hairnet_model.evaluation.hard_examples import HardExamples, check_sheet_path
    from hairnet_model.evaluation.pose_errors import lines, measure_poses
    from hairnet_model.evaluation.report import print_report
    from hairnet_model.evaluation.trait_table import print_traits
    from hairnet_model.inference.segmenter import Segmenter
    from hairnet_model.model_io import model_file

    if worst:
        check_sheet_path(worst)
    if traits and not by:
        raise UsageError("--traits", "means nothing without --by", "name one of its columns with --by")
    groups = ByTrait(by or "", read_traits(traits) if traits else {})
    prepared = open_dataset(dataset)
    loaded = model_file.load(model)
    warn(loaded.size_warning(prepared.image_size))
    segmenter = _with_poses(loaded, pose) if pose else None
    segment = Segmenter.load(model).segment if locate else None
    hard_examples = HardExamples()

    def watch(case: Case) -> None:
        hard_examples.add(case)
        if by:
            groups.add(case)

    with progress_bar(quiet or as_json, "pictures") as progress:
        report = evaluate_model(loaded, prepared, split, progress=progress, watch=watch, segment=segment)
        clips = _flicker(loaded, prepared, progress) if flicker else None
        poses = measure_poses(segmenter, prepared, list(report.splits), progress) if segmenter else {}
    by_split = groups.reports() if by else {}
    if as_json:
        more: dict[str, object] = {"flicker": clips.to_json()} if clips else {}
        if poses:
            more["poses"] = {name: each.to_json() for name, each in poses.items()}
        if by:
            more["by"] = {by: {name: part.to_json() for name, part in by_split.items()}}
        print(json.dumps({**report.to_json(), **more}, indent=2))
    else:
        print_report(report)
        print_traits(by_split)
        for line in lines(poses) if poses else ():
            print(line)
        for line in clips.lines() if clips else ():
            print(line)
    if worst:
        hard_examples.save(worst)
        print(worst, file=sys.stderr)


def _with_poses(model: Model, path: Path) -> Segmenter:
    """A segmenter of a network with its pose head."""
    from hairnet_model.inference.engines import KerasEngine, KerasPoseEngine
    from hairnet_model.inference.segmenter import Segmenter
    from hairnet_model.model_io import pose_file

    posed = KerasPoseEngine(model, pose_file.load(pose_file.resolve(path), model))
    return Segmenter(KerasEngine(model), open_poses=lambda: posed)


def _flicker(model: Model, dataset: PreparedDataset, progress: Progress) -> FlickerReport:
    from hairnet_model.evaluation import flicker
    from hairnet_model.inference.engines import KerasEngine
    from hairnet_model.inference.segmenter import Segmenter

    return flicker.measure(Segmenter(KerasEngine(model)), dataset, progress=progress)
