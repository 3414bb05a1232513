from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from hairnet_model.networks.layers import DepthToSpace, StandardizedConv2D


def test_the_kernel_has_no_mean_and_the_norm_of_its_gain() -> None:
    layer = StandardizedConv2D(5, 3, gain=1.5)
    layer.build((None, 8, 8, 7))
    layer.kernel.assign(np.random.default_rng(0).normal(3, 2, layer.kernel.shape))
    kernel = keras.ops.convert_to_numpy(layer.standardized())
    np.testing.assert_allclose(kernel.mean((0, 1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(np.square(kernel).sum((0, 1, 2)), 1.5**2, rtol=1e-3)


def test_it_is_a_convolution_by_that_kernel() -> None:
    layer = StandardizedConv2D(4, 3, 2)
    pictures = np.random.default_rng(0).normal(size=(2, 9, 8, 3)).astype(np.float32)
    outputs = keras.ops.convert_to_numpy(layer(pictures))
    reference = keras.layers.Conv2D(4, 3, 2, padding="same", activation="relu")
    reference.build(pictures.shape)
    reference.set_weights([keras.ops.convert_to_numpy(layer.standardized()), np.zeros(4, np.float32)])
    np.testing.assert_allclose(outputs, reference(pictures), atol=1e-5)
    assert outputs.shape == layer.compute_output_shape(pictures.shape)


def test_depth_to_space_by_hand() -> None:
    pixels = np.arange(8, dtype=np.float32).reshape(1, 1, 2, 4)
    outputs = keras.ops.convert_to_numpy(DepthToSpace()(pixels))
    assert outputs.shape == (1, 2, 4, 1) == DepthToSpace().compute_output_shape((1, 1, 2, 4))
    assert outputs[0, :, :, 0].tolist() == [[0, 1, 4, 5], [2, 3, 6, 7]]


def test_half_precision_standardizes_in_float32() -> None:
    layer = StandardizedConv2D(4, 3, dtype="mixed_bfloat16")
    layer.build((None, 8, 8, 7))
    assert keras.backend.standardize_dtype(layer.standardized().dtype) == "float32"
    assert keras.backend.standardize_dtype(layer(np.ones((1, 8, 8, 7), np.float32)).dtype) == "bfloat16"


def test_keras_finds_the_layers_in_a_file(tmp_path: Path) -> None:
    picture = keras.Input((None, None, 3))
    network = keras.Model(picture, DepthToSpace()(StandardizedConv2D(8, 1, activation="linear")(picture)))
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    pictures = np.random.default_rng(0).normal(size=(1, 4, 4, 3)).astype(np.float32)
    np.testing.assert_array_equal(network.predict_on_batch(pictures), again.predict_on_batch(pictures))
