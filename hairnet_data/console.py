"""How the commands speak: progress on standard error, results on standard output, one line for an error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Progress = Callable[[str, int, int], None]


@contextmanager
def progress_bar(quiet: bool = False) -> Iterator[Progress]:
    """Shows a bar with rate and time left for every stage; plain lines where there is no terminal."""
    if quiet:
        yield lambda what, done, total: None
    elif sys.stderr.isatty():
        with _live() as show:
            yield show
    else:
        yield _Lines()


class _Lines:
    """A line at most every ten seconds, and one at the end of each stage: for logs."""

    def __init__(self) -> None:
        self._stage, self._began, self._said = "", 0.0, 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what != self._stage:
            self._stage, self._began, self._said = what, now, now
        if now - self._said < 10 and done < total:
            return
        self._said = now
        rate = done / max(now - self._began, 1e-3)
        left = f", {(total - done) / rate:.0f} s left" if 0 < done < total else ""
        print(f"{what}: {done:,} of {total:,} ({rate:,.0f}/s{left})", file=sys.stderr, flush=True)


@contextmanager
def _live() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f}/s" if speed else "")

    columns = TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show


def bytes_text(size: float) -> str:
    """A number of bytes for people, in powers of 1,000."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.3g} TB"


def seconds_text(seconds: float) -> str:
    """A time for people."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


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
