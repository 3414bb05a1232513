"""Where labels and a network disagree: the quality of every mask, and parts that are missing from it.

The quality is the soft minimum over the pixels of the probability that the network gives to each pixel's label (Lad and
Mueller, "Estimating label quality and errors in semantic segmentation data via any model", 2023), the score of
cleanlab's segmentation, after confident learning (Northcutt, Jiang and Chuang, "Confident learning: estimating
uncertainty in dataset labels", JAIR 70, 2021).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.audit.finding import Finding
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR, NAMES

_TEMPERATURE = 0.1  # cleanlab's
_SURE = 0.5  # probability from which a pixel counts as seen
_THICK = 5  # pixels of the frame: thinner strips of disagreement are a matter of edges
_LEAST_SEEN = 0.01  # of the frame: of a class of which less is seen, nothing is missing
_MISSING = 0.4  # share of what is seen of a class that must be missing to report it
_WORST = 0.02  # share of the masks that are reported: qualities order a set, and say nothing of a single mask


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a mask agrees with a network.

    Attributes:
        quality: soft minimum of the labels' probabilities, 0..1.
        missing: of hair and of face, the share of what the network sees that is labelled background, 0..1.
        iou: of hair and of face; NaN where neither sees any.
    """

    quality: float
    missing: tuple[float, float]
    iou: tuple[float, float]


def softmin(values: NDArray[np.float32], temperature: float = _TEMPERATURE) -> float:
    """The mean of values in 0..1, weighted towards the smallest: their soft minimum as in cleanlab."""
    weights = np.exp((1 - values.astype(np.float64)) / temperature)
    return float((weights * values).sum() / weights.sum())


def measure(mask: Pixels, probabilities: NDArray[np.float32]) -> Agreement:
    """Compares a mask with a network.

    Args:
        mask: uint8 (S, S) of class ids and 255.
        probabilities: float32 (S, S, 3).
    """
    labelled = mask < len(NAMES)
    own = np.take_along_axis(probabilities, np.where(labelled, mask, 0)[..., None].astype(np.intp), -1)[..., 0]
    kernel = np.ones((_THICK, _THICK), np.uint8)
    missing, iou = [], []
    for number in (HAIR, FACE):
        seen = (probabilities[..., number] > _SURE) & labelled
        is_labelled = mask == number
        lost = cv2.morphologyEx((seen & (mask == 0)).astype(np.uint8), cv2.MORPH_OPEN, kernel)
        enough = seen.sum() >= _LEAST_SEEN * mask.size
        missing.append(float(lost.sum() / seen.sum()) if enough else 0.0)
        either = np.count_nonzero(seen | is_labelled)
        iou.append(np.count_nonzero(seen & is_labelled) / either if either else float("nan"))
    quality = softmin(own[labelled]) if labelled.any() else 1.0
    return Agreement(quality, (missing[0], missing[1]), (iou[0], iou[1]))


def findings(agreements: Mapping[str, Agreement]) -> Iterator[Finding]:
    """The masks that are doubted most, and masks from which a part is missing."""
    if not agreements:
        return
    doubted = float(np.quantile([1 - found.quality for found in agreements.values()], 1 - _WORST, method="lower"))
    for id, found in agreements.items():
        hair, face = found.missing
        name, share = ("hair", hair) if hair >= face else ("face", face)
        if share:
            yield Finding("missing", id, share / _MISSING, f"{share:.0%} of the {name} the network sees is background")
        what = f"quality {found.quality:.2f} of 1; IoU with the network: hair {_text(found.iou[0])}, face " + _text(
            found.iou[1]
        )
        yield Finding("labels", id, (1 - found.quality) / max(doubted, 1e-6), what)


def _text(value: float) -> str:
    return "none" if np.isnan(value) else f"{value:.2f}"
