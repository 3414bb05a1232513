"""The table that `hairnet-data stats` prints."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from hairnet_data.core.progress import bytes_text

if TYPE_CHECKING:
    from rich.table import Table


_MOST_VALUES = 16
"""Values of a trait that are printed, the most frequent ones."""


def print_stats(counted: dict[str, dict[str, Any]]) -> None:
    """Prints the result of `stats.count` as a table; a histogram of yaw and numbers of traits where they are known."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("split")
    # A column for pixels without a label only where there are some.
    unlabelled = any("unlabelled" in counts["classes"] for counts in counted.values())
    mattes = ("matted", "soft") if any("matted" in counts for counts in counted.values()) else ()
    names = ("hair", "face", *(["unlabelled"] if unlabelled else []))
    for head in (
        "examples",
        "size",
        "portraits",
        "groups",
        "negatives",
        "occluded",
        "people",
        *names,
        "posed",
        *mattes,
    ):
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
            f"{counts['posed']:.0%}",
            *(f"{counts[name]:.1%}" for name in mattes),
        )
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table)
    posed = {split: counts["yaw"] for split, counts in counted.items() if any(counts["yaw"].values())}
    if posed:
        console.print("\nlooks, in % of poses, from so many degrees of yaw on (right of the picture is positive):\n")
        console.print(_histograms(posed))
    traits = {split: counts["traits"] for split, counts in counted.items() if "traits" in counts}
    if traits:
        console.print("\nexamples by the traits of their largest portrait:\n")
        console.print(_traits(traits))


def _traits(traits: dict[str, dict[str, dict[str, int]]]) -> Table:
    """A row for each value of a trait, a column for each split."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("trait", "value"):
        table.add_column(name)
    for split in traits:
        table.add_column(split, justify="right")
    for trait in sorted({trait for by_trait in traits.values() for trait in by_trait}):
        total: Counter[str] = Counter()
        for by_trait in traits.values():
            total.update(by_trait.get(trait, {}))
        shown = sorted(total, key=lambda value: (-total[value], value))[:_MOST_VALUES]
        for value in sorted(shown):
            numbers = (by_trait.get(trait, {}).get(value, 0) for by_trait in traits.values())
            table.add_row(escape(trait), escape(value), *(f"{number:,}" for number in numbers))
        if len(total) > len(shown):
            table.add_row(escape(trait), f"({len(total) - len(shown):,} rarer ones)")
    return table


def _histograms(posed: dict[str, dict[str, int]]) -> Table:
    """A row of shares for each split."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("split")
    for first in next(iter(posed.values())):
        table.add_column(first, justify="right")
    for split, yaw in posed.items():
        total = sum(yaw.values())
        table.add_row(split, *(f"{100 * number / total:.0f}" for number in yaw.values()))
    return table
