"""The pose head: a small network on what the trunk of `hairnet` computes anyway, which stays as it is."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from hairnet_data.core.errors import UsageError
from hairnet_model.networks.layers import AttentionPooling, StandardizedConv2D
from hairnet_model.networks.pose_outputs import NUMBERS


def taps(network: keras.Model) -> tuple[str, str]:
    """Names of the layers of `hairnet` that the head reads: the deepest features, and those of twice the resolution.

    Raises:
        UsageError: it is a network of another architecture.
    """
    context = [layer for layer in network.layers if isinstance(layer, layers.GlobalAveragePooling2D)]
    halvings = [layer for layer in network.layers if isinstance(layer, StandardizedConv2D) and layer.stride == 2]
    if len(context) != 1 or len(halvings) != 5:
        raise UsageError("--model", "its network has no trunk that a pose head fits", "give one of --arch hairnet")
    return _source(context[0]), _source(halvings[-1])


def _source(layer: Any) -> str:
    return str(layer.input._keras_history.operation.name)


def trunk(network: keras.Model) -> keras.Model:
    """What the head reads of a network.

    Returns:
        A model from pictures uint8 (N, S, S, 3) RGB to the deepest features (N, S/32, S/32, 160), and those of twice
        the resolution, averaged to the same, (N, S/32, S/32, 96).
    """
    deep, sixteenth = (network.get_layer(name).output for name in taps(network))
    return keras.Model(network.inputs, [deep, layers.AveragePooling2D(2)(sixteenth)])


ATTENTIONS = 2
"""Places that the head looks at."""

_WIDTH = 96


def create(cells: int, deep: int = 160, sixteenth: int = 96) -> keras.Model:
    """A pose head with fresh weights, drawn from Keras's global seed.

    Args:
        cells: S/32, the sides of both features.
        deep: channels of the first.
        sixteenth: channels of the second.

    Returns:
        A model from both features, see `trunk`, to float32 (N, 1, 1, 10), see `pose_outputs.NUMBERS`.
    """
    coarse = keras.Input((cells, cells, deep), name="deep")
    fine = keras.Input((cells, cells, sixteenth), name="sixteenth")
    x = layers.Concatenate(name="both")([coarse, fine])
    x = StandardizedConv2D(_WIDTH, 1, name="mixed")(x)
    x = StandardizedConv2D(_WIDTH, 3, name="around")(x)
    scores = StandardizedConv2D(ATTENTIONS, 1, activation="linear", name="scores")(x)
    pooled, places = AttentionPooling(name="attention")([x, scores])
    hidden = StandardizedConv2D(_WIDTH, 1, name="hidden")(pooled)
    seen = layers.Concatenate(name="seen")([hidden, places])
    outputs = layers.Conv2D(NUMBERS, 1, dtype="float32", name="pose")(seen)
    return keras.Model([coarse, fine], outputs, name="pose_head")
