"""The peak memory of any process of a build, at several sizes.

python benchmarks/memory.py --source-dir LFW --negatives FOLDER
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, options, program, table


def main() -> None:
    """Prints the table."""
    parser = options(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 100_000])
    arguments = parser.parse_args()
    rows = []
    first = 0.0
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            command = [
                *(program(), "build"),
                *("lfw_parts", "--source-dir", str(arguments.source_dir), "--negatives", str(arguments.negatives)),
                *("--train-examples", str(size), "--workers", "2", "--data-dir", folder, "--quiet"),
            ]
            started = time.perf_counter()
            peak = _peak(command) / 1e9
            first = first or peak
            seconds = time.perf_counter() - started
            rows.append([f"{size:,}", f"{peak:.2f} GB", f"{peak / first:.2f}", f"{seconds:.0f} s"])
    print(f"{machine()}\n")
    print(table(["train examples", "peak of any process", "ratio", "whole build"], rows))


def _peak(command: list[str]) -> float:
    """Runs a command and returns the highest peak resident memory, in bytes, of it and its children."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    highest: dict[int, int] = {}

    def watch() -> None:
        while process.poll() is None:
            for number in _family(process.pid):
                highest[number] = max(highest.get(number, 0), _high_water(number))
            time.sleep(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    if process.wait():
        raise SystemExit(f"{' '.join(command)} failed")
    watcher.join()
    return float(max(highest.values()))


def _family(parent: int) -> list[int]:
    children = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            children += [int(child) for child in task.read_text().split()]
        except OSError:
            continue
    return [parent, *(member for child in children for member in _family(child))]


def _high_water(process: int) -> int:
    """The kernel's high-water mark (VmHWM), which misses no peak between two samples."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


if __name__ == "__main__":
    main()
