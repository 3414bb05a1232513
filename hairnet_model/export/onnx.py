"""ONNX files: Keras's own export, and running them."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import logging
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.export.model_card import KEY
from hairnet_model.export.parity import ExportError, Run


def check_installed() -> None:
    """Raises ExportError if ONNX is not installed, before any work is done."""
    missing = [name for name in ("onnx", "onnxruntime", "tf2onnx") if importlib.util.find_spec(name) is None]
    if missing:
        raise ExportError("--format onnx", f"needs {', '.join(missing)}", 'install them: pip install "hairnet[onnx]"')


def write(network: keras.Model, path: Path, size: int, about: dict[str, Any]) -> None:
    """Writes an ONNX file that takes any number of pictures of one size.

    Args:
        network: an `inference_graph` without a size.
        path: the file.
        size: side of the pictures, in pixels.
        about: written into the file's metadata properties.
    """
    import onnx

    pictures = keras.InputSpec(dtype="uint8", shape=(None, size, size, 3), name="image")
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras uses a name that NumPy has deprecated
        network.export(path, format="onnx", input_signature=[pictures], verbose=False)
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {KEY: json.dumps(about)})
    onnx.checker.check_model(model)
    onnx.save(model, path)


def load(path: Path) -> Run:
    """The model of an ONNX file as a function, in onnxruntime on the processor."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(images: Pixels) -> NDArray[np.float32]:
        return np.asarray(session.run(None, {name: images})[0])

    return run
