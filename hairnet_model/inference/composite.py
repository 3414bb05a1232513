"""What was said of a photo and of squares cut out of it, put together in the photo's own size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES
from hairnet_model.inference import letterbox
from hairnet_model.inference.cuts import Cut, Located
from hairnet_model.inference.letterbox import Probabilities

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
    there = [
        (cut, box)
        for cut in located.cuts
        for box in [_reach(cut, located, band)]
        if box[0] < box[1] and box[2] < box[3]
    ]
    if not there:
        return merged
    first, left = min(box[0] for _, box in there), min(box[2] for _, box in there)
    part = merged[
        first - band.start : max(box[1] for _, box in there) - band.start, left : max(box[3] for _, box in there)
    ]
    share, total = np.zeros(part.shape[:2], np.float32), np.zeros(part.shape[:2], np.float32)
    mixed = np.zeros_like(part)
    for cut, (top, bottom, start, end) in there:
        square = cut.square
        down = slice(top - square.top, bottom - square.top)
        across = slice(start - square.left, end - square.left)
        said = letterbox.unframe_rows(cut.probabilities, square.side, square.side, down)[:, across]
        near = np.minimum(_nearness(cut, 1)[down, None], _nearness(cut, 0)[None, across])
        here = slice(top - first, bottom - first), slice(start - left, end - left)
        weight = near * near * np.float32(square.side)
        share[here] = np.maximum(share[here], near)
        total[here] += weight
        mixed[here] += weight[..., None] * said
    total[total == 0] = 1  # where no cut has a say, share is 0 too
    part *= (1 - share)[..., None]
    mixed *= share[..., None]
    mixed /= total[..., None]
    part += mixed
    return merged


def _reach(cut: Cut, located: Located, band: slice) -> tuple[int, int, int, int]:
    """Rows from and to, columns from and to, of a cut within the photo and the band."""
    square = cut.square
    top, bottom = max(band.start, square.top), min(band.stop, square.top + square.side)
    return top, bottom, max(0, square.left), min(located.width, square.left + square.side)


def _nearness(cut: Cut, axis: int) -> NDArray[np.float32]:
    """Along one side of a cut, x for 0 and y for 1: 1 over the head, falling to 0 at the border."""
    side, start = cut.square.side, (cut.square.left, cut.square.top)[axis]
    margin = MARGIN * max(cut.box[2:])
    low = max(1.0, cut.box[axis] - start - margin)
    high = min(side - 1.0, cut.box[axis] + cut.box[axis + 2] - start + margin)
    at = np.arange(side, dtype=np.float32) + np.float32(0.5)
    near = np.minimum(at / np.float32(low), (side - at) / np.float32(max(1.0, side - high)))
    return np.asarray(np.clip(near, 0, 1), np.float32)
