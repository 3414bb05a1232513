"""Noise is averaged, what really changes is shown at once, and what was said stays where it was in the frame."""

from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.inference.locate import Cut, Located
from hairnet_model.inference.squares import Square
from hairnet_model.inference.video.steadying import Steadier, _moved

SIZE = 32


def whole(probabilities, cuts=(), height=100, width=100):
    return Located(height, width, np.asarray(probabilities, np.float32), tuple(cuts), (), 1)


def constant(hair, face=0.0):
    return np.broadcast_to(np.array([1 - hair - face, hair, face], np.float32), (SIZE, SIZE, 3)).copy()


def test_the_first_frame_is_shown_as_it_is():
    now = whole(constant(0.4))
    assert Steadier().steady(now) is now


@pytest.mark.parametrize(("hair", "shown"), [(0.5, 0.5), (0.6, 0.561), (0.75, 0.75), (1.0, 1.0), (0.4, 0.439)])
def test_small_changes_are_slowed_down_and_large_ones_are_not(hair, shown):
    """From 0.5 by 0.1: 0.35 + 2.6 x 0.1 = 0.61 of it."""
    steadier = Steadier()
    steadier.steady(whole(constant(0.5)))
    np.testing.assert_allclose(steadier.steady(whole(constant(hair))).whole[..., 1], shown, atol=1e-6)


def test_noise_gets_less():
    rng = np.random.default_rng(0)
    steadier, raw, shown = Steadier(), [], []
    for _ in range(40):
        hair = np.clip(0.5 + rng.normal(0, 0.04, (SIZE, SIZE)), 0, 1).astype(np.float32)
        now = np.stack([1 - hair, hair, np.zeros_like(hair)], -1)
        raw.append(now.argmax(-1))
        shown.append(steadier.steady(whole(now)).whole.argmax(-1))
    changes = [np.mean(np.diff(np.stack(each[5:]), axis=0) != 0) for each in (raw, shown)]
    assert changes[1] < 0.75 * changes[0]


def test_probabilities_stay_probabilities():
    rng = np.random.default_rng(0)
    steadier = Steadier()
    for _ in range(5):
        now = rng.random((SIZE, SIZE, 3), np.float32)
        shown = steadier.steady(whole(now / now.sum(-1, keepdims=True))).whole
        assert shown.dtype == np.float32
        assert shown.min() >= 0
        np.testing.assert_allclose(shown.sum(-1), 1, atol=1e-5)


def test_a_cut_goes_on_where_its_head_was():
    before = Cut(Square(10, 20, 40), constant(0.5), (15.0, 25.0, 30.0, 30.0))
    other = Cut(Square(60, 60, 40), constant(0.9), (65.0, 65.0, 30.0, 30.0))
    steadier = Steadier()
    steadier.steady(whole(constant(0), [other, before]))
    now = Cut(Square(10, 20, 40), constant(0.6), (16.0, 25.0, 30.0, 30.0))
    (shown,) = steadier.steady(whole(constant(0), [now])).cuts
    np.testing.assert_allclose(shown.probabilities[..., 1], 0.561, atol=1e-6)
    assert (shown.square, shown.box) == (now.square, now.box)


def test_a_new_cut_is_shown_as_it_is():
    steadier = Steadier()
    steadier.steady(whole(constant(0), [Cut(Square(60, 60, 40), constant(0.9), (65.0, 65.0, 30.0, 30.0))]))
    now = Cut(Square(10, 20, 40), constant(0.6), (16.0, 25.0, 30.0, 30.0))
    (shown,) = steadier.steady(whole(constant(0), [now])).cuts
    np.testing.assert_array_equal(shown.probabilities, now.probabilities)


@pytest.mark.parametrize("to", [Square(14, 22, 40), Square(5, 10, 60), Square(20, 30, 20)])
def test_what_was_said_stays_where_it_was_in_the_frame(to):
    """A ramp over the frame is the same ramp in another square."""

    def ramp(square):
        at = square.left + (np.arange(SIZE) + 0.5) * square.side / SIZE
        down = square.top + (np.arange(SIZE) + 0.5) * square.side / SIZE
        values = np.stack(np.broadcast_arrays(at[None, :], down[:, None], at[None, :] * 0 + 1), -1)
        return values.astype(np.float32)

    square = Square(10, 20, 40)
    moved = _moved(ramp(square), square, to)
    known = ~np.isnan(moved).any(-1)
    assert known.mean() > 0.3
    np.testing.assert_allclose(moved[known], ramp(to)[known], atol=0.05)


def test_a_square_that_moved_is_steadied_where_both_overlap():
    steadier = Steadier()
    steadier.steady(whole(constant(0), [Cut(Square(10, 20, 40), constant(0.5), (15.0, 25.0, 30.0, 30.0))]))
    now = Cut(Square(30, 20, 40), constant(0.6), (25.0, 25.0, 30.0, 30.0))
    (shown,) = steadier.steady(whole(constant(0), [now])).cuts
    hair = shown.probabilities[SIZE // 2, :, 1]
    np.testing.assert_allclose(hair[: SIZE // 2 - 1], 0.561, atol=1e-5)
    np.testing.assert_allclose(hair[SIZE // 2 + 1 :], 0.6, atol=1e-6)


def test_another_size_begins_anew():
    steadier = Steadier()
    steadier.steady(whole(constant(0.5)))
    now = whole(np.zeros((SIZE * 2, SIZE * 2, 3), np.float32) + 1 / 3)
    np.testing.assert_array_equal(steadier.steady(now).whole, now.whole)
