"""The number of multiply-adds of a network."""

from __future__ import annotations

import math

import keras

from hairnet_model.networks.layers import StandardizedConv2D


def multiply_adds(network: keras.Model, side: int = 224) -> int:
    """Multiply-adds of all convolutions for one picture of side x side pixels."""
    uncompiled = keras.Model(network.input, network.output)  # compiled with a function as its loss, it cannot be cloned
    sized = keras.models.clone_model(
        uncompiled, input_tensors=keras.Input((side, side, 3), batch_size=1, dtype="uint8")
    )
    return sum(_multiply_adds(layer) for layer in sized.layers)


def _multiply_adds(layer: keras.layers.Layer) -> int:
    if isinstance(layer, keras.layers.Conv2DTranspose):  # every input pixel is multiplied by the entire kernel
        return int(math.prod(layer.kernel.shape) * math.prod(layer.input.shape[1:3]))
    if isinstance(layer, keras.layers.Conv2D | StandardizedConv2D):
        return int(math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3]))
    return 0
