"""Evaluation: known predictors get known numbers, groups are counted separately."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.recipes.splits import EVALUATION_SPLITS
from hairnet_model.data import tfds_records
from hairnet_model.data.person_hash import hashed
from hairnet_model.data.prepared_dataset import Dataset, open_dataset
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.evaluate import Case, cases, evaluate, latency, predict
from hairnet_model.model_io.model_file import Model
from hairnet_model.networks import fcn
from tests.support.datasets import rewrite
from tests.support.stub_models import Stub, nothing, stub

PORTRAITS = tuple(split.name for split in EVALUATION_SPLITS if split.pool == "test" and not split.negatives_only)
TESTS = (*PORTRAITS, "test_negatives")


@pytest.fixture(scope="module")
def dataset(drawn_dataset: Path) -> Dataset:
    return open_dataset(drawn_dataset)


@pytest.fixture(scope="module")
def read(dataset: Dataset) -> dict[str, list[tfds_records.Batch]]:
    """Every record of the splits, one a batch."""
    return {split: list(tfds_records.read(dataset, split, 1)) for split in dataset.shards}


@pytest.fixture(scope="module")
def oracle(read: dict[str, list[tfds_records.Batch]]) -> Callable[[Any], Any]:
    """Returns the true mask of every picture of the dataset."""
    masks = {part.images[0].tobytes(): part.masks[0] for parts in read.values() for part in parts}

    def answer(images: Any) -> Any:
        return np.stack([masks.get(image.tobytes(), np.zeros(image.shape[:2], np.uint8)) for image in images])

    return answer


def test_a_perfect_model(dataset: Dataset, oracle: Any) -> None:
    report = evaluate(stub(oracle), dataset)
    assert tuple(report.splits) == TESTS
    assert (report.dataset, report.source, report.image_size) == ("small", "drawn", 64)
    for name in PORTRAITS:
        split = report.splits[name]
        assert split.portraits == metrics.Scores(12, 1.0, (1.0,) * 3, (1.0,) * 3, 1.0, (1.0,) * 2)
        assert split.negatives is None
    negatives = report.splits["test_negatives"]
    assert negatives.portraits is None
    assert negatives.strangers is None
    assert negatives.negatives is not None
    assert (negatives.negatives.pictures, negatives.negatives.pixel_share, negatives.negatives.blobs) == (12, 0, 0)
    assert negatives.negatives.interval[0] == 0


def test_a_model_that_sees_nobody(dataset: Dataset, read: Any) -> None:
    report = evaluate(stub(nothing), dataset, ["test", "test_negatives"])
    masks = np.stack([part.masks[0] for part in read["test"]])
    empty = float((masks == BACKGROUND).mean())
    scores = report.splits["test"].portraits
    assert scores is not None
    assert scores.pixel_accuracy == pytest.approx(empty)
    assert scores.iou == pytest.approx((empty, 0, 0))
    assert scores.f1 == pytest.approx((2 * empty / (1 + empty), 0, 0))
    assert scores.miou == pytest.approx(empty / 3)
    assert scores.boundary_f1 == (0, 0)
    assert (
        report.splits["test_negatives"].negatives
        == evaluate(stub(nothing), dataset, ["test_negatives"]).splits["test_negatives"].negatives
    )


def test_masks_may_come_from_more_than_one_look(dataset: Dataset, oracle: Any) -> None:
    report = evaluate(stub(nothing), dataset, ["test"], segment=oracle)
    scores = report.splits["test"].portraits
    assert scores is not None
    assert scores.pixel_accuracy == 1


def test_a_model_that_sees_hair_everywhere(dataset: Dataset, read: Any) -> None:
    report = evaluate(stub(lambda images: nothing(images) + np.uint8(HAIR)), dataset, ["test", "test_negatives"])
    hair = float((np.stack([part.masks[0] for part in read["test"]]) == HAIR).mean())
    scores, seen = report.splits["test"].portraits, report.splits["test_negatives"].negatives
    assert scores is not None
    assert seen is not None
    assert scores.pixel_accuracy == pytest.approx(hair)
    assert scores.iou == pytest.approx((0, hair, 0))
    assert (seen.pixel_share, seen.blobs, seen.blob_share, seen.interval[1]) == (1, 12, 1, 1)


def test_scores_are_pooled_over_pixels_not_averaged_over_pictures(dataset: Dataset, read: Any) -> None:
    def half(images: Any) -> Any:
        masks = nothing(images)
        masks[:, :, 32:] = FACE
        return masks

    masks = np.stack([part.masks[0] for part in read["test"]])
    guess = half(np.zeros((*masks.shape, 3)))
    face = ((masks == FACE) & (guess == FACE)).sum() / ((masks == FACE) | (guess == FACE)).sum()
    scores = evaluate(stub(half), dataset, ["test"]).splits["test"].portraits
    assert scores is not None
    assert scores.iou[FACE] == pytest.approx(face)


@pytest.mark.parametrize(("pixels", "blobs"), [(20, 0), (21, 12)])
def test_false_positives_where_nobody_is(dataset: Dataset, read: Any, pixels: int, blobs: int) -> None:
    def specks(images: Any) -> Any:
        masks = nothing(images).reshape(len(images), -1)
        masks[:, :pixels] = FACE  # 20 of 4,096 are 0.49 %
        return masks.reshape(images.shape[:-1])

    seen = evaluate(stub(specks), dataset, ["test_negatives"]).splits["test_negatives"].negatives
    backgrounds = {part.source_id[0] for part in read["test_negatives"]}
    assert seen is not None
    assert (seen.pictures, seen.backgrounds, seen.blobs) == (12, len(backgrounds), blobs)
    assert len(backgrounds) == 6, "two crops of each, or the interval means nothing"
    assert seen.pixel_share == pytest.approx(pixels / 4096)
    assert seen.interval == metrics.wilson(len(backgrounds) if blobs else 0, len(backgrounds))


def test_strangers_are_counted_separately(dataset: Dataset, read: Any, oracle: Any) -> None:
    trained_on = {part.person[0] for part in read["test"][:5]}

    def forgetful(images: Any) -> Any:
        """Right about those it was trained on, and sees nobody else."""
        portraits = {part.images[0].tobytes() for part in read["test"] if part.person[0] in trained_on}
        masks = oracle(images)
        for i, image in enumerate(images):
            masks[i] *= image.tobytes() in portraits
        return masks

    model = stub(forgetful, frozenset(map(hashed, trained_on)))
    splits = evaluate(model, dataset, ["test", "test_negatives"]).splits
    everybody, strangers = splits["test"].portraits, splits["test"].strangers
    assert everybody is not None
    assert strangers is not None
    assert (everybody.pictures, strangers.pictures) == (12, 7)
    assert strangers.f1[FACE] == 0 < everybody.f1[FACE]
    assert splits["test_negatives"].strangers is None
    assert evaluate(stub(forgetful), dataset, ["test"]).splits["test"].strangers is None, (
        "the model does not say whom it was trained on"
    )


def test_portraits_without_a_name_are_not_strangers(copied: Path) -> None:
    def nameless(records: list[Any]) -> list[Any]:
        return [{**record, "person": b""} if number < 4 else record for number, record in enumerate(records)]

    rewrite(copied, "test", nameless)
    split = evaluate(stub(nothing, frozenset({"0" * 16})), open_dataset(copied), ["test"]).splits["test"]
    assert split.strangers is not None
    assert split.strangers.pictures == 8


def test_drawn_portraits_by_tone_and_hair(dataset: Dataset, read: Any, oracle: Any) -> None:
    bald = {p.images[0].tobytes() for p in read["test"] if json.loads(p.recipe[0])["traits"]["hair"] == "bald"}

    def blind(images: Any) -> Any:
        return oracle(images) * np.array([image.tobytes() not in bald for image in images], np.uint8)[:, None, None]

    splits = evaluate(stub(blind), dataset, ["test", "test_rotated"]).splits
    assert list(splits["test"].traits) == ["frame", "hair", "headwear", "tone", "view", "yaw"]
    for name, values in splits["test"].traits.items():
        expected = [json.loads(part.recipe[0])["traits"][name] for part in read["test"]]
        assert {value: scores.pictures for value, scores in values.items()} == {v: expected.count(v) for v in expected}
        assert len(values) > 1
    assert list(splits["test"].traits["tone"]) == sorted(splits["test"].traits["tone"], key=int)
    for kind, scores in splits["test"].traits["hair"].items():
        assert scores.pixel_accuracy == 1 or kind == "bald"
    assert {kind for kind, s in splits["test"].traits["hair"].items() if s.pixel_accuracy < 1} == (
        {"bald"} if bald else set()
    )


@pytest.mark.parametrize("recipe", [b"", b"{", b"[]", b"{}", b'{"traits": 3}'])
def test_a_record_without_traits_is_scored(copied: Path, recipe: bytes) -> None:
    rewrite(copied, "test", lambda records: [{**record, "recipe": recipe} for record in records])
    split = evaluate(stub(nothing), open_dataset(copied), ["test"]).splits["test"]
    assert split.portraits is not None
    assert split.portraits.pictures == 12
    assert split.traits == {}


def test_a_split_of_portraits_and_negatives_has_both_scores(dataset: Dataset, oracle: Any, read: Any) -> None:
    split = evaluate(stub(oracle), dataset, ["train"]).splits["train"]
    kinds = [part.kind[0] for part in read["train"]]
    assert split.portraits is not None
    assert split.negatives is not None
    assert (split.portraits.pictures, split.negatives.pictures) == (kinds.count("portrait"), kinds.count("negative"))
    assert 0 < split.negatives.pictures < split.portraits.pictures


def test_the_size_of_batches_changes_nothing(dataset: Dataset) -> None:
    keras.utils.set_random_seed(1)
    model = Model(fcn.create(), 64)
    splits = [evaluate(model, dataset, ["test", "test_negatives"], batch=size).to_json()["splits"] for size in (5, 32)]
    for one, other in zip(_numbers(splits[0]), _numbers(splits[1]), strict=True):
        assert one == pytest.approx(other, abs=2e-3)  # sums in another order may turn a pixel
    assert splits[0]["test"]["portraits"]["pictures"] == 12


def _numbers(tree: Any) -> list[float]:
    if isinstance(tree, dict):
        return [number for value in tree.values() for number in _numbers(value)]
    return [number for value in tree for number in _numbers(value)] if isinstance(tree, list) else [tree or 0]


def test_a_network_and_its_shape(dataset: Dataset) -> None:
    keras.utils.set_random_seed(1)
    network = fcn.create()
    images = next(tfds_records.read(dataset, "test", 3)).images
    outputs = np.asarray(network(images, training=False))
    guessed = predict(Model(network), images)
    assert guessed.dtype == np.uint8
    assert guessed.shape == images.shape[:-1]
    assert (guessed == outputs.argmax(-1)).mean() > 0.999


def test_the_two_maps_of_2019(dataset: Dataset) -> None:
    class Maps:
        def predict_on_batch(self, images: Any) -> Any:
            maps = np.zeros((*images.shape[:-1], 2), np.float32)
            maps[..., :20, :, 0], maps[..., 20:40, :, 1] = 200, 200  # face, hair
            return maps

    guessed = predict(Model(Maps()), next(tfds_records.read(dataset, "test", 2)).images)
    assert (guessed[:, :20] == FACE).all()
    assert (guessed[:, 20:40] == HAIR).all()
    assert (guessed[:, 40:] == BACKGROUND).all()


def test_every_case_is_shown(dataset: Dataset, oracle: Any, read: Any) -> None:
    seen: list[Case] = []
    calls: list[tuple[str, int, int]] = []

    def progress(what: str, done: int, total: int, note: str = "") -> None:
        calls.append((what, done, total))

    evaluate(stub(oracle), dataset, ["test", "test_negatives"], batch=5, progress=progress, watch=seen.append)
    assert [(case.split, case.index) for case in seen] == [
        (s, i) for s in ("test", "test_negatives") for i in range(12)
    ]
    assert calls[0] == ("evaluating", 0, 24)
    assert calls[-1] == ("evaluating", 24, 24)
    for case, part in zip(seen, read["test"], strict=False):
        assert (case.truth == part.masks[0]).all()
        assert (case.image == part.images[0]).all()
        assert (case.source_id, case.person) == (part.source_id[0], part.person[0])


def test_a_case_counts_truth_in_rows(dataset: Dataset) -> None:
    total = 0
    for case in cases(stub(lambda images: nothing(images) + np.uint8(HAIR)), dataset, "test"):
        faces = np.count_nonzero(case.truth == FACE)
        assert case.counts.confusion[FACE].tolist() == [0, faces, 0]
        total += faces
    assert total


def test_json_has_no_nan_and_latency_is_measured(dataset: Dataset) -> None:
    report = evaluate(stub(nothing), dataset).to_json()
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["latency"]["image_size"] == 64
    assert report["latency"]["median_ms"] >= 0


def test_latency_is_that_of_one_picture_of_the_models_size() -> None:
    shapes = []

    def slow(images: Any) -> Any:
        shapes.append((images.shape, images.dtype))
        return nothing(images)

    milliseconds = latency(Model(Stub(slow), 96), runs=3)
    assert set(shapes) == {((1, 96, 96, 3), np.dtype(np.uint8))}
    assert 0 < milliseconds < 1000
