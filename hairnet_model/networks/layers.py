"""The custom layers of `hairnet` and its pose head, in `keras.ops` alone."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

RELU_GAIN = 1.7139
"""Restores unit variance after a ReLU: sqrt(2 / (1 - 1/pi)) (Brock, De, Smith 2021, section 3.1)."""


@keras.saving.register_keras_serializable("hairnet")
class StandardizedConv2D(keras.layers.Layer):  # type: ignore[misc]
    """A convolution whose kernel has zero mean and fixed norm, times a learnt gain per channel.

    Scaled weight standardization (Brock, De, Smith: "Characterizing signal propagation to close the performance
    gap in unnormalized ResNets", ICLR 2021) does for a small network what batch normalization does, and touches
    only the kernel: training on a CPU takes half the time, a picture's result never depends on its batch, and an
    exported network is plain convolutions.

    Args:
        filters: number of output channels.
        size: side of the kernel.
        stride: 1 or 2.
        gain: the initial value of the learnt gain.
        activation: "relu" or "linear".

    From (N, H, W, C) to (N, ceil(H / stride), ceil(W / stride), filters).
    """

    def __init__(
        self,
        filters: int,
        size: int = 3,
        stride: int = 1,
        gain: float = RELU_GAIN,
        activation: str = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters, self.size, self.stride, self.initial_gain = filters, size, stride, gain
        self.activation = keras.activations.get(activation)

    def build(self, shape: tuple[int | None, ...]) -> None:
        inputs = shape[-1]
        assert inputs is not None
        # Not cast to the compute type: a mean over a kernel in 16 bits would be too coarse.
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.size, self.size, inputs, self.filters),
            initializer=keras.initializers.HeNormal(),
            autocast=False,
        )
        initial_gain = keras.initializers.Constant(self.initial_gain)
        self.gain = self.add_weight(name="gain", shape=(self.filters,), initializer=initial_gain, autocast=False)
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")

    def standardized(self) -> Any:
        """The kernel the convolution uses: float32, of the shape of `kernel`."""
        fan_in = self.size * self.size * self.kernel.shape[2]
        centred = self.kernel - ops.mean(self.kernel, axis=(0, 1, 2), keepdims=True)
        variance = ops.mean(ops.square(centred), axis=(0, 1, 2), keepdims=True)
        return centred * ops.rsqrt(variance * fan_in + 1e-4) * self.gain

    def call(self, inputs: Any) -> Any:
        kernel = ops.cast(self.standardized(), self.compute_dtype)
        outputs = ops.conv(inputs, kernel, strides=self.stride, padding="same", data_format="channels_last")
        return self.activation(outputs + self.bias)

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        rows, columns = (None if side is None else -(-side // self.stride) for side in shape[1:3])
        return shape[0], rows, columns, self.filters

    def get_config(self) -> dict[str, Any]:
        config = {"filters": self.filters, "size": self.size, "stride": self.stride, "gain": self.initial_gain}
        return {**super().get_config(), **config, "activation": keras.activations.serialize(self.activation)}


@keras.saving.register_keras_serializable("hairnet")
class DepthToSpace(keras.layers.Layer):  # type: ignore[misc]
    """Turns every 4 channels into a square of 2 x 2 pixels: (N, H, W, 4 C) to (N, 2 H, 2 W, C).

    Sub-pixel convolution (Shi et al., CVPR 2016): the last convolution works at half the resolution, and class edges
    are still drawn at full resolution.
    """

    def call(self, inputs: Any) -> Any:
        _, rows, columns, channels = ops.shape(inputs)
        cells = ops.reshape(inputs, (-1, rows, columns, 2, 2, channels // 4))
        return ops.reshape(ops.transpose(cells, (0, 1, 3, 2, 4, 5)), (-1, rows * 2, columns * 2, channels // 4))

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        rows, columns = (None if side is None else side * 2 for side in shape[1:3])
        channels = shape[3]
        return shape[0], rows, columns, None if channels is None else channels // 4


@keras.saving.register_keras_serializable("hairnet")
class AttentionPooling(keras.layers.Layer):  # type: ignore[misc]
    """Pools features by where they matter, and says where that is: a soft-argmax for every map of scores.

    From features (N, R, R, C) and scores (N, R, R, A) to the features' means (N, 1, 1, A C), weighted by the softmax of
    each map over all its cells, and the mean places (N, 1, 1, 2 A), x and y of the cells' centres in 0..1.
    """

    def call(self, inputs: Any) -> Any:
        features, scores = inputs
        rows, columns, maps = scores.shape[1:]
        cells = rows * columns
        weights = ops.softmax(ops.reshape(ops.transpose(scores, (0, 3, 1, 2)), (-1, maps, cells)), -1)
        weights = ops.transpose(ops.reshape(weights, (-1, maps, rows, columns)), (0, 2, 3, 1))
        y, x = ((np.arange(count) + 0.5) / count for count in (rows, columns))
        centres = np.stack(np.meshgrid(x, y), -1)[None].astype(np.float32)
        grid = ops.cast(ops.convert_to_tensor(centres), self.compute_dtype)
        means, places = [], []
        for number in range(maps):
            weight = weights[..., number : number + 1]
            means.append(ops.mean(features * weight, (1, 2), keepdims=True) * cells)
            places.append(ops.mean(grid * weight, (1, 2), keepdims=True) * cells)
        return ops.concatenate(means, -1), ops.concatenate(places, -1)

    def compute_output_shape(self, shapes: list[tuple[int | None, ...]]) -> list[tuple[int | None, ...]]:
        features, scores = shapes
        maps, channels = scores[3], features[3]
        assert maps is not None
        assert channels is not None
        return [(features[0], 1, 1, maps * channels), (features[0], 1, 1, 2 * maps)]
