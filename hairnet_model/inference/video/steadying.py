"""Steadies the masks of a video, so that edges stop trembling and nothing drags behind.

Probabilities are averaged over time, exponentially, in the squares the network saw. What was said of a pixel goes with
the picture: optical flow (DIS; Kroeger et al. 2016, as OpenCV has it) tells where each pixel was in the frame before.
Where the picture is another one than flow says (what was hidden, a cut to another scene), only what is new counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_model.inference.components import overlap
from hairnet_model.inference.cuts import Located
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.squares import Square, framed_square

NEW = 0.3
"""Share of what is new, where the picture is as flow says: the mean of about the last three frames."""

UNLIKE = (6.0, 18.0)
"""Mean difference of grey levels around a pixel up to which flow is believed, and from which it is not at all."""

FLOW_SIDE = 320
"""Longer side of the frames between which flow is found, in pixels, at most."""

_LEAST_SIDE = 32  # of frames for flow; smaller ones count as standing still


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Where a frame's pixels were in the frame before.

    Attributes:
        field: float32 (h, w, 3) of a small copy of the frame: by how many of the frame's pixels further right and
            down each was, and how little that is to be believed, 0..1.
        scale: how many of the copy's pixels are one of the frame's.
    """

    field: NDArray[np.float32]
    scale: float


class Steadier:
    """Steadies frames given one after another, all of one size.

    Attributes:
        before: what was shown last; None before the first frame.
        grey: a small copy of that frame, uint8 (h, w).
    """

    def __init__(self) -> None:
        self.before: Located | None = None
        self.grey: Pixels | None = None

    def steady(self, now: Located, frame: Pixels) -> Located:
        """What to show of a frame: its own squares, with probabilities that change less than the network's do.

        Args:
            now: what was found in it.
            frame: uint8 (H, W, 3) RGB.
        """
        before, was, grey = self.before, self.grey, _small(frame)
        if before is not None and was is not None and was.shape == grey.shape:
            flow = Flow(_flow(grey, was, frame.shape[1]), grey.shape[1] / frame.shape[1])
            cuts = []
            for cut in now.cuts:
                near = max(before.cuts, key=lambda each: overlap(each.box, cut.box), default=None)
                if near is not None and overlap(near.box, cut.box) > 0.5:
                    mixed = _mixed(near.probabilities, near.square, cut.probabilities, cut.square, flow)
                    cut = replace(cut, probabilities=mixed)
                cuts.append(cut)
            square = framed_square(now.height, now.width)
            now = replace(now, whole=_mixed(before.whole, square, now.whole, square, flow), cuts=tuple(cuts))
        self.before, self.grey = now, grey
        return now


def _small(frame: Pixels) -> Pixels:
    height, width = frame.shape[:2]
    share = min(1.0, FLOW_SIDE / max(height, width))
    size = max(1, round(width * share)), max(1, round(height * share))
    return as_pixels(cv2.cvtColor(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY))


def _flow(grey: Pixels, was: Pixels, width: int) -> NDArray[np.float32]:
    """`Flow.field` of two small copies of frames that are so wide."""
    height, wide = grey.shape
    field = np.zeros((height, wide, 3), np.float32)
    if min(height, wide) >= _LEAST_SIDE:
        finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        field[..., :2] = finder.calc(grey, was, np.zeros((height, wide, 2), np.float32))
    columns = np.arange(wide, dtype=np.float32) + field[..., 0]
    rows = np.arange(height, dtype=np.float32)[:, None] + field[..., 1]
    expected = cv2.remap(was, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    unlike = cv2.blur(cv2.absdiff(expected, grey).astype(np.float32), (5, 5))
    field[..., 2] = np.clip((unlike - UNLIKE[0]) / (UNLIKE[1] - UNLIKE[0]), 0, 1)
    field[..., :2] *= np.float32(width / wide)
    return field


def _mixed(was: Probabilities, before: Square, now: Probabilities, square: Square, flow: Flow) -> Probabilities:
    """What was said of one square, moved by the flow, and what is said of another, as a mean; float32 (S, S, 3)."""
    size = now.shape[0]
    step = square.side / size
    centres = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * np.float32(step)
    scale = flow.scale * step
    start = (flow.scale * (corner + 0.5 * step) - 0.5 for corner in (square.left, square.top))
    matrix = np.array([[scale, 0, next(start)], [0, scale, next(start)]])
    way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    field = cv2.warpAffine(flow.field, matrix, (size, size), flags=way, borderMode=cv2.BORDER_REPLICATE)
    finer = np.float32(was.shape[0] / before.side)
    columns = (field[..., 0] + (centres + np.float32(square.left - before.left))) * finer - np.float32(0.5)
    rows = (field[..., 1] + (centres[:, None] + np.float32(square.top - before.top))) * finer - np.float32(0.5)
    last = np.float32(was.shape[0] - 1)
    outside = (columns < -0.5) | (rows < -0.5) | (columns > last + 0.5) | (rows > last + 0.5)
    share = np.maximum(field[..., 2], np.float32(NEW))
    share[outside] = 1
    moved = cv2.remap(was, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved + (now - moved) * share[..., None], np.float32)
