"""The commands that say what is probably wrong with a source, and repair it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hairnet_data.cli import options
from hairnet_data.core.errors import UsageError
from hairnet_data.core.records.dataset_lookup import default_data_dir

if TYPE_CHECKING:
    from hairnet_data.audit.audit import Audit

NO_NETWORK = "masks are not compared with a network: none is installed, and there is no --predictions"


def audit(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="lfw_parts, folder or drawn.")],
    out: Annotated[Path, typer.Option(help="A folder for audit.json and audit.html.")],
    source_dir: options.SourceDir = None,
    predictions: Annotated[
        Path | None, typer.Option(help="A folder with ID.png for every portrait.", show_default="the installed network")
    ] = None,
    most: Annotated[int, typer.Option(help="Findings of a kind on the page.")] = 20,
    workers: Annotated[int | None, typer.Option(help="Processes.", show_default="one a core")] = None,
    data_dir: options.DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Lists which photos and masks of a source to look at first."""
    from hairnet_data.audit.audit import audit as look_at_all
    from hairnet_data.audit.predictions import PredictionFolder, Predictions, installed_network
    from hairnet_data.audit.report import JSON, PAGE, summary, write_report
    from hairnet_data.core.progress import progress_bar
    from hairnet_data.sources.registry import open_sources

    if not 1 <= most <= 1000:
        raise UsageError("--most", f"{most} is outside 1..1000", "20 of a kind fill a page")
    data_dir = data_dir or default_data_dir()
    portraits = open_sources(source, source_dir, None, options.downloads_dir(data_dir)).portraits
    network: Predictions | None = PredictionFolder.open(predictions) if predictions else installed_network()
    if network is None:
        print(NO_NETWORK, file=sys.stderr)
    workers = options.worker_count(workers)
    with progress_bar(as_json, "portraits") as progress:
        found = look_at_all(portraits, network, workers, progress)
    write_report(out, found, portraits, network, f"What to look at first in {source_dir or source}", most)
    if as_json:
        print(json.dumps(found.to_json(), indent=2))
        return
    _print_table(found)
    for line in summary(found):
        print(line)
    print(out / PAGE)
    print(out / JSON)


def fix(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="folder.")],
    source_dir: options.SourceDir = None,
    found: Annotated[
        Path | None,
        typer.Option("--audit", help="The --out of hairnet-data audit.", show_default="every portrait is shown"),
    ] = None,
    who: Annotated[str | None, typer.Option(help="Who does it.", show_default="the user's name")] = None,
    port: Annotated[int, typer.Option(help="To serve on.", show_default="any free one")] = 0,
    browse: Annotated[bool, typer.Option("--browse/--no-browse", help="Whether to open a browser.")] = True,
) -> None:
    """Opens a page to look at portraits that an audit names, and to paint their masks again.

    Corrected masks are written beside the originals, which stay, and corrections.csv says who did what; `build folder`
    takes both.
    """
    import getpass
    import webbrowser
    from contextlib import suppress

    from hairnet_data.audit.fixing.server import address, make_server
    from hairnet_data.audit.fixing.session import Session, read_items
    from hairnet_data.core.storage.paths import is_remote
    from hairnet_data.sources.folder.source import Folder

    if source != "folder":
        hint = "give folder, and the folder itself as --source-dir"
        if source == "lfw_parts":
            hint = "write its masks into a folder with hairnet-data import"
        raise UsageError("SOURCE", f"is {source!r}, and only masks of a folder are painted again", hint)
    if source_dir is None or is_remote(source_dir):
        what = "is missing" if source_dir is None else "is not on this machine"
        raise UsageError("--source-dir", what, "give the folder that holds images, masks and classes.toml")
    portraits = Folder.open(source_dir, corrected=False)
    items = read_items(portraits, found)
    server = make_server(Session(source_dir.resolve(), items, portraits, who or getpass.getuser()), port)
    print(f"{len(items):,} portraits to look at: {address(server)} (Ctrl-C ends it)", flush=True)
    with server, suppress(KeyboardInterrupt):  # the way to end it
        if browse:
            webbrowser.open(address(server))
        server.serve_forever(poll_interval=0.2)


def _print_table(found: Audit) -> None:
    from rich.console import Console
    from rich.table import Table

    from hairnet_data.audit.finding import NEEDS_NETWORK, TITLES

    table = Table(box=None, pad_edge=False)
    table.add_column("what")
    table.add_column("reported", justify="right")
    table.add_column("the first of them")
    for kind, title in TITLES.items():
        reported = found.reported(kind)
        skipped = not found.network and kind in NEEDS_NETWORK
        first = f"{reported[0].id}: {reported[0].reason}" if reported else ""
        table.add_row(title, "not looked for" if skipped else f"{len(reported):,}", first)
    Console(width=None if sys.stdout.isatty() else 140, markup=False, highlight=False).print(table)
    for error in found.errors:
        print(f"cannot be used: {error}", file=sys.stderr)
