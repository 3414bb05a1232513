"""Rotations: angles, matrices, six numbers and tangent vectors say the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hairnet_data.core.head.projection import turn_of
from hairnet_model.networks import rotations

ANGLES = st.tuples(st.floats(-179, 179), st.floats(-85, 85), st.floats(-179, 179))


@given(ANGLES)
@example((0.0, 0.0, 6e-5))
def test_every_form_comes_back(angles) -> None:
    turn = rotations.from_angles(np.array(angles))
    np.testing.assert_allclose(turn, turn_of(*np.radians(angles)), atol=1e-12)
    np.testing.assert_allclose(rotations.to_angles(turn), angles, atol=1e-6)
    np.testing.assert_allclose(rotations.from_six(3 * rotations.to_six(turn)), turn, atol=1e-9)
    # OpenCV takes angles below 1e-5 radians for none.
    np.testing.assert_allclose(rotations.from_tangent(rotations.to_tangent(turn)), turn, atol=1e-5)


def test_six_numbers_that_are_no_rotation_become_one() -> None:
    turns = rotations.from_six(np.random.default_rng(2).normal(size=(50, 6)))
    np.testing.assert_allclose(turns @ turns.transpose(0, 2, 1), np.broadcast_to(np.eye(3), (50, 3, 3)), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(turns), 1, atol=1e-9)


@pytest.mark.parametrize("degrees", [0.0, 0.5, 30.0, 90.0, 179.0])
def test_the_angle_between_two_is_that_of_the_turn(degrees) -> None:
    one = rotations.from_angles(np.array([20.0, -10, 5]))
    other = rotations.from_angles(np.array([degrees, 0, 0])) @ one
    assert rotations.angle_between(one, other) == pytest.approx(degrees, abs=1e-6)
    assert np.degrees(np.linalg.norm(rotations.to_tangent(other @ one.T))) == pytest.approx(degrees, abs=1e-6)


def test_differences_go_the_short_way() -> None:
    np.testing.assert_allclose(rotations.difference(np.array([350.0, -190, 10, 180])), [-10, 170, 10, -180])
