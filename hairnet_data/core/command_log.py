"""What a command did, with times: its versions and arguments, what it said on standard error, and how it ended."""

from __future__ import annotations

import logging
import platform
import shlex
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import UsageError, one_line
from hairnet_data.core.version import __version__

LOG = logging.getLogger("hairnet")
"""Without `start` it goes nowhere."""

_LIBRARIES = ("numpy", "opencv-python-headless", "pillow", "tensorflow", "keras")
_BEGAN = time.monotonic()
_FORMAT = "%(asctime)s %(levelname)s %(message)s"

LOG.addHandler(logging.NullHandler())
LOG.setLevel(logging.DEBUG)
LOG.propagate = False


def start(name: str, arguments: Sequence[str]) -> None:
    """Begins the log of a command, if it is asked for.

    With `--log-file` a file gets a line for every event, behind what is in it already; with `--verbose` events, and
    tracebacks of errors, go to standard error. Both are looked for before the command line is parsed, so that they
    may stand before and behind the command, and what is wrong with the command line is logged too.

    Args:
        name: of the program.
        arguments: the command line after it.

    Raises:
        UsageError: the file cannot be written.
    """
    log_file, verbose = _asked_for(arguments)
    if log_file is None and not verbose:
        return
    if verbose:
        _add(logging.StreamHandler(sys.stderr), "%(message)s")
    if log_file is not None:
        try:
            _add(_File(log_file, encoding="utf-8", errors="backslashreplace"), _FORMAT)
        except OSError as error:
            what = f"{log_file} cannot be written ({error.strerror})"
            raise UsageError("--log-file", what, "name a file in a folder of yours") from error
        sys.stderr = _Copied(sys.stderr)
    LOG.info("%s %s, Python %s, %s", name, __version__, platform.python_version(), platform.platform())
    LOG.info("%s", ", ".join(f"{library} {_version(library)}" for library in _LIBRARIES))
    LOG.info("%s %s", name, one_line(shlex.join(arguments)))


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


def _asked_for(arguments: Sequence[str]) -> tuple[Path | None, bool]:
    """The log file, and whether to be verbose."""
    options = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    file = None
    for at, option in enumerate(options):
        name, equals, value = option.partition("=")
        if name == "--log-file":
            file = value if equals else options[at + 1] if at + 1 < len(options) else None
    return Path(file) if file else None, "-v" in options or "--verbose" in options


class _File(logging.FileHandler):
    """A log file. A full disk ends the log, with one line, and not the command."""

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        LOG.removeHandler(self)
        sys.stderr.write(f"--log-file: {one_line(self.baseFilename)} cannot be written ({error})\n")

    def close(self) -> None:
        with suppress(OSError):  # what could not be written is still waiting to be
            super().close()


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
