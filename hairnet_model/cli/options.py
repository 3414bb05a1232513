"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ModelPath = Annotated[
    Path | None, typer.Option("--model", help="A .keras file or a run's folder.", show_default="the shipped weights")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
