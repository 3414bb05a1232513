"""What an example costs at several sizes of a dataset, and from that what large ones take.

    python benchmarks/scale.py [--source-dir LFW --negatives FOLDER] [--sizes 2000 20000 100000]

Without folders the portraits are drawn. Each size is built in a process of its own. Start-up (imports, looking at
the sources, the estimate) is left out of the rates, which are of rendering, encoding and writing to the disk.
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
        asked: training examples.
        examples: in all splits.
        seconds: from the first range handed out to the last one on the disk.
        size: bytes on disk.
        busy: core seconds of all processes, start-up and all.
        peak: bytes of resident memory, at most, of any process.
    """

    asked: int
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
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(_build(asked.source_dir, asked.negatives, asked.sizes[0], asked.workers, asked.one)))
        return
    found = [_measure(asked.source_dir, asked.negatives, size, asked.workers) for size in asked.sizes]
    source = "LFW Part Labels" if asked.source_dir else "drawn portraits"
    print(f"{machine()}; {source}, {asked.workers} workers\n")
    print(_costs(found, asked.workers))
    print(f"\nAs the {found[-1].asked:,} above, at {asked.workers} workers' speed a core:\n")
    print(_large(found[-1], asked.workers))


def _build(source_dir: Path | None, negatives: Path | None, size: int, workers: int, folder: Path) -> dict[str, float]:
    name = "lfw_parts" if source_dir else "drawn"
    sources = open_sources(name, source_dir, negatives, folder / "kept", size)
    began = ended = 0.0

    def note(what: str, done: int, total: int) -> None:
        nonlocal began, ended
        if what == "rendering" and done == 0:
            began = time.perf_counter()
        if what == "rendering" and done == total:
            ended = time.perf_counter()

    settings, options = BuildSettings(train_examples=size), BuildOptions(workers=workers)
    made = build(sources, settings, folder / "data", options, progress=note)
    return {"examples": made.examples, "seconds": ended - began, "size": made.size}


def _measure(source_dir: Path | None, negatives: Path | None, size: int, workers: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--one", folder, "--sizes", str(size), "--workers", str(workers)]
        for option, path in (("--source-dir", source_dir), ("--negatives", negatives)):
            command += [option, str(path)] if path else []
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)  # of the process and of all the workers that it waited for
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    made = json.loads(said)
    busy = used.ru_utime + used.ru_stime
    return Measured(size, int(made["examples"]), made["seconds"], int(made["size"]), busy, used.ru_maxrss * 1024)


def _costs(found: list[Measured], workers: int) -> str:
    head = ["train examples", "in all", "examples/s", "core ms an example", "against the first"]
    head += ["whole build, core ms", "bytes an example", "peak of any process"]
    rows = []
    for one in found:
        rate, first = one.examples / one.seconds, found[0].examples / found[0].seconds
        rows.append(
            [
                f"{one.asked:,}",
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
