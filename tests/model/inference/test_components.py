"""What hangs together in a mask is divided into heads: people who touch, beards and ears, specks."""

from __future__ import annotations

import numpy as np

from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.inference.components import components, overlap
from hairnet_model.inference.squares import Square
from hairnet_model.networks.outputs import probabilities

SIZE = 64


def said(mask):
    """Probabilities of a network that is sure of a mask."""
    return probabilities(20 * np.eye(3, dtype=np.float32)[mask])


def boxes(mask):
    return [item.box for item in components(said(mask), Square(0, 0, mask.shape[0]), mask.shape)]


def test_people_who_touch_are_two():
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[10:50, 4:60] = HAIR
    mask[20:45, 10:28] = FACE
    mask[20:45, 36:54] = FACE
    left, right = boxes(mask)
    assert (left[0], left[2], right[0] + right[2]) == (4, 28, 60)
    assert overlap(left, right) == 0


def test_parts_of_a_face_are_one_head():
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[10:60, 14:50] = HAIR
    mask[20:45, 20:44] = FACE
    mask[50:56, 26:38] = FACE  # a neck below a beard
    mask[28:34, 46:49] = FACE  # an ear
    assert boxes(mask) == [(14, 10, 36, 50)]


def test_specks_are_no_heads():
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[5:7, 5:7] = FACE
    mask[30:34, 30:34] = HAIR
    assert boxes(mask) == []
    mask[30:40, 30:40] = HAIR
    (item,) = components(said(mask), Square(100, 50, 2 * SIZE), (500, 500))
    assert (item.box, item.area, item.has_face, item.cropped) == ((160, 110, 20, 20), 400, False, False)
    assert components(said(mask), Square(100, 50, 2 * SIZE), (100, 500)) == []  # below the photo
