"""A training from datasets of two picture sizes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.errors import UsageError
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_model.data.mixed_feed import MixedFeed
from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.data.tfds_feed import RecordFeed, open_feed
from hairnet_model.networks import fcn
from hairnet_model.training.checkpoint import RunError
from hairnet_model.training.config import TrainingConfig
from hairnet_model.training.train import train
from tests.support import small_network


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of 128 pixels, beside the 64 of `drawn_dataset`."""
    sources = Sources(Drawn(8, 4, 4, size=96), DrawnBackgrounds(4, 4, 4, size=96))
    settings = BuildSettings(image_size=128, train_examples=16, eval_examples=4)
    return build(sources, settings, tmp_path_factory.mktemp("data"), BuildOptions(name="larger")).path


@pytest.fixture
def mixed(drawn_dataset: Path, larger: Path) -> MixedFeed:
    feed = open_feed([open_dataset(drawn_dataset), open_dataset(larger)], [3.0, 1.0])
    assert isinstance(feed, MixedFeed)
    return feed


def test_a_batch_has_one_size_and_as_many_pixels(mixed: MixedFeed) -> None:
    assert (mixed.image_size, mixed.image_sizes) == (64, (64, 128))
    batches = [images.shape for images, _ in mixed.training(8, 0, 28, 0)]
    assert set(batches) == {(8, 64, 64, 3), (2, 128, 128, 3)}
    # Three pictures of the small size for each large one.
    assert batches.count((8, 64, 64, 3)) == 12
    assert batches.count((2, 128, 128, 3)) == 16
    assert {len(masks[0]) for _, masks in mixed.training(8, 0, 4, 0)} == {64, 128}


@pytest.mark.parametrize("first", [1, 5, 13])
def test_a_later_start_has_the_sizes_that_come_then(mixed: MixedFeed, first: int) -> None:
    sizes = [len(masks[0]) for _, masks in mixed.training(8, 0, 16, 3)]
    later = list(mixed.training(8, first, 16 - first, 3))
    assert [len(masks[0]) for _, masks in later] == sizes[first:]
    for (images, masks), (same, too) in zip(later, mixed.training(8, first, 16 - first, 3), strict=True):
        np.testing.assert_array_equal(images, same)
        np.testing.assert_array_equal(masks, too)


def test_rounds_read_every_feed_on(mixed: MixedFeed, larger: Path) -> None:
    """16 pictures of 128 pixels, two a batch: the first eight of its batches are one pass over all of them."""
    rounds = [images for first in range(0, 14, 7) for images, _ in mixed.training(8, first, 7, 0)]
    shown = Counter(image.tobytes() for images in rounds for image in images if images.shape[1] == 128)
    assert len(shown) == 16
    assert set(shown.values()) == {1}


def test_examples_people_and_validation_are_those_of_both(mixed: MixedFeed, drawn_dataset: Path, larger: Path) -> None:
    feeds = [RecordFeed([open_dataset(path)]) for path in (drawn_dataset, larger)]
    assert mixed.examples == sum(feed.examples for feed in feeds)
    assert mixed.people == feeds[0].people | feeds[1].people
    assert sum(len(images) for images, _ in mixed.validation()) == mixed.validation_examples
    assert [part["image_size"] for part in mixed.describe()] == [64, 128]


def test_one_size_needs_no_mixing(drawn_dataset: Path) -> None:
    dataset = open_dataset(drawn_dataset)
    assert isinstance(open_feed([dataset, dataset], [1.0, 2.0]), RecordFeed)


def test_a_batch_without_a_large_picture_is_refused(mixed: MixedFeed) -> None:
    with pytest.raises(UsageError, match=r"--batch: 3 pictures of 64 pixels are less than one of 128; give at least 4"):
        next(mixed.training(3, 0, 1, 0))


def test_a_network_trains_on_both(mixed: MixedFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcn, "create", small_network.create)
    settings = TrainingConfig(steps=2, batch=4, validate_every=2, precision="float32")
    result = train(settings, mixed, tmp_path / "run")
    assert [row["step"] for row in result.rows] == [2]


def test_every_size_is_checked(mixed: MixedFeed, tmp_path: Path) -> None:
    mixed.image_sizes = (64, 100)
    with pytest.raises(RunError, match="100 pixels, which 32 does not divide"):
        train(TrainingConfig(steps=2, batch=4), mixed, tmp_path / "run")
