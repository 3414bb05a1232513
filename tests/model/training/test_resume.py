"""A resumed run ends as an uninterrupted one; it can be lengthened, and keeps its settings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hairnet_model.training import checkpoint, trainer
from hairnet_model.training.checkpoint import RunError
from hairnet_model.training.config import TrainingConfig, as_2019_config
from hairnet_model.training.train import train
from tests.support.feeds import Cut
from tests.support.trainings import SHORT, weights_in

SHORTEST = replace(SHORT, steps=2, batch=2, validate_every=1)

pytestmark = pytest.mark.usefixtures("train_two_layers")


@pytest.mark.parametrize("settings", [SHORTEST, replace(SHORTEST, arch="fcn8s_2019", rate=1e-3)], ids=lambda s: s.arch)
@pytest.mark.usefixtures("real_networks")
def test_a_resumed_run_ends_as_an_uninterrupted_one(
    feed, tmp_path: Path, monkeypatch, settings: TrainingConfig
) -> None:
    monkeypatch.setattr(trainer, "EVERY", 1)  # the average has changed before and after the run is resumed
    uninterrupted = train(settings, feed, tmp_path / "uninterrupted")
    with pytest.raises(KeyboardInterrupt):
        train(settings, Cut(feed, 1, KeyboardInterrupt()), tmp_path / "cut")
    resumed = train(settings, feed, tmp_path / "cut", resume=True)
    assert [row["step"] for row in resumed.rows] == [1, 2]
    for a, b in zip(
        weights_in(tmp_path / "uninterrupted/last.keras"), weights_in(tmp_path / "cut/last.keras"), strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    for a, b in zip(uninterrupted.rows, resumed.rows, strict=True):
        assert a["loss"] == pytest.approx(b["loss"], rel=1e-4)
        assert a["learning_rate"] == b["learning_rate"]
    assert uninterrupted.best["step"] == resumed.best["step"]
    # It had to be the same dropout and order: another seed goes elsewhere.
    with pytest.raises(KeyboardInterrupt):
        train(replace(settings, seed=1), Cut(feed, 1, KeyboardInterrupt()), tmp_path / "other")
    (other,) = checkpoint.read(tmp_path / "other").history
    first = uninterrupted.rows[0]["loss"]
    assert abs(other["loss"] - first) > 1e-3 * first


def test_a_run_that_was_stopped_before_its_first_validation_begins_when_resumed(feed, tmp_path: Path) -> None:
    uninterrupted = train(SHORT, feed, tmp_path / "uninterrupted")
    with pytest.raises(KeyboardInterrupt):
        train(SHORT, Cut(feed, 1, KeyboardInterrupt()), tmp_path / "cut")
    assert not (tmp_path / "cut/state.npz").exists()
    with pytest.raises(RunError, match=r"was begun with other settings \(settings: batch was 4, now 5\)"):
        train(replace(SHORT, batch=5), feed, tmp_path / "cut", resume=True)
    resumed = train(SHORT, feed, tmp_path / "cut", resume=True)
    assert [row["step"] for row in resumed.rows] == [3, 6, 9]
    assert resumed.rows[-1]["loss"] == pytest.approx(uninterrupted.rows[-1]["loss"], rel=1e-4)


def test_a_run_that_was_stopped_before_it_wrote_anything_begins_when_resumed(feed, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run/.run.json.0123abcd.part").write_text("{")
    train(replace(SHORT, steps=1), feed, tmp_path / "run", resume=True)
    assert (tmp_path / "run/best.keras").exists()
    with pytest.raises(RunError, match="holds no run to resume"):
        train(SHORT, feed, tmp_path / "none", resume=True)
    assert not (tmp_path / "none").exists()


def test_a_damaged_run_json_is_one_line(feed, tmp_path: Path) -> None:
    for text in ("{", "[]", '{"settings": {"steps": 0}}', '{"settings": {"arch": "unet"}, "data": [], "init": null}'):
        (tmp_path / "run").mkdir(exist_ok=True)
        (tmp_path / "run/run.json").write_text(text)
        with pytest.raises(RunError, match=r"run\.json: is damaged; begin the run again in another folder"):
            train(SHORT, feed, tmp_path / "run", resume=True)


def test_a_run_can_be_lengthened_and_then_has_the_learning_rate_of_a_longer_one(feed, tmp_path: Path) -> None:
    whole = train(SHORT, feed, tmp_path / "whole")
    short = train(replace(SHORT, steps=4), feed, tmp_path / "run")
    assert short.rows[-1]["learning_rate"] == pytest.approx(0.01 * SHORT.rate, rel=1e-3)
    longer = train(SHORT, feed, tmp_path / "run", resume=True)
    assert [row["step"] for row in longer.rows] == [3, 4, 6, 9]
    rates = {row["step"]: row["learning_rate"] for row in longer.rows}
    assert rates[6] == whole.rows[1]["learning_rate"] > rates[4]
    assert rates[9] == whole.rows[2]["learning_rate"] == pytest.approx(0.01 * SHORT.rate, rel=1e-3)
    assert json.loads((tmp_path / "run/run.json").read_text())["settings"]["steps"] == 9
    with pytest.raises(
        RunError, match=r"was begun with 9 steps, and .* make 8; a run can be lengthened, not shortened"
    ):
        train(replace(SHORT, steps=8), feed, tmp_path / "run", resume=True)


def test_a_lengthened_run_is_a_longer_one_where_the_learning_rate_is_constant(feed, tmp_path: Path) -> None:
    settings = replace(as_2019_config(SHORT), steps=4, validate_every=2)
    whole = train(settings, feed, tmp_path / "whole")
    train(replace(settings, steps=2), feed, tmp_path / "run")
    longer = train(settings, feed, tmp_path / "run", resume=True)
    assert longer.rows[-1]["loss"] == pytest.approx(whole.rows[-1]["loss"], rel=1e-4)


def test_a_run_is_resumed_with_the_settings_it_was_begun_with(feed, tmp_path: Path) -> None:
    train(replace(SHORT, steps=3), feed, tmp_path / "run")
    with pytest.raises(RunError, match=r"was begun with other settings \(settings: batch was 4, now 5\)"):
        train(replace(SHORT, steps=3, batch=5), feed, tmp_path / "run", resume=True)
    (tmp_path / "run/state.npz").write_bytes(b"PK")
    with pytest.raises(RunError, match="is damaged"):
        train(replace(SHORT, steps=3), feed, tmp_path / "run", resume=True)


def test_a_finished_run_resumed_is_left_as_it_is(feed, tmp_path: Path) -> None:
    settings = replace(SHORT, steps=3)
    train(settings, feed, tmp_path / "run")
    before = (tmp_path / "run/last.keras").read_bytes()
    assert len(train(settings, feed, tmp_path / "run", resume=True).rows) == 1
    assert (tmp_path / "run/last.keras").read_bytes() == before
