"""Exports of the shipped network: each is loaded back and agrees; what does not agree is never written."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from hairnet_data.core.classes import FACE, HAIR, NAMES
from hairnet_data.core.errors import UsageError
from hairnet_model.export import calibration, litert, onnx, saved_model
from hairnet_model.export import pipeline as exporting
from hairnet_model.export.graph import plain
from hairnet_model.export.parity import ExportError, compare, demand
from hairnet_model.export.pipeline import export
from hairnet_model.model_io import model_file
from hairnet_model.model_io.model_file import Model
from hairnet_model.networks import fcn, outputs


@pytest.fixture(scope="module")
def shipped() -> Model:
    return model_file.load()


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    return calibration.drawn(224)[::4]


def lively(head: str) -> keras.Model:
    """The network of 2019 with weights that find something."""
    keras.utils.set_random_seed(4)
    network = fcn.create("fcn8s_2019", head)
    bias = {"classes": [0.3, 0.0, -0.1], "maps_2019": [60.0, 45.0]}[head]
    kernel = network.layers[-1].get_weights()[0]
    network.layers[-1].set_weights([kernel * 60, np.array(bias)])
    return network


@pytest.mark.parametrize("which", ["shipped", "classes", "maps_2019"])
@pytest.mark.parametrize("fixed", [False, True])
def test_the_plain_graph_says_the_same(shipped: Model, drawn: np.ndarray, which: str, fixed: bool) -> None:
    network = shipped.network if which == "shipped" else lively(which)
    image = drawn[:1]
    wanted = outputs.probabilities(np.asarray(network(image)))
    assert len(np.unique(wanted.argmax(-1))) > 1, "it must find something"
    made = plain(network, 224 if fixed else None)
    np.testing.assert_allclose(np.asarray(made(image)), wanted, atol=2e-5)
    assert [type(layer).__name__ for layer in made.layers if "Standardized" in type(layer).__name__] == []
    if not fixed:
        assert made(np.zeros((2, 64, 96, 3), np.uint8)).shape == (2, 64, 96, 3)


@pytest.mark.parametrize(("quantize", "most"), [(None, 2.6e6), ("float16", 1.35e6), ("int8", 0.8e6)])
def test_litert(shipped: Model, drawn: np.ndarray, tmp_path: Path, quantize: str | None, most: float) -> None:
    made = export(shipped, tmp_path / "new" / "hair.tflite", drawn, quantize=quantize)
    content = made.path.read_bytes()
    assert len(content) == made.size < most
    assert [path.name for path in made.path.parent.iterdir()] == ["hair.tflite"]
    assert made.agreement.pictures == len(drawn)
    assert min(made.agreement.iou) >= (0.97 if quantize == "int8" else 0.995)
    assert min(made.agreement.share) >= 0.05
    said = litert.metadata(content)
    assert (said["classes"], said["image_size"], said["pad"], said["quantized"]) == (list(NAMES), 224, 96, quantize)
    run = litert.Runtime(content)
    assert run.outside_xnnpack() == ["CAST"]
    (given,), (put_out,) = run._interpreter.get_input_details(), run._interpreter.get_output_details()
    assert (given["dtype"], list(given["shape"])) == (np.uint8, [1, 224, 224, 3])
    assert (put_out["dtype"], list(put_out["shape"])) == (np.float32, [1, 224, 224, 3])
    found = run(drawn[:1])
    np.testing.assert_allclose(found.sum(-1), 1, atol=1e-3 if quantize != "int8" else 5e-3)
    assert not any(op["op_name"].startswith(("FLEX", "CUSTOM")) for op in run._interpreter._get_ops_details())


def test_an_operation_outside_xnnpack_is_seen(shipped: Model) -> None:
    picture = keras.Input(batch_shape=(1, 32, 32, 3), dtype="uint8")
    big = keras.layers.UpSampling2D(2)(
        keras.layers.Conv2D(3, 3, 2, padding="same")(keras.layers.Rescaling(0.1)(picture))
    )
    run = litert.Runtime(litert.convert(keras.Model(picture, big), None, np.zeros((0, 32, 32, 3), np.uint8), {}))
    assert set(run.outside_xnnpack()) == {"TILE", "CAST"}


def test_saved_model(shipped: Model, drawn: np.ndarray, tmp_path: Path) -> None:
    made = export(shipped, tmp_path / "hair", drawn, "saved_model")
    assert min(made.agreement.iou) >= 0.995
    run = saved_model.load(made.path)
    assert run(np.zeros((3, 64, 96, 3), np.uint8)).shape == (3, 64, 96, 3)
    assert json.loads((made.path / "assets.extra" / "hairnet.json").read_text())["classes"] == list(NAMES)
    with pytest.raises(UsageError, match="exists; name a new folder"):
        export(shipped, made.path, drawn, "saved_model")


def test_onnx(shipped: Model, drawn: np.ndarray, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    made = export(shipped, tmp_path / "hair.onnx", drawn, "onnx")
    assert min(made.agreement.iou) >= 0.995
    session = onnxruntime.InferenceSession(made.path)
    assert json.loads(session.get_modelmeta().custom_metadata_map["hairnet.json"])["classes"] == list(NAMES)
    assert onnx.load(made.path)(drawn[:2]).shape == (2, 224, 224, 3)


def test_another_network_is_not_written(
    shipped: Model, drawn: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stood = tmp_path / "hair.tflite"
    stood.write_bytes(b"what stood there")
    true = exporting.plain

    def moved(network: keras.Model, size: int | None = None) -> keras.Model:
        made = true(network, size)
        layer = next(layer for layer in reversed(made.layers) if isinstance(layer, keras.layers.Conv2D))
        kernel, bias = layer.get_weights()
        layer.set_weights([kernel, bias + np.resize([0.0, 1.0, 0.0], bias.shape)])  # more hair
        return made

    monkeypatch.setattr(exporting, "plain", moved)
    with pytest.raises(ExportError, match=r" agrees with .* by an IoU of 0\.\d+, not 0\.995; nothing was written"):
        export(shipped, stood, drawn)
    assert stood.read_bytes() == b"what stood there"
    assert [path.name for path in tmp_path.iterdir()] == ["hair.tflite"]


def test_pictures_that_prove_nothing(shipped: Model, tmp_path: Path) -> None:
    walls = np.full((2, 224, 224, 3), 130, np.uint8)
    with pytest.raises(ExportError, match=r"finds hair in \d\.\d % of the compared pixels, too little to tell"):
        export(shipped, tmp_path / "hair.tflite", walls)
    assert list(tmp_path.iterdir()) == []


def test_agreement_counts_each_class() -> None:
    truth = np.zeros((1, 4, 4, 3), np.float32)
    truth[..., 0] = 1
    truth[0, 0, :, :] = [0, 1, 0]
    truth[0, 1, :, :] = [0, 0, 1]
    other = truth.copy()
    other[0, 0, 0] = [1, 0, 0]
    found = compare(lambda x: truth, lambda x: other, np.zeros((3, 4, 4, 3), np.uint8))
    np.testing.assert_allclose(found.iou, [8 / 9, 3 / 4, 1])
    np.testing.assert_allclose(found.share, [0.5, 0.25, 0.25])
    assert (found.pictures, found.largest) == (3, 1.0)
    with pytest.raises(ExportError, match=r"background agrees .* 0\.8889"):
        demand(found, None, "here")
    with pytest.raises(ExportError, match="is no number"):
        compare(lambda x: truth, lambda x: other * np.nan, np.zeros((1, 4, 4, 3), np.uint8))


@pytest.mark.parametrize(
    ("form", "quantize", "size", "said"),
    [
        ("pickle", None, 224, "--format: no 'pickle'; choose from litert, saved_model, onnx"),
        ("litert", "int4", 224, "--quantize: no 'int4'; choose from float16, int8"),
        ("onnx", "int8", 224, "--quantize: onnx is written in float32 alone"),
        ("litert", None, 96, "build a dataset with --image-size 224"),
    ],
)
def test_wrong_wishes(shipped: Model, tmp_path: Path, form: str, quantize: str | None, size: int, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        export(shipped, tmp_path / "x", np.zeros((2, size, size, 3), np.uint8), form, quantize)


def test_nowhere_to_write(shipped: Model, drawn: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportError, match="cannot be written"):
        export(shipped, tmp_path / "file" / "hair.tflite", drawn)
    with pytest.raises(ExportError, match="is a folder"):
        export(shipped, tmp_path, drawn)


def test_without_onnx(shipped: Model, drawn: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ExportError, match=r'pip install "hairnet\[onnx\]"'):
        export(shipped, tmp_path / "hair.onnx", drawn, "onnx")


def test_samples() -> None:
    images = calibration.drawn(224)
    assert images.shape == (48, 224, 224, 3)
    assert images.dtype == np.uint8
    assert calibration.drawn(96).shape == (48, 96, 96, 3)
    found = outputs.class_ids(np.asarray(model_file.load().network.predict_on_batch(images)))
    assert min(np.mean(found == HAIR), np.mean(found == FACE)) > 0.05
