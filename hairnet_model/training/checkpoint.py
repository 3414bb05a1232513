"""The checkpoint of a training: everything it needs to resume, in one file that is written atomically."""

from __future__ import annotations

import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.errors import BuildError, HairnetError
from hairnet_data.core.storage.atomic import write_atomic
from hairnet_model.data.npz import read_arrays

FILE = "state.npz"


class RunError(HairnetError):
    """A training cannot start, or has to stop."""


@dataclass(frozen=True, slots=True)
class State:
    """The state of a training between two steps.

    Attributes:
        variables: of network (dropout's seeds included) and optimizer, in their order.
        average: the averaged weights.
        updates: of the average.
        history: a row per validation.
        identity: settings, data and initial weights, which must be the same for the run to resume.
        step: how many steps are done; more than the last row says between two validations.
        loss: the sum of the losses of the steps since that row.
        seconds: how long it has taken.
    """

    variables: list[NDArray[Any]]
    average: list[NDArray[Any]]
    updates: int
    history: list[dict[str, float]]
    identity: dict[str, Any]
    step: int
    loss: float
    seconds: float


def write(run: Path, state: State) -> None:
    """Writes RUN/state.npz. Raises RunError if it cannot be written, for instance because the disk is full."""
    about = {
        "updates": state.updates,
        "history": state.history,
        "identity": state.identity,
        "step": state.step,
        "loss": state.loss,
        "seconds": state.seconds,
        "variables": len(state.variables),
        "average": len(state.average),
    }
    arrays = {f"a{k}": array for k, array in enumerate([*state.variables, *state.average])}
    buffer = io.BytesIO()
    np.savez(buffer, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]
    try:
        write_atomic(run / FILE, buffer.getvalue())
    except BuildError as error:
        raise RunError(error.where, error.what, "free some space, then resume it with --resume") from error


def exists(run: Path) -> bool:
    """Whether a run has a checkpoint: it has from the first time on that it was saved."""
    return os.path.isfile(run / FILE)


def read(run: Path) -> State:
    """Reads RUN/state.npz. Raises RunError if it is missing or damaged."""
    file = run / FILE
    if not exists(run):
        raise RunError(str(run), "holds no run to resume", "leave --resume out to begin one")
    try:
        arrays = read_arrays(file)
        about = json.loads(str(arrays["about"]))
        variables = int(about["variables"])
        stored = [arrays[f"a{k}"] for k in range(variables + int(about["average"]))]
        history, identity = list(map(dict, about["history"])), dict(about["identity"])
        return State(
            stored[:variables],
            stored[variables:],
            int(about["updates"]),
            history,
            identity,
            int(about["step"]),
            float(about["loss"]),
            float(about["seconds"]),
        )
    except Exception as error:  # zipfile, json and NumPy each raise their own
        raise RunError(str(file), "is damaged", "begin the run again in another folder") from error
