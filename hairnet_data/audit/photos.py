"""Masks of another photo: those of other portraits fit the network's prediction better than a portrait's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.audit.finding import Finding
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR

_SIDE = 28  # pixels: the small frame in which all masks are compared with all predictions
_MOST = 2000  # masks that each prediction is compared with
_LEAST_LIKELY = 0.02
_SLACK = 0.1  # share of the best possible fit: a mask that misses all edges may fit better than others by as much
_REPORTED = 0.1
_FEW = 8  # portraits below which nobody can tell

Small = NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A mask and a prediction, small: float16 (2, n), of hair and of face.

    Attributes:
        mask: share of the class in each pixel, 0..1.
        best: the same of the mask as it reads best; see `readings`.
        evidence: log p - log(1 - p) of the class.
        on_edges: how far the mask as it reads best lies on edges of the photo; see `readings`.
    """

    mask: Small
    best: Small
    evidence: Small
    on_edges: float


def measure(mask: Pixels, best: Pixels, on_edges: float, probabilities: NDArray[np.float32]) -> Fit:
    """Shrinks what is compared.

    Args:
        mask: uint8 (S, S) of class ids and 255.
        best: the mask as it reads best, also uint8 (S, S).
        on_edges: how far that lies on edges of the photo.
        probabilities: float32 (S, S, 3).
    """
    likely = np.clip(probabilities, _LEAST_LIKELY, 1 - _LEAST_LIKELY)
    return Fit(
        _shrunk([mask == number for number in (HAIR, FACE)]),
        _shrunk([best == number for number in (HAIR, FACE)]),
        _shrunk([np.log(likely[..., number] / (1 - likely[..., number])) for number in (HAIR, FACE)]),
        on_edges,
    )


def _shrunk(layers: list[NDArray[np.float32]] | list[NDArray[np.bool_]]) -> Small:
    small = [
        cv2.resize(layer.astype(np.float32), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).ravel() for layer in layers
    ]
    return np.stack(small).astype(np.float16)


def findings(fits: Mapping[str, Fit]) -> Iterator[Finding]:
    """Portraits whose masks, as they read best, fit worse than many others', in hair and in face, and lie on no edges.

    The score is by how much the mask that fits better than 98 % of all fits better than a portrait's own, as a share of
    what the best possible one would have; times how far its boundaries miss the edges of the photo.
    """
    if len(fits) < _FEW:
        return
    ids = list(fits)
    count = min(_MOST, len(ids))
    masks = np.stack([fits[ids[len(ids) * number // count]].mask for number in range(count)]).astype(np.float32)
    usual = max(float(np.median([fit.on_edges for fit in fits.values()])), 1e-6)
    for id, fit in fits.items():
        evidence, own = fit.evidence.astype(np.float32), fit.best.astype(np.float32)
        gains, shares = [], []
        for number in (0, 1):
            others = masks[:, number] @ evidence[number]
            mine = float(own[number] @ evidence[number])
            possible = float(np.maximum(evidence[number], 0).sum()) + 1
            gains.append((float(np.quantile(others, 0.98)) - mine) / possible)
            shares.append(float((others > mine).mean()))
        missed = min(max(1 - fit.on_edges / usual, 0.0), 1.0)
        score = (min(gains) + _SLACK) * missed / _REPORTED
        if score > 0:
            yield Finding("wrong_photo", id, score, f"{min(shares):.0%} of the other masks fit hair and face better")
