"""Running `hairnet-data`: in this process, or as one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def error_lines(self) -> list[str]:
        """What it said on standard error."""
        return [line for line in self.err.splitlines() if line.strip()]


Command = Callable[..., Ran]
Starter = Callable[..., "subprocess.Popen[str]"]


def start_command(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """Starts `hairnet-data` as a process of its own, in a session of its own."""
    code = "from hairnet_data.cli.app import main\nif __name__ == '__main__':\n    main()\n"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **environment},
    )
