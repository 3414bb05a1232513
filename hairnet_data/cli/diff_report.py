"""The tables that `hairnet-data diff` prints."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from hairnet_data.inspection.dataset_diff import DatasetDiff, NamesDiff

_MOST_NAMED = 5  # names in a line
_SMALLEST = 0.005  # of the shares that are printed, how far they moved at least


def print_diff(diff: DatasetDiff) -> None:
    """Prints what differs between two datasets, in sections; those without a difference are left out."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 140)
    if not diff.differs:
        print("no differences")
        return
    if diff.settings:
        rows = [[key, _value(before), _value(after)] for key, before, after in diff.settings]
        _print_table(console, ["settings", "before", "after"], rows)
    _print_records(console, diff)
    for what, names in diff.names.items():
        if names.differs:
            print(f"{what}: {names.before:,} shown before, {names.after:,} after{_names_text(names)}")
    _print_shares(console, diff)


def _print_records(console: Console, diff: DatasetDiff) -> None:
    from hairnet_data.inspection.dataset_diff import PARTS

    used = [part for part in PARTS if any(split.parts[part] for split in diff.splits.values())]
    rows = []
    for name, split in diff.splits.items():
        if (split.before, split.after) != (split.same, split.same):
            numbers = [split.before, split.after, split.same, split.left_out, split.added, split.differing]
            numbers += [split.parts[part] for part in used]
            rows.append([name, *(f"{number:,}" for number in numbers)])
    head = ["records", "before", "after", "same", "left out", "added", "differ", *(f"in {part}" for part in used)]
    if rows:
        _print_table(console, head, rows)


def _names_text(names: NamesDiff) -> str:
    text = ""
    for what in ("left_out", "added", "changed", "moved"):
        listed = getattr(names, what)
        if listed:
            more = ", ..." if len(listed) > _MOST_NAMED else ""
            first = ", ".join(listed[:_MOST_NAMED])
            verb = {"left_out": "left out", "moved": "in another pool"}.get(what, what)
            text += f"; {len(listed):,} {verb} ({first}{more})"
    return text


def _print_shares(console: Console, diff: DatasetDiff) -> None:
    moved = [
        (split, what, before, after)
        for split, shares in diff.shares.items()
        for what, (before, after) in shares.items()
        if abs(after - before) >= _SMALLEST
    ]
    rows = [
        [split, what, f"{before:.1%}", f"{after:.1%}", f"{(after - before) * 100:+.1f}"]
        for split, what, before, after in moved
    ]
    if rows:
        _print_table(console, ["shares", "of", "before", "after", "points"], rows, left=2)


def _print_table(console: Console, head: list[str], rows: list[list[str]], left: int = 1) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for number, name in enumerate(head):
        table.add_column(name, justify="left" if number < left or head[0] == "settings" else "right")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}..."
