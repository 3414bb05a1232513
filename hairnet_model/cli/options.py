"""Options that several commands share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from hairnet_data.core.errors import UsageError
from hairnet_data.core.records.dataset_lookup import resolve_dataset


def parse_dataset(text: str) -> Path:
    """The folder of the dataset that is meant: the folder itself, one above it, or a name. See `dataset_lookup`."""
    return resolve_dataset(Path(text))


@dataclass(frozen=True, slots=True)
class MixPart:
    """A dataset of a mix, and its share, greater than 0; only the shares' ratios count."""

    path: Path
    share: float = 1.0


def parse_mix_part(text: str) -> MixPart:
    """Reads `DIR` or `DIR=SHARE`.

    Raises:
        UsageError: the share is not a number greater than 0.
    """
    folder, sign, share_text = text.rpartition("=")
    if not sign or Path(text).exists():  # a folder's name may hold the sign
        return MixPart(resolve_dataset(Path(text)))
    try:
        share = float(share_text)
    except ValueError:
        share = math.nan
    if not 0 < share <= 1e6:
        raise UsageError(text, f"{share_text!r} is no share", "give a number above 0, as in DIR=2.5")
    return MixPart(resolve_dataset(Path(folder)), share)


Dataset = Annotated[
    Path, typer.Argument(metavar="DIR", parser=parse_dataset, help="A prepared dataset: its folder or name.")
]
ModelPath = Annotated[
    Path | None,
    typer.Option(
        "--model", help="A .keras file, a run's folder, or hairnet or drawn, which ship.", show_default="hairnet"
    ),
]
PoseHeadPath = Annotated[
    Path | None,
    typer.Option("--pose", metavar="PATH", help="Its pose head: a file or run of train-pose, or hairnet, which ships."),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
