"""What a command did, with times: its versions and arguments, what it said on standard error, and how it ended."""

from __future__ import annotations

import logging
import platform
import shlex
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import UsageError
from hairnet_data.core.version import __version__

LOG = logging.getLogger("hairnet")
"""Without `start` it goes nowhere."""

_LIBRARIES = ("numpy", "opencv-python-headless", "pillow", "tensorflow", "keras")
_BEGAN = time.monotonic()
_FORMAT = "%(asctime)s %(levelname)s %(message)s"

LOG.addHandler(logging.NullHandler())
LOG.setLevel(logging.DEBUG)
LOG.propagate = False


def start(name: str, log_file: Path | None, verbose: bool) -> None:
    """Begins the log of a command.

    Args:
        name: of the program.
        log_file: gets a line for every event, behind what is in it already; None for no file.
        verbose: whether events, and tracebacks of errors, go to standard error.

    Raises:
        UsageError: the file cannot be written.
    """
    if verbose:
        _add(logging.StreamHandler(sys.stderr), "%(message)s")
    if log_file is not None:
        try:
            _add(logging.FileHandler(log_file, encoding="utf-8"), _FORMAT)
        except OSError as error:
            what = f"{log_file} cannot be written ({error.strerror})"
            raise UsageError("--log-file", what, "name a file in a folder of yours") from error
        sys.stderr = _Copied(sys.stderr)
    LOG.info("%s %s, Python %s, %s", name, __version__, platform.python_version(), platform.platform())
    LOG.info("%s", ", ".join(f"{library} {_version(library)}" for library in _LIBRARIES))
    LOG.info("%s %s", name, shlex.join(sys.argv[1:]))


def end(status: int) -> None:
    """Says how a command ended, within an `except` the traceback too, and ends the log."""
    if sys.exc_info()[0] is not None:
        LOG.debug("traceback", exc_info=True)
    LOG.info("exit status %d after %.1f s", status, time.monotonic() - _BEGAN)
    if isinstance(sys.stderr, _Copied):
        sys.stderr = sys.stderr.stream
    for handler in [handler for handler in LOG.handlers if not isinstance(handler, logging.NullHandler)]:
        LOG.removeHandler(handler)
        handler.close()


def _add(handler: logging.Handler, format: str) -> None:
    handler.setFormatter(logging.Formatter(format))
    LOG.addHandler(handler)


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "is not installed"


class _Copied:
    """Standard error, whose complete lines go to the log file as well; drawn bars do not."""

    def __init__(self, stream: Any) -> None:
        self.stream, self._line = stream, ""

    def write(self, text: str) -> int:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if line.strip() and "\x1b" not in line:
                for handler in LOG.handlers:
                    if isinstance(handler, logging.FileHandler):
                        handler.handle(LOG.makeRecord(LOG.name, logging.INFO, "", 0, line, (), None))
        return int(self.stream.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
