"""The pose head: what it reads of a network, what it costs, what its numbers mean."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from hairnet_data.core.errors import UsageError
from hairnet_model.networks import fcn, pose_head, rotations
from hairnet_model.networks.flops import multiply_adds
from hairnet_model.networks.layers import AttentionPooling
from hairnet_model.networks.pose_outputs import NUMBERS, USUAL_SIZE, decode, targets


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(3)
    return fcn.create()


def test_the_trunk_is_what_the_network_computes_on_its_way(network) -> None:
    deep, sixteenth = pose_head.trunk(network).compute_output_shape((2, 224, 224, 3))
    assert (tuple(deep), tuple(sixteenth)) == ((2, 7, 7, 160), (2, 7, 7, 96))


def test_other_architectures_have_no_such_trunk() -> None:
    with pytest.raises(UsageError, match="no trunk"):
        pose_head.taps(fcn.create("fcn8s_2019"))


def test_the_head_costs_less_than_four_percent(network) -> None:
    head = pose_head.create(7)
    assert head.count_params() < 150_000
    computed = sum(
        np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:3]) for layer in head.layers if layer.weights
    )
    assert computed < 0.04 * multiply_adds(network)


def test_attention_says_where_it_looks() -> None:
    scores = np.full((1, 4, 4, 2), -50.0, np.float32)
    scores[0, 1, 3, 0] = scores[0, 2, 0, 1] = 50
    features = np.arange(4 * 4 * 3, dtype=np.float32).reshape(1, 4, 4, 3)
    means, places = map(np.asarray, AttentionPooling()([features, scores]))
    np.testing.assert_allclose(means[0, 0, 0], [*features[0, 1, 3], *features[0, 2, 0]], rtol=1e-5)
    np.testing.assert_allclose(places[0, 0, 0], [3.5 / 4, 1.5 / 4, 0.5 / 4, 2.5 / 4], rtol=1e-5)


def test_targets_are_decoded_to_the_poses_they_are_of() -> None:
    poses = np.array([[130.0, -20, 15, 0.4, 0.6, 0.05], [np.nan] * 6, [-5, 3, -170, 0.9, 0.1, USUAL_SIZE]])
    values = targets(poses, np.array([True, True, False]))
    assert values[:, NUMBERS].tolist() == [1, 0, 1]
    assert values[:, NUMBERS - 1].tolist() == [1, 1, 0]
    assert not values[1, : NUMBERS - 1].any()
    found = decode(values[:, :NUMBERS]).numbers()
    np.testing.assert_allclose(found[[0, 2]], poses[[0, 2]], atol=1e-4)


def test_heads_out_of_reach_are_not_known() -> None:
    usual = [0, 0, 0, 0.5, 0.5, USUAL_SIZE]
    small, large, left, below = (list(usual) for _ in range(4))
    small[5], large[5], left[3], below[4] = 0.011, 0.08, -0.01, 1.01
    assert targets(np.array([usual, small, large, left, below]), np.ones(5))[:, NUMBERS].tolist() == [1, 0, 0, 0, 0]


def test_the_logit_is_a_probability() -> None:
    outputs = np.zeros((3, 1, 1, NUMBERS))
    outputs[:, 0, 0, -1] = [-900, 0, 900]
    np.testing.assert_allclose(decode(outputs).sure, [0, 0.5, 1], atol=1e-12)
    assert rotations.from_six(outputs[0, 0, 0, :6]).shape == (3, 3)
