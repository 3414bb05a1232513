"""Training: what a run leaves, and the last good weights survive every error; resuming: `test_resume.py`."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.core import ledger
from hairnet_data.core.classes import HAIR
from hairnet_data.core.errors import BuildError, DatasetError
from hairnet_data.core.ledger import LedgerEntry, Licence
from hairnet_model.data import tfds_records
from hairnet_model.data.packed_feed import PackedFeed, write_packed
from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.data.tfds_feed import RecordFeed
from hairnet_model.model_io import model_file
from hairnet_model.training import checkpoint, run_log
from hairnet_model.training.checkpoint import RunError
from hairnet_model.training.config import as_2019_config
from hairnet_model.training.train import train
from hairnet_model.training.trainer import Trainer
from tests.support.datasets import rewrite
from tests.support.feeds import Cut
from tests.support.trainings import SHORT, weights_in

pytestmark = pytest.mark.usefixtures("train_two_layers")


@pytest.mark.usefixtures("as_users_train")
def test_what_a_run_leaves(feed, tmp_path: Path) -> None:
    outcome = train(SHORT, feed, tmp_path / "run")
    left = {path.name for path in (tmp_path / "run").iterdir()}
    expected = {"best.keras", "last.keras", "state.npz", "history.csv", "curves.png", "run.json", "people.json"}
    assert left == expected
    info = json.loads((tmp_path / "run/run.json").read_text())
    assert info["settings"] == SHORT.to_json()
    assert info["data"] == feed.describe()
    assert info["versions"]["keras"]
    assert set(json.loads((tmp_path / "run/people.json").read_text())) == feed.people
    with open(tmp_path / "run/history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == run_log.COLUMNS
    assert [float(row["miou"]) for row in rows] == pytest.approx([row["miou"] for row in outcome.rows], rel=1e-4)
    best = model_file.load(tmp_path / "run")
    assert best.people == feed.people
    assert [(entry.source, entry.terms.use, entry.pictures) for entry in best.ledger] == [
        ("drawn", "any", 48),
        ("drawn", "any", 18),
    ]
    assert info["ledger"] == ledger.to_json(best.ledger)
    assert best.about["validation"]["step"] == outcome.best["step"]
    assert best.network.layers[1].dtype_policy.name == "float32"


def test_a_run_is_never_overwritten(feed, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run/precious.txt").write_text("mine")
    with pytest.raises(RunError, match="exists; resume it with --resume"):
        train(SHORT, feed, tmp_path / "run")
    with pytest.raises(RunError, match="holds no run to resume"):
        train(SHORT, feed, tmp_path / "run", resume=True)


def test_a_loss_that_is_no_number_keeps_the_last_good_weights(feed, tmp_path: Path, monkeypatch) -> None:
    validate = Trainer.validate

    def poisoned(self: Trainer, feed: RecordFeed) -> dict[str, float]:
        scores = validate(self, feed)
        self.network.set_weights([np.full_like(weight, np.nan) for weight in self.network.get_weights()])
        return scores

    monkeypatch.setattr(Trainer, "validate", poisoned)
    with pytest.raises(RunError, match=r"the loss is not a number at step 4; .*lower --learning-rate than 0.002"):
        train(SHORT, feed, tmp_path / "run")
    assert all(np.isfinite(weight).all() for weight in weights_in(tmp_path / "run/last.keras"))


def test_a_full_disk_is_one_line(feed, tmp_path: Path, monkeypatch) -> None:
    def full(path: Path, data: bytes) -> None:
        if path.name == "state.npz" and len(list(tmp_path.glob("run/*.keras"))) == 2:
            raise BuildError(str(path), "cannot be written (No space left on device)", "")
        write_atomic(path, data)

    write_atomic = checkpoint.write_atomic
    monkeypatch.setattr(checkpoint, "write_atomic", full)
    with pytest.raises(RunError, match=r"state.npz: cannot be written \(No space left.*--resume"):
        train(SHORT, feed, tmp_path / "run")
    assert model_file.load(tmp_path / "run").image_size == 64


def test_a_bad_record_is_one_line(copied: Path, tmp_path: Path) -> None:
    rewrite(copied, "train", lambda old: [*old[:60], {**old[60], "mask": b"none"}, *old[61:]])
    broken = RecordFeed([open_dataset(copied)])
    with pytest.raises(DatasetError, match="a record cannot be read"):
        train(replace(SHORT, steps=16), broken, tmp_path / "run")


def test_patience_ends_it(feed, tmp_path: Path) -> None:
    outcome = train(replace(SHORT, steps=300, rate=1e-9, average=0.0, patience=2), feed, tmp_path / "run")
    assert outcome.stopped_early
    assert len(outcome.rows) < 10
    best, last = (model_file.load(tmp_path / "run" / name).about["validation"] for name in ("best.keras", "last.keras"))
    assert best["step"] == outcome.best["step"] < outcome.rows[-1]["step"] == last["step"]
    again = train(replace(SHORT, steps=300, rate=1e-9, average=0.0, patience=2), feed, tmp_path / "run", resume=True)
    assert len(again.rows) == len(outcome.rows)


def test_init_begins_with_a_models_weights_and_people(feed, tmp_path: Path) -> None:
    train(SHORT, feed, tmp_path / "first")
    model = model_file.load(tmp_path / "first")
    own = (LedgerEntry("portraits", "studio", Licence(use="research"), 7),)
    start = model_file.Model(model.network, 64, frozenset({"stranger"}), model.about, own)
    train(replace(SHORT, steps=1, rate=1e-9), feed, tmp_path / "second", init=start)
    for a, b in zip(model.network.get_weights(), weights_in(tmp_path / "second/last.keras"), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    second = model_file.load(tmp_path / "second")
    assert second.people == feed.people | {"stranger"}
    assert second.ledger == (*feed.ledger, *own)


@pytest.mark.usefixtures("real_networks")
def test_the_training_of_2019_runs(feed, tmp_path: Path) -> None:
    train(as_2019_config(replace(SHORT, steps=4)), feed, tmp_path / "run")
    model = model_file.load(tmp_path / "run")
    assert model.network.output_shape[-1] == 2


def test_without_validation_examples_nothing_begins(feed, tmp_path: Path) -> None:
    empty = Cut(feed, -1, ValueError())
    empty.validation_examples = 0
    with pytest.raises(RunError, match=r"small: has no validation examples: .* --eval-examples") as raised:
        train(SHORT, empty, tmp_path / "run")
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "run").exists()


def test_feeds_count_their_validation_examples(drawn_dataset: Path, tmp_path: Path) -> None:
    dataset = open_dataset(drawn_dataset)
    without = replace(dataset, path=drawn_dataset / "..", shards={"train": dataset.shards["train"]})
    emptied = replace(without, shards={**without.shards, "validation": (), "validation_negatives": ()})
    count = 12 + dataset.count("validation_negatives")
    assert RecordFeed([dataset]).validation_examples == count > 12
    for other in (without, emptied):
        assert RecordFeed([other]).validation_examples == 0
        both = RecordFeed([dataset, other])
        assert both.validation_examples == sum(len(images) for images, _ in both.validation()) == count
    about = {"name": "packed", "fingerprint": "f", "image_size": 64, "people": []}
    pairs = list(tfds_records.encoded(dataset, "validation"))
    for some in (0, 3):
        write_packed(tmp_path / "some.npz", about, {"train": pairs, "validation": pairs[:some]})
        assert PackedFeed(tmp_path / "some.npz").validation_examples == some


def test_validation_without_a_label_is_one_line(feed, tmp_path: Path) -> None:
    unlabelled = Cut(feed, -1, ValueError())
    unlabelled.validation = lambda: ((images, np.full_like(masks, 255)) for images, masks in feed.validation())
    with pytest.raises(RunError, match="no pixel of the validation examples has a label"):
        train(replace(SHORT, steps=1), unlabelled, tmp_path / "run")
    assert not (tmp_path / "run/best.keras").exists()


def test_a_score_that_is_undefined_is_an_empty_cell(feed, tmp_path: Path) -> None:
    """Hair alone is labelled in validation: nothing is known of faces."""
    hair_only = Cut(feed, -1, ValueError())
    hair_only.validation = lambda: (
        (images, np.where(masks == HAIR, masks, np.uint8(255))) for images, masks in feed.validation()
    )
    result = train(replace(SHORT, steps=1), hair_only, tmp_path / "run")
    assert np.isnan(result.best["face_f1"])
    with open(tmp_path / "run/history.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["face_f1"], float(row["hair_f1"]) >= 0) == ("", True)
    assert model_file.load(tmp_path / "run").about["validation"]["face_f1"] is None


def test_pictures_that_do_not_fit(feed, tmp_path: Path) -> None:
    odd = Cut(feed, -1, ValueError())
    odd.image_sizes = (64, 100)
    with pytest.raises(RunError, match="has pictures of 100 pixels, which 32 does not divide"):
        train(SHORT, odd, tmp_path / "run")
