"""The command `folds`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hairnet_data.core.errors import UsageError
from hairnet_model.cli.dataset_commands import network_settings, sigterm_as_ctrl_c, warn
from hairnet_model.cli.options import Dataset, Quiet

GROUPS = {
    "Folds": ("photos", "out", "folds", "seed"),
    "Training": ("init", "arch", "steps", "batch", "learning_rate", "train_examples", "precision"),
}
"""Headings in the help."""

_SCRATCH = "none"


@sigterm_as_ctrl_c()
def folds(
    dataset: Dataset,
    photos: Annotated[Path, typer.Option(help="The folder of the photos that it was built from.")],
    out: Annotated[Path, typer.Option(help="A folder for the predictions, and the runs.")],
    folds: Annotated[int, typer.Option(help="How many networks are trained.")] = 5,
    seed: Annotated[int, typer.Option(help="Of the division, and of each training.")] = 0,
    init: Annotated[
        str, typer.Option(help="Begin with these weights: a file, a run, hairnet or drawn, which ship; or none.")
    ] = "hairnet",
    arch: Annotated[str, typer.Option(help="With --init none: hairnet or fcn8s_2019.", show_default="hairnet")] = "",
    steps: Annotated[int, typer.Option(help="Batches in each training.")] = 400,
    batch: Annotated[int, typer.Option(help="Pictures per step.")] = 32,
    learning_rate: Annotated[
        float | None, typer.Option(help="The highest.", show_default="0.0005; 0.002 with --init none")
    ] = None,
    train_examples: Annotated[
        int | None, typer.Option(help="Only this many records, from the first on.", show_default="all")
    ] = None,
    precision: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    quiet: Quiet = False,
) -> None:
    """Predicts portraits by networks that have not seen their people, for `hairnet-data audit --predictions`.

    Divides the people of a prepared dataset into folds, trains a network without each, and writes what it sees in that
    fold's photos. The same command again goes on where it was stopped.
    """
    from hairnet_data.core.progress import progress_bar
    from hairnet_model.networks.start import start_quietly

    start_quietly()
    from hairnet_model.data.prepared_dataset import open_dataset
    from hairnet_model.inference.photo_paths import find
    from hairnet_model.model_io import model_file
    from hairnet_model.training.config import TrainingConfig, validation_interval
    from hairnet_model.training.folds import predict_folds, seen_before

    if train_examples is not None and train_examples < 1:
        raise UsageError("--train-examples", f"{train_examples} is less than 1", "give a number from 1 on")
    if init != _SCRATCH and arch:
        raise UsageError("--arch", "means nothing with --init, whose network it is", "add --init none, or leave it out")
    selection = find([photos], out)
    for error in selection.errors:
        raise error
    prepared, weights = open_dataset(dataset), None if init == _SCRATCH else model_file.load(init)
    settings = TrainingConfig(
        **network_settings(weights, arch, learning_rate),
        steps=steps,
        batch=batch,
        warmup=min(200, steps // 4),
        validate_every=validation_interval(steps),
        precision=precision,
        seed=seed,
    )
    files = [(photo.path, photo.place.with_suffix("").as_posix()) for photo in selection.photos]
    with progress_bar(quiet) as progress:
        division = predict_folds(prepared, files, out, settings, folds, weights, progress, train_examples)
    if known := seen_before(division, weights):
        warn(
            f"the weights of --init were trained on {known:,} of these {len(division.of_key):,} people, "
            "and believe their labels; --init none begins without them"
        )
    print(out)
