"""A network of two layers, for tests of the training loop: it is the same, and TensorFlow compiles it much sooner."""

from __future__ import annotations

import keras

from hairnet_data.core.classes import NAMES
from hairnet_model.networks import layers


def create(arch: str, head: str) -> keras.Model:
    """Takes the place of `hairnet_model.networks.fcn.create`: pictures in, logits of the head out."""
    picture = keras.Input((None, None, 3), dtype="uint8")
    x = layers.StandardizedConv2D(8, 3, 2)(keras.layers.Rescaling(1 / 64, -2.0)(picture))
    channels = 2 if head == "maps_2019" else len(NAMES)
    logits = layers.DepthToSpace(dtype="float32")(keras.layers.Conv2D(4 * channels, 1)(x))
    return keras.Model(picture, logits, name=arch)
