"""The inference graph of a trained network, which is exported: built-in layers that end in probabilities.

Keras alone. It leaves out what only training needs: standardized kernels are computed once.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from hairnet_data.core.classes import NAMES
from hairnet_model.networks.layers import DepthToSpace, StandardizedConv2D
from hairnet_model.networks.outputs import THRESHOLD_2019


def inference_graph(network: keras.Model, size: int | None = None) -> keras.Model:
    """Builds the same network with built-in convolutions, from pictures to probabilities.

    Args:
        network: a trained network of `fcn.create`.
        size: side of the one picture it takes, in pixels; None for any number of pictures of any size.

    Returns:
        A model from uint8 (N, H, W, 3) RGB, `image`, to float32 (N, H, W, 3) probabilities in the order of the
        class ids. With a size, N is 1, and XNNPACK runs the entire graph.
    """
    picture = keras.Input((size, size, 3), batch_size=1 if size else None, dtype="uint8", name="image")
    *_, before, last = network.layers
    folded = bool(size) and isinstance(last, DepthToSpace) and isinstance(before, StandardizedConv2D)

    def clone(layer: Any) -> Any:
        if isinstance(layer, StandardizedConv2D):
            return (
                _convolution(layer, _relative_weights(layer)) if folded and layer is before else as_convolution(layer)
            )
        if layer is last and folded:
            return layers.Identity(name=layer.name)
        if size and isinstance(layer, layers.UpSampling2D):
            return Doubling(name=layer.name)
        return layer.__class__.from_config({**layer.get_config(), "dtype": "float32"})

    cloned = keras.models.clone_model(network, input_tensors=picture, clone_function=clone)
    for layer in network.layers:
        if layer.weights and not isinstance(layer, StandardizedConv2D):
            cloned.get_layer(layer.name).set_weights(layer.get_weights())
    outputs = cloned.outputs[0]
    if folded:
        probabilities = BlockToSpace(name="probabilities")(RelativeSoftmax(name="softmax")(outputs))
    elif outputs.shape[-1] == 2:
        probabilities = _MapProbabilities(name="probabilities")(outputs)
    elif size:
        probabilities = ConvolutionSoftmax(name="probabilities")(outputs)
    else:
        probabilities = layers.Softmax(name="probabilities")(outputs)
    return keras.Model(picture, probabilities, name=network.name)


Weights = tuple[NDArray[np.float32], NDArray[np.float32]]


def _used_weights(layer: StandardizedConv2D) -> Weights:
    return np.asarray(ops.convert_to_numpy(layer.standardized())), np.asarray(ops.convert_to_numpy(layer.bias))


def _relative_weights(layer: StandardizedConv2D) -> Weights:
    """Kernel and bias of the logits of hair and face minus that of background, which does not change the softmax."""
    kernel, bias = (part.reshape(*part.shape[:-1], -1, len(NAMES)) for part in _used_weights(layer))
    return tuple(  # type: ignore[return-value]
        (part[..., 1:] - part[..., :1]).reshape(*part.shape[:-2], -1) for part in (kernel, bias)
    )


def as_convolution(layer: StandardizedConv2D) -> layers.Conv2D:
    """The same convolution as a layer of Keras, its kernel standardized once."""
    return _convolution(layer, _used_weights(layer))


def _convolution(layer: StandardizedConv2D, weights: Weights) -> layers.Conv2D:
    kernel, bias = weights
    return layers.Conv2D(
        kernel.shape[-1],
        layer.size,
        layer.stride,
        padding="same",
        activation=layer.activation,
        kernel_initializer=_Value(kernel),
        bias_initializer=_Value(bias),
        name=layer.name,
        dtype="float32",
    )


class _Value(keras.initializers.Initializer):  # type: ignore[misc]
    def __init__(self, value: NDArray[np.float32]) -> None:
        self._value = value

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return ops.convert_to_tensor(self._value, dtype=dtype)


class Doubling(layers.Layer):  # type: ignore[misc]
    """Nearest upsampling by 2 of (1, H, W, C), by copies alone: XNNPACK has no nearest resize."""

    def call(self, inputs: Any) -> Any:
        _, rows, columns, channels = inputs.shape
        wide = ops.reshape(ops.concatenate([inputs, inputs], -1), (1, rows, 2 * columns, channels))
        return ops.reshape(ops.concatenate([wide, wide], 2), (1, 2 * rows, 2 * columns, channels))


class BlockToSpace(layers.Layer):  # type: ignore[misc]
    """`DepthToSpace` as one operation: GPU delegates do not support its transposition of six dimensions."""

    def call(self, inputs: Any) -> Any:
        return ops.depth_to_space(inputs, 2)


class ConvolutionSoftmax(layers.Layer):  # type: ignore[misc]
    """The softmax over three channels, with the sum as a 1x1 convolution: (1, H, W, 3) to the same.

    Runtimes compute a softmax of three channels pixel by pixel: 2 ms of 7 in a browser. Logits are clipped to
    -30..30, which changes no probability by more than 1e-13, so that no power overflows.
    """

    def call(self, inputs: Any) -> Any:
        powers = ops.exp(ops.clip(inputs, -30.0, 30.0))
        return powers / _mix_channels(powers, np.ones((len(NAMES), len(NAMES))))


class RelativeSoftmax(layers.Layer):  # type: ignore[misc]
    """The softmax of logits relative to background's: (1, H, W, 2 G) to (1, H, W, 3 G), G groups.

    Background's power is 1, so neither it nor its logit is computed: the convolution before has 8 output channels
    instead of 12, which WebAssembly's kernels compute as 16.
    """

    def call(self, inputs: Any) -> Any:
        groups = inputs.shape[-1] // 2
        powers = ops.exp(ops.clip(inputs, -60.0, 60.0))
        spread = np.kron(np.eye(groups), [[0, 1, 0], [0, 0, 1]])
        background = np.tile([1.0, 0, 0], groups)
        total = np.kron(np.eye(groups), np.ones((2, 3)))
        return (_mix_channels(powers, spread) + background.astype(np.float32)) / (_mix_channels(powers, total) + 1.0)


def _mix_channels(inputs: Any, matrix: NDArray[Any]) -> Any:
    """Multiplies the channels by a matrix, as a 1x1 convolution."""
    return ops.conv(inputs, ops.convert_to_tensor(matrix[None, None].astype(np.float32)), padding="same")


class _MapProbabilities(layers.Layer):  # type: ignore[misc]
    """Probabilities of the two maps (face, hair) of 2019, as `outputs.probabilities` computes them."""

    def call(self, inputs: Any) -> Any:
        maps = ops.clip(inputs, 0.0, 255.0)
        background = ops.full_like(maps[..., :1], THRESHOLD_2019)
        scores = ops.concatenate([background, maps[..., 1:], maps[..., :1]], -1)
        return scores / ops.sum(scores, -1, keepdims=True)
