"""The tables of `hairnet-model evaluate --by`."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from hairnet_model.evaluation.by_trait import Interval, TraitReport
from hairnet_model.evaluation.report import percent


def print_traits(reports: Mapping[str, TraitReport]) -> None:
    """Prints the groups of each split with their 95 % intervals, and its worst group."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    for split, report in reports.items():
        table = Table(box=None, pad_edge=False)
        table.add_column(escape(f"{split} by {report.trait}"), no_wrap=True)
        for column in ("pictures", "mIoU", "95 %", "F1 hair", "95 %", "F1 face", "95 %"):
            table.add_column(column, justify="right")
        for group in (*report.groups, report.everybody):
            scores = zip((group.miou, group.hair_f1, group.face_f1), group.intervals, strict=True)
            cells = [cell for score, interval in scores for cell in (percent(score), _range(interval))]
            table.add_row(escape(group.value), f"{group.pictures:,}", *cells)
        console.print()
        console.print(table)
        console.print(escape(report.worst_line()))


def _range(interval: Interval) -> str:
    return f"{percent(interval[0])}-{percent(interval[1])}"
