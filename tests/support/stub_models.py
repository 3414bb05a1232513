"""Models that answer what a test says, without a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hairnet_model.model_io.model_file import Model


class Stub:
    """Stands in for a network: returns confident logits of the masks that `answer` returns for pictures."""

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self.answer = answer

    def predict_on_batch(self, images: Any) -> Any:
        return 10 * np.eye(3, dtype=np.float32)[self.answer(images)]


def stub(answer: Callable[[Any], Any], people: frozenset[str] = frozenset()) -> Model:
    return Model(Stub(answer), 64, people)


def nothing(images: Any) -> Any:
    return np.zeros(images.shape[:-1], np.uint8)
