"""The command `hairnet-model`, used rightly and wrongly."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.drawing.overlay import save_png
from hairnet_model.export.calibration import drawn
from hairnet_model.networks import fcn
from tests.support import small_network
from tests.support.command import Command
from tests.support.eagerly import eagerly


@pytest.fixture
def without_graphs() -> Iterator[None]:
    """For tests that train or evaluate: TensorFlow would take longer to trace a graph than the few steps take."""
    with eagerly():
        yield


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network of two layers in place of ours, which takes seconds to build, save, open and run."""
    monkeypatch.setattr(fcn, "create", small_network.create)


@pytest.mark.usefixtures("without_graphs", "small")
def test_from_records_to_masks(model_command: Command, drawn_dataset: Path, tmp_path: Path) -> None:
    run, flags = tmp_path / "run", ["--steps", 2, "--batch", 4, "--validate-every", 1, "--precision", "float32"]
    status, out, _ = model_command("train", drawn_dataset, "--out", run, *flags)
    assert status == 0
    assert out.splitlines()[-1] == str(run / "best.keras")
    assert model_command("train", drawn_dataset, "--out", run, *flags)[0] == 1
    assert model_command("train", drawn_dataset, "--out", run, *flags, "--resume")[0] == 0

    status, out, err = model_command("evaluate", drawn_dataset, "--model", run, "--json", "--worst", tmp_path / "w.png")
    assert (status, err) == (0, f"{tmp_path / 'w.png'}\n")
    assert {"test", "test_shifted", "test_negatives"} <= set(json.loads(out)["splits"])
    assert (tmp_path / "w.png").exists()
    status, out, _ = model_command("evaluate", drawn_dataset, "--model", run / "last.keras", "--split", "test")
    assert status == 0
    assert "mIoU" in out

    save_png(tmp_path / "photo.png", np.zeros((50, 70, 3), np.uint8))
    (tmp_path / "text.jpg").write_text("none")
    status, _, err = model_command(
        "predict", tmp_path / "photo.png", tmp_path / "text.jpg", "--out", tmp_path / "out", "--model", run, "--quiet"
    )
    assert status == 1
    assert "text.jpg" in err.splitlines()[0]
    assert all(line.endswith("photo.png: no head found") for line in err.splitlines()[1:])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["photo.png", "predictions.csv"]


def test_predict_with_the_shipped_weights(
    model_command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    save_png(tmp_path / "in" / "portrait.png", drawn(224)[0])
    save_png(tmp_path / "in" / "wall.png", np.full((50, 70, 3), 120, np.uint8))
    (tmp_path / "in" / "text.jpg").write_text("none")
    arguments = ["--out", tmp_path / "out", "--json", "--cutout", "head", "--cutout", "hair"]
    status, out, said = model_command("predict", tmp_path / "in", *arguments)
    assert status == 1
    assert said.splitlines()[1:] == [f"hairnet-model: {tmp_path / 'in' / 'wall.png'}: no head found"]
    found = json.loads(out)
    portrait, wall = found["photos"]
    (head,) = portrait["heads"]
    assert head["sure"] > 0.8
    assert head["pose"] is None
    assert 50 < head["box"][3] <= 224
    assert portrait["hair"] > 0.05 < portrait["face"]
    assert (wall["heads"], wall["hair"], wall["width"], wall["height"]) == ([], 0, 70, 50)
    assert found["left_out"][0]["file"].endswith("text.jpg")
    with open(tmp_path / "out" / "predictions.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [Path(row["file"]).name for row in rows] == ["portrait.png", "wall.png", "text.jpg"]
    assert [row["heads"] for row in rows] == ["1", "0", ""]
    assert "text.jpg" in rows[2]["left_out"]
    cut = np.asarray(Image.open(tmp_path / "out" / "portrait_head.png"))
    mask = np.asarray(Image.open(tmp_path / "out" / "portrait.png"))
    assert cut.shape == (224, 224, 4)
    assert ((cut[..., 3] > 127) == (mask > 0)).mean() > 0.99
    assert (cut[cut[..., 3] == 0] == 0).all()
    assert (tmp_path / "out" / "wall_hair.png").exists()

    pattern = tmp_path / "in" / "w*.png"
    assert model_command("predict", pattern, "--out", tmp_path / "o2", "--quiet")[0] == 0
    assert model_command("predict", pattern, "--out", tmp_path / "o2", "--quiet", "--strict")[0] == 1
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{tmp_path / 'in' / 'portrait.png'}\n"))
    assert model_command("predict", "-", "--out", tmp_path / "o3", "--quiet", "--no-locate", "--strict")[0] == 0
    assert (tmp_path / "o3" / "portrait.png").exists()
    status, _, said = model_command("predict", tmp_path / "none*.png", "--out", tmp_path / "o4")
    assert (status, said.count("\n")) == (1, 1)
    assert "matches no file" in said


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["train", "{data}", "--out", "{tmp}/r", "--steps", "0"], 2, "--steps: 0 is outside 1.."),
        (["train", "{data}", "--out", "{tmp}/r", "--steps", "5", "--epochs", "2"], 2, "give one of them"),
        (["train", "{data}", "--out", "{tmp}/r", "--arch", "unet"], 2, "no 'unet'; choose from hairnet, fcn8s_2019"),
        (["train", "{data}", "--out", "{tmp}/r", "--learning-rate", "nan"], 2, "--learning-rate: nan is outside"),
        (["train", "{data}", "--out", "{tmp}/r", "--precision", "int8"], 2, "--precision: no 'int8'"),
        (["train", "{data}=0", "--out", "{tmp}/r"], 2, "'0' is no share; give a number above 0, as in DIR=2.5"),
        (["train", "{data}=-1", "--out", "{tmp}/r"], 2, "'-1' is no share"),
        (["train", "{data}=nan", "--out", "{tmp}/r"], 2, "'nan' is no share"),
        (["train", "{data}=inf", "--out", "{tmp}/r"], 2, "'inf' is no share"),
        (["train", "{data}=two", "--out", "{tmp}/r"], 2, "'two' is no share"),
        (["train", "{data}=", "--out", "{tmp}/r"], 2, "'' is no share"),
        (["train", "{tmp}/none=2", "--out", "{tmp}/r"], 1, "is no folder; give the folder"),
        (["train", "{tmp}/none", "--out", "{tmp}/r"], 1, "is no folder; give the folder"),
        (["train", "{tmp}/none.npz", "--out", "{tmp}/r"], 1, "hairnet-model pack"),
        (["train", "{data}", "{tmp}/none.npz", "--out", "{tmp}/r"], 2, "cannot be mixed"),
        (["train", "{data}", "--out", "{tmp}/r", "--init", "{tmp}/no.keras"], 1, "no.keras: is missing"),
        (["train", "{data}", "--out", "{tmp}/r", "--init", "hairnet", "--as-2019"], 2, "was not trained so"),
        (["train", "{data}", "--out", "{tmp}/r", "--resume"], 1, "holds no run to resume"),
        (["train", "{data}", "--out", "{tmp}/r", "--devices", "both"], 2, "'both' is not a number of devices; give 1"),
        (["evaluate", "{data}", "--model", "{tmp}"], 1, "holds no best.keras"),
        (["evaluate", "{data}", "--model", "{tmp}/no.keras", "--worst", "a.jpg"], 2, "png"),
        (["pack", "{data}", "--out", "{tmp}/a.zip"], 2, "does not end in .npz"),
        (["export", "--format", "pickle", "--out", "{tmp}/r"], 2, "choose from litert, saved_model, onnx"),
        (["export", "--quantize", "int4", "--out", "{tmp}/r"], 2, "choose from float16, int8"),
        (["export", "--format", "onnx", "--quantize", "int8", "--out", "{tmp}/r"], 2, "use --format litert"),
        (["export", "--out", "{tmp}/r.onnx", "--format", "litert"], 2, "r.onnx ends like a file of onnx"),
        (["export", "--out", "{tmp}/r.bin"], 2, "end it in .tflite or .onnx"),
        (["export", "--quantize", "float16", "--out", "{tmp}/r"], 2, "use --format litert"),
        (["export", "--data", "{data}", "--out", "{tmp}/r.tflite"], 2, "build a dataset with --image-size 224"),
        (["export", "--data", "{tmp}/none", "--out", "{tmp}/r.tflite"], 1, "is no folder"),
        (["export", "--model", "{tmp}/no.keras", "--out", "{tmp}/r"], 1, "is missing"),
        (["predict", "--out", "{tmp}"], 2, "see --help"),
        (["predict", "{tmp}/a.png", "--out", "{tmp}/r", "--engine", "onnx"], 2, "choose from litert, keras"),
        (["predict", "{tmp}/a.png", "--out", "{tmp}/r", "--cutout", "nose"], 2, "choose from hair, face, head"),
        (["predict", "{tmp}/a.png", "--out", "{tmp}/r", "--recolour", "nose"], 2, "choose from jet black, espresso"),
        (["predict", "{tmp}/a.png", "--out", "{tmp}/r", "--model", "{tmp}/none.tflite"], 1, "is missing"),
        (["fly"], 2, "see --help"),
    ],
)
def test_wrong_input_is_one_line(
    model_command: Command, drawn_dataset: Path, tmp_path: Path, arguments: list[str], status: int, message: str
) -> None:
    ran = model_command(*(part.format(data=drawn_dataset, tmp=tmp_path) for part in arguments))
    assert ran[0] == status
    assert ran[2].count("\n") == 1
    assert message in ran[2]
    assert not list(tmp_path.glob("r*"))


def test_another_size_than_that_of_the_weights_is_warned_of(
    model_command: Command, drawn_dataset: Path, tmp_path: Path
) -> None:
    warning = "hairnet-model: warning: the pictures have 64 pixels and the weights were trained at 224: "
    status, out, err = model_command("evaluate", drawn_dataset, "--split", "test", "--json")
    assert (status, err.count("\n"), err.startswith(warning)) == (0, 1, True), err
    assert json.loads(out)["dataset"]["image_size"] == 64
    flags = ["--init", "hairnet", "--steps", 1, "--batch", 4, "--precision", "float32", "--quiet"]
    with eagerly():
        status, _, err = model_command("train", drawn_dataset, "--out", tmp_path / "run", *flags)
    assert (status, err.count("\n"), err.startswith(warning)) == (0, 1, True), err


@pytest.mark.usefixtures("small")
def test_a_dataset_is_named_by_folders_above_it_or_by_its_name(
    model_command: Command, drawn_dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = drawn_dataset.parts[-2]
    home = tmp_path / "data" / "hairnet_synthetic"
    shutil.copytree(drawn_dataset.parent, home / name)
    monkeypatch.setattr("hairnet_data.core.records.dataset_lookup.default_data_dir", lambda: tmp_path / "data")
    for given in (home / name, home, tmp_path / "data", name):
        assert model_command("pack", given, "--out", tmp_path / "p.npz")[0] == 0
    arguments = ["--out", tmp_path / "run", "--steps", 1, "--batch", 4, "--precision", "float32", "--quiet"]
    with eagerly():
        assert model_command("train", name, tmp_path / "data", *arguments)[0] == 0
    assert model_command("evaluate", name, "--model", tmp_path / "run", "--split", "test", "--json")[0] == 0
    shutil.copytree(home / name, home / "other")
    for arguments in (["pack", home, "--out", tmp_path / "p.npz"], ["evaluate", home]):
        status, _, err = model_command(*arguments)
        assert (status, err.count("\n")) == (1, 1)
        assert "holds 2 datasets" in err


def test_other_files_are_no_models(model_command: Command, drawn_dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "text.keras").write_text("none")
    status, _, err = model_command("evaluate", drawn_dataset, "--model", tmp_path / "text.keras")
    assert (status, err.count("\n")) == (1, 1)
    assert "is no model of ours" in err
