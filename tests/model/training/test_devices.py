"""Two devices train as one: the same losses, the same weights, and a run goes on on either.

A processor counts as two devices in a process of its own (`two_devices.py`), once for each backend.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_model.data import tfds_records
from hairnet_model.data.packed_feed import write_packed
from hairnet_model.training import checkpoint
from tests.support.paths import ROOT

PLAIN = ["tiny:one", "tiny:two", "tiny:resumed", "tiny:resumed on one", "dropout:one", "dropout:two", "dropout:resumed"]
WRONG = ["tiny:2", "tiny:3", "tiny:0"]
MUTANTS = [
    "tiny:each has its own loss",
    "tiny:the loss is counted twice",
    "tiny:all have the first part",
    "clipped:each clips its own gradients, as Keras does",
]
CLOSE = 1e-4

Said = dict[str, Any]


@pytest.fixture(scope="module")
def packed(drawn_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dataset = tfds_records.open_dataset(drawn_dataset)
    path = tmp_path_factory.mktemp("packed") / "small.npz"
    about = {"name": "small", "fingerprint": "f", "image_size": 64, "people": []}
    write_packed(path, about, {split: tfds_records.encoded(dataset, split) for split in ("train", "validation")})
    return path


def _run(backend: str, packed: Path, folder: Path, what: list[str]) -> Said:
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "tests.support.two_devices", str(packed), str(folder), *what]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    said: Said = json.loads(ran.stdout.splitlines()[-1])
    return said


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def tensorflow(packed: Path, folder: Path) -> Said:
    clipped = ["clipped:one", "clipped:two"]
    return _run("tensorflow", packed, folder / "tensorflow", [*PLAIN, *WRONG, *clipped, *MUTANTS])


@pytest.fixture(scope="module")
def jax(packed: Path, folder: Path) -> Said:
    return _run("jax", packed, folder / "jax", [*PLAIN, *WRONG])


@pytest.fixture(params=["tensorflow", "jax"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def said(backend: str, request: pytest.FixtureRequest) -> Said:
    answers: Said = request.getfixturevalue(backend)
    return answers


def _apart(a: dict[str, Any], b: dict[str, Any]) -> float:
    """The most that two runs differ: in the loss of a step, and in what the last weights reach."""
    return float(max(np.abs(np.subtract(a[key], b[key])).max() for key in ("losses", "validation", "left")))


def test_two_are_as_one(said: Said) -> None:
    assert (said["tiny:one"]["devices"], said["tiny:two"]["devices"]) == (1, 2)
    assert len(said["tiny:two"]["losses"]) == 6
    assert _apart(said["tiny:one"], said["tiny:two"]) < CLOSE


def test_a_run_goes_on_on_two_or_on_one(said: Said, backend: str, folder: Path) -> None:
    assert said["tiny:resumed on one"]["devices"] == 1
    for kind in ("resumed", "resumed on one"):
        assert _apart(said["tiny:two"], said[f"tiny:{kind}"]) < CLOSE
    whole, resumed = (checkpoint.read(folder / backend / "tiny" / run) for run in ("two", "resumed"))
    for a, b in zip([*whole.variables, *whole.average], [*resumed.variables, *resumed.average], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_dropout_goes_on_where_it_was(said: Said) -> None:
    assert _apart(said["dropout:two"], said["dropout:resumed"]) < CLOSE


def test_dropout_is_that_of_one_device_on_jax_alone(tensorflow: Said, jax: Said) -> None:
    assert _apart(jax["dropout:one"], jax["dropout:two"]) < CLOSE
    assert _apart(tensorflow["dropout:one"], tensorflow["dropout:two"]) > 10 * CLOSE  # else the README is out of date


def test_wrong_numbers_are_one_line(said: Said, backend: str) -> None:
    assert said["tiny:2"] == (
        "--devices: 2 cannot share a batch of 9 evenly; give a --batch that 2 divides, or other devices"
    )
    assert said["tiny:3"] == f"--devices: {backend} has 2 here (cpu:0, cpu:1); give all, or fewer"
    assert said["tiny:0"] == "--devices: '0' is no number of devices; give 1, 2, ... or all"


def test_gradients_are_clipped_when_added_up(tensorflow: Said) -> None:
    assert _apart(tensorflow["clipped:one"], tensorflow["clipped:two"]) < CLOSE


@pytest.mark.parametrize("mutant", MUTANTS)
def test_mutants_are_caught(tensorflow: Said, mutant: str) -> None:
    network, _, _ = mutant.partition(":")
    assert _apart(tensorflow[f"{network}:one"], tensorflow[mutant]) > 2 * CLOSE
