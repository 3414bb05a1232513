from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hairnet_model.effects.grid import CELLS, Grid, filled


@given(st.integers(1, 700), st.integers(1, 700))
def test_cells_cover_the_picture(height: int, width: int) -> None:
    grid = Grid.of(height, width)
    assert max(grid.shape) <= CELLS
    assert grid.areas.sum() == height * width
    np.testing.assert_array_equal(grid.sums(np.ones((height, width), np.float32)), grid.areas)


def test_enlarged_is_bilinear() -> None:
    cells = np.random.default_rng(0).random((30, 40, 3)).astype(np.float32)
    whole = Grid(150, 200, 5).enlarged(cells, slice(0, 150))
    np.testing.assert_allclose(whole, cv2.resize(cells, (200, 150), interpolation=cv2.INTER_LINEAR), atol=1e-5)
    np.testing.assert_array_equal(Grid(150, 200, 5).enlarged(cells, slice(20, 31)), whole[20:31])


def test_filling_keeps_what_is_known_and_stays_within_it() -> None:
    rng = np.random.default_rng(1)
    colours = rng.uniform(10, 20, (17, 23, 3)).astype(np.float32)
    known = (rng.random((17, 23)) < 0.1).astype(np.float32)
    made = filled(colours * known[..., None], known)
    np.testing.assert_array_equal(made[known > 0], colours[known > 0])
    assert 9.99 < made.min() <= made.max() < 20.01


def test_one_known_cell_fills_all() -> None:
    known = np.zeros((9, 6), np.float32)
    known[8, 5] = 0.25
    np.testing.assert_allclose(filled(known[..., None] * 7, known), 7, rtol=1e-5)
