"""`requirements-inference.txt` is all that `predict` needs: every other dependency is hidden from the process."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.core.drawing.overlay import save_png
from hairnet_model.export import calibration
from tests.support import videos
from tests.support.paths import ROOT

HIDING = """
import sys
hidden = set(sys.argv[1].split(","))

class Hider:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hider())
sys.argv = ["hairnet-model", *sys.argv[2:]]
from hairnet_model.cli.app import main
main()
"""

MODULES = {"tensorflow-datasets": "tensorflow_datasets", "google-crc32c": "google_crc32c"}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=;\\[ ]", line, maxsplit=1)[0].lower() for line in requirements}


def all_dependencies() -> list[str]:
    dependencies: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    return dependencies


def listed() -> list[str]:
    lines = (ROOT / "requirements-inference.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    hidden = {MODULES.get(name, name) for name in names(all_dependencies()) - names(listed())}
    assert {"tensorflow", "keras", "h5py", "matplotlib"} <= hidden
    command = [sys.executable, "-c", HIDING, ",".join(hidden), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_list_asks_for_the_versions_of_the_package() -> None:
    assert set(listed()) <= {line.split(";")[0].strip() for line in all_dependencies()}


def test_predict_needs_no_more(tmp_path: Path) -> None:
    save_png(tmp_path / "a.png", calibration.drawn(224)[0])
    options = ["--overlay", "--panels", "--cutout", "head", "--json"]
    ran = run("predict", tmp_path / "a.png", "--out", tmp_path / "out", *options)
    assert ran.returncode == 0, ran.stderr
    assert {file.name for file in (tmp_path / "out").iterdir()} >= {"a.png", "a_overlay.png", "a_head.png"}


def test_predict_needs_no_more_for_a_video(tmp_path: Path) -> None:
    videos.write(tmp_path / "a.mp4", [calibration.drawn(224)[0]] * 3, sound="aac")
    ran = run("predict", tmp_path / "a.mp4", "--out", tmp_path / "out", "--overlay", "--json")
    assert ran.returncode == 0, ran.stderr
    assert {file.name for file in (tmp_path / "out").iterdir()} >= {"a.mkv", "a_overlay.mp4"}


@pytest.mark.parametrize(
    "arguments", [["evaluate", "."], ["predict", "{photo}", "--engine", "keras", "--out", "{out}"]]
)
def test_what_needs_more_says_so_in_one_line(tmp_path: Path, arguments: list[str]) -> None:
    save_png(tmp_path / "a.png", np.zeros((8, 8, 3), np.uint8))
    ran = run(*(part.format(photo=tmp_path / "a.png", out=tmp_path / "out") for part in arguments))
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1, ran.stderr
    assert re.search("needs (keras|tensorflow_datasets), which is not installed; pip install hairnet", ran.stderr)
