from __future__ import annotations

import cv2
import numpy as np
import pytest

from hairnet_model.effects import matting, oklab, unlikeness
from hairnet_model.effects.grid import Grid

DARK, SKIN = (24, 18, 16), (214, 170, 140)


def mixed(hair_colour: tuple[int, int, int], other: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A disc of hair with an edge 6 pixels wide, mixed in Oklab, its true share, and a probability twice as blurred."""
    y, x = np.mgrid[:200, :200]
    share = np.clip((60 - np.hypot(y - 100, x - 100)) / 6 + 0.5, 0, 1).astype(np.float32)
    sides = [oklab.from_srgb(np.array(colour, np.uint8)) for colour in (hair_colour, other)]
    image = np.rint(oklab.to_codes(share[..., None] * sides[0] + (1 - share[..., None]) * sides[1])).astype(np.uint8)
    return image, share, np.asarray(cv2.GaussianBlur(share, (0, 0), 3), np.float32)


def shares(image: np.ndarray, hair: np.ndarray) -> np.ndarray:
    grid = Grid.of(*hair.shape)
    sides = matting.sides(image, hair, grid)
    assert sides is not None
    cells = [grid.enlarged(part, slice(None)) for part in (sides.inside, sides.hair, sides.other)]
    flat = [part.reshape(-1, *part.shape[2:]) for part in (oklab.from_srgb(image), hair, *cells)]
    return matting.share_of_hair(*flat, unlikeness.metric(image, hair, sides, grid)).reshape(hair.shape)


@pytest.mark.parametrize("colours", [(DARK, SKIN), (SKIN, DARK), ((150, 60, 30), (90, 120, 200))])
def test_the_share_of_mixed_pixels_is_found(colours: tuple[tuple[int, int, int], tuple[int, int, int]]) -> None:
    image, share, likely = mixed(*colours)
    found = shares(image, likely)
    reachable = likely > 0.3
    assert np.abs(found - share)[reachable].mean() < 0.03
    assert np.abs(found - share)[reachable & (share > 0) & (share < 1)].mean() < 0.12
    assert found[likely < matting.NO_HAIR].max() == 0
    assert found[share == 1].min() > 0.8


def test_where_colours_say_nothing_the_probability_does() -> None:
    image, _, likely = mixed(SKIN, (205, 165, 138))
    found = shares(image, likely)
    assert 0.4 < found[np.abs(likely - 0.5) < 0.05].mean() < 0.6
    assert found[likely > 0.95].min() > 0.9


def test_no_hair_has_no_sides() -> None:
    image = np.zeros((20, 20, 3), np.uint8)
    assert matting.sides(image, np.full((20, 20), 0.49, np.float32), Grid.of(20, 20)) is None


def test_hair_everywhere_is_all_hair() -> None:
    image = np.random.default_rng(2).integers(0, 255, (40, 40, 3), np.uint8)
    assert shares(image, np.full((40, 40), 0.97, np.float32)).min() == 1
