"""Progress on standard error: rate, time left, and a note."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from tqdm import tqdm


class Progress(Protocol):
    """Told how far a stage is."""

    def __call__(self, what: str, done: int, total: int, note: str = "") -> None:
        """`done` of `total` of the stage `what`; the note stands behind its bar."""


def silent(what: str, done: int, total: int, note: str = "") -> None:
    """Shows nothing."""


_LIVE: dict[str, Any] = {"dynamic_ncols": True, "mininterval": 0.2}
_LOG: dict[str, Any] = {
    "mininterval": 10,
    "delay": 1,
    "maxinterval": 10,
    "ncols": 110,
    "bar_format": "{desc}: {n_fmt} of {total_fmt} ({rate_noinv_fmt}, {remaining} left){postfix}\n",
}


@contextmanager
def progress_bar(quiet: bool = False, unit: str = "it") -> Iterator[Progress]:
    """A bar a stage; where there is no terminal, a line every ten seconds, and none for what takes less."""
    if quiet:
        yield silent
        return
    bars: dict[str, tqdm[None]] = {}

    def show(what: str, done: int, total: int, note: str = "") -> None:
        bar = bars.get(what)
        if bar is None:
            bar = bars[what] = tqdm(
                desc=what,
                total=total,
                initial=done,  # one that goes on from somewhere (--resume) must not count that as its own speed
                unit=f" {unit}",
                file=sys.stderr,
                **(_LIVE if sys.stderr.isatty() else _LOG),
            )
        if note:
            bar.set_postfix_str(note, refresh=False)
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()


def start_quietly() -> None:
    """Imports Keras and its backend with their greetings left out: TensorFlow prints six lines of no use to anyone.

    They come from its C++ side before any log level is read, so the stream itself is turned away for that time.
    Python's exceptions are raised as ever.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import keras

        keras.ops.zeros(1)
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
