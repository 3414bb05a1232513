"""All that a training needs to go on after a kill, in one file that is there whole or not at all."""

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
    """A training at the end of a round.

    Attributes:
        variables: of network (dropout's seeds included) and optimizer, in their order.
        average: the averaged weights.
        updates: of the average.
        history: a row a round.
        identity: what must be the same for the run to go on: settings and data.
    """

    variables: list[NDArray[Any]]
    average: list[NDArray[Any]]
    updates: int
    history: list[dict[str, float]]
    identity: dict[str, Any]


def write(run: Path, state: State) -> None:
    """Writes RUN/state.npz. Raises RunError where the disk is full or the folder gone."""
    about = {
        "updates": state.updates,
        "history": state.history,
        "identity": state.identity,
        "variables": len(state.variables),
        "average": len(state.average),
    }
    arrays = {f"a{k}": array for k, array in enumerate([*state.variables, *state.average])}
    buffer = io.BytesIO()
    np.savez(buffer, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]
    try:
        write_atomic(run / FILE, buffer.getvalue())
    except BuildError as fault:
        raise RunError(fault.where, fault.what, "make room, then go on with --resume") from fault


def read(run: Path) -> State:
    """Reads RUN/state.npz. Raises RunError where it is missing or damaged."""
    file = run / FILE
    if not os.path.isfile(file):
        raise RunError(str(run), "holds no run to go on with", "leave --resume out to begin one")
    try:
        arrays = read_arrays(file)
        about = json.loads(str(arrays["about"]))
        first = int(about["variables"])
        every = [arrays[f"a{k}"] for k in range(first + int(about["average"]))]
        history, identity = list(map(dict, about["history"])), dict(about["identity"])
        return State(every[:first], every[first:], int(about["updates"]), history, identity)
    except Exception as fault:  # zip, JSON and NumPy each have their own
        raise RunError(str(file), "is damaged", "begin the run anew in another folder") from fault
