"""Noise is averaged, what was said goes with the picture, and a picture that is another one is shown at once."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hairnet_model.inference import letterbox
from hairnet_model.inference.cuts import Cut, Located
from hairnet_model.inference.squares import Square
from hairnet_model.inference.video.steadying import NEW, Steadier

SIZE = 32
SIDE = 100


def picture(seed=0, side=SIDE):
    """A picture with something to hold on to, uint8 (side, side, 3)."""
    noise = np.random.default_rng(seed).normal(0, 1, (side, side))
    smooth = cv2.GaussianBlur(noise, (0, 0), 3)
    return np.repeat(np.clip(128 + 300 * smooth, 0, 255).astype(np.uint8)[..., None], 3, 2)


STILL = picture()


def located(probabilities, cuts=(), side=SIDE):
    return Located(side, side, np.asarray(probabilities, np.float32), tuple(cuts), (), 1)


def constant(hair, face=0.0):
    return np.broadcast_to(np.array([1 - hair - face, hair, face], np.float32), (SIZE, SIZE, 3)).copy()


def cut(left, top, side, probabilities):
    inner = (left + 5.0, top + 5.0, side - 10.0, side - 10.0)
    return Cut(Square(left, top, side), np.asarray(probabilities, np.float32), inner)


def test_the_first_frame_is_shown_as_it_is():
    now = located(constant(0.4))
    assert Steadier().steady(now, STILL) is now


def test_a_frame_takes_its_share():
    steadier = Steadier()
    steadier.steady(located(constant(0.5)), STILL)
    np.testing.assert_allclose(steadier.steady(located(constant(0.9)), STILL).whole[..., 1], 0.5 + 0.4 * NEW, atol=1e-5)
    np.testing.assert_allclose(
        steadier.steady(located(constant(0.9)), STILL).whole[..., 1], 0.9 - 0.4 * (1 - NEW) ** 2, atol=1e-5
    )


def test_noise_gets_less():
    rng = np.random.default_rng(0)
    steadier, raw, shown = Steadier(), [], []
    for _ in range(40):
        hair = np.clip(0.45 + rng.normal(0, 0.1, (SIZE, SIZE)), 0, 1).astype(np.float32)
        now = np.stack([1 - hair, hair, np.zeros_like(hair)], -1)
        raw.append(now.argmax(-1))
        grain = np.clip(STILL + rng.normal(0, 2, STILL.shape), 0, 255).astype(np.uint8)
        shown.append(steadier.steady(located(now), grain).whole.argmax(-1))
    changes = [np.mean(np.diff(np.stack(each[5:]), axis=0) != 0) for each in (raw, shown)]
    assert changes[1] < 0.4 * changes[0]


def test_probabilities_stay_probabilities():
    rng = np.random.default_rng(0)
    steadier = Steadier()
    for number in range(5):
        now = rng.random((SIZE, SIZE, 3), np.float32)
        shown = steadier.steady(located(now / now.sum(-1, keepdims=True)), np.roll(STILL, 2 * number, 1)).whole
        assert shown.dtype == np.float32
        assert shown.min() >= 0
        np.testing.assert_allclose(shown.sum(-1), 1, atol=1e-5)


@pytest.mark.parametrize("side", [SIDE, 700])
def test_what_was_said_goes_with_the_picture(side):
    """A square of hair moves by a twelfth of the frame; it is where it has gone to, and nothing is left behind."""
    move = side // 12
    first = cv2.resize(picture(), (side, side))
    second = np.roll(first, move, 1)

    def said(left):
        mask = np.zeros((side, side, 3), np.uint8)
        mask[side // 3 : 2 * side // 3, left : left + side // 3] = 255
        hair = letterbox.frame(mask, SIZE)[..., 0].astype(np.float32) / 255
        return np.stack([1 - hair, hair, np.zeros_like(hair)], -1)

    steadier = Steadier()
    steadier.steady(located(said(side // 3), side=side), first)
    shown = steadier.steady(located(said(side // 3 + move), side=side), second).whole
    np.testing.assert_allclose(shown[..., 1], said(side // 3 + move)[..., 1], atol=0.15)
    unmoved = NEW * said(side // 3 + move) + (1 - NEW) * said(side // 3)
    assert np.abs(shown - said(side // 3 + move)).mean() < 0.2 * np.abs(unmoved - said(side // 3 + move)).mean()


def test_another_scene_is_shown_at_once():
    steadier = Steadier()
    steadier.steady(located(constant(0.9)), STILL)
    shown = steadier.steady(located(constant(0.1)), 255 - picture(9)).whole
    assert np.median(shown[..., 1]) == pytest.approx(0.1)


def test_what_comes_into_view_is_shown_at_once():
    """A patch of the picture becomes another one: what is said of it counts there, and the old is kept around it."""
    steadier = Steadier()
    steadier.steady(located(constant(0.0)), STILL)
    after = STILL.copy()
    after[30:70, 30:70] = 255 * (STILL[30:70, 30:70] < 128)
    shown = steadier.steady(located(constant(1.0)), after).whole[..., 1]
    assert shown[13:19, 13:19].mean() > 0.8
    assert np.median(shown[:5]) == pytest.approx(NEW, abs=0.01)


def test_a_cut_goes_on_where_its_head_was():
    steadier = Steadier()
    steadier.steady(located(constant(0), [cut(60, 60, 40, constant(0.9)), cut(10, 20, 40, constant(0.5))]), STILL)
    now = cut(10, 20, 40, constant(0.6))
    (shown,) = steadier.steady(located(constant(0), [now]), STILL).cuts
    np.testing.assert_allclose(shown.probabilities[..., 1], 0.5 + 0.1 * NEW, atol=1e-5)
    assert (shown.square, shown.box) == (now.square, now.box)


def test_a_new_cut_is_shown_as_it_is():
    steadier = Steadier()
    steadier.steady(located(constant(0), [cut(60, 60, 40, constant(0.9))]), STILL)
    now = cut(10, 20, 40, constant(0.6))
    (shown,) = steadier.steady(located(constant(0), [now]), STILL).cuts
    np.testing.assert_array_equal(shown.probabilities, now.probabilities)


@pytest.mark.parametrize("to", [(14, 22, 40), (5, 10, 60), (20, 30, 24)])
def test_a_square_that_moves_over_a_still_picture_is_steadied_where_it_was(to):
    """What is said is a ramp over the frame, in every square, and so is the mean of both."""

    def ramp(left, top, side):
        across = (left + (np.arange(SIZE) + 0.5) * side / SIZE) / SIDE
        hair = np.broadcast_to(across.astype(np.float32), (SIZE, SIZE))
        return np.stack([1 - hair, hair, 0 * hair], -1)

    steadier = Steadier()
    steadier.steady(located(constant(0), [cut(10, 20, 40, ramp(10, 20, 40))]), STILL)
    (shown,) = steadier.steady(located(constant(0), [cut(*to, ramp(*to))]), STILL).cuts
    np.testing.assert_allclose(shown.probabilities, ramp(*to), atol=0.006)


def test_another_size_begins_anew():
    steadier = Steadier()
    steadier.steady(located(constant(0.5)), STILL)
    now = located(constant(0.9), side=50)
    np.testing.assert_array_equal(steadier.steady(now, picture(side=50)).whole, now.whole)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (31, 400)])
def test_frames_too_small_for_flow(shape):
    steadier = Steadier()
    for _ in range(2):
        frame = np.full((*shape, 3), 90, np.uint8)
        shown = steadier.steady(Located(*shape, constant(0.5), (), (), 1), frame)
    np.testing.assert_allclose(shown.whole, constant(0.5), atol=1e-6)
