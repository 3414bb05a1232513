"""SavedModel folders: Keras's own export, and running them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.export.model_card import KEY
from hairnet_model.export.parity import Run


def write(network: keras.Model, path: Path, about: dict[str, Any]) -> None:
    """Writes a SavedModel folder with one signature, `serve`, of any number of pictures of any size.

    Args:
        network: an `inference_graph` without a size.
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


def load(path: Path) -> Run:
    """The model of a SavedModel folder as a function."""
    loaded = tf.saved_model.load(str(path))  # it owns its variables

    def run(images: Pixels) -> NDArray[np.float32]:
        return np.asarray(loaded.serve(tf.constant(images)))

    return run
