"""From a network's outputs to class ids and probabilities, in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR

THRESHOLD_2019 = 50.0
"""A pixel belongs to the larger of the two maps of 0..255 if that is over this (HairNet, 2019)."""


def probabilities(outputs: NDArray[Any]) -> NDArray[np.float32]:
    """Probabilities of the classes.

    Args:
        outputs: float (..., 3) logits, or (..., 2) maps (face, hair) of 0..255.

    Returns:
        float32 (..., 3), each pixel's sum 1. The two maps are not probabilities: they are scaled so that the
        most likely class is the one that `class_ids` returns.
    """
    outputs = np.asarray(outputs, np.float32)
    if outputs.shape[-1] == 2:
        face, hair = np.clip(outputs[..., 0], 0, 255), np.clip(outputs[..., 1], 0, 255)
        outputs = np.empty((*face.shape, 3), np.float32)
        outputs[..., BACKGROUND], outputs[..., HAIR], outputs[..., FACE] = THRESHOLD_2019, hair, face
        return np.asarray(outputs / outputs.sum(-1, keepdims=True), np.float32)
    powers = np.exp(outputs - outputs.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True), np.float32)


def class_ids(outputs: NDArray[Any]) -> Pixels:
    """The class of every pixel: uint8 (...) of class ids, from logits (..., 3) or maps (..., 2) of 2019."""
    if outputs.shape[-1] == 2:
        face, hair = outputs[..., 0], outputs[..., 1]
        larger = np.where(face > hair, np.uint8(FACE), np.uint8(HAIR))
        return as_pixels(np.where(np.maximum(face, hair) > THRESHOLD_2019, larger, np.uint8(BACKGROUND)))
    return as_pixels(np.argmax(outputs, -1).astype(np.uint8))
