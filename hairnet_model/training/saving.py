"""When a training is saved between two validations: every few minutes, and when it shall stop."""

from __future__ import annotations

import time
from collections.abc import Callable

SAVE_EVERY = 300.0
"""Seconds between two checkpoints: what a kill or a power cut costs at most. One takes a tenth of a second."""


class Stopped(Exception):
    """A training was saved and stopped, because it was asked to."""


def never() -> bool:
    """False: the training is not stopped."""
    return False


class Saving:
    """Called between two steps of a training.

    Args:
        save: saves the run.
        stop: whether the run shall be stopped.
        seconds: between two times that it is saved.
        clock: seconds from any moment.
    """

    def __init__(
        self,
        save: Callable[[], None],
        stop: Callable[[], bool],
        seconds: float = SAVE_EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._save, self._stop, self._seconds, self._clock = save, stop, seconds, clock
        self._saved = clock()

    def __call__(self) -> None:
        """Saves the run if it is time, or if it shall stop.

        Raises:
            Stopped: it was saved, and shall stop.
        """
        shall_stop = self._stop()
        if not shall_stop and self._clock() - self._saved < self._seconds:
            return
        self._save()
        self._saved = self._clock()
        if shall_stop:
            raise Stopped
