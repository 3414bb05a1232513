"""What a reader may cost on any input: five seconds of the processor and a gigabyte."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

SECONDS = 5.0
"""Of processor time, which a busy machine does not stretch."""
WAITING = 60.0
"""Seconds on the clock after which a reader is taken to wait for ever."""
BYTES = 1 << 30

_STATUS, _PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class TooSlow(BaseException):
    """A reader took longer than `SECONDS`. No `Exception`, which a reader may take for a damaged file."""


class TooHungry(BaseException):
    """A reader needed more than `BYTES`."""


def _memory(line: str) -> int:
    """A line of the process's status, in bytes."""
    text = _STATUS.read_text()
    return int(text.partition(f"{line}:")[2].split(maxsplit=1)[0]) * 1024


@contextmanager
def limited(seconds: float = SECONDS, most: int = BYTES, waiting: float = WAITING) -> Iterator[None]:
    """Raises TooSlow or TooHungry for what runs inside and needs too much.

    The timers interrupt what waits or loops in Python; a library's own code is noticed when it returns. Memory is
    the highest the process's resident set came to above what it was, where the system tells (Linux).
    """

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow(f"more than {seconds:g} seconds" if number == signal.SIGPROF else f"waits {waiting:g} seconds")

    has_peak = _PEAK.exists()
    before = 0
    if has_peak:
        _PEAK.write_text("5")  # the highest mark begins anew here
        before = _memory("VmRSS")
    timers = {signal.SIGALRM: (signal.ITIMER_REAL, waiting), signal.SIGPROF: (signal.ITIMER_PROF, seconds)}
    old = {number: signal.signal(number, ring) for number in timers}
    began = time.process_time()
    try:
        for timer, after in timers.values():
            signal.setitimer(timer, after)
        yield
    finally:
        for timer, _ in timers.values():
            signal.setitimer(timer, 0)
        for number, handler in old.items():
            signal.signal(number, handler)
    if (took := time.process_time() - began) > seconds:
        raise TooSlow(f"{took:.1f} seconds")
    if has_peak and (more := _memory("VmHWM") - before) > most:
        raise TooHungry(f"{more >> 20} MiB")
