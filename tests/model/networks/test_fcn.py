"""The two networks: their inputs, outputs and cost, and that they can learn."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.core.errors import UsageError
from hairnet_model.networks import fcn
from hairnet_model.networks.flops import multiply_adds
from hairnet_model.networks.outputs import class_ids
from hairnet_model.training.losses import LOSSES

ALL = [("hairnet", "classes", 3), ("fcn8s_2019", "classes", 3), ("fcn8s_2019", "maps_2019", 2)]


@pytest.fixture(scope="module")
def networks() -> dict[tuple[str, str], keras.Model]:
    keras.utils.set_random_seed(0)
    return {(arch, head): fcn.create(arch, head) for arch, head, _ in ALL}


def test_the_reference_is_the_network_of_2019(networks) -> None:
    network = networks["fcn8s_2019", "maps_2019"]
    assert network.count_params() == 3_052_466
    assert round(multiply_adds(network) / 1e6) == 580


def test_ours_is_small(networks) -> None:
    network = networks["hairnet", "classes"]
    assert network.count_params() <= 750_000
    assert multiply_adds(network) <= 175e6
    network.compile(loss=LOSSES["classes"])  # as in training
    # Four times the pixels; the convolution over the pooled scene is done once.
    assert multiply_adds(network, 448) == 4 * multiply_adds(network) - 3 * 160 * 64


@pytest.mark.parametrize(("arch", "head", "channels"), ALL)
@pytest.mark.parametrize(("height", "width"), [(32, 32), (64, 96), (224, 224), (256, 32)])
def test_any_size_that_32_divides(networks, arch: str, head: str, channels: int, height: int, width: int) -> None:
    outputs = networks[arch, head].predict_on_batch(np.zeros((2, height, width, 3), np.uint8))
    assert outputs.shape == (2, height, width, channels)
    assert outputs.dtype == np.float32


def test_pictures_do_not_depend_on_their_batch(networks) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    network = networks["hairnet", "classes"]
    together = network.predict_on_batch(pictures)
    alone = np.concatenate([network.predict_on_batch(pictures[k : k + 1]) for k in range(3)])
    np.testing.assert_allclose(together, alone, atol=1e-4)


@settings(max_examples=6)
@given(st.integers(0, 2**31))
def test_fresh_logits_are_of_moderate_size(seed: int) -> None:
    keras.utils.set_random_seed(seed)
    pictures = np.random.default_rng(seed).integers(0, 256, (2, 64, 64, 3), np.uint8)
    outputs = fcn.create()(pictures, training=False)  # without `predict`, which would compile every network
    assert 0.01 < keras.ops.convert_to_numpy(outputs).std() < 10


def _scene() -> tuple[np.ndarray, np.ndarray]:
    """Four pictures of a coloured disc with a cap, elsewhere each time, on a noisy ground."""
    rng = np.random.default_rng(1)
    rows, columns = np.mgrid[:64, :64]
    images, masks = np.empty((4, 64, 64, 3), np.uint8), np.zeros((4, 64, 64), np.uint8)
    for image, mask, (y, x) in zip(images, masks, ((24, 20), (40, 40), (30, 44), (44, 24)), strict=True):
        image[:] = rng.integers(0, 256, (64, 64, 3))
        disc = (rows - y) ** 2 + (columns - x) ** 2 < 15**2
        mask[disc] = 2
        mask[disc & (rows < y - 5)] = 1
        image[mask == 2], image[mask == 1] = (220, 170, 140), (40, 25, 15)
    return images, masks


@pytest.mark.parametrize(
    ("arch", "head", "rate", "steps"),
    [("hairnet", "classes", 3e-3, 80), ("fcn8s_2019", "classes", 2e-3, 150), ("fcn8s_2019", "maps_2019", 1e-3, 300)],
)
def test_a_batch_can_be_learnt_by_heart(arch: str, head: str, rate: float, steps: int) -> None:
    keras.utils.set_random_seed(0)
    network = fcn.create(arch, head)
    network.compile(keras.optimizers.Adam(rate), LOSSES[head], jit_compile=False)
    network.optimizer.build(network.trainable_variables)  # else TensorFlow traces the step twice
    images, masks = _scene()
    heads, background = 0.0, 0.0
    for step in range(1, steps + 1):
        network.train_on_batch(images, masks)
        if step % 5 == 0 or step == steps:
            right = class_ids(network.predict_on_batch(images)) == masks
            heads, background = right[masks > 0].mean(), right[masks == 0].mean()
            if heads > 0.9 and background > 0.97:
                return
    raise AssertionError(f"after {steps} steps {heads:.3f} of the heads and {background:.3f} of the rest are right")


def test_unknown_names_are_usage_errors() -> None:
    with pytest.raises(UsageError, match=r"--arch: no architecture named 'unet'; choose from hairnet, fcn8s_2019"):
        fcn.create("unet")
    with pytest.raises(UsageError, match="maps_2019 belongs to fcn8s_2019"):
        fcn.create("hairnet", "maps_2019")
