"""Ablation: the same network and number of pictures, trained on records with and without each augmentation.

python benchmarks/ablation.py --source-dir lfw --negatives walls --out FOLDER

All runs are evaluated on one common build, whose test splits no augmentation changes. Finished parts are kept in the
folder: started again, it resumes. `--only hairnet/all` does one part.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, options, program, table

STILL = ["--scale", "1", "1", "--shift", "0", "--rotate", "0"]
POLICIES = {
    "plain": ["--negative-rate", "0", "--occlude-rate", "0", *STILL],
    "+ negatives": ["--occlude-rate", "0", *STILL],
    "+ affine": ["--negative-rate", "0", "--occlude-rate", "0"],
    "+ occlusion": ["--negative-rate", "0", *STILL],
    "all": [],
}
"""One augmentation at a time on top of plain, and all three. Mirroring and colour changes are in every one."""

RUNS = [
    *(("hairnet", policy) for policy in POLICIES),
    *((arch, policy) for arch in ("fcn8s_2019, loss of 2019", "fcn8s_2019, our loss") for policy in ("plain", "all")),
]
FLAGS = {"hairnet": [], "fcn8s_2019, loss of 2019": ["--as-2019"], "fcn8s_2019, our loss": ["--arch", "fcn8s_2019"]}


def main() -> None:
    """Builds, trains, evaluates, and prints the table."""
    parser = options(__doc__)
    parser.add_argument("--out", type=Path, required=True, help="a folder for datasets, runs and results")
    parser.add_argument(
        "--examples", type=int, default=24_000, help="pictures each run is trained on, and each build holds"
    )
    parser.add_argument("--image-size", type=int, default=224)
    parser.add_argument("--only", action="append", help="ARCH/POLICY, e.g. 'hairnet/all'")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    reports = {}
    for arch, policy in RUNS:
        name = f"{arch}/{policy}"
        if not arguments.only or name in arguments.only:
            reports[name] = _report(arch, policy, arguments)
    print(f"{machine()}; {arguments.examples:,} pictures a run at {arguments.image_size} x {arguments.image_size}\n")
    head = [
        "network",
        "records",
        "test: acc / hair / face / mIoU",
        "shifted",
        "rotated",
        "occluded",
        "false pixels",
        "blobs",
    ]
    print(table(head, [[*name.split("/"), *_cells(report["splits"])] for name, report in reports.items()]))


def _report(arch: str, policy: str, arguments: Any) -> dict[str, Any]:
    slug = f"{arch}-{policy}".replace(" ", "").replace("+", "").replace(",", "-")
    result = arguments.out / f"{slug}.json"
    if not result.exists():
        data = _build(policy, arguments)
        run = arguments.out / slug
        batch = 10 if "2019" in arch and "loss of" in arch else 32
        flags = [*FLAGS[arch], "--steps", arguments.examples // batch, "--batch", batch]
        resume = ["--resume"] if run.exists() else []
        run_command("hairnet-model", "train", data, "--out", run, *flags, *resume)
        common = _build("all", arguments)
        report = run_command("hairnet-model", "evaluate", common, "--model", run / "last.keras", "--json")
        json.loads(report)  # an incomplete report is not kept
        result.write_text(report)
    return json.loads(result.read_text())


def _build(policy: str, arguments: Any) -> Path:
    name = policy.replace("+ ", "")
    more = ["--train-examples", arguments.examples, "--image-size", arguments.image_size, "--data-dir", arguments.out]
    sources = ["--source-dir", arguments.source_dir, "--negatives", arguments.negatives]
    printed = run_command(
        "hairnet-data", "build", "lfw_parts", *sources, *more, "--name", name, "--quiet", *POLICIES[policy]
    )
    return Path(printed.strip().splitlines()[-1])


def run_command(command: str, *arguments: object) -> str:
    """What one of the two commands prints."""
    executable = str(Path(program()).with_name(command))
    print("+", command, *arguments, file=sys.stderr, flush=True)
    return subprocess.run([executable, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout


def _cells(splits: dict[str, Any]) -> list[str]:
    test = splits["test"]["portraits"]
    scores = (test["pixel_accuracy"], test["f1"]["hair"], test["f1"]["face"], test["miou"])
    negatives = splits["test_negatives"]["negatives"]
    low, high = negatives["blob_share_95"]
    return [
        " / ".join(f"{100 * (score or 0):.1f}" for score in scores),
        *(f"{100 * splits[f'test_{split}']['portraits']['miou']:.1f}" for split in ("shifted", "rotated", "occluded")),
        f"{100 * negatives['false_positive_pixels']:.2f} %",
        f"{100 * negatives['blob_share']:.1f} % ({100 * low:.1f}-{100 * high:.1f})",
    ]


if __name__ == "__main__":
    main()
