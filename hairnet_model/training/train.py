"""Trains a network from any feed of batches, with Keras alone: it runs on TensorFlow and on JAX."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import BuildError
from hairnet_data.core.ledger import merge, to_json, unrecorded
from hairnet_data.core.progress import Progress, silent
from hairnet_model.data.feed import Feed
from hairnet_model.model_io import model_file
from hairnet_model.model_io.model_file import Model, weights_hash
from hairnet_model.networks import fcn
from hairnet_model.training import checkpoint, run_log
from hairnet_model.training.checkpoint import RunError, State
from hairnet_model.training.config import TrainingConfig
from hairnet_model.training.devices import select_devices
from hairnet_model.training.saving import Saving, never
from hairnet_model.training.strategy import Devices
from hairnet_model.training.trainer import Trainer

Row = dict[str, float]


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """The result of a training.

    Attributes:
        best: the row of the history with the highest validation mIoU.
        rows: the history, a row per validation.
        stopped_early: whether `patience` ended it.
    """

    best: Row
    rows: list[Row]
    stopped_early: bool


def train(
    settings: TrainingConfig,
    feed: Feed,
    run: Path,
    init: Model | None = None,
    resume: bool = False,
    progress: Progress = silent,
    devices: int | str | Devices = 1,
    stop: Callable[[], bool] = never,
) -> TrainingResult:
    """Trains, validates regularly, and writes `best.keras` and `last.keras` into the run's folder.

    Args:
        settings: the configuration.
        feed: the data.
        run: the folder for `best.keras`, `last.keras`, `state.npz`, `history.csv`, `curves.png`, `run.json` and
            `people.json`. It must be new or empty, unless `resume`.
        init: a model whose weights to begin with.
        resume: resume the run in the folder; it ends as it would have ended without the interruption. One that was
            never saved begins again. `settings.steps` may be larger than before: from where
            it is resumed, the learning rate is that of a run of the new length at the same step. It rises from where
            the shorter schedule had arrived (1 % at its end), and falls to 1 % at the new end.
        progress: called after every step.
        devices: how many share a batch, `devices.ALL`, or devices of one's own. It is not part of the run, which can
            be resumed on any number of devices, with the same result but for rounding.
        stop: asked between two steps whether the run shall be saved and stopped. It is also saved at every validation
            and every `SAVE_EVERY` seconds.

    Raises:
        Stopped: it was stopped.
        RunError: the data has no validation examples, or pictures of a size that the networks do not take; there is a
            run already, or none to resume; the settings or the data are not those of the run; the loss is not a
            number; a file cannot be written. The last good weights are kept.
        DatasetError: a record is damaged.
        UsageError: there are fewer devices, or they cannot share a batch evenly.
    """
    _check_feed(feed)
    selected = select_devices(devices, settings.batch) if isinstance(devices, int | str) else devices
    identity = {"settings": settings.to_json(), "data": feed.describe(), "init": weights_hash(init) if init else None}
    state = None
    if resume:
        state = _read_state(run, identity)
    else:
        _create_folder(run)
    people = feed.people | (init.people if init else frozenset())
    ledger = merge([feed.ledger, (init.ledger or unrecorded("the weights to begin with")) if init else ()])
    trainer = Trainer(settings, init, state, selected)
    rows = list(state.history) if state else []
    stopped = _out_of_patience(rows, settings.patience)
    began = time.monotonic() - (state.seconds if state else 0.0)

    def save() -> None:
        checkpoint.write(run, trainer.state(rows, identity, time.monotonic() - began))

    between = Saving(save, stop)
    try:
        about_run = {**identity, "devices": selected.count, "ledger": to_json(ledger)}
        run_log.write_info(run, about_run, people, trainer.network.count_params())
        while not stopped and _steps_done(rows) < settings.steps:
            best = f", mIoU {100 * _best(rows)['miou']:.1f}" if rows else ""
            row = trainer.round(_steps_done(rows), feed, progress, best, between)
            rows.append({**row, "seconds": time.monotonic() - began})
            stopped = _out_of_patience(rows, settings.patience)
            about = {
                "architecture": settings.arch,
                "head": settings.head,
                "validation": run_log.to_json(rows[-1]),
                **identity,
            }
            model = Model(trainer.averaged_network, feed.image_size, people, about, ledger)
            _save_round(run, model, rows)
            save()
    except BuildError as error:
        raise RunError(error.where, error.what, "free some space, then resume it with --resume") from error
    return TrainingResult(_best(rows), rows, stopped)


def _check_feed(feed: Feed) -> None:
    names = ", ".join(str(dataset["name"]) for dataset in feed.describe())
    for size in feed.image_sizes:
        if size % fcn.STRIDE:
            what = f"has pictures of {size} pixels, which {fcn.STRIDE} does not divide"
            raise RunError(names, what, "build it with another --image-size")
    if not feed.validation_examples:
        hint = "build it with more --eval-examples, or from a source whose division leaves some for validation"
        raise RunError(names, "has no validation examples: nothing would tell which weights are the best", hint)


def _create_folder(run: Path) -> None:
    if run.exists() and (not run.is_dir() or any(run.iterdir())):
        raise RunError(str(run), "exists", "resume it with --resume, or choose another --out")
    run.mkdir(parents=True, exist_ok=True)


def _read_state(run: Path, identity: dict[str, Any]) -> State | None:
    """The state to resume from; None for a run that was never saved."""
    state = None
    if checkpoint.exists(run) or not run_log.is_begun(run):
        state = checkpoint.read(run)
    begun = state.identity if state else run_log.read_info(run)
    if begun is None:  # it was stopped before it wrote anything
        return None
    steps, steps_begun = identity["settings"]["steps"], begun["settings"]["steps"]
    for what, now in identity.items():
        before = begun[what]
        if what == "settings":  # the number of steps may grow
            before = {**before, "steps": steps}
        if before != now:
            differs = f"{what}: {run_log.difference(before, now)}"
            raise RunError(str(run), f"was begun with other settings ({differs})", "resume it with the same ones")
    if state and steps < steps_begun:
        what = f"was begun with {steps_begun:,} steps, and --steps or --epochs make {steps:,}"
        raise RunError(str(run), what, "a run can be lengthened, not shortened")
    return state


def _steps_done(rows: list[Row]) -> int:
    return int(rows[-1]["step"]) if rows else 0


def _best(rows: list[Row]) -> Row:
    return max(rows, key=lambda row: row["miou"])  # the first of those that are equal


def _out_of_patience(rows: list[Row], patience: int) -> bool:
    return bool(rows) and 0 < patience <= len(rows) - 1 - rows.index(_best(rows))


def _save_round(run: Path, model: Model, rows: list[Row]) -> None:
    """Writes models and history, before the state is saved: if it is killed in between, they are written again."""
    model_file.save(run / "last.keras", model)
    if rows[-1] is _best(rows):  # the same file: Keras takes a tenth of a second to make one
        model_file.copy(run / "last.keras", run / "best.keras")
    run_log.write_csv(run / "history.csv", rows)
    run_log.write_curves(run / "curves.png", rows, f"{run.resolve().name}: {model.about['architecture']}")
