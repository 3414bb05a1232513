"""The command `hairnet-model` as a process: what it prints while it starts TensorFlow, and that SIGTERM saves.

To start TensorFlow takes seconds, so one process runs the commands of several tests.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hairnet_model.cli.dataset_commands import pack
from hairnet_model.networks import fcn
from tests.support import one_process, small_network
from tests.support.command import Command, Ran
from tests.support.eagerly import eagerly

SHORT = ["--batch", 4, "--precision", "float32", "--quiet"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("written")


@pytest.fixture(scope="module")
def ran(drawn_dataset: Path, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """The commands that were run, by what the tests call them. The first one starts TensorFlow."""
    packed = folder / "first.npz"
    pack(drawn_dataset, packed, 16)
    train = ["train", drawn_dataset, "--out", folder / "cut", *SHORT, "--steps", 4, "--validate-every", 50000]
    commands: dict[str, tuple[str, list[object]]] = {
        "train a packed file": ("two layers", ["train", packed, "--out", folder / "run", *SHORT, "--steps", 2]),
        "interrupted": ("interrupted", train),
        "pack": ("as it is", ["pack", drawn_dataset, "--out", folder / "small.npz"]),
        "evaluate": ("as it is", ["evaluate", drawn_dataset, "--split", "test_negatives", "--quiet"]),
        "export": ("as it is", ["export", "--quantize", "float16", "--out", folder / "hair.tflite"]),
    }
    results = one_process.run(tmp_path_factory.mktemp("said"), list(commands.values()))
    return dict(zip(commands, results, strict=True))


def test_training_from_a_packed_file_needs_no_tensorflow_of_ours(ran: dict[str, Ran], folder: Path) -> None:
    assert ran["train a packed file"].out.splitlines()[-2:] == [str(folder / "run/best.keras"), "no tfds_records"]
    assert ran["interrupted"].out == "tfds_records\n"  # it is told when it is needed


def test_a_training_starts_without_messages_and_errors_are_still_printed(ran: dict[str, Ran]) -> None:
    """On JAX: `training/test_devices.py`."""
    assert (ran["train a packed file"].status, ran["train a packed file"].err) == (0, "and errors are still printed\n")


def test_tensorflow_logs_nothing(ran: dict[str, Ran], folder: Path) -> None:
    packing, evaluating, exporting = (ran[command] for command in ("pack", "evaluate", "export"))
    assert (packing.status, packing.err) == (0, "")
    assert evaluating.status == 0
    assert evaluating.err.count("\n") == 1, evaluating.err  # the warning of another size
    assert (exporting.status, exporting.out.splitlines()[-1]) == (0, str(folder / "hair.tflite"))
    assert exporting.err.count("\n") == 1, exporting.err
    assert "IoU with the Keras model on 48 pictures: background" in exporting.err
    assert (folder / "hair.tflite").read_bytes()[4:8] == b"TFL3"


def test_every_command_starts_tensorflow_quietly(drawn_dataset: Path, tmp_path: Path) -> None:
    """The tests above see one command that starts TensorFlow; here each one is about to."""
    commands: list[list[object]] = [
        ["train", drawn_dataset, "--out", tmp_path / "run"],
        ["train-pose", drawn_dataset, "--out", tmp_path / "run"],
        ["pack", drawn_dataset, "--out", tmp_path / "small.npz"],
        ["evaluate", drawn_dataset],
        ["export", "--out", tmp_path / "hair.tflite"],
        ["predict", tmp_path, "--out", tmp_path, "--engine", "keras"],
    ]
    (tmp_path / "said").mkdir()
    ran = one_process.run(tmp_path / "said", [("stopped", command) for command in commands])
    assert [(each.status, each.out, each.err) for each in ran] == [(0, f"{command[0]}\n", "") for command in commands]


def test_sigterm_saves_a_training_that_resume_goes_on_with(
    ran: dict[str, Ran], folder: Path, drawn_dataset: Path, model_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted, run = ran["interrupted"], folder / "cut"
    assert interrupted.status == 130
    said = "hairnet-model: interrupted; the run is saved; --resume goes on from here\nand errors are still printed\n"
    assert interrupted.err == said
    assert {path.name for path in run.iterdir()} == {"run.json", "people.json", "state.npz"}

    # Steps and the interval between validations are the run's own.
    monkeypatch.setattr(fcn, "create", small_network.create)
    with eagerly():
        status, out, err = model_command("train", drawn_dataset, "--out", run, *SHORT, "--resume")
    assert (status, out.splitlines()[-1:]) == (0, [str(run / "best.keras")]), err
    assert json.loads((run / "run.json").read_text())["settings"]["validate_every"] == 50000
