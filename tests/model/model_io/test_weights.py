"""The shipped weights: small, loadable by Keras alone, and good on portraits the package draws."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_model import Segmenter
from hairnet_model.data import tfds_records
from hairnet_model.data.person_hash import hashed
from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.evaluation.evaluate import evaluate
from hairnet_model.model_io import model_file, shipped


@pytest.fixture(scope="module")
def full_size(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn portraits of 224 pixels that no training saw: their pools are of other sizes than any build's."""
    sources = Sources(Drawn(2, 2, 24), DrawnBackgrounds(2, 2, 12))
    settings = BuildSettings(image_size=224, train_examples=2)
    return build(sources, settings, tmp_path_factory.mktemp("data"), BuildOptions(name="full")).path


@pytest.mark.parametrize("name", shipped.NETWORKS)
def test_they_are_small_and_name_nobody(name: str) -> None:
    assert shipped.NETWORKS[name].keras.stat().st_size < 3_700_000
    assert shipped.NETWORKS[name].litert.stat().st_size < 1_600_000
    model = model_file.load(name)
    assert model.image_size == 224
    assert len(model.people) > 1000
    assert all(len(person) == 16 and set(person) <= set("0123456789abcdef") for person in model.people)
    with zipfile.ZipFile(shipped.NETWORKS[name].keras) as archive:
        about = json.loads(archive.read("hairnet.json"))
    assert "/" not in json.dumps(about)  # no paths of the machine they were trained on


def test_the_drawn_ones_saw_drawn_people_alone() -> None:
    drawn = {hashed(entry.person) for entry in Drawn(24_000).catalogue().entries if entry.pool == "train"}
    assert model_file.load("drawn").people <= drawn
    assert not model_file.load("hairnet").people <= drawn


@pytest.mark.parametrize("name", shipped.NETWORKS)
def test_keras_alone_opens_them(name: str) -> None:
    network = keras.saving.load_model(shipped.NETWORKS[name].keras)
    assert network.predict_on_batch(np.zeros((1, 64, 96, 3), np.uint8)).shape == (1, 64, 96, 3)


@pytest.mark.parametrize("name", shipped.NETWORKS)
def test_they_reach_a_score_on_drawn_portraits(full_size: Path, name: str) -> None:
    report = evaluate(model_file.load(name), open_dataset(full_size))
    for split, least in (("test", 0.5), ("test_shifted", 0.5), ("test_rotated", 0.5), ("test_occluded", 0.4)):
        scores = report.splits[split].portraits
        assert scores is not None
        assert scores.miou > least, split
    nobody = report.splits["test_negatives"].negatives
    assert nobody is not None
    assert nobody.blobs <= 2, "of 24 pictures, of which one may be taken for hair entirely"


def test_they_are_what_load_returns(full_size: Path) -> None:
    batch = next(tfds_records.read(open_dataset(full_size), "test", 4))
    predicted = Segmenter.load().segment(batch.images)
    assert (predicted == batch.masks).mean() > 0.6  # drawn heads look every way, the weights know frontal ones best
    assert {HAIR, FACE} <= set(np.unique(predicted))
