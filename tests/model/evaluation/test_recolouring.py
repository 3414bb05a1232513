from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.evaluation.recolouring import Recoloured, delta_e

PAIRS = [  # of the table in Sharma, Wu and Dalal (2005)
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("first", "second", "expected"), PAIRS)
def test_ciede2000(first: tuple[float, ...], second: tuple[float, ...], expected: float) -> None:
    pair = np.array(first, np.float64), np.array(second, np.float64)
    assert delta_e(*pair) == pytest.approx(expected, abs=1e-4)
    assert delta_e(*pair[::-1]) == pytest.approx(expected, abs=1e-4)
    assert delta_e(pair[0], pair[0]) == 0


def picture() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hair with strands, a disc; and a face beside it."""
    y, x = np.mgrid[:120, :120]
    hair = np.hypot(y - 60, x - 60) < 40
    image = np.full((120, 120, 3), 200, np.uint8)
    image[hair] = np.where((x[hair] // 3 % 2)[:, None], 90, 60)
    return image, hair, (x < 10) & ~hair


def test_what_stays_is_measured_as_such() -> None:
    image, hair, face = picture()
    measured = Recoloured(image, hair, face)
    assert measured.texture(image) == 1
    assert measured.skin(image) == 0
    assert abs(measured.rim(image)) < 0.05
    assert measured.colour(image, (75, 75, 75)) < 1


def test_a_rim_lost_strands_and_changed_skin_are_seen() -> None:
    image, hair, face = picture()
    measured = Recoloured(image, hair, face)
    made = image.copy()
    made[measured.edge] = 150
    assert measured.rim(made) > 0.5
    made[hair] = 75
    assert measured.texture(made) < 0.01
    made[5, 5] += 1
    assert measured.skin(made) == 1
    assert measured.colour(made, (255, 0, 0)) > 30
