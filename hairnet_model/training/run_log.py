"""The records of a run: `history.csv` and its curves, `run.json` and `people.json`."""

from __future__ import annotations

import csv
import io
import json
import math
import platform
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from hairnet_data.core.errors import UsageError
from hairnet_data.core.storage.atomic import write_atomic
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.core.version import __version__
from hairnet_model.training.checkpoint import RunError
from hairnet_model.training.config import TrainingConfig

Rows = Sequence[Mapping[str, float]]

_MOST_INFO = 1 << 20  # bytes of `run.json`

COLUMNS = ("step", "examples", "seconds", "learning_rate", "loss", "pixel_accuracy", "hair_f1", "face_f1", "miou")


def write_csv(path: Path, rows: Rows) -> None:
    """Writes a row per validation; an undefined score is an empty cell. Raises BuildError if it cannot be written."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: "" if math.isnan(row[name]) else f"{row[name]:.6g}" for name in COLUMNS} for row in rows)
    write_atomic(path, text.getvalue().encode())


def to_json(row: Mapping[str, float]) -> dict[str, float | None]:
    """A row as JSON values: None for an undefined score, since JSON has no NaN."""
    return {name: None if math.isnan(value) else value for name, value in row.items()}


def write_curves(path: Path, rows: Rows, title: str) -> None:
    """Draws loss and learning rate, and the scores of the validations, over steps. Raises BuildError likewise."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # without pyplot: no state, no window
    from matplotlib.figure import Figure

    steps = [row["step"] for row in rows]
    figure = Figure(figsize=(9, 3.8), dpi=110, layout="constrained")
    figure.suptitle(title)
    left, right = figure.subplots(1, 2)
    left.plot(steps, [row["loss"] for row in rows], color="#1f77b4", marker=".", label="loss")
    left.set(xlabel="step", ylabel="loss", ylim=(0, None))
    rate = left.twinx()
    rate.plot(steps, [row["learning_rate"] for row in rows], color="#999999", linestyle=":", label="learning rate")
    rate.set(ylabel="learning rate", ylim=(0, None))
    left.legend([*left.get_lines(), *rate.get_lines()], ["loss (mean since the last)", "learning rate"], frameon=False)
    for name, label, colour in (
        ("pixel_accuracy", "pixel accuracy", "#555555"),
        ("face_f1", "face F1", "#2a9d4e"),
        ("miou", "mIoU", "#1f77b4"),
        ("hair_f1", "hair F1", "#d62839"),
    ):
        values = [100 * row[name] for row in rows]
        if not all(map(math.isnan, values)):
            right.plot(steps, values, color=colour, marker=".", label=f"{label} {values[-1]:.1f}")
    lowest = min((row["hair_f1"] for row in rows if not math.isnan(row["hair_f1"])), default=0.0)
    right.set(xlabel="step", ylabel="%, validation", ylim=(max(0, 100 * lowest - 5), 100))
    right.legend(frameon=False, loc="lower right")
    for axes in (left, right):
        axes.grid(color="#eeeeee")
        axes.spines[["top"]].set_visible(False)
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_figure(buffer, format="png")
    write_atomic(path, buffer.getvalue())


def write_info(run: Path, about: dict[str, Any], people: Collection[str], parameters: int) -> None:
    """Writes settings, data, versions, and hashes of the people trained on. Raises BuildError if it cannot."""
    versions = {
        "hairnet": __version__,
        "python": platform.python_version(),
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "numpy": np.__version__,
    }
    info = {**about, "parameters": parameters, "versions": versions, "people": len(people)}
    write_atomic(run / "run.json", json.dumps(info, indent=2).encode() + b"\n")
    write_atomic(run / "people.json", json.dumps(sorted(people), indent=0).encode() + b"\n")


def is_begun(run: Path) -> bool:
    """Whether a folder is that of a run without a checkpoint: it has a `run.json`, or nothing yet."""
    if not run.is_dir():
        return False
    # What is left of a file that was being written begins with a dot.
    return (run / "run.json").is_file() or all(path.name.startswith(".") for path in run.iterdir())


def read_info(run: Path) -> dict[str, Any] | None:
    """What `write_info` wrote of settings and data; None if it wrote nothing yet. Raises RunError if it is damaged."""
    file = run / "run.json"
    if not file.is_file():
        return None
    try:
        info: dict[str, Any] = json.loads(read_bytes(file, _MOST_INFO))
        TrainingConfig(**info["settings"])
        return {name: info[name] for name in ("settings", "data", "init")}
    except (OSError, ValueError, KeyError, TypeError, RecursionError, UsageError) as error:
        raise RunError(str(file), "is damaged", "begin the run again in another folder") from error


def difference(before: Any, now: Any) -> str:
    """The first value that differs, in words."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted({*before, *now}):
            if before.get(key) != now.get(key):
                return f"{key} {difference(before.get(key), now.get(key))}"
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return next((difference(a, b) for a, b in zip(before, now, strict=True) if a != b), "")
    return f"was {json.dumps(before)}, now {json.dumps(now)}"
