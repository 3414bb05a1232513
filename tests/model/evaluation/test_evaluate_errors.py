"""What cannot be evaluated is one line: splits that are not there, damaged records, and networks that diverged."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.core.errors import DatasetError, HairnetError, UsageError
from hairnet_model.data.prepared_dataset import Dataset, open_dataset
from hairnet_model.evaluation.evaluate import cases, evaluate
from hairnet_model.model_io.model_file import Model
from tests.support.datasets import rewrite
from tests.support.stub_models import nothing, stub


@pytest.fixture(scope="module")
def dataset(drawn_dataset: Path) -> Dataset:
    return open_dataset(drawn_dataset)


def test_an_unknown_split(dataset: Dataset) -> None:
    with pytest.raises(UsageError, match="no split 'tset'"):
        evaluate(stub(nothing), dataset, ["test", "tset"])


def test_no_test_split(dataset: Dataset) -> None:
    lacking = replace(dataset, shards={"train": dataset.shards["train"]})
    with pytest.raises(DatasetError, match="has no test split; it has train"):
        evaluate(stub(nothing), lacking)


def test_an_empty_split_has_no_scores(dataset: Dataset) -> None:
    empty = replace(dataset, shards={"test": ()})
    split = evaluate(stub(nothing), empty).splits["test"]
    assert split.portraits is not None
    assert split.portraits.pictures == 0
    assert math.isnan(split.portraits.miou)


@pytest.mark.parametrize(("size", "better"), [(100, 96), (250, 256), (8, 32)])
def test_pictures_that_no_network_takes(dataset: Dataset, size: int, better: int) -> None:
    with pytest.raises(DatasetError, match=rf"{size} pixels.*divisible by 32, for instance {better}"):
        evaluate(stub(nothing), replace(dataset, image_size=size))


def test_a_damaged_record_is_one_line(copied: Path) -> None:
    (shard,) = copied.glob("*-test.tfrecord-*")
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 255
    shard.write_bytes(bytes(data))
    with pytest.raises(DatasetError, match="cannot be read") as raised:
        evaluate(stub(nothing), open_dataset(copied))
    assert "\n" not in str(raised.value)
    rewrite(copied, "test_rotated", lambda records: [{**record, "image": b"no picture"} for record in records])
    with pytest.raises(DatasetError, match="test_rotated"):
        evaluate(stub(nothing), open_dataset(copied), ["test_rotated"])


def test_a_missing_record_is_missed(copied: Path) -> None:
    rewrite(copied, "test", lambda records: records[:-1])
    with pytest.raises(DatasetError, match="holds 11 records where its metadata say 12"):
        list(cases(stub(nothing), open_dataset(copied), "test"))


def test_a_model_that_diverged(dataset: Dataset) -> None:
    class Diverged:
        def predict_on_batch(self, images: Any) -> Any:
            return np.full((*images.shape[:-1], 3), np.nan, np.float32)

    with pytest.raises(HairnetError, match="not finite numbers"):
        evaluate(Model(Diverged(), 64), dataset, ["test"])
