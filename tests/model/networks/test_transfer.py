"""Weights of an older, smaller network: a new one begins with them and computes the same."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from hairnet_data.core.errors import HairnetError
from hairnet_model.networks import fcn
from hairnet_model.networks.transfer import transfer


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (2, 64, 96, 3), dtype=np.uint8)


def _older(monkeypatch: pytest.MonkeyPatch) -> keras.Model:
    """A network with one residual block fewer wherever there is more than one."""
    real = fcn._bottlenecks
    with monkeypatch.context() as patched:
        patched.setattr(fcn, "_bottlenecks", lambda x, count: real(x, max(1, count - 1)))
        return fcn.create()


def test_more_blocks_compute_the_same_at_first(monkeypatch: pytest.MonkeyPatch, pictures: np.ndarray) -> None:
    older, newer = _older(monkeypatch), fcn.create()
    assert newer.count_params() > older.count_params()
    transfer(older, newer)
    assert np.array_equal(older(pictures), newer(pictures))


def test_the_same_architecture_is_copied(pictures: np.ndarray) -> None:
    one, other = fcn.create(), fcn.create()
    transfer(one, other)
    assert np.array_equal(one(pictures), other(pictures))


def test_more_blocks_than_there_are_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HairnetError, match="do not fit"):
        transfer(fcn.create(), _older(monkeypatch))


def test_another_architecture_does_not_fit() -> None:
    with pytest.raises(HairnetError, match="do not fit"):
        transfer(fcn.create("fcn8s_2019"), fcn.create())
