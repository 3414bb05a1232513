"""Training of a pose head: from records to a file, with the network as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import keras
import pytest

from hairnet_data.core.errors import UsageError
from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.model_io import model_file, pose_file
from hairnet_model.model_io.errors import ModelError
from hairnet_model.model_io.model_file import Model
from hairnet_model.model_io.pose_file import PoseHead
from hairnet_model.networks import fcn, pose_head
from hairnet_model.training.checkpoint import RunError
from hairnet_model.training.pose_features import Features, collect
from hairnet_model.training.pose_training import PoseConfig, fit, score, train_pose
from tests.support.eagerly import eagerly


@pytest.fixture(scope="module")
def model() -> Model:
    keras.utils.set_random_seed(1)
    return Model(fcn.create(), image_size=64)


@pytest.fixture(scope="module")
def features(model, drawn_dataset) -> Features:
    return collect(model, [(open_dataset(drawn_dataset), "train")])


@pytest.fixture
def two_steps() -> Iterator[None]:
    """For tests that train so little that a graph is not worth its while."""
    with eagerly():
        yield


def test_the_head_learns_what_it_sees(features) -> None:
    assert 0 < features.labelled < len(features)
    head = fit(PoseConfig(steps=120, batch=32, rate=0.01, average=0.9), features)
    scores = score(head, features)
    assert scores.degrees < 60  # untrained, about 110
    assert scores.invented < 0.5


@pytest.mark.usefixtures("two_steps")
def test_the_same_seed_gives_the_same_head(features) -> None:
    one, same = (fit(PoseConfig(steps=2, batch=8, seed=5), features).get_weights() for _ in range(2))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))


@pytest.mark.usefixtures("two_steps")
def test_a_run_has_the_head_and_leaves_the_network_as_it_was(model, drawn_dataset, tmp_path: Path) -> None:
    weights, run = [weight.copy() for weight in model.network.get_weights()], tmp_path / "run"
    scores = train_pose(PoseConfig(steps=2, batch=8), model, [open_dataset(drawn_dataset)], run, {"ab12"})
    assert all((a == b).all() for a, b in zip(weights, model.network.get_weights(), strict=True))
    head = pose_file.load(run / "pose.keras", model)
    assert (head.image_size, head.people) == (64, {"ab12"})
    assert head.about["validation"]["degrees"] == scores.degrees
    info = json.loads((run / "run.json").read_text())
    assert info["trunk"] == head.trunk == model_file.weights_hash(model)
    with pytest.raises(RunError, match="exists"):
        train_pose(PoseConfig(steps=2), model, [open_dataset(drawn_dataset)], run)


@pytest.mark.usefixtures("two_steps")
def test_a_run_begins_with_the_head_of_another_network(model, drawn_dataset, tmp_path: Path) -> None:
    before = PoseHead(pose_head.create(2), 64, "another", frozenset({"cd34"}))
    before.network.layers[-1].bias.assign([0.5] * 10)
    pose_file.save(tmp_path / "pose.keras", before)
    loaded = pose_file.load(tmp_path / "pose.keras", model, of_any_network=True)
    still = PoseConfig(steps=1, batch=8, rate=1e-9)
    train_pose(still, model, [open_dataset(drawn_dataset)], tmp_path / "run", {"ab12"}, init=loaded)
    after = pose_file.load(tmp_path / "run/pose.keras", model)
    assert after.people == {"ab12", "cd34"}
    for one, other in zip(before.network.get_weights(), after.network.get_weights(), strict=True):
        assert abs(one - other).max() < 1e-6


def test_a_head_belongs_to_its_network(model, tmp_path: Path) -> None:
    file = tmp_path / "pose.keras"
    pose_file.save(file, PoseHead(pose_head.create(2), 64, model_file.weights_hash(model)))
    assert pose_file.load(file, model).image_size == 64
    with pytest.raises(ModelError, match="another network"):
        pose_file.load(file, Model(fcn.create(), image_size=64))
    with pytest.raises(ModelError):
        model_file.load(file)
    model_file.save(tmp_path / "masks.keras", model)
    with pytest.raises(ModelError, match="classifies pixels"):
        pose_file.load(tmp_path / "masks.keras", model)
    (tmp_path / "bad.keras").write_bytes(b"no archive")
    for name in ("bad.keras", "missing.keras"):
        with pytest.raises(ModelError):
            pose_file.load(tmp_path / name, model)


def test_pictures_of_another_size_are_refused(model, drawn_dataset, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="64 pixels"):
        train_pose(PoseConfig(), Model(model.network, 96), [open_dataset(drawn_dataset)], tmp_path / "run")


@pytest.mark.parametrize("bad", [{"steps": 0}, {"rate": float("nan")}, {"average": 1.0}, {"batch": 0}])
def test_settings_are_checked(bad) -> None:
    with pytest.raises(UsageError):
        PoseConfig(**bad)


@pytest.mark.usefixtures("two_steps")
def test_the_command_trains_and_says_how_good_it_is(model, drawn_dataset, tmp_path: Path, model_command) -> None:
    model_file.save(tmp_path / "net.keras", model)
    status, out, _ = model_command(
        "train-pose", drawn_dataset, "--model", tmp_path / "net.keras", "--out", tmp_path / "run", "--steps", 2,
        "--batch", 8,
    )  # fmt: skip
    assert status == 0
    assert "degrees" in out
    assert out.splitlines()[-1] == str(tmp_path / "run" / "pose.keras")
