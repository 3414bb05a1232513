"""Blur, noise and ground of a photo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hairnet_model.tryon import grain
from hairnet_model.tryon.ground import continued
from hairnet_model.tryon.layers import Layer, shadow

ALL = np.ones((96, 96), bool)


def textured() -> np.ndarray:
    return np.random.default_rng(2).normal(128, 40, (96, 96)).astype(np.float32)


@pytest.mark.parametrize("sigma", [0.9, 1.8])
def test_a_blur_is_found_again(sigma) -> None:
    wanted = grain.sharpness(cv2.GaussianBlur(textured(), (0, 0), sigma), ALL)
    assert grain.blur_that_fits(textured(), ALL, wanted) == pytest.approx(sigma, abs=0.5)


def test_what_is_as_sharp_is_not_blurred() -> None:
    assert grain.blur_that_fits(textured(), ALL, grain.sharpness(textured(), ALL)) == 0
    assert grain.blur_that_fits(textured(), ALL, None) == 0


def test_noise_is_measured() -> None:
    ramp = np.add.outer(np.arange(96.0), np.arange(96.0)).astype(np.float32)
    noisy = ramp + 5 * grain.noise(96, 96, 0, 0)
    assert grain.noise_of(noisy, ALL) == pytest.approx(5, rel=0.15)
    assert grain.noise_of(ramp, ALL) < 0.1


def test_noise_depends_on_the_place_in_the_photo_alone() -> None:
    whole = grain.noise(40, 40, 0, 0)
    assert (grain.noise(20, 30, 5, 12) == whole[12:32, 5:35]).all()
    assert whole.std() == pytest.approx(1, abs=0.05)
    assert abs(whole.mean()) < 0.05


def test_the_ground_goes_on_behind_what_is_not_known() -> None:
    image = np.zeros((60, 60, 3), np.uint8)
    image[::4] = 200
    known = np.ones((60, 60), bool)
    known[:, 40:] = False
    made = continued(
        np.where(known[..., None], image, 77).astype(np.uint8), known, np.full((60, 60, 3), 50, np.float32), 20
    )
    assert (made[:, :40] == image[:, :40]).all()
    assert made[20, 42].mean() > 150  # the stripes go on
    assert made[22, 42].mean() < 40
    assert abs(made[30, 59].mean() - 50) < 10  # and fade


def test_the_ground_is_mirrored_at_the_edge() -> None:
    image = np.zeros((40, 40, 3), np.uint8)
    image[:, 16] = 200
    known = np.ones((40, 40), bool)
    known[:, 20:] = False
    made = continued(image, known, np.zeros((40, 40, 3), np.float32), 40)
    assert made[20, 22].mean() > 150
    assert made[20, 24].mean() == 0


def test_a_layer_over_another_is_the_same_as_one_after_the_other() -> None:
    rng = np.random.default_rng(3)
    image = rng.integers(0, 256, (8, 8, 3)).astype(np.uint8)
    first, second = (
        Layer.of(rng.uniform(0, 255, (8, 8, 3)).astype(np.float32), rng.uniform(0, 1, (8, 8)).astype(np.float32))
        for _ in range(2)
    )
    one_by_one = (image * (1 - first.share[..., None]) + first.colour) * (1 - second.share[..., None]) + second.colour
    assert np.abs(first.under(second).over(image) - one_by_one).max() <= 0.51
    dark = shadow(np.full((8, 8), 0.5, np.float32)).over(image)
    assert np.abs(dark - image / 2).max() <= 0.51


def test_what_is_hardly_covered_stays_bit_for_bit() -> None:
    image = np.full((4, 4, 3), 10, np.uint8)
    layer = Layer.of(np.full((4, 4, 3), 255, np.float32), np.full((4, 4), 0.001, np.float32))
    assert (layer.over(image) == image).all()
