"""How fast a build renders: against the loop of 2019, and one worker against two.

    python benchmarks/build_speed.py --source-dir LFW --negatives FOLDER

Start-up (imports, looking at the sources, the estimate) is left out, as it is of the reference; the loop
runs before, between and after the builds, because the machine's speed drifts, and its mean is the reference.
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
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sources = open_sources("lfw_parts", asked.source_dir, asked.negatives, Path(folder) / "kept")
        pairs = train_pairs(sources.portraits)
        backgrounds = sorted(path for path in asked.negatives.rglob("*") if path.suffix.lower() in (".jpg", ".png"))
        loop = [examples_per_second(pairs, backgrounds, 4000)]
        rates: dict[int, list[float]] = {2: [], 1: []}
        for number in range(asked.rounds):
            for workers, found in rates.items():
                settings = BuildSettings(train_examples=asked.train_examples)
                target = Path(folder) / f"{number}-{workers}"
                found.append(rate_of_build(sources, settings, target, workers))
                loop.append(examples_per_second(pairs, backgrounds, 4000))
    reference = statistics.mean(loop)
    two, one = statistics.mean(rates[2]), statistics.mean(rates[1])
    print(f"{machine()}; {asked.train_examples:,} train examples, {asked.rounds} rounds\n")
    rows = [
        ["reference loop, one process, writes nothing", f"{reference:,.0f}", "1.00", ""],
        ["build, 2 workers, records on disk", f"{two:,.0f}", f"{two / reference:.2f}", "1.2"],
        ["build, 1 worker", f"{one:,.0f}", f"{one / reference:.2f}", ""],
        ["2 workers against 1", "", f"{two / one:.2f}", "1.7"],
    ]
    print(table(["what", "examples/s", "ratio", "at least"], rows))
    if reference < 900:
        print("\nThe reference is under 900 examples/s: the machine is too busy for the table to count.")


def train_pairs(portraits: PortraitSource) -> list[tuple[Path, Path]]:
    """Photo and mask file of every training portrait."""
    assert isinstance(portraits, LfwParts)
    return [portraits.paths(entry.id) for entry in portraits.catalogue().entries if entry.pool == "train"]


def rate_of_build(sources: Sources, settings: BuildSettings, target: Path, workers: int) -> float:
    """Examples a second from the first range handed out to the dataset in its place."""
    moments: dict[str, float] = {}

    def note(what: str, done: int, total: int) -> None:
        if what == "rendering" and done == 0:
            moments["began"] = time.perf_counter()

    outcome = build(sources, settings, target, BuildOptions(workers=workers), progress=note)
    return outcome.examples / (time.perf_counter() - moments["began"])


if __name__ == "__main__":
    main()
