from __future__ import annotations

import numpy as np

from hairnet_model.effects.faces import faces


def test_two_faces_and_a_speck() -> None:
    plane = np.zeros((60, 80), np.float32)
    plane[10:40, 10:30] = 0.9
    plane[20:50, 50:74] = 0.9
    plane[5:8, 40:43] = 0.9
    first, second = faces(plane)
    assert (first.top, first.middle, first.wide) == (10, 20, 20)
    assert (second.top, second.middle, second.wide) == (20, 62, 24)
    assert first.mask.sum() == 600
    assert not (first.mask & second.mask).any()


def test_nobody() -> None:
    assert faces(np.full((9, 9), 0.5, np.float32)) == []
