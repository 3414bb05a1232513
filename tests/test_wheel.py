"""The wheel, not the checkout: what a user installs has the dataset, its card and everything the commands need."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PAGE = ROOT / "hairnet_model" / "web" / "dist"

USE = """
import pathlib, sys
import hairnet_data, hairnet_synthetic
import tensorflow_datasets as tfds
home = pathlib.Path(sys.argv[1])
for package in (hairnet_data, hairnet_synthetic):
    assert pathlib.Path(package.__file__).is_relative_to(home), package.__file__
builder = tfds.builder("hairnet_synthetic/drawn", data_dir=sys.argv[2])
assert "hair and face" in builder.info.description
assert "@software{hairnet" in builder.info.citation
assert builder.info.supervised_keys == ("image", "mask")
from hairnet_data.interchange.class_files import class_files
assert "lapa" in class_files()
from hairnet_data.cli.app import main
data = sys.argv[2]
for name in ("preview.png", "preview.html"):
    sys.argv = ["hairnet-data", "preview", "--count", "2", "--data-dir", data, "--out", f"{data}/{name}"]
    try:
        main()
    except SystemExit as ended:
        assert ended.code == 0
import numpy as np
from hairnet_model import Segmenter
from hairnet_model.model_io import shipped
assert shipped.NETWORKS["hairnet"].keras.is_relative_to(home), shipped.NETWORKS["hairnet"].keras
assert Segmenter.load().segment(np.zeros((1, 30, 40, 3), np.uint8)).shape == (1, 30, 40)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # From a copy of what git tracks: building in the checkout would leave its traces there.
    source = folder / "source"
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.split(b"\0")
    for name in (os.fsdecode(name) for name in files if name):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    if PAGE.is_dir():
        shutil.copytree(PAGE, source / PAGE.relative_to(ROOT))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(source)], check=True)
    return next(folder.glob("hairnet-*.whl"))


@pytest.mark.skipif(not PAGE.is_dir(), reason="the page is not built: make web")
def test_the_wheel_has_the_page_and_its_two_runtimes(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("hairnet_model/web/")}
    assert "hairnet_model/web/dist/index.html" in names
    assert "hairnet_model/web/dist/THIRD_PARTY.txt" in names
    assert len([name for name in names if name.endswith(".wasm")]) == 2
    assert {name.split("/")[2] for name in names} == {"dist"}


def test_the_wheel_has_packages_and_their_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {"hairnet_synthetic/TAGS.txt", "hairnet_model/effects/colours.json"}
    wanted |= {"hairnet_model/tryon/styles/bob.hair", "hairnet_model/tryon/styles/head.json"}
    wanted |= {"hairnet_data/building/dataset_card/README.md"}
    wanted |= {f"hairnet_data/inspection/{name}" for name in ("gallery.html", "gallery.css")}
    wanted |= {
        f"hairnet_model/weights/{name}"
        for name in (
            *("hairnet.keras", "hairnet.tflite", "hairnet_448.tflite", "hairnet-drawn.keras", "hairnet-drawn.tflite"),
            *("hairnet_pose.keras", "hairnet_pose.tflite"),
            *("drawn_samples.npz", "MODEL_CARD.md", "MODEL_CARD_DRAWN.md"),
        )
    }
    assert wanted | {"hairnet_data/py.typed", "hairnet_data/sources/drawn/__init__.py"} <= names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} <= {
        "hairnet_data",
        "hairnet_model",
        "hairnet_synthetic",
    }


def test_the_wheel_works(wheel: Path, tmp_path: Path) -> None:
    home, data = tmp_path / "home", tmp_path / "data"
    data.mkdir()
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(home), str(wheel)]
    subprocess.run(command, check=True)
    environment = {**os.environ, "PYTHONPATH": str(home)}
    use = [sys.executable, "-c", USE, str(home), str(data)]
    done = subprocess.run(use, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (data / "preview.png").is_file()
    assert "</html>" in (data / "preview.html").read_text()
