"""A training that is stopped between two validations, or killed, goes on from where it was saved."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_model.data.tfds_feed import RecordFeed
from hairnet_model.networks import fcn
from hairnet_model.training import checkpoint, run_log
from hairnet_model.training.saving import SAVE_EVERY, Saving, Stopped, never
from hairnet_model.training.train import Row, train
from tests.support import small_network, trainings
from tests.support.eagerly import eagerly
from tests.support.trainings import weights_in

SHORT = replace(trainings.SHORT, steps=7, validate_every=4)


class After:
    """True from its so manieth call on."""

    def __init__(self, calls: int) -> None:
        self._left = calls

    def __call__(self) -> bool:
        self._left -= 1
        return self._left <= 0


def _count(trained: list[int], what: str, done: int, total: int, note: str = "") -> None:
    trained.append(done // SHORT.batch)


@pytest.fixture(scope="module", autouse=True)
def two_layers() -> Iterator[None]:
    """Without graphs and curves: the loop is the same, and sooner done."""
    with pytest.MonkeyPatch.context() as patch, eagerly():
        patch.setattr(fcn, "create", small_network.create)
        patch.setattr(run_log, "write_curves", lambda *_: None)
        yield


@pytest.fixture(scope="module")
def uninterrupted(feed: RecordFeed, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Row], list[Any]]:
    """The history and the last weights of a run that nobody stopped."""
    run = tmp_path_factory.mktemp("uninterrupted") / "run"
    rows = train(SHORT, feed, run).rows
    return rows, weights_in(run / "last.keras")


# It is asked after steps 1, 2, 3, 5 and 6: after 4 and 7 it validates and saves anyway.
@pytest.mark.parametrize(("calls", "step"), [(1, 1), (3, 3), (4, 5)])
def test_a_run_that_was_stopped_ends_as_an_uninterrupted_one(
    feed: RecordFeed, uninterrupted: tuple[list[Row], list[Any]], tmp_path: Path, calls: int, step: int
) -> None:
    with pytest.raises(Stopped):
        train(SHORT, feed, tmp_path / "stopped", stop=After(calls))
    saved = checkpoint.read(tmp_path / "stopped")
    assert (saved.step, len(saved.history)) == (step, step // 4)
    trained: list[int] = []
    counting = functools.partial(_count, trained)
    resumed = train(SHORT, feed, tmp_path / "stopped", resume=True, progress=counting)
    assert trained == list(range(step + 1, 8))
    assert [row["step"] for row in resumed.rows] == [4, 7]
    rows, weights = uninterrupted
    for a, b in zip(rows, resumed.rows, strict=True):
        assert {**a, "seconds": 0} == pytest.approx({**b, "seconds": 0}, rel=1e-4)
    for one, other in zip(weights, weights_in(tmp_path / "stopped/last.keras"), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_the_time_it_took_is_that_of_both_parts(feed: RecordFeed, tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        train(SHORT, feed, tmp_path / "run", stop=After(2))
    state = checkpoint.read(tmp_path / "run")
    checkpoint.write(tmp_path / "run", replace(state, seconds=1000.0))
    resumed = train(SHORT, feed, tmp_path / "run", resume=True)
    assert 1000 < resumed.rows[0]["seconds"] < resumed.rows[1]["seconds"]


def test_it_is_saved_when_it_is_time() -> None:
    saved, now = [], [50.0]
    between = Saving(lambda: saved.append(now[0]), never, clock=lambda: now[0])
    for seconds in (50, 60, 50 + SAVE_EVERY - 1, 50 + SAVE_EVERY, 51 + SAVE_EVERY, 50 + 2 * SAVE_EVERY):
        now[0] = seconds
        between()
    assert saved == [50 + SAVE_EVERY, 50 + 2 * SAVE_EVERY]


def test_it_is_saved_before_it_stops() -> None:
    saved = []
    between = Saving(lambda: saved.append(1), After(2))
    between()
    assert not saved
    with pytest.raises(Stopped):
        between()
    assert saved
