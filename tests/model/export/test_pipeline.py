"""Exports of the shipped network: each is loaded back and agrees; one that does not agree is never written."""

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
from hairnet_model.export.graph import inference_graph
from hairnet_model.export.parity import ExportError, check_agreement, compare
from hairnet_model.export.pipeline import choose_format, export
from hairnet_model.model_io import model_file
from hairnet_model.model_io.model_file import Model
from hairnet_model.networks import fcn, outputs
from tests.support import colours
from tests.support.exports import check_litert


def lively(head: str) -> keras.Model:
    """The network of 2019 with weights that find several classes."""
    keras.utils.set_random_seed(4)
    network = fcn.create("fcn8s_2019", head)
    bias = {"classes": [0.3, 0.0, -0.1], "maps_2019": [60.0, 45.0]}[head]
    kernel = network.layers[-1].get_weights()[0]
    network.layers[-1].set_weights([kernel * 60, np.array(bias)])
    return network


@pytest.mark.parametrize("which", ["shipped", "classes", "maps_2019"])
@pytest.mark.parametrize("fixed", [False, True])
def test_the_inference_graph_has_the_same_outputs(shipped: Model, drawn: np.ndarray, which: str, fixed: bool) -> None:
    network = shipped.network if which == "shipped" else lively(which)
    image = drawn[:1]
    expected = outputs.probabilities(np.asarray(network(image)))
    assert len(np.unique(expected.argmax(-1))) > 1, "it must find several classes"
    graph = inference_graph(network, 224 if fixed else None)
    np.testing.assert_allclose(np.asarray(graph(image)), expected, atol=2e-5)
    assert [type(layer).__name__ for layer in graph.layers if "Standardized" in type(layer).__name__] == []
    if not fixed:
        assert graph(np.zeros((2, 64, 96, 3), np.uint8)).shape == (2, 64, 96, 3)


@pytest.mark.parametrize(("quantize", "most"), [(None, 3.0e6), ("int8", 0.87e6)])  # float16: test_tflite_metadata.py
def test_litert(shipped: Model, drawn: np.ndarray, tmp_path: Path, quantize: str | None, most: float) -> None:
    exported = export(shipped, tmp_path / "new" / "hair.tflite", drawn, quantize=quantize)
    check_litert(exported, shipped, drawn, quantize, most)


def test_an_operation_outside_xnnpack_is_named(shipped: Model) -> None:
    picture = keras.Input(batch_shape=(1, 32, 32, 3), dtype="uint8")
    big = keras.layers.UpSampling2D(2)(
        keras.layers.Conv2D(3, 3, 2, padding="same")(keras.layers.Rescaling(0.1)(picture))
    )
    run = litert.Runtime(litert.convert(keras.Model(picture, big), None, np.zeros((0, 32, 32, 3), np.uint8), {}))
    assert set(run.outside_xnnpack()) == {"TILE", "CAST"}


def test_saved_model(shipped: Model, drawn: np.ndarray, tmp_path: Path) -> None:
    exported = export(shipped, tmp_path / "hair", drawn, "saved_model")
    assert min(exported.agreement.iou) >= 0.995
    run = saved_model.load(exported.path)
    assert run(np.zeros((3, 64, 96, 3), np.uint8)).shape == (3, 64, 96, 3)
    assert json.loads((exported.path / "assets.extra" / "hairnet.json").read_text())["classes"] == list(NAMES)
    with pytest.raises(UsageError, match="exists; name a new folder"):
        export(shipped, exported.path, drawn, "saved_model")


def test_onnx(shipped: Model, drawn: np.ndarray, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    exported = export(shipped, tmp_path / "hair.onnx", drawn)  # by its name
    assert min(exported.agreement.iou) >= 0.995
    session = onnxruntime.InferenceSession(exported.path)
    assert json.loads(session.get_modelmeta().custom_metadata_map["hairnet.json"])["classes"] == list(NAMES)
    assert onnx.load(exported.path)(drawn[:2]).shape == (2, 224, 224, 3)


def test_another_network_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = tmp_path / "hair.tflite"
    older.write_bytes(b"an older file")
    build_graph = exporting.inference_graph

    def changed(network: keras.Model, size: int | None = None) -> keras.Model:
        graph = build_graph(network, size)
        layer = next(layer for layer in reversed(graph.layers) if isinstance(layer, keras.layers.Conv2D))
        kernel, bias = layer.get_weights()
        layer.set_weights([kernel, np.add(bias, [0.0, 40.0, 0.0])])  # more hair
        return graph

    monkeypatch.setattr(exporting, "inference_graph", changed)
    with pytest.raises(ExportError, match=r" agrees with .* by an IoU of 0\.\d+, not 0\.995; nothing was written"):
        export(colours.by_colour(64), older, colours.painted(colours.head(64, 64))[None])
    assert older.read_bytes() == b"an older file"
    assert [path.name for path in tmp_path.iterdir()] == ["hair.tflite"]


def test_pictures_that_show_too_little(tmp_path: Path) -> None:
    walls = np.full((2, 64, 64, 3), 130, np.uint8)
    with pytest.raises(ExportError, match=r"finds hair in \d\.\d % of the compared pixels, too little to tell"):
        export(colours.by_colour(64), tmp_path / "hair.tflite", walls)
    assert list(tmp_path.iterdir()) == []


def test_agreement_counts_each_class() -> None:
    truth = np.zeros((1, 4, 4, 3), np.float32)
    truth[..., 0] = 1
    truth[0, 0, :, :] = [0, 1, 0]
    truth[0, 1, :, :] = [0, 0, 1]
    other = truth.copy()
    other[0, 0, 0] = [1, 0, 0]
    agreement = compare(lambda x: truth, lambda x: other, np.zeros((3, 4, 4, 3), np.uint8))
    np.testing.assert_allclose(agreement.iou, [8 / 9, 3 / 4, 1])
    np.testing.assert_allclose(agreement.share, [0.5, 0.25, 0.25])
    assert (agreement.pictures, agreement.largest) == (3, 1.0)
    with pytest.raises(ExportError, match=r"background agrees .* 0\.8889"):
        check_agreement(agreement, None, "here")
    with pytest.raises(ExportError, match="not finite numbers"):
        compare(lambda x: truth, lambda x: other * np.nan, np.zeros((1, 4, 4, 3), np.uint8))


@pytest.mark.parametrize(
    ("form", "quantize", "size", "message"),
    [
        ("pickle", None, 224, "--format: no 'pickle'; choose from litert, saved_model, onnx"),
        ("litert", "int4", 224, "--quantize: no 'int4'; choose from float16, int8"),
        ("onnx", "int8", 224, "--quantize: onnx is written in float32 alone"),
        ("litert", None, 96, "build a dataset with --image-size 224"),
    ],
)
def test_wrong_options_are_refused(
    shipped: Model, tmp_path: Path, form: str, quantize: str | None, size: int, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        export(shipped, tmp_path / "x", np.zeros((2, size, size, 3), np.uint8), form, quantize)


@pytest.mark.parametrize(
    ("name", "form", "chosen"),
    [
        *(("a.tflite", None, "litert"), ("A.TFLITE", None, "litert"), ("a.onnx", None, "onnx")),
        *(("a", None, "saved_model"), ("v1.5/a", None, "saved_model")),
        *(("a", "litert", "litert"), ("a", "onnx", "onnx"), ("a.v2", "saved_model", "saved_model")),
        *(("a.bin", "litert", "litert"), ("a.tflite", "litert", "litert"), ("a.onnx", "onnx", "onnx")),
    ],
)
def test_the_format_is_given_or_follows_from_the_ending(name: str, form: str | None, chosen: str) -> None:
    assert choose_format(Path(name), form) == chosen


@pytest.mark.parametrize(
    ("name", "form", "message"),
    [
        ("a.keras", "litert", "--out: a.keras ends like a model of another kind, which litert is not"),
        ("a.H5", "saved_model", "--out: a.H5 ends like a model of another kind, which saved_model is not"),
        ("a.onnx", "litert", "--out: a.onnx ends like a file of onnx, and --format is litert; .*use --format onnx"),
        ("y.tflite", "saved_model", "--out: y.tflite ends like a file of litert, and --format is saved_model"),
        ("a.tflite", "onnx", "use --format litert"),
        ("a.pb", None, "the ending of a.pb names no format; end it in .tflite or .onnx"),
        ("a.tflite", "pickle", "--format: no 'pickle'; choose from litert, saved_model, onnx"),
    ],
)
def test_an_ending_of_another_format_is_refused(
    shipped: Model, drawn: np.ndarray, tmp_path: Path, name: str, form: str | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        export(shipped, tmp_path / name, drawn, form)
    assert list(tmp_path.iterdir()) == []


def test_nowhere_to_write(shipped: Model, drawn: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportError, match="cannot be written"):
        export(shipped, tmp_path / "file" / "hair.tflite", drawn)
    with pytest.raises(ExportError, match="is a folder"):
        export(shipped, tmp_path, drawn, "litert")


def test_without_onnx(shipped: Model, drawn: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ExportError, match=r'pip install "hairnet\[onnx\]"'):
        export(shipped, tmp_path / "hair.onnx", drawn, "onnx")


def test_samples() -> None:
    images = calibration.drawn(224)
    assert images.shape == (48, 224, 224, 3)
    assert images.dtype == np.uint8
    assert calibration.drawn(96).shape == (48, 96, 96, 3)
    predicted = outputs.class_ids(np.asarray(model_file.load().network.predict_on_batch(images)))
    assert min(np.mean(predicted == HAIR), np.mean(predicted == FACE)) > 0.05
