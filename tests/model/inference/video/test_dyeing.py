"""Recoloured films: as photos are recoloured, and without flicker of what is estimated from the hair."""

from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.effects import oklab
from hairnet_model.effects.colours import target
from hairnet_model.inference.cuts import Located
from hairnet_model.inference.looks import Dye, recoloured
from hairnet_model.inference.video.dyeing import Dyer

SIDE = 96
RATE = 10
COPPER = Dye(target("copper"))


def located(mask: np.ndarray) -> Located:
    return Located(*mask.shape, np.eye(3, dtype=np.float32)[mask], (), (), 0)


def head() -> np.ndarray:
    """Hair above a face; its probabilities are the mask's."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[16:60, 20:76] = 1
    mask[40:84, 34:62] = 2
    return mask


def frame(mask: np.ndarray, hair: float, seed: int = 0) -> np.ndarray:
    """A frame of the mask, with strands in the hair."""
    grain = np.random.default_rng(seed).normal(0, 6, (SIDE, SIDE, 1))
    colours = np.array([[120, 130, 140], [hair, 0.7 * hair, 0.5 * hair], [210, 160, 140]])
    return np.clip(colours[mask] + grain * (mask == 1)[..., None], 0, 255).astype(np.uint8)


def lightness(frames: list[np.ndarray], mask: np.ndarray) -> np.ndarray:
    """Of the hair that is the same in all frames."""
    same = np.zeros_like(mask, bool)
    same[24:36, 30:66] = True
    return np.array([oklab.lightness(oklab.from_srgb(one[same])[..., 0]).mean() for one in frames])


def test_the_first_frame_is_as_a_photo() -> None:
    mask = head()
    picture = frame(mask, 90)
    np.testing.assert_array_equal(
        Dyer().dyed(picture, located(mask), COPPER, 0.0), recoloured(picture, located(mask), COPPER)
    )


def test_what_comes_into_view_does_not_change_the_rest() -> None:
    """A dark lock comes and goes: fitted to each frame's own mean, the other hair would become lighter and darker."""
    mask, frames = head(), []
    for number in range(12):
        picture = frame(mask, 110)
        if number % 2:
            picture[36:60, 20:34] = picture[36:60, 20:34] * 0.4
        frames.append(picture)
    alone = [recoloured(one, located(mask), COPPER) for one in frames]
    dyer = Dyer()
    steady = [dyer.dyed(one, located(mask), COPPER, number / RATE) for number, one in enumerate(frames)]
    flicker = [np.abs(np.diff(lightness(made, mask))).mean() for made in (alone, steady)]
    assert flicker[0] > 0.003
    assert flicker[1] < 0.25 * flicker[0]
    goal = oklab.lightness(np.array([COPPER.target.colour[0]], np.float32))[0]
    hair = oklab.lightness(oklab.from_srgb(steady[-1][mask == 1])[..., 0]).mean()
    assert hair == pytest.approx(goal, abs=0.03), "and the colour is the one that was asked for"


def test_another_scene_begins_anew() -> None:
    mask, dyer = head(), Dyer()
    for number in range(5):
        dyer.dyed(frame(mask, 40), located(mask), COPPER, number / RATE)
    light = frame(mask, 200)
    np.testing.assert_array_equal(
        dyer.dyed(light, located(mask), COPPER, 0.5), recoloured(light, located(mask), COPPER)
    )


def test_a_frame_without_hair_stays_and_forgets_nothing() -> None:
    mask, dyer = head(), Dyer()
    dyer.dyed(frame(mask, 90), located(mask), COPPER, 0.0)
    before = dyer.mean
    nobody = frame(np.zeros_like(mask), 90)
    np.testing.assert_array_equal(dyer.dyed(nobody, located(np.zeros_like(mask)), COPPER, 0.1), nobody)
    assert dyer.mean is before
