"""Two devices train as one: the same losses, the same weights, and a run is resumed on either.

The processor counts as two devices in a separate process (`two_devices.py`), one per backend.
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
from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.training import checkpoint
from tests.support.paths import ROOT

DROPOUT = ["dropout:one", "dropout:two", "dropout:resumed"]
ALIKE = {"tensorflow": "tiny", "jax": "dropout"}
"""The network that one device trains as two do: on JAX that of dropout too, so that it stands for that without."""
WRONG = ["tiny:2", "tiny:3", "tiny:0"]
MUTANTS = [
    "tiny:each has its own loss",
    "tiny:the loss is counted twice",
    "tiny:all have the first part",
    "clipped:each clips its own gradients, as Keras does",
]
CLOSE = 1e-4

Results = dict[str, Any]


@pytest.fixture(scope="module")
def packed(drawn_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dataset = open_dataset(drawn_dataset)
    path = tmp_path_factory.mktemp("packed") / "small.npz"
    about = {"name": "small", "fingerprint": "f", "image_size": 64, "people": []}
    write_packed(path, about, {split: tfds_records.encoded(dataset, split) for split in ("train", "validation")})
    return path


def _run(backend: str, packed: Path, folder: Path, jobs: list[str]) -> Results:
    # What JAX compiled for one run is taken for the next of the same network.
    cache = {
        "JAX_COMPILATION_CACHE_DIR": str(folder.parent / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    own = {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment = {**os.environ, **own, **(cache if backend == "jax" else {})}
    command = [sys.executable, "-m", "tests.support.two_devices", str(packed), str(folder), *jobs]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    results: Results = json.loads(ran.stdout.splitlines()[-1])
    return {**results, "said": ran.stderr}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def tensorflow(packed: Path, folder: Path) -> Results:
    without = ["tiny:one", "tiny:two", "tiny:resumed on one", "clipped:one", "clipped:two"]
    return _run("tensorflow", packed, folder / "tensorflow", [*without, *DROPOUT, *WRONG, *MUTANTS])


@pytest.fixture(scope="module")
def jax(packed: Path, folder: Path) -> Results:
    return _run("jax", packed, folder / "jax", [*DROPOUT, "dropout:resumed on one", *WRONG])


@pytest.fixture(params=["tensorflow", "jax"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def results(backend: str, request: pytest.FixtureRequest) -> Results:
    chosen: Results = request.getfixturevalue(backend)
    return chosen


def _apart(a: dict[str, Any], b: dict[str, Any]) -> float:
    """The largest difference of two runs: in the loss of a step, and in the scores of the last weights."""
    return float(max(np.abs(np.subtract(a[key], b[key])).max() for key in ("losses", "validation", "left")))


def test_two_are_as_one(results: Results, backend: str) -> None:
    one, two = (results[f"{ALIKE[backend]}:{count}"] for count in ("one", "two"))
    assert (one["devices"], two["devices"]) == (1, 2)
    assert len(two["losses"]) == 2
    assert _apart(one, two) < CLOSE


def test_a_run_is_resumed_on_two(results: Results, backend: str, folder: Path) -> None:
    assert _apart(results["dropout:two"], results["dropout:resumed"]) < CLOSE
    uninterrupted, resumed = (checkpoint.read(folder / backend / "dropout" / run) for run in ("two", "resumed"))
    for a, b in zip(
        [*uninterrupted.variables, *uninterrupted.average], [*resumed.variables, *resumed.average], strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_a_run_is_resumed_on_one(results: Results, backend: str) -> None:
    resumed = results[f"{ALIKE[backend]}:resumed on one"]
    assert resumed["devices"] == 1
    assert _apart(results[f"{ALIKE[backend]}:two"], resumed) < CLOSE


def test_dropout_is_that_of_one_device_on_jax_alone(tensorflow: Results, jax: Results) -> None:
    assert _apart(jax["dropout:one"], jax["dropout:two"]) < CLOSE
    assert (
        _apart(tensorflow["dropout:one"], tensorflow["dropout:two"]) > 10 * CLOSE
    )  # else the documentation is out of date


def test_jax_starts_and_trains_without_messages_and_errors_are_still_printed(jax: Results) -> None:
    """On TensorFlow: `test_cli_process.py`."""
    assert jax["said"] == "errors are printed\n"


def test_wrong_numbers_are_one_line(results: Results, backend: str) -> None:
    assert results["tiny:2"] == (
        "--devices: 2 cannot share a batch of 9 evenly; give a --batch that 2 divides, or other devices"
    )
    assert results["tiny:3"] == f"--devices: {backend} has 2 here (cpu:0, cpu:1); give all, or fewer"
    assert results["tiny:0"] == "--devices: '0' is not a number of devices; give 1, 2, ... or all"


def test_gradients_are_clipped_when_added_up(tensorflow: Results) -> None:
    assert _apart(tensorflow["clipped:one"], tensorflow["clipped:two"]) < CLOSE


@pytest.mark.parametrize("mutant", MUTANTS)
def test_mutants_are_caught(tensorflow: Results, mutant: str) -> None:
    network, _, _ = mutant.partition(":")
    assert _apart(tensorflow[f"{network}:one"], tensorflow[mutant]) > 2 * CLOSE
