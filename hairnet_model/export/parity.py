"""Whether an exported file still says what the Keras model says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import HairnetError
from hairnet_model.evaluation import metrics

LEAST_IOU = {None: 0.995, "float16": 0.995, "int8": 0.97}
"""Between the file's classes and the Keras model's, for each class, by quantization."""

LEAST_SHARE = 0.05
"""Of the compared pixels, for each class by the Keras model: what is hardly there proves nothing."""


Run = Callable[[Pixels], NDArray[np.float32]]
"""From pictures, uint8 (N, S, S, 3) RGB, to probabilities (N, S, S, 3)."""


class ExportError(HairnetError):
    """An exported file is not what it should be, or cannot be written."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two models agree.

    Attributes:
        pictures: compared.
        iou: of every class, 0..1.
        share: of the pixels, of every class by the first model, 0..1.
        largest: difference of a probability, 0..1.
    """

    pictures: int
    iou: tuple[float, ...]
    share: tuple[float, ...]
    largest: float


def compare(
    expected: Callable[[Pixels], NDArray[Any]], exported: Callable[[Pixels], NDArray[Any]], images: Pixels
) -> Agreement:
    """Runs both on the same pictures.

    Args:
        expected: from uint8 (1, S, S, 3) RGB to probabilities (1, S, S, 3).
        exported: the same.
        images: uint8 (N, S, S, 3) RGB.
    """
    counted, largest = np.zeros((len(NAMES), len(NAMES)), np.int64), 0.0
    for image in images:
        first, second = np.asarray(expected(image[None])), np.asarray(exported(image[None]))
        if second.shape != first.shape or not np.isfinite(second).all():
            raise ExportError("the exported model", f"puts out {second.shape}, or what is no number", "report it")
        largest = max(largest, float(np.abs(first - second).max()))
        counted += metrics.confusion(np.argmax(first, -1).astype(np.uint8), np.argmax(second, -1).astype(np.uint8))
    share = counted.sum(1) / max(1, counted.sum())
    return Agreement(len(images), tuple(map(float, metrics.iou(counted))), tuple(map(float, share)), largest)


def demand(agreement: Agreement, quantize: str | None, where: str) -> None:
    """Raises ExportError where two models agree too little, or on too little to tell."""
    least = LEAST_IOU[quantize]
    for name, iou, share in zip(NAMES, agreement.iou, agreement.share, strict=True):
        if share < LEAST_SHARE:
            what = f"the model finds {name} in {100 * share:.1f} % of the compared pixels, too little to tell"
            raise ExportError(where, what, f"give --data with at least {100 * LEAST_SHARE:.0f} % of each class")
        if not iou >= least:  # NaN too
            what = f"{name} agrees with the Keras model by an IoU of {iou:.4f}, not {least}; nothing was written"
            hint = "calibrate with --data that looks like your pictures, or use float16" if quantize else "report it"
            raise ExportError(where, what, hint)
