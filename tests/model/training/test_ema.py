from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.training.ema import Average


def test_by_hand() -> None:
    average = Average(0.9, [np.zeros(1, np.float32)])
    average.update([np.ones(1, np.float32)])  # keeps (1 + 0) / (10 + 0)
    assert average.weights[0][0] == pytest.approx(0.9)
    average.update([np.zeros(1, np.float32)])  # keeps 2 / 11
    assert average.weights[0][0] == pytest.approx(0.9 * 2 / 11)


def test_it_keeps_at_most_the_given_share() -> None:
    average = Average(0.5, [np.zeros(1, np.float32)], updates=1000)
    average.update([np.ones(1, np.float32)])
    assert average.weights[0][0] == pytest.approx(0.5)


def test_it_owns_its_arrays() -> None:
    weights = [np.zeros(2, np.float32)]
    average = Average(0.5, weights)
    average.update([np.ones(2, np.float32)])
    assert weights[0].tolist() == [0, 0]
