"""What a photo tells of the hair in it."""

from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.tryon.colour import decoded
from hairnet_model.tryon.own_hair import CONTRASTS, USUAL_COLOUR, USUAL_CONTRAST, tint_of

ALL = np.ones((64, 64), bool)


def strands(low: tuple[int, int, int], high: tuple[int, int, int]) -> np.ndarray:
    share = np.random.default_rng(5).random((64, 64, 1))
    return np.rint(np.array(low) + share * (np.array(high) - np.array(low))).astype(np.uint8)


def test_the_colour_is_that_of_most_strands_not_of_highlights() -> None:
    image = strands((60, 40, 30), (80, 54, 40))
    image[:, ::8] = 250
    found = tint_of(image, ALL, 8.0, None)
    assert np.abs(found.colour - decoded(np.array((70, 47, 35), np.float32))).max() < 0.01


def test_hair_of_more_contrast_is_painted_so() -> None:
    plain, rich = (tint_of(strands((70 - by,) * 3, (70 + by,) * 3), ALL, 8.0, None).contrast for by in (10, 45))
    assert CONTRASTS[0] <= plain < rich <= CONTRASTS[1]


def test_dark_parts_that_are_redder_bend_the_blue() -> None:
    even = tint_of(strands((40, 40, 40), (120, 120, 120)), ALL, 8.0, None)
    redder = tint_of(strands((60, 40, 25), (120, 110, 100)), ALL, 8.0, None)
    assert np.allclose(even.bend, 1, atol=0.02)
    assert redder.bend[2] > redder.bend[1] > redder.bend[0]


def test_a_colour_that_is_asked_for_keeps_the_own_contrast_alone() -> None:
    asked = np.array((0.5, 0.1, 0.1), np.float32)
    found = tint_of(strands((60, 40, 25), (120, 110, 100)), ALL, 8.0, asked)
    assert (found.colour == asked).all()
    assert (found.bend == 1).all()


def test_without_hair_the_usual_one_is_taken() -> None:
    found = tint_of(strands((0, 0, 0), (255, 255, 255)), ~ALL, 8.0, None)
    assert found.colour == pytest.approx(decoded(np.array(USUAL_COLOUR, np.float32)))
    assert found.contrast == USUAL_CONTRAST
