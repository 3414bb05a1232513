"""SavedModel folders and ONNX files, both by Keras's own export, and how to run them."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.export.about import KEY
from hairnet_model.export.check import ExportError

Run = Callable[[Pixels], NDArray[np.float32]]


def write_saved_model(network: keras.Model, path: Path, about: dict[str, Any]) -> None:
    """Writes a SavedModel folder with one signature, `serve`, of any number of pictures of any size.

    Args:
        network: of `graph.plain` without a size.
        path: a new folder.
        about: written into it as `assets.extra/hairnet.json`.
    """
    archive = keras.export.ExportArchive()
    archive.track(network)
    pictures = tf.TensorSpec((None, None, None, 3), tf.uint8, name="image")
    archive.add_endpoint("serve", network.call, input_signature=[pictures])
    archive.write_out(str(path), verbose=False)
    extra = path / "assets.extra"  # TensorFlow's own place for files that travel with a model
    extra.mkdir()
    (extra / KEY).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def run_saved_model(path: Path) -> Run:
    """The model of a SavedModel folder as a function."""
    loaded = tf.saved_model.load(str(path))  # its variables live as long as it does

    def run(images: Pixels) -> NDArray[np.float32]:
        return np.asarray(loaded.serve(tf.constant(images)))

    return run


def check_onnx() -> None:
    """Raises ExportError where ONNX is not installed, before any work is done."""
    missing = [name for name in ("onnx", "onnxruntime", "tf2onnx") if importlib.util.find_spec(name) is None]
    if missing:
        raise ExportError("--format onnx", f"needs {', '.join(missing)}", 'install them: pip install "hairnet[onnx]"')


def write_onnx(network: keras.Model, path: Path, size: int, about: dict[str, Any]) -> None:
    """Writes an ONNX file that takes any number of pictures of one size.

    Args:
        network: of `graph.plain` without a size.
        path: the file.
        size: side of the pictures, in pixels.
        about: written into the file's metadata properties.
    """
    import onnx

    pictures = keras.InputSpec(dtype="uint8", shape=(None, size, size, 3), name="image")
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras asks NumPy for a name that is no more
        network.export(path, format="onnx", input_signature=[pictures], verbose=False)
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {KEY: json.dumps(about)})
    onnx.checker.check_model(model)
    onnx.save(model, path)


def run_onnx(path: Path) -> Run:
    """The model of an ONNX file as a function, in onnxruntime on the processor."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(images: Pixels) -> NDArray[np.float32]:
        return np.asarray(session.run(None, {name: images})[0])

    return run
