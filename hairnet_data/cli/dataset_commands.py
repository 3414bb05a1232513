"""Commands about prepared datasets as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hairnet_data.cli import options
from hairnet_data.core.errors import HairnetError


def diff(
    before: Annotated[
        Path, typer.Argument(metavar="DIR", parser=options.parse_dataset, help="A prepared dataset: folder or name.")
    ],
    after: Annotated[
        Path, typer.Argument(metavar="DIR", parser=options.parse_dataset, help="The one that it is compared with.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compares two datasets by settings and recipes; exit status 0 if they are the same, 1 if not, 2 for trouble."""
    from hairnet_data.inspection.dataset_diff import diff as compare

    try:
        compared = compare(before, after)
    except HairnetError as error:
        error.exit_code = 2  # 1 says that they differ, as `diff` of Unix does
        raise
    if as_json:
        print(json.dumps(compared.to_json(), indent=2, ensure_ascii=False))
    else:
        from hairnet_data.cli.diff_report import print_diff

        print_diff(compared)
    if compared.differs:
        raise typer.Exit(1)


def reshard(
    dataset: Annotated[
        Path, typer.Argument(metavar="DIR", parser=options.parse_dataset, help="A prepared dataset: folder or name.")
    ],
    shards: Annotated[int, typer.Option(help="Of each split; fewer where it has fewer records.")],
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but the dataset's folder.")] = False,
) -> None:
    """Divides a dataset into another number of shards; records and their order stay as they are."""
    from hairnet_data.building.reshard import reshard as divide
    from hairnet_data.core.progress import progress_bar

    with progress_bar(quiet) as progress:
        divide(dataset, shards, progress)
    print(dataset)
