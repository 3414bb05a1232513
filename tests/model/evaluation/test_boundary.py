"""The F1 of boundaries: numbers worked out by hand, and slow second ways to the same counts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.evaluation import boundary
from hairnet_model.evaluation.metrics import Counts, boundary_counts, boundary_f1, count, score
from tests.model.evaluation.test_metrics import MATRIX

# Blobs rather than noise: large rectangles over each other.
boxes = st.lists(st.tuples(*[st.integers(0, 16)] * 4, st.integers(0, 2)), max_size=5)


def painted(rectangles: list[tuple[int, int, int, int, int]]) -> Any:
    mask = np.zeros((16, 16), np.uint8)
    for top, left, bottom, right, number in rectangles:
        mask[top:bottom, left:right] = number
    return mask


def square(top: int, left: int, number: int, side: int = 224) -> Any:
    """A square of 40 pixels somewhere in an empty mask."""
    mask = np.zeros((side, side), np.uint8)
    mask[top : top + 40, left : left + 40] = number
    return mask


def test_boundary_of_a_square() -> None:
    # 40 x 40 has 4 * 39 boundary pixels.
    assert boundary_counts(square(50, 50, HAIR), square(50, 50, HAIR)).tolist() == [[156, 156, 156, 156], [0, 0, 0, 0]]
    assert boundary_counts(square(50, 50, FACE), square(50, 50, FACE)).tolist() == [[0, 0, 0, 0], [156, 156, 156, 156]]


def test_the_frame_is_no_boundary() -> None:
    corner = square(0, 0, FACE)
    assert boundary_counts(corner, corner)[1].tolist() == [79, 79, 79, 79]
    everywhere = np.full((64, 64), FACE, np.uint8)
    assert boundary_counts(everywhere, everywhere).sum() == 0
    assert np.isnan(boundary_f1(boundary_counts(everywhere, everywhere))).all()


@pytest.mark.parametrize(("moved", "met"), [(1, 156), (2, 156), (3, 82)])
def test_two_pixels_are_tolerated_at_224(moved: int, met: int) -> None:
    # Three pixels to the right, of the upper and lower side all but the last pixel are met, of the inner side the
    # two next to either corner, of the outer side none: 2 * 39 + 2 * 2.
    counted = boundary_counts(square(50, 50, HAIR), square(50, 50 + moved, HAIR))
    assert counted[0].tolist() == [met, 156, met, 156]


def test_the_tolerance_is_a_disc() -> None:
    truth, guess = np.zeros((2, 224, 224), np.uint8)
    truth[100, 100] = HAIR
    for down, right, met in ((0, 2, 1), (2, 0, 1), (1, 1, 1), (2, 1, 0), (1, 2, 0), (2, 2, 0), (0, 3, 0)):
        guess[:] = 0
        guess[100 - down, 100 + right] = HAIR
        assert boundary_counts(truth, guess)[0].tolist() == [met, 1, met, 1], (down, right)


@pytest.mark.parametrize(("side", "reach"), [(32, 1), (64, 1), (112, 1), (224, 2), (336, 3), (448, 4)])
def test_the_tolerance_grows_with_the_picture(side: int, reach: int) -> None:
    truth, near, far = np.zeros((3, side, side), np.uint8)
    truth[:, : side // 2], near[:, : side // 2 + reach], far[:, : side // 2 + reach + 1] = FACE, FACE, FACE
    assert boundary_f1(boundary_counts(truth, near))[1] == 1
    assert boundary_f1(boundary_counts(truth, far))[1] == 0


def test_precision_and_recall_of_a_boundary() -> None:
    truth, guess = square(50, 50, FACE), square(50, 50, FACE)
    guess[150:160, 150:160] = FACE  # 36 boundary pixels too many
    counted = boundary_counts(truth, guess)[1]
    assert counted.tolist() == [156, 192, 156, 156]
    precision, recall = 156 / 192, 1
    assert boundary_f1(boundary_counts(truth, guess))[1] == pytest.approx(2 * precision * recall / (precision + recall))
    assert boundary_counts(guess, truth)[1].tolist() == [156, 156, 156, 192]


def test_a_boundary_on_one_side_only_is_a_zero() -> None:
    empty = np.zeros((224, 224), np.uint8)
    assert boundary_f1(boundary_counts(square(9, 9, HAIR), empty)) == pytest.approx([0, math.nan], nan_ok=True)
    assert boundary_f1(boundary_counts(empty, square(9, 9, HAIR))) == pytest.approx([0, math.nan], nan_ok=True)
    assert score(count(empty, square(9, 9, HAIR))).boundary_mean == 0


def test_the_mean_of_both_boundaries() -> None:
    counted = Counts(1, MATRIX, np.array([[10, 20, 5, 40], [30, 40, 25, 50]]))
    hair, face = 2 * 0.5 * 0.125 / 0.625, 2 * 0.75 * 0.5 / 1.25
    assert score(counted).boundary_f1 == pytest.approx((hair, face))
    assert score(counted).to_json()["boundary_f1"]["mean"] == pytest.approx((hair + face) / 2, abs=1e-6)


@given(boxes, boxes, st.sampled_from([1.0, 1.5, 2.0, 3.0]))
def test_boundaries_are_those_a_slow_way_finds(one: Any, other: Any, reach: float) -> None:
    truth, guess = painted(one), painted(other)
    counted = boundary_counts(truth, guess, tolerance=reach / 16)
    for row, number in zip(counted, (HAIR, FACE), strict=True):
        assert tuple(row) == _slow(truth == number, guess == number, reach)


def _near_by_loop(marked: Any, reach: float) -> Any:
    """A dilation by a disc, offset by offset: how `boundary` did it before OpenCV did."""
    far = int(reach)
    height, width = marked.shape
    padded = np.pad(marked, far)
    near = np.zeros_like(marked)
    for down in range(-far, far + 1):
        for right in range(-far, far + 1):
            if down * down + right * right <= reach * reach:
                near |= padded[far + down : far + down + height, far + right : far + right + width]
    return near


def _boundary_by_shifts(region: Any) -> Any:
    """The pixels with one of their four neighbours outside the region, neighbour by neighbour."""
    inner = region.copy()
    inner[1:] &= region[:-1]
    inner[:-1] &= region[1:]
    inner[:, 1:] &= region[:, :-1]
    inner[:, :-1] &= region[:, 1:]
    return region & ~inner


@given(arrays(np.bool_, st.tuples(st.integers(1, 20), st.integers(1, 20))), st.floats(1, 12))
def test_dilation_and_erosion_are_those_of_the_loops(marked: Any, reach: float) -> None:
    assert (boundary._near(marked, reach) == _near_by_loop(marked, reach)).all()
    assert (boundary._boundary(marked) == _boundary_by_shifts(marked)).all()


@pytest.mark.parametrize("side", [64, 224, 448, 1024])
def test_counts_are_those_of_the_loops(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(side)
    cells = rng.choice(np.array([0, 1, 2, 255], np.uint8), (2, 8, 8))
    truth, guess = np.kron(cells, np.ones((side // 8, side // 8), np.uint8))
    guess = np.roll(guess, 2, (0, 1)) % 3
    counted = boundary_counts(truth, guess)
    monkeypatch.setattr(boundary, "_near", _near_by_loop)
    monkeypatch.setattr(boundary, "_boundary", _boundary_by_shifts)
    assert counted.tolist() == boundary_counts(truth, guess).tolist()
    assert counted.min() > 0


def _slow(truth: Any, guess: Any, reach: float) -> tuple[int, int, int, int]:
    """Pixel by pixel, distance by distance."""

    def edge(region: Any) -> Any:
        height, width = region.shape
        return np.array(
            [
                (y, x)
                for y in range(height)
                for x in range(width)
                if region[y, x]
                and any(
                    0 <= v < height and 0 <= u < width and not region[v, u]
                    for v, u in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1))
                )
            ]
        ).reshape(-1, 2)

    def met(these: Any, those: Any) -> int:
        if not len(these) or not len(those):
            return 0
        away = np.sqrt(((these[:, None] - those[None]) ** 2).sum(-1))
        return int((away.min(1) <= reach).sum())

    true, guessed = edge(truth), edge(guess)
    return met(guessed, true), len(guessed), met(true, guessed), len(true)
