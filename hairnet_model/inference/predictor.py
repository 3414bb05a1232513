"""The shipped network as `hairnet_data` asks for one: through the entry-point group `hairnet.predictors`."""

from __future__ import annotations

from collections.abc import Callable

from hairnet_data.core.arrays import Pixels
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.segmenter import Segmenter


def load_predictor() -> Callable[[Pixels], Probabilities]:
    """A function from pictures, uint8 (N, 224, 224, 3) RGB, to probabilities, float32 (N, 224, 224, 3)."""
    return Segmenter.load().of_frames
