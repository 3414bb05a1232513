"""A set's convention: what is labelled where a network sees a beard, a neck, an ear or a bystander."""

from __future__ import annotations

import cv2
import numpy as np

from hairnet_data.audit.convention import convention, convention_lines, measure
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR


def seen_head() -> Pixels:
    """What the network sees: a face with a beard, hair above it, and a second head."""
    seen = np.full((224, 224), BACKGROUND, np.uint8)
    cv2.ellipse(seen, (100, 100), (50, 60), 0, 0, 360, HAIR, -1)
    cv2.ellipse(seen, (100, 115), (40, 55), 0, 0, 360, FACE, -1)
    cv2.ellipse(seen, (100, 145), (18, 10), 0, 0, 360, HAIR, -1)
    cv2.circle(seen, (195, 60), 20, FACE, -1)
    return seen


def test_the_labels_at_each_place_are_counted() -> None:
    seen = seen_head()
    mask = seen.copy()
    mask[:, 170:] = BACKGROUND  # bystanders are not labelled
    mask[130:160, 75:125] = FACE  # beards are skin
    mask[155:] = BACKGROUND  # necks are not labelled
    probabilities = np.asarray(np.eye(3, dtype=np.float32)[seen] * 0.97 + 0.01, np.float32)
    found = convention({f"{number}": measure(mask, probabilities) for number in range(4)})
    assert found["beards"].shares["face"] > 0.9
    assert found["necks"].shares["background"] > 0.5
    assert found["ears"].shares["face"] == 1
    assert found["bystanders"].shares["background"] == 1
    lines = list(convention_lines(found))
    assert lines[-1] == "bystanders (seen heads apart from the largest, 4 portraits) are labelled " + (
        "background 100%, hair 0%, face 0%"
    )


def test_of_few_portraits_nothing_is_said() -> None:
    seen = seen_head()
    probabilities = np.asarray(np.eye(3, dtype=np.float32)[seen], np.float32)
    assert convention({"one": measure(seen, probabilities)}) == {}
    assert measure(np.zeros_like(seen), np.zeros((224, 224, 3), np.float32)) == {}
