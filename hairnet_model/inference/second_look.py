"""A second look at photos in which one pass shows something, but no face that is sure.

Hair that fills a photo looks like fur and cloth. The photo is seen mirrored and nearer as well, and the three results
are averaged: hair stays hair, while what only looks like it changes from view to view. What is likely enough on average
(`CONFIRMED`) is believed.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.classes import BACKGROUND, FACE
from hairnet_model.inference.components import Component
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.squares import Square, scaled
from hairnet_model.inference.views import Views

FACE_IS_SURE = 0.95
"""The least mean probability of hair or face in a head with a face that needs no second look.

Of the portraits in LFW's validation and test pools 97 in 100 are above it; of nine false faces in 175 photographs of
nobody, none.
"""

NEARER = 1.3
"""How much larger the middle of the photo is shown in the third view."""

CLOSE = 0.2
"""Where faces take so much of the photo's square it is seen once more from farther away, not nearer.

The network takes skin that fills its square for background, and finds it again when it is framed by grey: of close-ups
from LFW's validation and CelebAMask's train pools most are at 0 in the nearer view and above 0.9 in the farther one.
"""

CONFIRMED = 0.75
"""The least mean probability of hair or face, over the three views, in what is believed."""

THINNEST = 4
"""A photo so much longer than broad is not looked at again."""

RIM = 5
"""So many pixels around what is not believed are background too: the soft edge of it."""


def is_doubtful(shape: tuple[int, int], whole: Probabilities, seen: Sequence[Component]) -> bool:
    """Whether there is any hair or face, but no face that is sure.

    Args:
        shape: rows and columns of the photo; of a strip there are too few pixels in the square to compare views.
        whole: what the network says of the framed photo, float32 (S, S, 3).
        seen: the heads in it; spots that are too small for one count too.
    """
    if max(shape) > THINNEST * min(shape) or any(item.has_face and item.sure >= FACE_IS_SURE for item in seen):
        return False
    return bool((whole.argmax(-1) != BACKGROUND).any())


def look_again(views: Views, framed: Square, whole: Probabilities) -> Probabilities:
    """What several views of a photo show together.

    Args:
        views: of the photo; one or two more are taken.
        framed: the square that shows all of it.
        whole: what the network says of that one, float32 (S, S, 3).

    Returns:
        float32 (S, S, 3), each pixel's sum 1: the average of the views, but `whole` for a face from near, whose edges
        are better; with background where hair and face that hang together are not likely enough on average.
    """
    if (whole.argmax(-1) == FACE).mean() >= CLOSE:
        return _believed(whole.copy(), _with_farther(views, framed, whole))
    mean = _with_mirrored_and_nearer(views, framed, whole)
    return _believed(mean, mean)


def _with_farther(views: Views, framed: Square, whole: Probabilities) -> Probabilities:
    """The average with a view that shows the photo smaller, within grey."""
    larger, size = scaled(framed, NEARER), len(whole)
    [farther] = views.seen([larger])
    shown = cv2.resize(farther[_within(larger, framed, size)], (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray((whole + shown) / 2, np.float32)


def _with_mirrored_and_nearer(views: Views, framed: Square, whole: Probabilities) -> Probabilities:
    """The average of the three views, each pixel over those that show it."""
    middle, size = scaled(framed, 1 / NEARER), len(whole)
    [nearer] = views.seen([middle])
    total, count = whole + views.mirrored(framed), np.full((size, size, 1), 2, np.float32)
    inside = _within(framed, middle, size)
    shape = inside[1].stop - inside[1].start, inside[0].stop - inside[0].start
    total[inside] += cv2.resize(nearer, shape, interpolation=cv2.INTER_LINEAR)
    count[inside] += 1
    return np.asarray(total / count, np.float32)


def _believed(shown: Probabilities, mean: Probabilities) -> Probabilities:
    """`shown` with background where hair and face that hang together have less than `CONFIRMED` in `mean`."""
    seen = (shown.argmax(-1) != BACKGROUND).astype(np.uint8)
    count, parts = cv2.connectedComponents(seen, connectivity=8)
    areas = np.bincount(parts.ravel(), minlength=count)
    likely = np.bincount(parts.ravel(), weights=(1 - mean[..., BACKGROUND]).ravel(), minlength=count)
    erased = likely < CONFIRMED * areas
    erased[0] = False
    return _with_background(shown, erased[parts], seen == 1)


def _within(larger: Square, smaller: Square, size: int) -> tuple[slice, slice]:
    """Rows and columns that a square takes in a larger one around it, which has `size` of them."""
    scale = size / larger.side
    top, left = round((smaller.top - larger.top) * scale), round((smaller.left - larger.left) * scale)
    side = max(1, round(smaller.side * scale))
    return slice(top, top + side), slice(left, left + side)


def _with_background(whole: Probabilities, erased: NDArray[np.bool_], seen: NDArray[np.bool_]) -> Probabilities:
    """Puts background where something is erased, and on its soft edge but for that of what else is seen."""
    around = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    near, other = (cv2.dilate(each.astype(np.uint8), around) == 1 for each in (erased, seen & ~erased))
    whole[erased | (near & ~other)] = np.eye(whole.shape[-1], dtype=np.float32)[BACKGROUND]
    return whole


def without(whole: Probabilities, doubted: NDArray[np.bool_]) -> Probabilities:
    """What a pass shows, without what an earlier search did not believe.

    Args:
        whole: of a frame of a video, float32 (S, S, 3).
        doubted: (S, S), where there is nothing by the last search.

    Returns:
        The same array where nothing is to be left out; else a copy, with background for hair and face that hang
        together and lie in `doubted` by half or more.
    """
    anything = (whole.argmax(-1) != BACKGROUND).astype(np.uint8)
    if not (doubted & (anything == 1)).any():
        return whole
    count, parts = cv2.connectedComponents(anything, connectivity=8)
    areas = np.bincount(parts.ravel(), minlength=count)
    inside = np.bincount(parts[doubted], minlength=count)
    left_out = 2 * inside >= areas
    left_out[0] = False
    return _with_background(whole.copy(), left_out[parts], anything == 1)
