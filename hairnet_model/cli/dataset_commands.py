"""The commands that read a dataset to train from: `train` and `pack`."""

from __future__ import annotations

import itertools
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import UsageError
from hairnet_model.cli.options import Dataset, MixPart, Quiet, parse_mix_part

if TYPE_CHECKING:
    from hairnet_model.data.feed import Feed
    from hairnet_model.model_io.model_file import Model

TRAIN_GROUPS = {
    "Network": ("arch", "init", "as_2019"),
    "Length": ("epochs", "steps", "validate_every", "patience"),
    "Optimization": ("batch", "learning_rate", "weight_decay", "warmup", "average", "small_heads"),
    "Augmentation": ("jitter", "cover", "pad"),
    "Run": ("out", "resume", "seed", "precision", "devices"),
}
"""Headings in the help of `train`."""


@contextmanager
def _handled(handler: Callable[..., None], *signals: signal.Signals) -> Iterator[None]:
    """Within, the handler is called for the signals."""
    before = {sent: signal.signal(sent, handler) for sent in signals}
    try:
        yield
    finally:
        for sent, own in before.items():
            signal.signal(sent, own)


@contextmanager
def sigterm_as_ctrl_c() -> Iterator[None]:
    """SIGTERM, with which schedulers and containers stop a job, raises KeyboardInterrupt."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with _handled(interrupt, signal.SIGTERM):
        yield


@contextmanager
def stop_asked_for() -> Iterator[Callable[[], bool]]:
    """Within, the first Ctrl-C or SIGTERM makes what is returned true; the next one raises KeyboardInterrupt."""
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    with _handled(ask, signal.SIGINT, signal.SIGTERM):
        yield lambda: asked


@sigterm_as_ctrl_c()
def train(
    data: Annotated[
        list[MixPart],
        typer.Argument(
            metavar="DIR[=SHARE]...",
            parser=parse_mix_part,
            help="Prepared datasets, by folder or name, or one packed .npz.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="The run's folder.")],
    arch: Annotated[str, typer.Option(help="hairnet or fcn8s_2019.", show_default="hairnet")] = "",
    epochs: Annotated[float | None, typer.Option(help="Passes over the data.", show_default="10")] = None,
    steps: Annotated[int | None, typer.Option(help="Batches, instead of epochs.")] = None,
    batch: Annotated[int, typer.Option(help="Pictures per step.")] = 32,
    learning_rate: Annotated[
        float | None, typer.Option(help="The highest.", show_default="0.002; 0.0005 with --init")
    ] = None,
    weight_decay: Annotated[float, typer.Option(help="Of AdamW, for kernels.")] = 0.02,
    warmup: Annotated[int, typer.Option(help="Steps until the learning rate is at its highest.")] = 200,
    average: Annotated[
        float, typer.Option(help="Share of the averaged weights that an update keeps; 0 for none.")
    ] = 0.992,
    jitter: Annotated[float, typer.Option(help="Strength of the colour changes.")] = 1.0,
    cover: Annotated[float, typer.Option(help="Share of heads to hide in part.")] = 0.0,
    pad: Annotated[float, typer.Option(help="Share of pictures to give bars, as photos have.")] = 0.0,
    small_heads: Annotated[
        float, typer.Option(help="Weight of a loss in which a small head counts as much as a large one; 0.5 is much.")
    ] = 0.0,
    validate_every: Annotated[
        int | None, typer.Option(help="Steps between validations.", show_default="a tenth of the steps, 50 to 500")
    ] = None,
    patience: Annotated[int, typer.Option(help="Stop after so many validations without a better one; 0: never.")] = 0,
    precision: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    devices: Annotated[str, typer.Option(help="How many devices share every batch, or `all`.", metavar="N|all")] = "1",
    seed: Annotated[int, typer.Option(help="Of initial weights, order and augmentation.")] = 0,
    init: Annotated[
        str | None,
        typer.Option(help="Begin with this model's weights: a file, a run, or hairnet or drawn, which ship."),
    ] = None,
    as_2019: Annotated[bool, typer.Option("--as-2019", help="fcn8s_2019 with its loss and optimizer of 2019.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Resume the run in --out.")] = False,
    quiet: Quiet = False,
) -> None:
    """Trains a network from prepared datasets.

    Several are mixed by their shares, evenly unless shares are given: `faces=3 walls=1.5`. Ctrl-C and SIGTERM save it
    and stop it, --resume resumes it, also with more --steps or --epochs than before.
    """
    from hairnet_data.core.cli import Interrupted
    from hairnet_data.core.progress import progress_bar
    from hairnet_model.networks.start import start_quietly

    start_quietly()
    from hairnet_model.evaluation.report import percent
    from hairnet_model.training import run_log
    from hairnet_model.training.config import TrainingConfig, as_2019_config, validation_interval
    from hairnet_model.training.saving import Stopped
    from hairnet_model.training.train import train as train_network

    begun = run_log.read_info(out) if resume else None
    if begun and validate_every is None:
        validate_every = begun["settings"]["validate_every"]
    if begun and steps is None and epochs is None:
        steps = begun["settings"]["steps"]
    init_model = _load_init(init)
    feed = _open_feed(data)
    if steps is not None and epochs is not None:
        raise UsageError("--steps", "excludes --epochs", "give one of them")
    if epochs is not None and not 0 < epochs <= 1e6:
        raise UsageError("--epochs", f"{epochs:g} is outside 0..1000000", "10 is usual")
    if init_model and arch not in ("", init_model.about["architecture"]):
        raise UsageError("--arch", f"{arch} is not the architecture of the model of --init", "leave it out")
    if init_model and as_2019 and init_model.about["head"] != "maps_2019":
        raise UsageError("--as-2019", "the model of --init was not trained so", "leave one of them out")
    if steps is None:
        steps = max(1, round((epochs or 10) * feed.examples / max(1, 10 if as_2019 else batch)))
    settings = TrainingConfig(
        **network_settings(init_model, arch, learning_rate),
        steps=steps,
        batch=batch,
        decay=weight_decay,
        warmup=warmup,
        average=average,
        jitter=jitter,
        cover=cover,
        pad=pad,
        small_heads=small_heads,
        validate_every=validate_every if validate_every is not None else validation_interval(steps),
        patience=patience,
        precision=precision,
        seed=seed,
    )
    if as_2019:
        settings = as_2019_config(settings)
    if init_model:
        warn(init_model.size_warning(feed.image_size))
    with progress_bar(quiet, "pictures") as progress, stop_asked_for() as stop:
        try:
            result = train_network(settings, feed, out, init_model, resume, progress, devices, stop)
        except Stopped as error:
            raise Interrupted("the run is saved; --resume goes on from here") from error
    if not quiet:
        best = result.best
        scores = (("mIoU", "miou"), ("hair F1", "hair_f1"), ("face F1", "face_f1"))
        print(
            f"{'stopped early; ' if result.stopped_early else ''}best validation at step {best['step']:.0f}: "
            + ", ".join(f"{label} {percent(best[name])}" for label, name in scores)
        )
    print(out / "best.keras")


def pack(
    dataset: Dataset,
    out: Annotated[Path, typer.Option(help="The .npz file.")],
    train_examples: Annotated[
        int | None, typer.Option(help="Only this many, from the first on.", show_default="all")
    ] = None,
) -> None:
    """Packs a dataset into one .npz file.

    `train` takes it where there is no TensorFlow.
    """
    from hairnet_model.networks.start import start_quietly

    start_quietly()
    from hairnet_data.core.ledger import to_json
    from hairnet_model.data import tfds_records
    from hairnet_model.data.packed_feed import write_packed
    from hairnet_model.data.prepared_dataset import open_dataset

    if out.suffix != ".npz":
        raise UsageError("--out", f"{out.name} does not end in .npz", "give a name that does")
    if train_examples is not None and train_examples < 1:
        raise UsageError("--train-examples", f"{train_examples} is less than 1", "give a number from 1 on")
    prepared = open_dataset(dataset)
    about = {
        "name": prepared.name,
        "fingerprint": prepared.fingerprint,
        "image_size": prepared.image_size,
        "people": sorted(tfds_records.people(prepared)),
        "ledger": to_json(prepared.ledger),
        "unlabelled": [NAMES[number] for number in prepared.unlabelled],
    }
    splits = {
        "train": tfds_records.encoded(prepared, "train", train_examples),
        "validation": itertools.chain.from_iterable(
            tfds_records.encoded(prepared, split) for split in prepared.validation_splits
        ),
    }
    write_packed(out, about, splits)
    print(out)


def warn(warning: str | None) -> None:
    """Prints a warning, if there is one."""
    if warning:
        print(f"hairnet-model: warning: {warning}", file=sys.stderr)


def _open_feed(parts: list[MixPart]) -> Feed:
    if any(part.path.suffix == ".npz" for part in parts):
        from hairnet_model.data.packed_feed import PackedFeed

        if len(parts) > 1:
            raise UsageError(
                "DIR", "a packed .npz cannot be mixed with others", "give it alone, or the datasets it was packed from"
            )
        return PackedFeed(parts[0].path)
    from hairnet_model.data.prepared_dataset import open_dataset
    from hairnet_model.data.tfds_feed import open_feed

    return open_feed([open_dataset(part.path) for part in parts], [part.share for part in parts])


def network_settings(init: Model | None, arch: str, learning_rate: float | None) -> dict[str, Any]:
    """Settings of a training that depend on whether it begins with weights: `arch`, `head` and `rate`.

    Args:
        init: the model whose weights it begins with; None for fresh ones.
        arch: "" unless it was asked for.
        learning_rate: None unless it was asked for; weights that exist are changed by smaller steps.
    """
    return {
        "arch": init.about["architecture"] if init else arch or "hairnet",
        "head": init.about["head"] if init else "classes",
        "rate": learning_rate if learning_rate is not None else 5e-4 if init else 2e-3,
    }


def _load_init(path: str | None) -> Model | None:
    if path is None:
        return None
    from hairnet_model.model_io import model_file

    return model_file.load(path)
