"""Changes of colour: each does what it says, none does more, and the default does nothing at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.core.arrays import Pixels
from hairnet_data.recipes.recipe import Photometric
from hairnet_data.rendering.photometric import change_colours
from tests.support import contract_scenes

CHANGES = {
    "grey": Photometric(grey=True),
    "contrast": Photometric(contrast=1.3),
    "brightness": Photometric(brightness=0.8),
    "cast": Photometric(cast=(1.1, 1.0, 0.9)),
    "blur": Photometric(blur=1.0),
    "noise": Photometric(noise=8.0, noise_seed=4711),
    "jpeg": Photometric(jpeg=30),
}


def picture(seed: int = 0, size: int = 96) -> Pixels:
    """Smooth colours with some grain: what a photo is like."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:size, 0:size] / size
    smooth = np.dstack([60 + 120 * rows, 180 - 90 * columns, 40 + 80 * rows * columns])
    return np.clip(smooth + rng.normal(0, 3, smooth.shape), 0, 255).astype(np.uint8)


def flat(value: int) -> Pixels:
    return np.full((96, 96, 3), value, np.uint8)


def test_the_default_returns_the_same_array() -> None:
    image = picture()
    assert change_colours(image, Photometric()) is image
    assert change_colours(image, Photometric(noise_seed=77)) is image


@settings(max_examples=200)
@given(
    st.builds(
        Photometric,
        st.booleans(),
        st.floats(0, 100),
        st.floats(0, 100),
        st.tuples(*[st.floats(0, 100)] * 3),
        st.integers(0, 6000).map(lambda blur: blur / 1000),  # three digits, as recipes have
        st.floats(0, 100),
        st.integers(0, 65535),
        st.integers(0, 100),
    ),
    st.integers(8, 300),
    st.integers(0, 100),
)
def test_point_7_the_input_stays_and_the_output_is_a_picture(change: Photometric, size: int, seed: int) -> None:
    image = contract_scenes.photo(np.random.default_rng(seed), size, size).copy()
    kept = image.copy()
    changed = change_colours(image, change)
    assert (changed.dtype, changed.shape) == (np.uint8, (size, size, 3))
    assert np.array_equal(image, kept)
    assert np.array_equal(changed, change_colours(image, change))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_every_change_changes_something(change: Photometric) -> None:
    image = picture()
    changed = change_colours(image, change)
    assert changed is not image
    assert not np.array_equal(changed, image)
    assert np.abs(changed.astype(int) - image).mean() < 60


def test_grey_has_three_equal_channels_of_the_same_luma() -> None:
    image = picture()
    changed = change_colours(image, CHANGES["grey"])
    assert (changed == changed[..., :1]).all()
    assert np.abs(changed[..., 0] - image @ [0.299, 0.587, 0.114]).max() <= 1


def test_brightness_and_contrast_are_gains_about_black_and_mid_grey() -> None:
    assert (change_colours(flat(100), Photometric(brightness=1.5)) == 150).all()
    assert (change_colours(flat(200), Photometric(brightness=1.5)) == 255).all()
    assert (change_colours(flat(128), Photometric(contrast=1.7)) == 128).all()
    assert (change_colours(flat(138), Photometric(contrast=2.0)) == 148).all()
    assert (change_colours(flat(20), Photometric(contrast=2.0)) == 0).all()


def test_a_cast_is_in_red_green_blue_order() -> None:
    changed = change_colours(flat(100), Photometric(cast=(1.2, 1.0, 0.5)))
    assert changed[0, 0].tolist() == [120, 100, 50]


def test_blur_smooths_and_keeps_the_mean() -> None:
    image = contract_scenes.photo(np.random.default_rng(0), 224, 224)
    changed = change_colours(image, Photometric(blur=2.0))
    assert changed.std() < image.std() / 3
    assert abs(float(changed.mean()) - float(image.mean())) < 0.6
    # In 224ths of the frame: twice the size takes twice the pixels.
    dot = np.zeros((448, 448, 3), np.uint8)
    dot[200:248, 200:248] = 255
    wide = change_colours(dot, Photometric(blur=2.0))[224, :, 0].astype(float)
    slope = np.abs(np.diff(wide[150:224]))
    columns = np.arange(len(slope))
    middle = (columns * slope).sum() / slope.sum()
    assert (slope * (columns - middle) ** 2).sum() / slope.sum() == pytest.approx(4.0**2, rel=0.1)


def test_noise_has_its_strength_and_its_seed() -> None:
    noise = change_colours(flat(128), Photometric(noise=8.0, noise_seed=1)).astype(float) - 128
    assert abs(noise.std() - 8) < 0.3
    assert abs(noise.mean()) < 0.2
    other = change_colours(flat(128), Photometric(noise=8.0, noise_seed=40000)).astype(float) - 128
    assert abs(np.corrcoef(noise.ravel(), other.ravel())[0, 1]) < 0.1


def test_noise_does_not_wrap_round() -> None:
    assert change_colours(flat(0), Photometric(noise=40.0)).max() < 220
    assert change_colours(flat(255), Photometric(noise=40.0)).min() > 40


def test_a_worse_jpeg_is_worse_and_keeps_the_channels() -> None:
    image = picture()
    errors = [np.abs(change_colours(image, Photometric(jpeg=q)).astype(int) - image).mean() for q in (95, 60, 10)]
    assert errors == sorted(errors)
    assert errors[0] < 3
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 230
    changed = change_colours(red, Photometric(jpeg=80))
    assert changed[..., 0].min() > 210
    assert changed[..., 1:].max() < 20


def test_changes_are_made_in_their_order() -> None:
    image = picture()
    both = Photometric(contrast=1.2, brightness=0.9, noise=5.0, noise_seed=3, jpeg=50)
    one_by_one = image
    for change in (
        Photometric(contrast=1.2, brightness=0.9),
        Photometric(noise=5.0, noise_seed=3),
        Photometric(jpeg=50),
    ):
        one_by_one = change_colours(one_by_one, change)
    assert np.array_equal(change_colours(image, both), one_by_one)
