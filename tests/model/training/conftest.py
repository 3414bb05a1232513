"""What the tests of training share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.data.tfds_feed import RecordFeed
from hairnet_model.networks import fcn
from hairnet_model.training import run_log
from tests.support import small_network
from tests.support.eagerly import eagerly
from tests.support.feeds import Remembering


@pytest.fixture(scope="module")
def feed(drawn_dataset: Path) -> RecordFeed:
    return Remembering([open_dataset(drawn_dataset)])


@pytest.fixture
def real_networks() -> None:
    """For tests that train the networks themselves."""


@pytest.fixture
def as_users_train() -> None:
    """For the test that trains with a graph and draws the curves of its run."""


@pytest.fixture
def train_two_layers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All but those train two layers, without graph and curves: the loop is the same, and sooner done."""
    if "real_networks" not in request.fixturenames:
        monkeypatch.setattr(fcn, "create", small_network.create)
    if "as_users_train" in request.fixturenames:
        yield
        return
    monkeypatch.setattr(run_log, "write_curves", lambda *_: None)
    with eagerly():
        yield
