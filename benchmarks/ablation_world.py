"""Ablation of what brings the world: sizes, groups, cut-outs, drawn people, sets that label hair alone, and a loss.

python benchmarks/ablation_world.py --source-dir LFW --negatives WALLS --celebamask DIR --figaro DIR --celeb-hair DIR
    --out FOLDER

Every run sees the same number of pictures from fresh weights, and each adds one thing to the one before: the last one
sees the same records with the loss of each picture. All are measured on the same builds: LFW's stress splits, the test
pools of CelebAMask and of Figaro, whose training portraits only the last two runs see. Finished parts are kept in the
folder: started again, it resumes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from ablation import run_command
from common import machine, options, table

SIZES = {"scale": [0.14, 2.5], "shift": 0.4, "background_rate": 0.9, "background_side": [0.4, 1.0]}
GROUPS = SIZES | {"group_rate": 0.25, "edge_rate": 0.6}
CUT_OUT = GROUPS | {"cutout_rate": 0.7}
HAIR = SIZES | {"negative_rate": 0.2}


@dataclass(frozen=True, slots=True)
class Part:
    """A build of a mix.

    Attributes:
        source: lfw, drawn, or one of the sets that label hair alone.
        policy: by its keys; empty for the default.
        share: of the mix.
    """

    source: str
    policy: dict[str, Any]
    share: float


PEOPLE = Part("lfw", CUT_OUT, 3)
DRAWN = Part("drawn", CUT_OUT, 1)
EVERYTHING = (PEOPLE, DRAWN, Part("figaro", HAIR, 1), Part("celeb_hair", HAIR, 1))
RUNS = {
    "default policy": (Part("lfw", {}, 1),),
    "+ sizes": (Part("lfw", SIZES, 1),),
    "+ groups": (Part("lfw", GROUPS, 1),),
    "+ cut-outs": (Part("lfw", CUT_OUT, 1),),
    "+ drawn from every side": (PEOPLE, DRAWN),
    "+ hair-only sets": EVERYTHING,
    "+ loss of each picture": EVERYTHING,
}
OPTIONS: dict[str, list[object]] = {"+ loss of each picture": ["--small-heads", 0.3]}
MEASURED = {"lfw": [], "celebamask": ["--split", "test"], "figaro": ["--split", "test"]}


def main() -> None:
    """Builds, trains, evaluates, and prints the table."""
    parser = options(__doc__)
    for name in ("celebamask", "figaro", "celeb-hair"):
        parser.add_argument(f"--{name}", type=Path, required=True, help=f"the folder {name}, as hairnet-data takes it")
    parser.add_argument("--out", type=Path, required=True, help="a folder for datasets, runs and results")
    parser.add_argument("--examples", type=int, default=64_000, help="pictures each run is trained on")
    parser.add_argument("--image-size", type=int, default=128)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    measured = {source: _build(source, {}, 32, arguments) for source in MEASURED}
    reports = {name: _reports(name, parts, measured, arguments) for name, parts in RUNS.items()}
    print(f"{machine()}; {arguments.examples:,} pictures a run at {arguments.image_size} x {arguments.image_size}\n")
    head = [
        "run",
        "LFW: hair / face",
        "small",
        "close",
        "group",
        "CelebAMask: hair / face",
        "Figaro: hair",
        "blobs",
    ]
    print(table(head, [[name, *_cells(report)] for name, report in reports.items()]))


def _reports(name: str, parts: Sequence[Part], measured: dict[str, Path], arguments: Any) -> dict[str, Any]:
    slug = name.replace("+ ", "").replace(" ", "-")
    result = arguments.out / f"{slug}.json"
    if not result.exists():
        run, total = arguments.out / slug, sum(part.share for part in parts)
        mix = []
        for part in parts:
            examples = round(arguments.examples * part.share / total)
            mix.append(f"{_build(part.source, part.policy, examples, arguments)}={part.share:g}")
        resume: list[object] = ["--resume"] if run.exists() else []
        more: list[object] = OPTIONS.get(name, [])
        run_command("hairnet-model", "train", *mix, "--out", run, "--steps", arguments.examples // 32, *more, *resume)
        report = {}
        for source, splits in MEASURED.items():
            model = ["--model", run / "last.keras"]
            printed = run_command("hairnet-model", "evaluate", measured[source], *model, "--json", *splits)
            report[source] = json.loads(printed)
        result.write_text(json.dumps(report))  # an incomplete report is not kept
    return dict(json.loads(result.read_text()))


def _build(source: str, policy: dict[str, Any], examples: int, arguments: Any) -> Path:
    """The folder of a build, which is made unless it is there."""
    name = f"{source}-{examples}-{'-'.join(policy)}"
    sizes = ["--train-examples", examples, "--image-size", arguments.image_size, "--data-dir", arguments.out]
    more: list[object] = ["--negatives", arguments.negatives, "--name", name, "--no-check", "--skip-bad", "--quiet"]
    if policy:
        file = arguments.out / f"{name}.toml"
        file.write_text("".join(f"{key} = {value}\n" for key, value in policy.items()))
        more += ["--policy", file]
    folders = {"lfw": arguments.source_dir, "drawn": None}
    folder = folders[source] if source in folders else getattr(arguments, source)
    kind = {"lfw": "lfw_parts", "drawn": "drawn"}.get(source, "folder")
    printed = run_command("hairnet-data", "build", kind, *(["--source-dir", folder] if folder else []), *sizes, *more)
    return Path(printed.strip().splitlines()[-1])


def _cells(report: dict[str, Any]) -> list[str]:
    def f1(source: str, split: str, *classes: str) -> str:
        scores = report[source]["splits"][split]["portraits"]["f1"]
        return " / ".join(f"{100 * (scores[name] or 0):.1f}" for name in classes)

    nobody = report["lfw"]["splits"]["test_negatives"]["negatives"]
    low, high = nobody["blob_share_95"]
    return [
        f1("lfw", "test", "hair", "face"),
        *(f1("lfw", f"test_{split}", "hair", "face") for split in ("small", "close", "group")),
        f1("celebamask", "test", "hair", "face"),
        f1("figaro", "test", "hair"),
        f"{100 * nobody['blob_share']:.1f} % ({100 * low:.1f}-{100 * high:.1f})",
    ]


if __name__ == "__main__":
    main()
