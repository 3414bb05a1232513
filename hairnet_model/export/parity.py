"""Compares an exported file with the Keras model."""

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
"""The least IoU of each class between the file and the Keras model, by quantization."""

LEAST_SHARE = 0.05
"""The least share of the compared pixels of each class by the Keras model: on fewer the IoU says little."""


Run = Callable[[Pixels], NDArray[np.float32]]
"""From pictures, uint8 (N, S, S, 3) RGB, to probabilities (N, S, S, 3)."""


class ExportError(HairnetError):
    """An exported file differs from the model, or cannot be written."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two models agree.

    Attributes:
        pictures: how many were compared.
        iou: of each class, 0..1.
        share: of the pixels, of each class by the first model, 0..1.
        largest: the largest difference of a probability, 0..1.
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

    Raises:
        ExportError: the second's outputs have another shape or are not finite.
    """
    confusion, largest = np.zeros((len(NAMES), len(NAMES)), np.int64), 0.0
    for image in images:
        first, second = np.asarray(expected(image[None])), np.asarray(exported(image[None]))
        if second.shape != first.shape or not np.isfinite(second).all():
            raise ExportError(
                "the exported model",
                f"its outputs have the shape {second.shape} or are not finite numbers",
                "report it",
            )
        largest = max(largest, float(np.abs(first - second).max()))
        confusion += metrics.confusion(np.argmax(first, -1).astype(np.uint8), np.argmax(second, -1).astype(np.uint8))
    share = confusion.sum(1) / max(1, confusion.sum())
    return Agreement(len(images), tuple(map(float, metrics.iou(confusion))), tuple(map(float, share)), largest)


def check_agreement(agreement: Agreement, quantize: str | None, where: str) -> None:
    """Raises ExportError if two models agree too little, or the pictures show too little of a class to tell."""
    least = LEAST_IOU[quantize]
    for name, iou, share in zip(NAMES, agreement.iou, agreement.share, strict=True):
        if share < LEAST_SHARE:
            what = f"the model finds {name} in {100 * share:.1f} % of the compared pixels, too little to tell"
            raise ExportError(where, what, f"give --data with at least {100 * LEAST_SHARE:.0f} % of each class")
        if not iou >= least:  # NaN too
            what = f"{name} agrees with the Keras model by an IoU of {iou:.4f}, not {least}; nothing was written"
            hint = "calibrate with --data that looks like your pictures, or use float16" if quantize else "report it"
            raise ExportError(where, what, hint)
