"""Commands about what is there: masks before anything is built, and datasets that were."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hairnet_data.cli import options
from hairnet_data.core.errors import UsageError
from hairnet_data.core.records.dataset_lookup import default_data_dir

if TYPE_CHECKING:
    from hairnet_data.inspection.mask_values import MaskValues


def classes(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="With masks in it, or in its folder masks.")],
    out: Annotated[Path | None, typer.Option(help="Write a draft of classes.toml to this new file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Lists the values in a folder's masks, and drafts the classes.toml that says what they mean."""
    from hairnet_data.core.progress import progress_bar
    from hairnet_data.core.storage.atomic import write_atomic
    from hairnet_data.inspection.mask_values import count_mask_values, draft_classes

    if out and out.exists():
        raise UsageError("--out", f"{out} exists", "name a new file, or look at the draft first")
    with progress_bar(as_json) as progress:
        values = count_mask_values(folder, progress)
    draft = draft_classes(values)
    if as_json:
        print(json.dumps({**values.to_json(), "classes_toml": draft}, indent=2))
    else:
        _print_values(values)
        print(draft, end="")
    if out:
        write_atomic(out, draft.encode())


def list_datasets(
    data_dir: options.DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Lists the datasets in a data folder."""
    from hairnet_data.core.progress import bytes_text
    from hairnet_data.dataset.lookup import list_datasets as find_all

    data_dir = data_dir or default_data_dir()
    summaries = find_all(data_dir)
    if as_json:
        print(json.dumps([{**asdict(summary), "path": str(summary.path)} for summary in summaries], indent=2))
        return
    for summary in summaries:
        examples = f"{sum(summary.examples.values()):,} examples, {summary.examples.get('train', 0):,} to train"
        source = summary.source or "its metadata cannot be read"
        print(f"{summary.name}/{summary.version}: {examples}, {bytes_text(summary.size)}, {source}")
    if not summaries:
        print(f"no dataset in {data_dir}", file=sys.stderr)


def _print_values(values: MaskValues) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for head, justify in (("", "left"), ("value", "right"), ("pixels", "right"), ("masks", "right")):
        table.add_column(head, justify=justify)  # type: ignore[arg-type]
    for count in values.counts:
        swatch = Text("██", style="rgb({},{},{})".format(*count.colour)) if count.colour else Text("")
        table.add_row(swatch, str(count.value), f"{count.pixels / values.pixels:.2%}", f"{count.masks:,}")
    Console(width=None if sys.stdout.isatty() else 100).print(table)
    if values.other_values:
        print(f"and {values.other_values:,} more values, {values.other_pixels / values.pixels:.2%} of the pixels")
    for error in values.errors:
        print(f"left out: {error}")
    if values.voc:
        print("these are PASCAL VOC's colours: it has persons, but neither hair nor face")
    what = f"the values of {values.known.name}" if values.known else f"{values.kind} of no set that is known"
    print(f"{values.masks:,} masks hold {what}; classes.toml:\n")
