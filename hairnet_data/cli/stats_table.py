"""The table that `hairnet-data stats` prints."""

from __future__ import annotations

import sys
from typing import Any

from hairnet_data.core.progress import bytes_text


def print_stats(counted: dict[str, dict[str, Any]]) -> None:
    """Prints the result of `stats.count` as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("split")
    # A column for pixels without a label only where there are some.
    unlabelled = any("unlabelled" in counts["classes"] for counts in counted.values())
    names = ("hair", "face", *(["unlabelled"] if unlabelled else []))
    for head in ("examples", "size", "portraits", "groups", "negatives", "occluded", "people", *names):
        table.add_column(head, justify="right")
    for split, counts in counted.items():
        table.add_row(
            split,
            f"{counts['examples']:,}",
            bytes_text(counts["bytes"]),
            f"{counts['portraits']:,}",
            f"{counts['groups']:,}",
            f"{counts['negatives']:,}",
            f"{counts['occluded']:.1%}",
            f"{counts['people']:,}",
            *(f"{counts['classes'][name]:.1%}" for name in names),
        )
    Console(width=None if sys.stdout.isatty() else 120).print(table)
