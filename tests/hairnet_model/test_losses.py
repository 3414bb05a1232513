from __future__ import annotations

import keras
import numpy as np
import pytest

from hairnet_model.losses import cross_entropy_dice, squares_2019


def _number(value) -> float:
    return float(keras.ops.convert_to_numpy(value))


def test_certainty_costs_nothing_and_the_wrong_class_much() -> None:
    truth = np.array([[[0, 1], [2, 2]]], np.uint8)
    right = 30 * np.eye(3, dtype=np.float32)[truth]
    assert _number(cross_entropy_dice(truth, right)) == pytest.approx(0, abs=1e-6)
    # Cross-entropy 30, and a Dice of hair 1 / (1 + 1 + 1), of face 1 / (2 + 2 + 1).
    wanted = 30 + 0.5 * (1 - (1 / 4 + 1 / 4) / 2)
    assert _number(cross_entropy_dice(truth, right[..., [1, 2, 0]])) == pytest.approx(wanted, rel=1e-5)


def test_even_logits_by_hand() -> None:
    truth = np.array([[[0, 1], [2, 2]]], np.uint8)
    # Cross-entropy is log 3. Dice of hair (2/3 + 1) / (1 + 4/3 + 1), of face (4/3 + 1) / (2 + 4/3 + 1).
    dice = ((2 / 3 + 1) / (1 + 4 / 3 + 1) + (4 / 3 + 1) / (2 + 4 / 3 + 1)) / 2
    wanted = np.log(3) + 0.5 * (1 - dice)
    assert _number(cross_entropy_dice(truth, np.zeros((1, 2, 2, 3), np.float32))) == pytest.approx(wanted, rel=1e-6)


def test_a_batch_of_nobody_is_finite() -> None:
    truth = np.zeros((2, 4, 4), np.uint8)
    sure = np.broadcast_to(np.array([30, 0, 0], np.float32), (2, 4, 4, 3))
    assert _number(cross_entropy_dice(truth, sure)) == pytest.approx(0, abs=1e-6)


def test_the_maps_of_2019_are_face_then_hair() -> None:
    truth = np.array([[[0, 1, 2]]], np.uint8)
    wanted = np.array([[[[0, 0], [0, 255], [255, 0]]]], np.float32)
    assert _number(squares_2019(truth, wanted)) == 0
    assert _number(squares_2019(truth, wanted[..., ::-1])) == pytest.approx(4 * 255**2 / 6)
