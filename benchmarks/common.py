"""What the benchmarks share: the options that name the data, the machine in a line, and tables."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np


def options(description: str | None) -> argparse.ArgumentParser:
    """A parser that knows where LFW Part Labels and the backgrounds are."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--source-dir", type=Path, required=True, help="LFW Part Labels, as hairnet-data takes it")
    parser.add_argument("--negatives", type=Path, required=True, help="photographs with nobody in them")
    return parser


def program() -> str:
    """The command `hairnet-data` of the Python that runs this, else the one on the path."""
    return shutil.which("hairnet-data", path=str(Path(sys.executable).parent)) or "hairnet-data"


def machine() -> str:
    """Cores and versions, for the head of a table."""
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, OpenCV {cv2.__version__}"
    )


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
