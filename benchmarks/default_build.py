"""The default build (drawn portraits, 2,000 training examples) from a cold start, as a user would start it.

python benchmarks/default_build.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, program, table


def main() -> None:
    """Prints the table."""
    rows = []
    for name, arguments in (("hairnet-data --help", ["--help"]), ("hairnet-data build", ["build", "--quiet"])):
        times = []
        for _ in range(3):
            with tempfile.TemporaryDirectory() as folder:
                extra = ["--data-dir", folder] if "build" in arguments else []
                started = time.perf_counter()
                subprocess.run([program(), *arguments, *extra], check=True, stdout=subprocess.DEVNULL)
                times.append(time.perf_counter() - started)
        limit = "0.5 s" if "--help" in arguments else "30 s"
        rows.append([name, *(f"{seconds:.2f} s" for seconds in (min(times), sorted(times)[1], max(times))), limit])
    print(f"{machine()}\n")
    print(table(["command, whole process", "least", "median", "most", "at most"], rows))


if __name__ == "__main__":
    main()
