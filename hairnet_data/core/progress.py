"""Progress of long work: as bars or lines on standard error, or through Python's `logging`; and sizes in words."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from hairnet_data.core.command_log import LOG

_INTERVAL = 10.0  # seconds between two lines where there is no terminal


class Progress(Protocol):
    """Called whenever a stage has got further. Functions that take long take one as `progress`."""

    def __call__(self, what: str, done: int, total: int, note: str = "") -> None:
        """Reports that `done` of `total` items of the stage `what` are finished; `note` is shown behind them."""


def silent(what: str, done: int, total: int, note: str = "") -> None:
    """A `Progress` that shows nothing."""


@contextmanager
def progress_bar(quiet: bool = False, unit: str = "") -> Iterator[Progress]:
    """Shows each stage with its rate and the time left: as a bar, or as lines where there is no terminal.

    Args:
        quiet: show nothing.
        unit: what is counted, e.g. "photos".
    """
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        with _bars(unit) as show:
            yield show
    else:
        yield _Lines(unit)


class _Lines:
    """A line every `_INTERVAL` seconds at most, and one at the end of each stage: for log files."""

    def __init__(self, unit: str) -> None:
        self._unit = f" {unit}" if unit else ""
        self._stage, self._first, self._began, self._printed = "", 0, 0.0, 0.0

    def __call__(self, what: str, done: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if what != self._stage:
            # A resumed stage starts above 0, and what was done before must not count as its speed.
            self._stage, self._first, self._began, self._printed = what, done, now, now
        if now - self._printed < _INTERVAL and done < total:
            return
        self._printed = now
        rate = (done - self._first) / max(now - self._began, 1e-3)
        left = f", {(total - done) / rate:.0f} s left" if rate and done < total else ""
        note = f", {note}" if note else ""
        print(f"{what}: {done:,} of {total:,} ({rate:,.0f}{self._unit}/s{left}){note}", file=sys.stderr, flush=True)


@contextmanager
def _bars(unit: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        Task,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f} {unit}/s".replace(" /s", "/s") if speed else "")

    columns = (
        TextColumn("{task.description:<22}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}
        log = logged(LOG)  # bars leave no lines

        def show(what: str, done: int, total: int, note: str = "") -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total, completed=done, note=note)
            bars.update(tasks[what], completed=done, total=total, note=note)
            log(what, done, total, note)

        yield show


def logged(logger: logging.Logger, every: float = _INTERVAL, level: int = logging.INFO) -> Progress:
    """A `Progress` that logs, for programs that embed these packages: neither prints anything by itself.

    Args:
        logger: whose.
        every: at most one line in so many seconds; the first and the last of a stage are always logged.
        level: of the lines.
    """
    said: dict[str, float] = {}  # when each stage was last logged, until it is done

    def progress(what: str, done: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if what in said and now - said[what] < every and done < total:
            return
        said[what] = now
        if done >= total:
            del said[what]
        logger.log(level, "%s: %d of %d%s", what, done, total, f", {note.lstrip(', ')}" if note else "")

    return progress


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
