"""What was said of a photo and of squares cut out of it, put together in the photo's own size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES
from hairnet_model.inference import letterbox
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.locate import Cut, Located

MARGIN = 0.05
"""Around a head's box, in its longer sides: so far its cut alone has a say; from there it fades out to its border."""


def probabilities(located: Located) -> Probabilities:
    """Probabilities of every pixel of the photo, float32 (H, W, 3)."""
    merged = np.empty((located.height, located.width, len(NAMES)), np.float32)
    for band in letterbox.bands(located.height, located.width):
        merged[band] = rows(located, band)
    return merged


def class_ids(located: Located) -> Pixels:
    """The most likely class of every pixel of the photo, uint8 (H, W); a band of rows at a time, to save memory."""
    merged = np.empty((located.height, located.width), np.uint8)
    for band in letterbox.bands(located.height, located.width):
        merged[band] = np.argmax(rows(located, band), -1)
    return merged


def rows(located: Located, band: slice) -> Probabilities:
    """Some rows of `probabilities`.

    Where cuts overlap they are weighted by how near a head of theirs is, squared, times their side: who is larger
    wins ties.
    """
    merged = letterbox.unframe_rows(located.whole, located.height, located.width, band)
    if not located.cuts:
        return merged
    share = np.zeros(merged.shape[:2], np.float32)
    total, mixed = np.zeros(merged.shape[:2], np.float32), np.zeros_like(merged)
    for cut in located.cuts:
        square = cut.square
        top, bottom = max(band.start, square.top), min(band.stop, square.top + square.side)
        left, right = max(0, square.left), min(located.width, square.left + square.side)
        if top >= bottom or left >= right:
            continue
        down = slice(top - square.top, bottom - square.top)
        across = slice(left - square.left, right - square.left)
        said = letterbox.unframe_rows(cut.probabilities, square.side, square.side, down)[:, across]
        near = np.minimum(_nearness(cut, 1)[down, None], _nearness(cut, 0)[None, across])
        here = slice(top - band.start, bottom - band.start), slice(left, right)
        weight = near * near * np.float32(square.side)
        share[here] = np.maximum(share[here], near)
        total[here] += weight
        mixed[here] += weight[..., None] * said
    inside = share > 0
    part = share[inside][:, None]
    merged[inside] = merged[inside] * (1 - part) + part * mixed[inside] / total[inside][:, None]
    return merged


def _nearness(cut: Cut, axis: int) -> NDArray[np.float32]:
    """Along one side of a cut, x for 0 and y for 1: 1 over the head, falling to 0 at the border."""
    side, start = cut.square.side, (cut.square.left, cut.square.top)[axis]
    margin = MARGIN * max(cut.box[2:])
    low = max(1.0, cut.box[axis] - start - margin)
    high = min(side - 1.0, cut.box[axis] + cut.box[axis + 2] - start + margin)
    at = np.arange(side, dtype=np.float32) + np.float32(0.5)
    near = np.minimum(at / np.float32(low), (side - at) / np.float32(max(1.0, side - high)))
    return np.asarray(np.clip(near, 0, 1), np.float32)
