from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.core.errors import UsageError
from hairnet_model.effects.bald import bald
from tests.model.effects.conftest import Found
from tests.model.effects.test_beards import head

EYES = 130  # row of the eyes drawn below


def lit_head(slope: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A head with eyes and a beard, lit from the right by so much: image, probabilities of hair and face."""
    image, hair, face, _ = head(hanging=True)
    y, x = np.mgrid[:300, :240]
    skin = face > 0.5
    light = 1 + slope * (x - 120) / 55
    image[skin] = np.clip(image[skin] * light[skin][:, None], 0, 255).astype(np.uint8)
    eyes = (np.hypot((y - EYES) * 1.5, np.abs(x - 120) - 24) < 8) & skin
    image[eyes] = (40, 30, 30)
    return image, hair, face


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_the_scalp_has_the_light_of_the_face_and_below_the_eyes_nothing_changes(slope: float) -> None:
    image, hair, face = lit_head(slope)
    made = bald(image, hair, face)
    np.testing.assert_array_equal(made[EYES + 6 :], image[EYES + 6 :])
    scalp, brow = made[82:92].astype(int), image[104:114].astype(int)
    for columns in (slice(90, 105), slice(112, 128), slice(135, 150)):
        apart = np.abs(scalp[:, columns].mean((0, 1)) - brow[:, columns].mean((0, 1)))
        assert apart.max() < 22, columns
    left, right = (scalp[:, columns].mean() for columns in (slice(85, 100), slice(140, 155)))
    assert (right > left + 20) if slope else (abs(right - left) < 12)


def test_no_seam_is_seen() -> None:
    image, hair, face = lit_head()
    made = bald(image, hair, face).astype(int)
    column = made[80:112, 115:126].mean((1, 2))  # across the hairline at row 100
    assert np.abs(np.diff(column)).max() < 6 < np.abs(np.diff(image[80:112, 115:126].mean((1, 2)))).max()


def test_what_no_light_explains_goes_on_over_the_scalp() -> None:
    image, hair, face = lit_head()
    flushed = (face > 0.5) & (np.arange(300)[:, None] < 122) & (np.abs(np.arange(240) - 120) < 12)
    image[flushed] = np.clip(image[flushed] - np.array([0, 16, 16]), 0, 255)
    made = bald(image, hair, face).astype(int)
    middle, beside = (made[88:96, columns].mean((0, 1)) for columns in (slice(112, 128), slice(140, 152)))
    assert (beside - middle)[1:].min() > 5
    assert abs((beside - middle)[0]) < 3


def test_hair_beside_the_skull_gives_way_to_the_background() -> None:
    image, hair, face = lit_head()
    made = bald(image, hair, face)
    outside = np.zeros(hair.shape, bool)
    outside[40:48] = hair[40:48] > 0.5  # above the skull
    wall = image[:20].mean((0, 1))
    assert outside.any()
    assert np.abs(made[outside].mean(0) - wall).max() < 30


def test_portraits(portraits: dict[str, Found]) -> None:
    for kind, (image, _, hair, face) in portraits.items():
        made = bald(image, hair, face)
        changed = (made != image).any(-1)
        assert changed.mean() > 0.01, kind
        lowest = np.flatnonzero(changed.any(1))[-1]
        rows = np.flatnonzero((face > 0.5).any(1))
        assert lowest < rows[0] + 0.7 * (rows[-1] - rows[0]), kind


def test_without_a_face_nothing_changes(portraits: dict[str, Found]) -> None:
    image, _, hair, face = portraits["black"]
    np.testing.assert_array_equal(bald(image, hair, np.zeros_like(face)), image)


def test_a_head_from_behind_stays_as_it_is() -> None:
    image, hair, face = lit_head()
    face = np.maximum(face, (hair > 0.5) & (np.arange(300)[:, None] > EYES))  # a nape where the beard was
    hair = hair * (1 - face)
    light = 1 + 0.2 * (np.arange(240) - 120) / 55
    image[face > 0.5] = (np.array([200, 150, 120]) * light[:, None]).astype(np.uint8)[np.nonzero(face > 0.5)[1]]
    assert (bald(*lit_head(0.2)) != lit_head(0.2)[0]).any()
    np.testing.assert_array_equal(bald(image, hair, face), image)


@settings(max_examples=40)
@given(st.data())
def test_any_picture_can_be_given(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 60))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    image = rng.integers(0, 256, (height, width, 3), np.uint8)
    y, x = np.mgrid[:height, :width]
    across, down = data.draw(st.floats(0, 1)) * width, data.draw(st.floats(0, 1)) * height
    face = (np.hypot(x - across, y - down) < data.draw(st.floats(0, 40))).astype(np.float32)
    hair = (1 - face) * rng.random((height, width), np.float32)
    made = bald(image, hair, face)
    assert made.shape == image.shape
    assert made.dtype == np.uint8


def test_sizes_must_agree() -> None:
    with pytest.raises(UsageError, match="different sizes"):
        bald(np.zeros((4, 5, 3), np.uint8), np.zeros((4, 4), np.float32), np.zeros((4, 5), np.float32))
