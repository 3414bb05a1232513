"""What a network costs."""

from __future__ import annotations

import math

import keras

from hairnet_model.networks.layers import StandardizedConv2D


def multiply_adds(network: keras.Model, side: int = 224) -> int:
    """Multiply-adds of all convolutions for one picture of side x side: outputs times inputs of each."""
    plain = keras.Model(network.input, network.output)  # without what it was compiled with, which cannot be cloned
    sized = keras.models.clone_model(plain, input_tensors=keras.Input((side, side, 3), batch_size=1, dtype="uint8"))
    return sum(_of(layer) for layer in sized.layers)


def _of(layer: keras.layers.Layer) -> int:
    if isinstance(layer, keras.layers.Conv2DTranspose):  # every input pixel is spread by the whole kernel
        return int(math.prod(layer.kernel.shape) * math.prod(layer.input.shape[1:3]))
    if isinstance(layer, keras.layers.Conv2D | StandardizedConv2D):
        return int(math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3]))
    return 0
