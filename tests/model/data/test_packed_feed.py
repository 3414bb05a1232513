from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.core.errors import DatasetError
from hairnet_model.data import tfds_records
from hairnet_model.data.packed_feed import Encoded, PackedFeed, write_packed
from hairnet_model.data.prepared_dataset import open_dataset


@pytest.fixture(scope="module")
def packed(drawn_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dataset = open_dataset(drawn_dataset)
    path = tmp_path_factory.mktemp("packed") / "small.npz"
    about = {"name": "small", "fingerprint": "f", "image_size": 64, "people": ["p"]}
    splits = {
        "train": tfds_records.encoded(dataset, "train", 40),
        "validation": tfds_records.encoded(dataset, "validation"),
    }
    write_packed(path, about, splits)
    return path


def test_it_holds_what_the_dataset_holds(packed: Path, drawn_dataset: Path) -> None:
    feed = PackedFeed(packed)
    assert (feed.examples, feed.image_size, feed.people) == (40, 64, {"p"})
    dataset = open_dataset(drawn_dataset)
    for (images, masks), batch in zip(feed.validation(), tfds_records.read(dataset, "validation"), strict=True):
        np.testing.assert_array_equal(masks, batch.masks)
        np.testing.assert_array_equal(images, batch.images)  # OpenCV and TensorFlow both use libjpeg-turbo
    for split, count in (("train", 40), ("validation", dataset.count("validation"))):
        poses = np.concatenate([batch.pose for batch in tfds_records.read(dataset, split)])
        np.testing.assert_array_equal(feed.poses(split), poses[:count])
    assert {True, False} == set(np.isnan(feed.poses("train")).all(1)), "heads and negatives"


def test_passes_and_steps(packed: Path) -> None:
    feed = PackedFeed(packed)
    steps = list(feed.training(8, 0, 10, 0))
    first = Counter(image.tobytes() for images, _ in steps[:5] for image in images)
    second = Counter(image.tobytes() for images, _ in steps[5:] for image in images)
    assert first == second
    assert len(first) == 40
    late = list(feed.training(8, 7, 3, 0))
    for (a, _), (b, _) in zip(steps[7:], late, strict=True):
        np.testing.assert_array_equal(a, b)


def test_damage_is_one_line(packed: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is missing or no packed dataset; make it with"):
        PackedFeed(tmp_path / "none.npz")
    (tmp_path / "cut.npz").write_bytes(packed.read_bytes()[:1000])
    with pytest.raises(DatasetError, match="no packed dataset"):
        PackedFeed(tmp_path / "cut.npz")
    about = {"name": "small", "fingerprint": "f", "image_size": 64, "people": []}
    write_packed(
        tmp_path / "bad.npz",
        about,
        {"train": [Encoded(b"no picture", b"nor a mask", [math.nan] * 6)], "validation": []},
    )
    with pytest.raises(DatasetError, match="picture 0 of train cannot be read"):
        list(PackedFeed(tmp_path / "bad.npz").training(1, 0, 1, 0))
    write_packed(tmp_path / "empty.npz", about, {"train": [], "validation": []})
    with pytest.raises(DatasetError, match="no pictures to train on"):
        PackedFeed(tmp_path / "empty.npz")
