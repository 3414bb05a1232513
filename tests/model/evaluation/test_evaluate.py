"""Evaluation: known predictors get known numbers, groups are counted apart, and faults are one line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.core.errors import DatasetError, HairnetError, UsageError
from hairnet_model.data import tfds_records
from hairnet_model.data.person_hash import hashed
from hairnet_model.data.tfds_records import Dataset, open_dataset
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.evaluate import Case, cases, evaluate, latency, predict
from hairnet_model.model_io.model_file import Model
from hairnet_model.networks import fcn
from tests.support.datasets import rewrite

PORTRAITS = ("test", "test_shifted", "test_rotated", "test_occluded")
TESTS = (*PORTRAITS, "test_negatives")


class Stub:
    """Stands in for a network: puts out sure logits of the masks that `answer` gives for pictures."""

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self.answer = answer

    def predict_on_batch(self, images: Any) -> Any:
        return 10 * np.eye(3, dtype=np.float32)[self.answer(images)]


def stub(answer: Callable[[Any], Any], people: frozenset[str] = frozenset()) -> Model:
    return Model(Stub(answer), 64, people)


def nothing(images: Any) -> Any:
    return np.zeros(images.shape[:-1], np.uint8)


@pytest.fixture(scope="module")
def dataset(drawn_dataset: Path) -> Dataset:
    return open_dataset(drawn_dataset)


@pytest.fixture(scope="module")
def read(dataset: Dataset) -> dict[str, list[tfds_records.Batch]]:
    """Every record of the splits, one a batch."""
    return {split: list(tfds_records.read(dataset, split, 1)) for split in dataset.shards}


@pytest.fixture(scope="module")
def oracle(read: dict[str, list[tfds_records.Batch]]) -> Callable[[Any], Any]:
    """Knows every picture's mask."""
    known = {part.images[0].tobytes(): part.masks[0] for parts in read.values() for part in parts}

    def answer(images: Any) -> Any:
        return np.stack([known.get(image.tobytes(), np.zeros(image.shape[:2], np.uint8)) for image in images])

    return answer


def test_a_perfect_model(dataset: Dataset, oracle: Any) -> None:
    report = evaluate(stub(oracle), dataset)
    assert tuple(report.splits) == TESTS
    assert (report.dataset, report.source, report.image_size) == ("small", "drawn", 64)
    for name in PORTRAITS:
        found = report.splits[name]
        assert found.portraits == metrics.Scores(12, 1.0, (1.0,) * 3, (1.0,) * 3, 1.0, (1.0,) * 2)
        assert found.negatives is None
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


def test_strangers_are_counted_apart(dataset: Dataset, read: Any, oracle: Any) -> None:
    known = {part.person[0] for part in read["test"][:5]}

    def forgetful(images: Any) -> Any:
        """Right about those it was trained on, and sees nobody else."""
        acquainted = {part.images[0].tobytes() for part in read["test"] if part.person[0] in known}
        masks = oracle(images)
        for at, image in enumerate(images):
            masks[at] *= image.tobytes() in acquainted
        return masks

    model = stub(forgetful, frozenset(map(hashed, known)))
    found = evaluate(model, dataset, ["test", "test_negatives"]).splits
    everybody, strangers = found["test"].portraits, found["test"].strangers
    assert everybody is not None
    assert strangers is not None
    assert (everybody.pictures, strangers.pictures) == (12, 7)
    assert strangers.f1[FACE] == 0 < everybody.f1[FACE]
    assert found["test_negatives"].strangers is None
    assert evaluate(stub(forgetful), dataset, ["test"]).splits["test"].strangers is None, "nothing is known of people"


def test_nobody_knows_whether_the_nameless_are_strangers(copied: Path) -> None:
    def nameless(found: list[Any]) -> list[Any]:
        return [{**record, "person": b""} if number < 4 else record for number, record in enumerate(found)]

    rewrite(copied, "test", nameless)
    found = evaluate(stub(nothing, frozenset({"0" * 16})), open_dataset(copied), ["test"]).splits["test"]
    assert found.strangers is not None
    assert found.strangers.pictures == 8


def test_drawn_portraits_by_tone_and_hair(dataset: Dataset, read: Any, oracle: Any) -> None:
    bald = {p.images[0].tobytes() for p in read["test"] if json.loads(p.recipe[0])["traits"]["hair"] == "bald"}

    def blind(images: Any) -> Any:
        return oracle(images) * np.array([image.tobytes() not in bald for image in images], np.uint8)[:, None, None]

    found = evaluate(stub(blind), dataset, ["test", "test_rotated"]).splits
    assert list(found["test"].traits) == ["hair", "tone"]
    for name, values in found["test"].traits.items():
        wanted = [json.loads(part.recipe[0])["traits"][name] for part in read["test"]]
        assert {value: scores.pictures for value, scores in values.items()} == {v: wanted.count(v) for v in wanted}
        assert len(values) > 1
    assert list(found["test"].traits["tone"]) == sorted(found["test"].traits["tone"], key=int)
    for kind, scores in found["test"].traits["hair"].items():
        assert scores.pixel_accuracy == 1 or kind == "bald"
    assert {kind for kind, s in found["test"].traits["hair"].items() if s.pixel_accuracy < 1} == (
        {"bald"} if bald else set()
    )


@pytest.mark.parametrize("recipe", [b"", b"{", b"[]", b"{}", b'{"traits": 3}'])
def test_a_record_without_traits_is_scored_all_the_same(copied: Path, recipe: bytes) -> None:
    rewrite(copied, "test", lambda found: [{**record, "recipe": recipe} for record in found])
    found = evaluate(stub(nothing), open_dataset(copied), ["test"]).splits["test"]
    assert found.portraits is not None
    assert found.portraits.pictures == 12
    assert found.traits == {}


def test_a_split_of_portraits_and_negatives_has_both_scores(dataset: Dataset, oracle: Any, read: Any) -> None:
    found = evaluate(stub(oracle), dataset, ["train"]).splits["train"]
    kinds = [part.kind[0] for part in read["train"]]
    assert found.portraits is not None
    assert found.negatives is not None
    assert (found.portraits.pictures, found.negatives.pictures) == (kinds.count("portrait"), kinds.count("negative"))
    assert 0 < found.negatives.pictures < found.portraits.pictures


def test_the_size_of_batches_changes_nothing(dataset: Dataset) -> None:
    keras.utils.set_random_seed(1)
    model = Model(fcn.create(), 64)
    told = [evaluate(model, dataset, ["test", "test_negatives"], batch=size).to_json()["splits"] for size in (5, 32)]
    for one, other in zip(_numbers(told[0]), _numbers(told[1]), strict=True):
        assert one == pytest.approx(other, abs=2e-3)  # sums in another order may turn a pixel
    assert told[0]["test"]["portraits"]["pictures"] == 12


def _numbers(told: Any) -> list[float]:
    if isinstance(told, dict):
        return [number for value in told.values() for number in _numbers(value)]
    return [number for value in told for number in _numbers(value)] if isinstance(told, list) else [told or 0]


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
    told: list[tuple[str, int, int]] = []

    def progress(what: str, done: int, total: int, note: str = "") -> None:
        told.append((what, done, total))

    evaluate(stub(oracle), dataset, ["test", "test_negatives"], batch=5, progress=progress, watch=seen.append)
    assert [(case.split, case.index) for case in seen] == [
        (s, i) for s in ("test", "test_negatives") for i in range(12)
    ]
    assert told[0] == ("evaluating", 0, 24)
    assert told[-1] == ("evaluating", 24, 24)
    for case, part in zip(seen, read["test"], strict=False):
        assert (case.truth == part.masks[0]).all()
        assert (case.image == part.images[0]).all()
        assert (case.source_id, case.person) == (part.source_id[0], part.person[0])


def test_a_case_counts_truth_in_rows(dataset: Dataset) -> None:
    for case in cases(stub(lambda images: nothing(images) + np.uint8(HAIR)), dataset, "test"):
        faces = np.count_nonzero(case.truth == FACE)
        assert case.counts.confusion[FACE].tolist() == [0, faces, 0]
        assert faces


def test_json_has_no_nan_and_latency_is_measured(dataset: Dataset) -> None:
    told = evaluate(stub(nothing), dataset).to_json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["latency"]["image_size"] == 64
    assert told["latency"]["median_ms"] >= 0


def test_latency_is_that_of_one_picture_of_the_models_size() -> None:
    shapes = []

    def slow(images: Any) -> Any:
        shapes.append((images.shape, images.dtype))
        return nothing(images)

    took = latency(Model(Stub(slow), 96), runs=3)
    assert set(shapes) == {((1, 96, 96, 3), np.dtype(np.uint8))}
    assert 0 < took < 1000


def test_an_unknown_split(dataset: Dataset) -> None:
    with pytest.raises(UsageError, match="no split 'tset'"):
        evaluate(stub(nothing), dataset, ["test", "tset"])


def test_no_test_split(dataset: Dataset) -> None:
    lacking = replace(dataset, shards={"train": dataset.shards["train"]})
    with pytest.raises(DatasetError, match="has no test split; it has train"):
        evaluate(stub(nothing), lacking)


def test_an_empty_split_has_no_scores(dataset: Dataset) -> None:
    empty = replace(dataset, shards={"test": ()})
    found = evaluate(stub(nothing), empty).splits["test"]
    assert found.portraits is not None
    assert found.portraits.pictures == 0
    assert math.isnan(found.portraits.miou)


@pytest.mark.parametrize(("size", "better"), [(100, 96), (250, 256), (8, 32)])
def test_pictures_that_no_network_takes(dataset: Dataset, size: int, better: int) -> None:
    with pytest.raises(DatasetError, match=rf"{size} pixels.*divisible by 32, for instance {better}"):
        evaluate(stub(nothing), replace(dataset, image_size=size))


def test_a_damaged_record_is_one_line(copied: Path) -> None:
    (shard,) = copied.glob("*-test.tfrecord-*")
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 255
    shard.write_bytes(bytes(data))
    with pytest.raises(DatasetError, match="cannot be read") as fault:
        evaluate(stub(nothing), open_dataset(copied))
    assert "\n" not in str(fault.value)
    rewrite(copied, "test_rotated", lambda found: [{**record, "image": b"no picture"} for record in found])
    with pytest.raises(DatasetError, match="test_rotated"):
        evaluate(stub(nothing), open_dataset(copied), ["test_rotated"])


def test_a_missing_record_is_missed(copied: Path) -> None:
    rewrite(copied, "test", lambda found: found[:-1])
    with pytest.raises(DatasetError, match="holds 11 records where its metadata say 12"):
        list(cases(stub(nothing), open_dataset(copied), "test"))


def test_a_model_that_went_astray(dataset: Dataset) -> None:
    class Astray:
        def predict_on_batch(self, images: Any) -> Any:
            return np.full((*images.shape[:-1], 3), np.nan, np.float32)

    with pytest.raises(HairnetError, match="no numbers"):
        evaluate(Model(Astray(), 64), dataset, ["test"])
