"""Progress by Python's `logging`, for programs that embed these packages: neither prints anything by itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable


def logged(logger: logging.Logger, every: float = 10.0, level: int = logging.INFO) -> Callable[..., None]:
    """A progress callback that logs: give it to whatever takes `progress`, in `hairnet_data` or `hairnet_model`.

    Args:
        logger: whose.
        every: at most one line in so many seconds; the first and the last of a stage are always logged.
        level: of the lines.
    """
    said: dict[str, float] = {}  # when each stage was last spoken of, until it is done

    def progress(what: str, done: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if what in said and now - said[what] < every and done < total:
            return
        said[what] = now
        if done >= total:
            del said[what]
        logger.log(level, "%s: %d of %d%s", what, done, total, f", {note.lstrip(', ')}" if note else "")

    return progress
