"""What the masks say of a head: its place, its breadth, its hairline."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hairnet_model.tryon import head
from hairnet_model.tryon.fitting import HAIRLINE, Masks, fitted
from hairnet_model.tryon.view import View

SIDE = 400
SEEN = View(0.0, 0.0, 0.0, 200.0, 180.0, 12.0)


def masks(view: View, line: float = 0.0) -> Masks:
    """Masks of a head with short hair that begins `line` cm above the usual hairline."""
    surface = head.surfaces()["head"]
    inside, hair = np.zeros((SIDE, SIDE), np.uint8), np.zeros((SIDE, SIDE), np.uint8)
    places = view.places(view.seen(surface.points))
    depth = head.depth_inside(surface.points)
    facing = (surface.normals @ view.turn.T)[..., 2] > 0
    for row in range(places.shape[0] - 1):
        for column in range(places.shape[1] - 1):
            square = (slice(row, row + 2), slice(column, column + 2))
            quad = places[square].reshape(4, 2)[[0, 1, 3, 2]]
            if facing[square].any():
                fixed = np.rint((quad - 0.5) * 16).astype(np.int32)
                cv2.fillConvexPoly(inside, fixed, 1, cv2.LINE_8, 4)
                if depth[square].mean() > line:
                    cv2.fillConvexPoly(hair, fixed, 1, cv2.LINE_8, 4)
    return Masks(hair.astype(np.float32), (inside & ~hair & 1).astype(np.float32))


def test_a_head_that_is_where_it_should_be_stays() -> None:
    found = fitted(SEEN, masks(SEEN))
    assert (found.x, found.size) == (pytest.approx(200, abs=2), pytest.approx(12, rel=0.02))
    assert found.breadth == pytest.approx(1, abs=0.02)
    assert abs(found.hairline) < 0.7


def test_a_head_beside_its_place_is_moved() -> None:
    true = View(0.0, 0.0, 0.0, 208.0, 180.0, 12.0)
    assert fitted(SEEN, masks(true)).x == pytest.approx(208, abs=3)


def test_a_broader_face_makes_the_head_broader() -> None:
    true = View(0.0, 0.0, 0.0, 200.0, 180.0, 12.0, breadth=1.07)
    found = fitted(SEEN, masks(true))
    assert found.breadth * found.size == pytest.approx(1.07 * 12, rel=0.03)


def test_the_hairline_follows_the_masks() -> None:
    assert fitted(SEEN, masks(SEEN, 1.5)).hairline == pytest.approx(1.5, abs=0.7)
    assert fitted(SEEN, masks(SEEN, 6.0)).hairline <= HAIRLINE[1]


def test_a_fringe_is_no_hairline() -> None:
    assert fitted(SEEN, masks(SEEN, -3.0)).hairline == 0


def test_without_masks_nothing_changes() -> None:
    nothing = np.zeros((SIDE, SIDE), np.float32)
    assert fitted(SEEN, Masks(nothing, nothing)) == SEEN
