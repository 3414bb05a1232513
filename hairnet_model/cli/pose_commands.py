"""The command `train-pose`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hairnet_model.cli.options import ModelPath, Quiet, parse_dataset


def train_pose(
    data: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", parser=parse_dataset, help="Prepared datasets, by folder or name."),
    ],
    out: Annotated[Path, typer.Option(help="The run's folder.")],
    model: ModelPath = None,
    steps: Annotated[int, typer.Option(help="Batches.")] = 6000,
    batch: Annotated[int, typer.Option(help="Examples per step.")] = 128,
    learning_rate: Annotated[float, typer.Option(help="The highest.")] = 0.003,
    weight_decay: Annotated[float, typer.Option(help="Of AdamW, for kernels.")] = 0.02,
    average: Annotated[float, typer.Option(help="Share of the averaged weights that an update keeps.")] = 0.99,
    seed: Annotated[int, typer.Option(help="Of initial weights and order.")] = 0,
    init: Annotated[
        Path | None,
        typer.Option(help="Begin with this pose head's weights: a file, a run, or hairnet, which ships."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Trains a pose head for a network that stays as it is.

    The network sees each training example once; the head is trained on what it computed. Examples without a pose teach
    it whether there is a head at all.
    """
    from hairnet_data.core.progress import progress_bar
    from hairnet_model.networks.start import start_quietly

    start_quietly()
    from hairnet_model.data import tfds_records
    from hairnet_model.data.prepared_dataset import open_dataset
    from hairnet_model.evaluation.report import percent
    from hairnet_model.model_io import model_file, pose_file
    from hairnet_model.training.pose_training import PoseConfig
    from hairnet_model.training.pose_training import train_pose as train_head

    settings = PoseConfig(steps, batch, learning_rate, weight_decay, average, seed)
    datasets = [open_dataset(path) for path in data]
    loaded = model_file.load(model)
    before = pose_file.load(pose_file.resolve(init), loaded, of_any_network=True) if init else None
    with progress_bar(quiet, "examples") as progress:
        people = frozenset().union(*(tfds_records.people(dataset) for dataset in datasets))
        scores = train_head(settings, loaded, datasets, out, people, progress, before)
    if not quiet:
        print(
            f"validation: {scores.degrees:.1f} degrees; {percent(scores.missed)} % of the heads missed, "
            f"{percent(scores.invented)} % of the pictures of nobody called a head"
        )
    print(out / pose_file.FILE)
