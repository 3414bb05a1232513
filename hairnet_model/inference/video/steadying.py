"""Steadies the masks of a video, so that edges stop trembling and nothing drags behind.

Probabilities are averaged over time, exponentially, in the squares the network saw: what hardly changes is averaged
for long, what changes a lot is taken at once. The web page does the same (`web/src/smoothing.ts`).
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_model.inference.components import overlap
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.locate import Located
from hairnet_model.inference.squares import Square

LEAST = 0.35
"""Share of what is new where nothing changes."""

RISE = 2.6
"""By how much this share rises per unit of change, up to 1: at changes of 0.25 all is new."""


class Steadier:
    """Steadies frames given one after another.

    Attributes:
        before: what was shown last; None before the first frame.
    """

    def __init__(self) -> None:
        self.before: Located | None = None

    def steady(self, now: Located) -> Located:
        """What to show of a frame: its own squares, with probabilities that change less than the network's do."""
        before = self.before
        if before is not None and before.whole.shape == now.whole.shape:
            shown = [(cut.square, cut.probabilities, cut.box) for cut in before.cuts]
            cuts = []
            for cut in now.cuts:
                near = max(shown, key=lambda each: overlap(each[2], cut.box), default=None)
                if near is not None and overlap(near[2], cut.box) > 0.5:
                    cut = replace(cut, probabilities=_blend(_moved(near[1], near[0], cut.square), cut.probabilities))
                cuts.append(cut)
            now = replace(now, whole=_blend(before.whole, now.whole), cuts=tuple(cuts))
        self.before = now
        return now


def _blend(before: Probabilities, now: Probabilities) -> Probabilities:
    """Goes from one to the other, the further the more they differ. NaN in `before` is what is not known."""
    change = now - before
    share = np.minimum(np.abs(change) * np.float32(RISE) + np.float32(LEAST), np.float32(1))
    mixed = before + change * share
    unknown = np.isnan(mixed)
    if unknown.any():
        mixed[unknown] = now[unknown]
    # The classes change by shares of their own, so that the sum is no longer 1.
    mixed /= mixed.sum(-1, keepdims=True)
    return np.asarray(mixed, np.float32)


def _moved(probabilities: Probabilities, square: Square, to: Square) -> Probabilities:
    """What was said of one square, for the pixels of another; NaN where they do not overlap."""
    if square == to:
        return probabilities
    size = probabilities.shape[0]
    scale = to.side / square.side
    start = (
        (to.left - square.left) * size / square.side + 0.5 * scale - 0.5,
        (to.top - square.top) * size / square.side + 0.5 * scale - 0.5,
    )
    matrix = np.array([[scale, 0, start[0]], [0, scale, start[1]]])
    way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved: NDArray[np.float32] = np.asarray(
        cv2.warpAffine(
            probabilities, matrix, (size, size), flags=way, borderMode=cv2.BORDER_CONSTANT, borderValue=(np.nan,) * 3
        ),
        np.float32,
    )
    return moved
