from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.core.classes import FACE
from hairnet_model.data.padding import PAD, pad
from hairnet_model.data.partial_labels import UNSURE


def _unlike_pad(count: int, size: int = 60) -> tuple[np.ndarray, np.ndarray]:
    images = np.random.default_rng(1).integers(PAD + 1, 256, (count, size, size, 3), dtype=np.uint8)
    return images, np.full((count, size, size), FACE, np.uint8)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from([FACE, UNSURE]))
def test_bars_are_background_and_nothing_else_changes(seed: int, label: int) -> None:
    images, masks = _unlike_pad(12)
    masks[:] = label
    new_images, new_masks = pad(images, masks, np.random.default_rng(seed), 1.0)
    bars = (new_images == PAD).all(-1)
    np.testing.assert_array_equal(bars, new_masks == 0)
    np.testing.assert_array_equal(new_images[~bars], images[~bars])
    assert (new_masks[~bars] == label).all()
    for bar in bars:  # full rows, or full columns
        rows, columns = bar.all(1), bar.all(0)
        assert bar.sum() == 60 * max(rows.sum(), columns.sum())
        assert 0.12 < bar.mean() < 0.56, "a photo of 1.15:1 to 2.2:1"


def test_most_bars_are_alike_and_lie_either_way() -> None:
    images, masks = _unlike_pad(600)
    bars = pad(images, masks, np.random.default_rng(3), 1.0)[1] == 0
    lying = bars.all(2).any(1)
    first, last = (np.where(lying, bars[:, end].all(1), bars[:, :, end].all(1)) for end in (0, -1))
    assert 0.4 < lying.mean() < 0.6
    profiles = np.where(lying[:, None], bars.all(2), bars.all(1))
    alike = np.abs(profiles[:, :30].sum(1) - profiles[:, 30:].sum(1)) <= 1
    assert 0.6 < alike.mean() < 0.75
    assert (first & last).mean() > 0.8


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_the_share_of_pictures_with_bars_follows_from_the_generator(rate: float) -> None:
    images, masks = _unlike_pad(600, 16)
    before = images.copy(), masks.copy()
    once, again = (pad(images, masks, np.random.default_rng(2), rate) for _ in range(2))
    assert abs((once[1] == 0).any((1, 2)).mean() - rate) < 0.06
    np.testing.assert_array_equal(once[0], again[0])
    np.testing.assert_array_equal(images, before[0])
    np.testing.assert_array_equal(masks, before[1])
