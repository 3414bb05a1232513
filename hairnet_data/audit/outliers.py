"""Photos unlike the others of their set: in the size of the head, in light, in sharpness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from hairnet_data.audit.finding import Finding
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR

_FAR = 4.0  # standard deviations from the median, estimated by the median deviation, from which one is reported
_FEW = 20  # portraits below which nobody can tell what is usual
_TO_DEVIATION = 1.4826  # of a median absolute deviation, for normally distributed values


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured of a photo.

    Attributes:
        size: logarithm of the head's share of the frame; NaN where there is no head.
        light: logarithm of the grey value, 0..1, above which are 5 % of the pixels: dark skin makes no dark photo.
        sharpness: logarithm of how much of the detail of a few pixels is as fine as one pixel.
    """

    size: float
    light: float
    sharpness: float


def measure(image: Pixels, mask: Pixels) -> Measures:
    """Measures a portrait.

    Args:
        image: uint8 (S, S, 3) RGB.
        mask: uint8 (S, S) of class ids and 255.
    """
    share = float(np.count_nonzero((mask == HAIR) | (mask == FACE))) / mask.size
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    fine = cv2.GaussianBlur(grey, (0, 0), 1.0)
    fine_detail, coarse_detail = float(np.var(grey - fine)), float(np.var(fine - cv2.GaussianBlur(grey, (0, 0), 4.0)))
    return Measures(
        size=float(np.log(share)) if share else float("nan"),
        light=float(np.log(np.quantile(grey, 0.95) / 255 + 0.01)),
        sharpness=float(np.log((fine_detail + 0.01) / (coarse_detail + 0.1))),
    )


def findings(measures: Mapping[str, Measures]) -> Iterator[Finding]:
    """Photos that are far from the median of their set, each with what is furthest; none of a set of a few photos."""
    if len(measures) < _FEW:
        return
    ids = list(measures)
    said: dict[str, tuple[float, str]] = {}
    for name, low, high in (
        ("size", "the head is much smaller than in other photos", "the head is much larger than in other photos"),
        ("light", "much darker than other photos", "much lighter than other photos"),
        ("sharpness", "much less sharp than other photos", "much sharper or noisier than other photos"),
    ):
        values = np.array([getattr(measures[id], name) for id in ids])
        middle = np.nanmedian(values)
        deviation = _TO_DEVIATION * np.nanmedian(np.abs(values - middle))
        if not deviation > 0:
            continue
        for id, far in zip(ids, (values - middle) / deviation, strict=True):
            if abs(far) > said.get(id, (0.0, ""))[0]:
                said[id] = float(abs(far)), f"{low if far < 0 else high} ({abs(far):.1f} deviations)"
    for id, (far, what) in said.items():
        yield Finding("outliers", id, far / _FAR, what)
