"""The speed of a build: compared with the loop of 2019, and one worker with two.

    python benchmarks/build_speed.py --source-dir LFW --negatives FOLDER

Start-up (imports, scanning the sources, the estimate) is left out, also of the reference. The loop runs before,
between and after the builds, because the machine's speed drifts; its mean is the reference.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, options, table
from reference_loop import examples_per_second

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.sources.base import PortraitSource
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.registry import Sources, open_sources


def main() -> None:
    """Prints the table."""
    parser = options(__doc__)
    parser.add_argument("--train-examples", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sources = open_sources("lfw_parts", arguments.source_dir, arguments.negatives, Path(folder) / "cache")
        pairs = train_pairs(sources.portraits)
        backgrounds = sorted(path for path in arguments.negatives.rglob("*") if path.suffix.lower() in (".jpg", ".png"))
        loop = [examples_per_second(pairs, backgrounds, 4000)]
        rates: dict[int, list[float]] = {2: [], 1: []}
        for number in range(arguments.rounds):
            for workers, measured in rates.items():
                settings = BuildSettings(train_examples=arguments.train_examples)
                target = Path(folder) / f"{number}-{workers}"
                measured.append(rate_of_build(sources, settings, target, workers))
                loop.append(examples_per_second(pairs, backgrounds, 4000))
    reference = statistics.mean(loop)
    two, one = statistics.mean(rates[2]), statistics.mean(rates[1])
    print(f"{machine()}; {arguments.train_examples:,} train examples, {arguments.rounds} rounds\n")
    rows = [
        ["reference loop, one process, writes nothing", f"{reference:,.0f}", "1.00", ""],
        ["build, 2 workers, records on disk", f"{two:,.0f}", f"{two / reference:.2f}", "1.3"],
        ["build, 1 worker", f"{one:,.0f}", f"{one / reference:.2f}", ""],
        ["2 workers against 1", "", f"{two / one:.2f}", "1.85"],
    ]
    print(table(["what", "examples/s", "ratio", "at least"], rows))
    if reference < 900:
        print("\nThe reference is under 900 examples/s: the machine is too busy for a fair comparison.")


def train_pairs(portraits: PortraitSource) -> list[tuple[Path, Path]]:
    """Photo and mask file of every training portrait."""
    assert isinstance(portraits, LfwParts)
    return [portraits.paths(entry.id) for entry in portraits.catalogue().entries if entry.pool == "train"]


def rate_of_build(sources: Sources, settings: BuildSettings, target: Path, workers: int) -> float:
    """Examples per second, from the first range that is rendered to the published dataset."""
    times: dict[str, float] = {}

    def record_start(what: str, done: int, total: int) -> None:
        if what == "rendering" and done == 0:
            times["started"] = time.perf_counter()

    result = build(sources, settings, target, BuildOptions(workers=workers), progress=record_start)
    return result.examples / (time.perf_counter() - times["started"])


if __name__ == "__main__":
    main()
