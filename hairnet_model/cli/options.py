"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hairnet_data.core.records.dataset_lookup import resolve_dataset


def parse_dataset(text: str) -> Path:
    """The folder of the dataset that is meant: the folder itself, one above it, or a name. See `dataset_lookup`."""
    return resolve_dataset(Path(text))


Dataset = Annotated[
    Path, typer.Argument(metavar="DIR", parser=parse_dataset, help="A prepared dataset: its folder or name.")
]
ModelPath = Annotated[
    Path | None, typer.Option("--model", help="A .keras file or a run's folder.", show_default="the shipped weights")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
