"""The value of hair-only labels beside drawn portraits: none, with a rest that is known not to be hair, or unknown.

python benchmarks/hair_only.py --source-dir LFW --negatives WALLS --out FOLDER --steps 3000 --image-size 128

The portraits of LFW's training list lose every label but hair and become a source `folder`, twice: once with
`ignored = ["background", "face"]`, once without. Three networks are trained on as many pictures each, and evaluated on
the test list with all its labels. Finished parts are kept in the folder: started again, it resumes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, options, program, table

from hairnet_data.core.classes import HAIR
from hairnet_data.core.storage.atomic import install_folder
from hairnet_data.dataset.codec import encode_image, encode_mask
from hairnet_data.sources.lfw.source import LfwParts

CONFIG = """\
[indices]
hair = 1
ignore = 0

[options]
person = "^(.+)_[0-9]{4}$"
fractions = [0.9, 0.1, 0.0]
"""

NOT_HAIR = 'ignored = ["background", "face"]\n'

RUNS = {
    "drawn": ("drawn",),
    "drawn + hair only, the rest is no hair": ("drawn", "not_hair"),
    "drawn + hair only, the rest is anything": ("drawn", "anything"),
}
"""What each network is trained on, by the names of the builds."""


def main() -> None:
    """Builds, trains, evaluates, and prints the table."""
    parser = options(__doc__)
    parser.add_argument("--out", type=Path, required=True, help="a folder for datasets, runs and results")
    parser.add_argument("--steps", type=int, default=3000, help="of 32 pictures, for each network")
    parser.add_argument("--examples", type=int, default=24_000, help="pictures each build holds")
    parser.add_argument("--image-size", type=int, default=128)
    arguments = parser.parse_args()
    if arguments.out.resolve().is_relative_to(Path(__file__).resolve().parents[1]):
        parser.error("--out lies in the repository, and photographs of people do not belong there")
    arguments.out.mkdir(parents=True, exist_ok=True)
    reports = {name: _report(name, builds, arguments) for name, builds in RUNS.items()}
    pictures = 32 * arguments.steps
    print(f"{machine()}; {pictures:,} pictures a run at {arguments.image_size} x {arguments.image_size}\n")
    head = ["trained on", "hair F1", "face F1", "pixel accuracy", "mIoU"]
    print(table(head, [[name, *_cells(report["splits"]["test"]["portraits"])] for name, report in reports.items()]))


def hair_only(folder: Path, not_hair: bool, arguments: Any) -> Path:
    """Writes the source `folder` atomically: the photos of LFW's training list, and where their hair is.

    Args:
        folder: its path; nothing is done if it exists.
        not_hair: whether `classes.toml` says that the rest is not hair.
        arguments: of the command line.
    """
    if folder.exists():
        return folder
    source = LfwParts.open(arguments.source_dir, arguments.out / "downloads")
    draft = folder.with_name(f".{folder.name}.part")
    for part in ("images", "masks"):
        (draft / part).mkdir(parents=True, exist_ok=True)
    for entry in source.catalogue().entries:
        if entry.pool == "train":
            portrait = source.load(entry.id)
            name = entry.id.rpartition("/")[2]
            (draft / "images" / f"{name}.jpg").write_bytes(encode_image(portrait.image, "jpeg"))
            (draft / "masks" / f"{name}.png").write_bytes(encode_mask((portrait.mask == HAIR).astype("uint8")))
    (draft / "classes.toml").write_text(CONFIG + (NOT_HAIR if not_hair else ""))
    install_folder(draft, folder)
    return folder


def _report(name: str, builds: tuple[str, ...], arguments: Any) -> dict[str, Any]:
    slug = "-".join(builds)
    result = arguments.out / f"{slug}.json"
    if not result.exists():
        data = [_build(build, arguments) for build in builds]
        run = arguments.out / slug
        resume = ["--resume"] if run.exists() else []
        _run("hairnet-model", "train", *data, "--out", run, "--steps", arguments.steps, *resume)
        real = _build("real", arguments)
        printed = _run("hairnet-model", "evaluate", real, "--model", run / "last.keras", "--split", "test", "--json")
        json.loads(printed)  # an incomplete report is not kept
        result.write_text(printed)
    report: dict[str, Any] = json.loads(result.read_text())
    return report


def _build(build: str, arguments: Any) -> Path:
    examples: list[object] = ["--train-examples", 1 if build == "real" else arguments.examples]
    if build == "drawn":
        source: list[object] = ["drawn"]
    elif build == "real":
        source = ["lfw_parts", "--source-dir", arguments.source_dir]
    else:
        folder = hair_only(arguments.out / f"hair_only_{build}", build == "not_hair", arguments)
        source = ["folder", "--source-dir", folder]
    more = ["--negatives", arguments.negatives, "--image-size", arguments.image_size, "--data-dir", arguments.out]
    printed = _run("hairnet-data", "build", *source, *examples, *more, "--name", f"{build}_set", "--quiet")
    return Path(printed.strip().splitlines()[-1])


def _run(command: str, *arguments: object) -> str:
    executable = str(Path(program()).with_name(command))
    print("+", command, *arguments, file=sys.stderr, flush=True)
    return subprocess.run([executable, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout


def _cells(scores: dict[str, Any]) -> list[str]:
    shares = (scores["f1"]["hair"], scores["f1"]["face"], scores["pixel_accuracy"], scores["miou"])
    return ["-" if share is None else f"{100 * share:.1f}" for share in shares]


if __name__ == "__main__":
    main()
