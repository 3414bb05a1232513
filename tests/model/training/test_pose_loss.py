"""The loss of the pose head, against NumPy."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from hairnet_model.networks import rotations
from hairnet_model.networks.pose_outputs import NUMBERS, targets
from hairnet_model.training.pose_loss import CENTRE, SIZE, SURE, geodesic, pose_loss


def some(count: int = 40):
    random = np.random.default_rng(4)
    poses = np.column_stack(
        [random.uniform(-180, 180, count), random.uniform(-60, 60, (count, 1)), random.uniform(-60, 60, count),
         random.uniform(0.2, 0.8, (count, 2)), random.uniform(0.01, 0.06, count)]
    )  # fmt: skip
    return poses, random.normal(size=(count, 1, 1, NUMBERS)).astype(np.float32)


def test_the_geodesic_is_the_angle_between_the_rotations() -> None:
    poses, outputs = some()
    six = targets(poses, np.ones(len(poses)))[:, :6]
    expected = rotations.angle_between(rotations.from_six(six), rotations.from_six(outputs.reshape(-1, NUMBERS)))
    found = np.degrees(np.asarray(geodesic(six, outputs.reshape(-1, NUMBERS)[:, :6])))
    near = expected < 178  # beyond, the slope is cut off
    np.testing.assert_allclose(found[near], expected[near], atol=0.05)


def test_perfect_outputs_cost_almost_nothing() -> None:
    poses, _ = some()
    wanted = targets(poses, np.ones(len(poses)))
    outputs = wanted[:, None, None, :NUMBERS].copy()
    outputs[..., -1] = 30
    assert float(pose_loss(wanted, outputs)) < 0.01


def test_examples_without_a_pose_count_for_sure_alone() -> None:
    poses, outputs = some(6)
    poses[3:] = np.nan
    is_head = np.array([1, 1, 1, 1, 0, 0])
    wanted = targets(poses, is_head)
    changed = outputs.copy()
    changed[3:, ..., :-1] += 1
    assert float(pose_loss(wanted, changed)) == pytest.approx(float(pose_loss(wanted, outputs)), rel=1e-5)
    changed[4, ..., -1] += 5  # surer of a head where nobody is
    assert float(pose_loss(wanted, changed)) > float(pose_loss(wanted, outputs)) + 0.1


def test_the_parts_have_their_weights() -> None:
    poses, _ = some(8)
    wanted = targets(poses, np.ones(8))
    outputs = wanted[:, None, None, :NUMBERS].copy()
    outputs[..., 6] += 0.1
    outputs[..., 8] += 0.2
    outputs[..., -1] = 0
    expected = CENTRE * 0.1 + SIZE * 0.2 + SURE * np.log(2)
    assert float(pose_loss(wanted, outputs)) == pytest.approx(expected, abs=0.001)


def test_its_slope_is_finite_where_nothing_is_known() -> None:
    import tensorflow as tf

    wanted = targets(np.full((4, 6), np.nan), np.zeros(4))
    outputs = tf.Variable(np.zeros((4, 1, 1, NUMBERS), np.float32))
    with tf.GradientTape() as tape:
        loss = pose_loss(wanted, outputs)
    assert np.isfinite(np.asarray(tape.gradient(loss, outputs))).all()
    assert keras.ops.isfinite(loss)
