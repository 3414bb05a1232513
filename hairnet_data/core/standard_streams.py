"""The standard streams of a command, which a shell may have closed (`>&-`)."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def open_closed_streams() -> None:
    """Opens the null device in place of each standard stream that is closed.

    Python sets such a stream to None. The next file to be opened would also get its number, and with it whatever C
    code and child processes print.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            os.set_inheritable(number, True)
    sys.stdin = sys.stdin or _text(0, "r")
    sys.stdout = sys.stdout or _text(1, "w")
    sys.stderr = sys.stderr or _text(2, "w")


def _text(number: int, mode: str) -> TextIO:
    stream: TextIO = open(number, mode, encoding="utf-8", closefd=False)  # type: ignore[assignment]  # noqa: SIM115
    return stream


def discard_output(number: int = 1) -> None:
    """Redirects standard output (1) or error (2) to the null device.

    Python flushes both at its end, and exits with 120 where that fails since the reader has gone.
    """
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, number)
    os.close(null)
