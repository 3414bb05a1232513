"""Shared by the benchmarks: options that name the data, a line about the machine, and tables."""

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
    """A parser with the options that name LFW Part Labels and the backgrounds."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--source-dir", type=Path, required=True, help="LFW Part Labels, as hairnet-data takes it")
    parser.add_argument("--negatives", type=Path, required=True, help="photographs with nobody in them")
    return parser


def program() -> str:
    """The path of the command `hairnet-data`: beside this Python, else on the search path."""
    return shutil.which("hairnet-data", path=str(Path(sys.executable).parent)) or "hairnet-data"


def machine() -> str:
    """Cores and versions, in a line."""
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, OpenCV {cv2.__version__}"
    )


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
