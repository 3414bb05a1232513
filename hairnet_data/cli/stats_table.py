"""The table that `hairnet-data stats` prints."""

from __future__ import annotations

import sys
from typing import Any

from hairnet_data.core.progress import bytes_text


def print_stats(counted: dict[str, dict[str, Any]]) -> None:
    """Prints what `stats.count` counted as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("split")
    # A column for what has no label only where something has none.
    some = any("unlabelled" in found["classes"] for found in counted.values())
    names = ("hair", "face", *(["unlabelled"] if some else []))
    for head in ("examples", "size", "portraits", "negatives", "occluded", "people", *names):
        table.add_column(head, justify="right")
    for split, found in counted.items():
        table.add_row(
            split,
            f"{found['examples']:,}",
            bytes_text(found["bytes"]),
            f"{found['portraits']:,}",
            f"{found['negatives']:,}",
            f"{found['occluded']:.1%}",
            f"{found['people']:,}",
            *(f"{found['classes'][name]:.1%}" for name in names),
        )
    Console(width=None if sys.stdout.isatty() else 100).print(table)
