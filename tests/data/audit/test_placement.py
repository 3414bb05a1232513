"""Shifts of a whole set are found to a part of a pixel, and do not make all its masks findings."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hairnet_data.audit import placement, readings
from hairnet_data.audit.frames import framed, framed_turned
from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.base import Portrait
from tests.data.audit.conftest import SIDE, truth


def read_set(x: float, y: float) -> dict[str, readings.Readings]:
    """Readings of twelve portraits whose photos are moved by some pixels."""
    found = {}
    for number in range(12):
        portrait = truth(number)
        image, mask = framed(Portrait(_moved(portrait.image, x, y), portrait.mask))
        found[f"{number}"], _ = readings.measure(image, mask, None)
    return found


def _moved(image: Pixels, x: float, y: float) -> Pixels:
    matrix = np.array([[1, 0, x], [0, 1, y]], np.float64)
    return np.asarray(cv2.warpAffine(image, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), np.uint8)


@pytest.fixture(scope="module")
def straight() -> placement.Placement:
    return placement.placement(read_set(0, 0))


@pytest.mark.parametrize(("x", "y"), [(0.5, 0.0), (1.0, -1.0)])
def test_a_shift_of_a_whole_set_is_found(straight: placement.Placement, x: float, y: float) -> None:
    moved = read_set(x, y)
    whole = placement.placement(moved)
    assert (whole.x - straight.x) * SIDE == pytest.approx(x, abs=0.15)
    assert (whole.y - straight.y) * SIDE == pytest.approx(y, abs=0.15)
    assert "all masks together fit better" in str(whole)
    assert not [finding for finding in placement.findings(moved) if finding.score >= 1]


def test_masks_twice_as_large_as_the_frame_are_measured_without_bias() -> None:
    found = {}
    for number in range(6):
        small = truth(number)
        large = Portrait(*(cv2.resize(part, (448, 448), interpolation=0) for part in (small.image, small.mask)))  # type: ignore[arg-type]
        image, mask = framed(large)
        found[f"{number}"], _ = readings.measure(image, mask, None, framed_turned(large))
    whole = placement.placement(found)
    assert (whole.x * 448, whole.y * 448) == pytest.approx((0, 0), abs=0.1)


def test_masks_that_lie_well_are_said_to(straight: placement.Placement) -> None:
    assert str(straight) == "masks lie on the edges of their photos, on average"


def test_a_set_that_is_drawn_generously_is_not_all_findings() -> None:
    found = {}
    for number in range(12):
        portrait = truth(number)
        mask = readings.moved(portrait.mask, 0, 0, 1.06 if number == 7 else 1.02)
        image, framed_mask = framed(Portrait(portrait.image, mask))
        found[f"{number}"], _ = readings.measure(image, framed_mask, None)
    reported = [finding for finding in placement.findings(found) if finding.score >= 1]
    assert [finding.id for finding in reported if finding.kind == "scaled"] == ["7"]
