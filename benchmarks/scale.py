"""The cost of an example at several sizes of a dataset, and from that the cost of large ones.

    python benchmarks/scale.py [--source-dir LFW --negatives FOLDER] [--sizes 2000 20000 100000]

Without folders the portraits are drawn. Each size is built in a separate process. Start-up (imports, scanning the
sources, the estimate) is left out of the rates, which are of rendering, encoding and writing to the disk.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table

from hairnet_data.building.pipeline import build
from hairnet_data.building.plan import records_per_shard
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.progress import seconds_text
from hairnet_data.sources.registry import open_sources

LARGE = (1_000_000, 10_000_000, 100_000_000)
CORES = (8, 96, 1000)


@dataclass(frozen=True, slots=True)
class Measured:
    """One build.

    Attributes:
        requested: training examples.
        examples: in all splits.
        seconds: from the first range that is rendered to the last one that is written.
        size: bytes on disk.
        busy: core seconds of all processes, with start-up.
        peak: highest resident memory of any process, in bytes.
    """

    requested: int
    examples: int
    seconds: float
    size: int
    busy: float
    peak: int


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source-dir", type=Path, help="LFW Part Labels; drawn portraits without it")
    parser.add_argument("--negatives", type=Path, help="photographs with nobody in them; drawn ones without it")
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 20_000, 100_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        size, workers = arguments.sizes[0], arguments.workers
        print(json.dumps(_build(arguments.source_dir, arguments.negatives, size, workers, arguments.one)))
        return
    builds = [_measure(arguments.source_dir, arguments.negatives, size, arguments.workers) for size in arguments.sizes]
    source = "LFW Part Labels" if arguments.source_dir else "drawn portraits"
    print(f"{machine()}; {source}, {arguments.workers} workers\n")
    print(_costs(builds, arguments.workers))
    print(f"\nAs the {builds[-1].requested:,} above, at {arguments.workers} workers' speed a core:\n")
    print(_large(builds[-1], arguments.workers))


def _build(source_dir: Path | None, negatives: Path | None, size: int, workers: int, folder: Path) -> dict[str, float]:
    name = "lfw_parts" if source_dir else "drawn"
    sources = open_sources(name, source_dir, negatives, folder / "cache", size)
    started = ended = 0.0

    def record_times(what: str, done: int, total: int) -> None:
        nonlocal started, ended
        if what == "rendering" and done == 0:
            started = time.perf_counter()
        if what == "rendering" and done == total:
            ended = time.perf_counter()

    settings, options = BuildSettings(train_examples=size), BuildOptions(workers=workers)
    result = build(sources, settings, folder / "data", options, progress=record_times)
    return {"examples": result.examples, "seconds": ended - started, "size": result.size}


def _measure(source_dir: Path | None, negatives: Path | None, size: int, workers: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--one", folder, "--sizes", str(size), "--workers", str(workers)]
        for option, path in (("--source-dir", source_dir), ("--negatives", negatives)):
            command += [option, str(path)] if path else []
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        printed = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)  # of the process and of all workers that it waited for
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    result = json.loads(printed)
    busy = used.ru_utime + used.ru_stime
    return Measured(size, int(result["examples"]), result["seconds"], int(result["size"]), busy, used.ru_maxrss * 1024)


def _costs(builds: list[Measured], workers: int) -> str:
    head = ["train examples", "in all", "examples/s", "core ms an example", "against the first"]
    head += ["whole build, core ms", "bytes an example", "peak of any process"]
    rows = []
    for one in builds:
        rate, first = one.examples / one.seconds, builds[0].examples / builds[0].seconds
        rows.append(
            [
                f"{one.requested:,}",
                f"{one.examples:,}",
                f"{rate:,.0f}",
                f"{1000 * workers / rate:.2f}",
                f"{rate / first:.2f}",
                f"{1000 * one.busy / one.examples:.2f}",
                f"{one.size / one.examples:,.0f}",
                f"{one.peak / 1e9:.2f} GB",
            ]
        )
    return table(head, rows)


def _large(one: Measured, workers: int) -> str:
    each = one.seconds * workers / one.examples
    size = one.size / one.examples
    head = ["examples", "core hours", *(f"on {cores:,} cores" for cores in CORES), "disk", "shards"]
    head.append(f"MB/s written by {CORES[-1]:,} cores")
    rows = []
    for count in LARGE:
        hours = count * each / 3600
        shards = -(-count // records_per_shard(count, BuildSettings()))
        rows.append(
            [
                f"{count:,}",
                f"{hours:,.1f}",
                *(seconds_text(hours * 3600 / cores) for cores in CORES),
                f"{count * size / 1e9:,.0f} GB",
                f"{shards:,}",
                f"{CORES[-1] * size / each / 1e6:,.0f}",
            ]
        )
    return table(head, rows)


if __name__ == "__main__":
    main()
