from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.data.augment import _saturation_factor, augment, cover


def _grey_by_class(n: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Pictures whose grey levels follow their masks: 40, 120, 200."""
    masks = np.random.default_rng(3).integers(0, 3, (n, 12, 10)).astype(np.uint8)
    return np.repeat((40 + 80 * masks)[..., None], 3, -1).astype(np.uint8), masks


@settings(max_examples=200)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_a_mask_moves_with_its_picture(seed: int, strength: float) -> None:
    images, masks = _grey_by_class()
    new_images, new_masks = augment(images, masks, np.random.default_rng(seed), strength)
    for image, mask, before in zip(new_images, new_masks, masks, strict=True):
        assert (mask == before).all() or (mask == before[:, ::-1]).all()
        greys = [set(map(tuple, image[mask == k].tolist())) for k in range(3)]
        assert [len(grey) for grey in greys] == [1, 1, 1]  # every pixel of a class was changed in the same way
        assert sum(*greys[0]) <= sum(*greys[1]) <= sum(*greys[2])


def test_half_are_mirrored_and_nothing_else_happens_at_strength_0() -> None:
    images, masks = _grey_by_class(400)
    new_images, new_masks = augment(images, masks, np.random.default_rng(0), 0)
    mirrored = (new_masks == masks[:, :, ::-1]).all((1, 2))
    assert 150 < mirrored.sum() < 250
    np.testing.assert_array_equal(new_images[mirrored], images[mirrored][:, :, ::-1])
    np.testing.assert_array_equal(new_images[~mirrored], images[~mirrored])


def test_a_seed_makes_the_same_pictures_and_the_input_stays() -> None:
    images, masks = _grey_by_class()
    before = images.copy()
    first = augment(images, masks, np.random.default_rng(5))
    again = augment(images, masks, np.random.default_rng(5))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(images, before)
    assert (first[0] != augment(images, masks, np.random.default_rng(6))[0]).any()


@pytest.mark.parametrize("strength", [0.5, 1.0, 2.0])
def test_colours_stay_recognisable(strength: float) -> None:
    images = np.full((200, 4, 4, 3), 128, np.uint8)
    recoloured, _ = augment(images, np.zeros((200, 4, 4), np.uint8), np.random.default_rng(0), strength)
    assert recoloured.std() > 5 * strength
    assert 10 < np.median(recoloured) < 245


@pytest.mark.parametrize(
    ("number", "strength", "factor"),
    [
        *((1, 1, 1.4), (0.5, 1, 1.2), (1, 2, 1.8), (1, 0, 1)),  # more colour
        *((0, 1, 1), (-0.49, 2, 1), (-0.5, 2, 1)),  # unchanged
        *((-0.75, 1, 0.25), (-1, 1, 0), (-1, 0.5, 0.5), (-1, 2, 0)),  # less, down to grey
    ],
)
def test_saturation(number: float, strength: float, factor: float) -> None:
    assert _saturation_factor(number, strength) == factor


def heads(count: int, size: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a disc of hair and face in all but every third picture."""
    rng = np.random.default_rng(5)
    images = rng.integers(1, 255, (count, size, size, 3), dtype=np.uint8)
    y, x = np.mgrid[:size, :size]
    disc = (y - size / 2) ** 2 + (x - size / 2) ** 2 < (size / 4) ** 2
    masks = np.where(disc, np.where(y < size / 2, HAIR, FACE), 0).astype(np.uint8)
    return images, np.stack([masks if i % 3 else np.zeros_like(masks) for i in range(count)])


def test_what_is_covered_is_background_and_nothing_else_changes() -> None:
    images, masks = heads(60)
    before = images.copy(), masks.copy()
    new_images, new_masks = cover(images, masks, np.random.default_rng(1), 1.0)
    np.testing.assert_array_equal(images, before[0])
    np.testing.assert_array_equal(masks, before[1])
    repainted, emptied = (new_images != images).any(-1), new_masks != masks
    assert not new_masks[repainted].any(), "paint that is still called hair or face"
    assert not (emptied & ~repainted).sum() > 0.02 * emptied.sum(), "what was emptied is painted, but for equal colours"
    portraits = masks.any((1, 2))
    np.testing.assert_array_equal(new_images[~portraits], images[~portraits])
    left = new_masks[portraits].astype(bool).sum((1, 2)) / masks[portraits].astype(bool).sum((1, 2))
    assert left.min() == 0, "occasionally all of a head"
    assert 0.3 < np.median(left) < 0.9
    assert (left < 1).mean() > 0.9


def test_the_share_of_covered_heads() -> None:
    images, masks = heads(600, 32)
    rates = []
    for rate in (0.0, 0.3):
        _, new_masks = cover(images, masks, np.random.default_rng(2), rate)
        rates.append((new_masks != masks).any((1, 2)).sum() / masks.any((1, 2)).sum())
    assert rates[0] == 0
    assert 0.2 < rates[1] < 0.4


def test_covering_follows_from_its_generator() -> None:
    images, masks = heads(12)
    first, second, other = (cover(images, masks, np.random.default_rng(seed), 0.5)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()
