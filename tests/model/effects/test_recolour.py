from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.core.errors import UsageError
from hairnet_model.effects.colours import PATTERNS, Target, named, target
from hairnet_model.effects.recolour import recolour
from tests.model.effects.conftest import Found
from tests.model.effects.test_beards import head

KINDS = ("black", "brown", "blond", "red", "grey", "coiled")


@pytest.mark.parametrize("kind", KINDS)
def test_every_colour_on_every_kind_of_hair(portraits: dict[str, Found], kind: str) -> None:
    image, _, hair, face = portraits[kind]
    measured = portraits[kind].measured
    rim = measured.rim(image)
    for name in named():
        made = recolour(image, hair, face, target(name))
        assert measured.colour(made, target(name).rgb) < 4, name
        assert 0.8 < measured.texture(made) < 1.2, name
        assert abs(measured.rim(made)) < max(0.15, abs(rim) + 0.08), name
        assert measured.skin(made) == 0, name


def test_what_is_no_hair_stays_bit_for_bit(portraits: dict[str, Found]) -> None:
    for image, _, hair, face in portraits.values():
        made = recolour(image, hair, face, target("platinum"))
        np.testing.assert_array_equal(made[hair < 0.05], image[hair < 0.05])
        assert (made != image).any()


def test_strength(portraits: dict[str, Found]) -> None:
    image, _, hair, face = portraits["brown"]
    none, half, full = (
        recolour(image, hair, face, target("platinum"), strength).astype(int) for strength in (0, 0.5, 1)
    )
    np.testing.assert_array_equal(none, image)
    sure = hair > 0.95
    assert none[sure].mean() + 20 < half[sure].mean() < full[sure].mean() - 20


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_leave_some_of_the_own_colour(portraits: dict[str, Found], pattern: str) -> None:
    image, _, hair, face = portraits["black"]
    colour = target("platinum").rgb
    changed = np.abs(recolour(image, hair, face, Target(colour, pattern)).astype(int) - image).mean(-1)
    all_over = np.abs(recolour(image, hair, face, Target(colour)).astype(int) - image).mean(-1)
    sure = np.flatnonzero((hair > 0.95).any(1))
    top, end = sure[0] + 5, sure[-1] - 5
    if pattern == "highlights":
        assert 0.1 < changed[hair > 0.95].mean() / all_over[hair > 0.95].mean() < 0.7
    else:
        assert changed[top][hair[top] > 0.95].mean() < 0.2 * all_over[top][hair[top] > 0.95].mean()
        assert changed[end][hair[end] > 0.95].mean() > 0.9 * all_over[end][hair[end] > 0.95].mean()


def test_a_beard_is_dyed_where_that_is_asked_for() -> None:
    image, hair, face, chin = head()
    without, with_it = (recolour(image, hair, face, target("platinum"), beard=beard) for beard in (False, True))
    np.testing.assert_array_equal(without[chin], image[chin])
    assert ((with_it != image).any(-1)[chin]).mean() > 0.95
    assert (without != image).any(-1)[hair > 0.9].mean() > 0.5


def test_size_hardly_matters(portraits: dict[str, Found]) -> None:
    image, _, hair, face = portraits["blond"]
    size = (image.shape[1] * 5, image.shape[0] * 5)
    large = [cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC) for plane in (image, hair, face)]
    large[1:] = [np.clip(plane, 0, 1) for plane in large[1:]]
    made = recolour(large[0], large[1], large[2], target("auburn"))
    small = cv2.resize(made, image.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - recolour(image, hair, face, target("auburn"))).mean() < 2


@settings(max_examples=40)
@given(st.data())
def test_any_picture_can_be_given(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    image = rng.integers(0, 256, (height, width, 3), np.uint8)
    hair = rng.random((height, width), np.float32) ** np.float32(data.draw(st.sampled_from([0.1, 1.0, 8.0])))
    face = (1 - hair) * rng.random((height, width), np.float32)
    rgb = data.draw(st.tuples(*[st.integers(0, 255)] * 3))
    pattern, beard = data.draw(st.sampled_from(["", *PATTERNS])), data.draw(st.booleans())
    made = recolour(image, hair, face, Target(rgb, pattern), data.draw(st.floats(0, 1)), beard)
    assert made.shape == image.shape
    assert made.dtype == np.uint8
    if not beard:
        np.testing.assert_array_equal(made[hair < 0.05], image[hair < 0.05])


def test_the_picture_that_is_given_stays(portraits: dict[str, Found]) -> None:
    image, _, hair, face = portraits["red"]
    before = image.copy(), hair.copy(), face.copy()
    recolour(image, hair, face, target("silver"), beard=True)
    for was, now in zip(before, (image, hair, face), strict=True):
        np.testing.assert_array_equal(was, now)


def test_what_cannot_be_done_is_said() -> None:
    image, plane = np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.float32)
    with pytest.raises(UsageError, match=r"1\.5 is not between 0 and 1"):
        recolour(image, plane, plane, target("copper"), 1.5)
    with pytest.raises(UsageError, match="different sizes"):
        recolour(image, plane, plane[:3], target("copper"))
