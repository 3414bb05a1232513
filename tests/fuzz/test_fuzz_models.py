"""Spoiled models: refused in one line, or a network that segments."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_model.inference.segmenter import Segmenter
from hairnet_model.model_io import model_file
from hairnet_model.model_io.model_file import Model, ModelError
from tests.fuzz.answers import asked, times
from tests.fuzz.mutations import inputs
from tests.fuzz.zip_members import members, packed

WEIGHTS, CONFIG, OURS = "model.weights.h5", "config.json", "hairnet.json"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of one convolution that finds classes in 32 x 32 pixels."""
    picture = keras.Input((None, None, 3), dtype="uint8")
    output = keras.layers.Conv2D(3, 1, activation="relu")(keras.layers.Rescaling(1 / 64)(picture))
    path = tmp_path_factory.mktemp("model") / "good.keras"
    model_file.save(path, Model(keras.Model(picture, output), 32, frozenset({"p"})))
    return path


def opened(path: Path) -> Segmenter | None:
    """The model, if it is one; then it segments as well, or says in one line that it puts out no numbers."""
    segmenter = asked(lambda: Segmenter.load(path), ModelError)
    if segmenter is not None:
        masks = asked(lambda: segmenter.segment(np.zeros((1, 20, 30, 3), np.uint8)))
        if masks is not None:
            assert masks.shape == (1, 20, 30)
            assert masks.max() < 3
    return segmenter


WORDS = [
    b"Lambda",
    b'"keras.layers"',
    b'"class_name"',
    b"1e999",
    b"99999999",
    b"null",
    b"-1",
    b"[]",
    b"{}",
    b"\xff" * 8,
    b"\0" * 8,
]


@times(100)
@given(st.sampled_from([WEIGHTS, CONFIG, OURS, ""]), st.data())
def test_models(good: Path, name: str, data: st.DataObject) -> None:
    path = good.with_name("spoiled.keras")
    held = members(good)
    if name:
        packed(path, held | {name: data.draw(inputs([held[name]], WORDS))})
    else:
        path.write_bytes(data.draw(inputs([good.read_bytes()], WORDS)))
    opened(path)


def changed(good: Path, change: Callable[[Any], object], name: str = CONFIG) -> Path:
    """The model with other JSON."""
    held = members(good)
    values = json.loads(held[name])
    change(values)
    return packed(good.with_name("changed.keras"), held | {name: json.dumps(values).encode()})


def test_a_model_that_is_only_packed_again_opens(good: Path) -> None:
    assert opened(changed(good, lambda config: None)) is not None


def layer(config: Any, kind: str = "Conv2D") -> Any:
    return next(each for each in config["config"]["layers"] if each["class_name"] == kind)


def lambda_layer(config: Any) -> None:
    code = {"class_name": "__lambda__", "config": {"value": ["4wEAAAA=", None, None]}}
    layer(config, "Rescaling").update({"class_name": "Lambda", "config": {"name": "rescaling", "function": code}})


@pytest.mark.parametrize(
    "change",
    [
        lambda_layer,
        lambda c: layer(c).update({"module": "os", "class_name": "system"}),
        lambda c: layer(c).update(
            {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "/tmp"}}
        ),
        lambda c: layer(c).update({"class_name": "TorchModuleWrapper", "config": {"module": "gASVAAAA"}}),
        lambda c: layer(c).update({"class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}}),
        lambda c: layer(c).update({"registered_name": "other>Thing"}),
        lambda c: layer(c)["config"].update({"activation": "other>thing"}),
        lambda c: layer(c)["config"].update(
            {"activation": {"class_name": "function", "module": "os", "config": "system"}}
        ),
        lambda c: layer(c)["config"].update({"kernel_initializer": {"class_name": "__numpy__", "config": {}}}),
        lambda c: c.update({"module": "keras.models", "class_name": "Sequential"}),
        lambda c: c.update({"module": "keras.config", "class_name": "enable_unsafe_deserialization"}),
        lambda c: c.update({"registered_name": "hairnet>DepthToSpace"}),
        lambda c: c["config"].update({"layers": c["config"]["layers"] * 400}),
    ],
)
def test_what_no_network_of_ours_names(good: Path, change: Callable[[Any], object], monkeypatch) -> None:
    """All of it is refused before Keras sees it."""
    monkeypatch.setattr(keras.saving, "load_model", lambda *_, **__: pytest.fail("Keras was asked"))
    with pytest.raises(ModelError):
        model_file.load(changed(good, change))


@pytest.mark.parametrize("number", [60_000, 10**9, 1e308])
@pytest.mark.parametrize("key", ["filters", "kernel_size", "input_shape"])
def test_a_network_larger_than_its_weights(good: Path, key: str, number: float, monkeypatch) -> None:
    monkeypatch.setattr(keras.saving, "load_model", lambda *_, **__: pytest.fail("Keras was asked"))

    def change(config: Any) -> None:
        conv = layer(config)
        if key == "input_shape":
            conv["build_config"]["input_shape"] = [None, None, None, number]
        else:
            conv["config"][key] = number if key == "filters" else [number, number]

    assert opened(changed(good, change)) is None


@pytest.mark.parametrize(
    "ours",
    [
        *({"image_size": size} for size in (0, -32, 1 << 40, 33.5, "224", None, True)),
        *({"people": people} for people in (None, 3, [3], {"a": 1}, [["p"]])),
        {"classes": None},
    ],
    ids=str,
)
def test_facts_that_are_none(good: Path, ours: dict[str, Any]) -> None:
    assert opened(changed(good, lambda values: values.update(ours), OURS)) is None


def h5(change: Callable[[h5py.File], object], good: Path) -> bytes:
    stream = io.BytesIO(members(good)[WEIGHTS])
    with h5py.File(stream, "r+") as file:
        change(file)
    return stream.getvalue()


def replaced(**options: Any) -> Callable[[h5py.File], object]:
    def change(file: h5py.File) -> None:
        datasets: list[str] = []
        file.visititems(lambda name, item: datasets.append(name) if isinstance(item, h5py.Dataset) else None)
        del file[datasets[0]]
        file.create_dataset(datasets[0], **options)

    return change


def linked(link: Any) -> Callable[[h5py.File], object]:
    def change(file: h5py.File) -> None:
        file["more"] = link

    return change


def cross_linked(file: h5py.File) -> None:
    """Groups with 2 ** 40 ways through them."""
    inner = file.create_group("g0")
    for number in range(1, 40):
        outer = file.create_group(f"g{number}")
        outer["a"] = outer["b"] = inner
        inner = outer


@pytest.mark.parametrize(
    "change",
    [
        linked(h5py.ExternalLink("/etc/passwd", "/")),
        linked(h5py.SoftLink("/layers")),
        replaced(shape=(1, 1, 3, 3), dtype="f4", external=[("/etc/passwd", 0, 36)]),
        replaced(shape=(1 << 20, 1 << 20), dtype="f4", chunks=(1 << 10, 1 << 10)),
        replaced(data=np.zeros((1000, 1000), "f4"), compression="gzip"),
        replaced(shape=(1 << 16, 1 << 16), dtype="f4"),
        replaced(data=np.array([b"text"], dtype=object), dtype=h5py.string_dtype()),
        lambda file: file.create_virtual_dataset("v", h5py.VirtualLayout((4,), "f4")),
        lambda file: file.__setitem__("loop", file["/"]),
        cross_linked,
    ],
    ids=["external link", "soft link", "external", "chunks", "gzip", "hole", "text", "virtual", "loop", "cross-linked"],
)
def test_weights_that_lie_elsewhere_or_nowhere(good: Path, change: Callable[[h5py.File], object], monkeypatch) -> None:
    path = packed(good.with_name("h5.keras"), members(good) | {WEIGHTS: h5(change, good)})
    monkeypatch.setattr(keras.saving, "load_model", lambda *_, **__: pytest.fail("Keras was asked"))
    assert opened(path) is None


@pytest.mark.parametrize("name", [WEIGHTS, CONFIG, OURS])
def test_bombs(good: Path, name: str) -> None:
    held = members(good) | {name: bytes(300 << 20)}
    path = packed(good.with_name("bomb.keras"), held, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1 << 20
    assert opened(path) is None


def test_members_that_no_model_has(good: Path) -> None:
    for more in ("assets/x", "../x", "model.weights.npz", "x\ny"):
        assert opened(packed(good.with_name("more.keras"), members(good) | {more: b""})) is None
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(packed(good.with_name("twice.keras"), members(good)), "a") as archive,
    ):
        archive.writestr(CONFIG, b"{}")
    assert opened(good.with_name("twice.keras")) is None


def test_a_network_of_something_else(good: Path, tmp_path: Path) -> None:
    def saved(picture: Any, output: Any) -> Path:
        model_file.save(tmp_path / "odd.keras", Model(keras.Model(picture, output), 32))
        return tmp_path / "odd.keras"

    grey, colour = keras.Input((32, 32, 1)), keras.Input((32, 32, 3))
    conv = keras.layers.Conv2D
    assert opened(saved(grey, conv(3, 1)(grey))) is None
    assert opened(saved(colour, conv(5, 1)(colour))) is None
    assert opened(saved(colour, conv(3, 1, strides=2)(colour))) is None
    assert opened(saved([grey, colour], conv(3, 1)(keras.layers.Concatenate()([grey, colour])))) is None
    assert opened(saved(colour, conv(3, 1)(colour))) is not None
