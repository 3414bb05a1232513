"""A finer look at heads that have many more pixels than the network's square.

A network trained at 448 x 448 sees what `locate` found once more, and its probabilities and those of the first look are
averaged (`SHARE`). On portraits of 448 x 448 that gains more at the edges of hair and face than either look alone, or a
guided filter (`benchmarks/finer_edges.py`; docs/results.md has the figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_model.inference import letterbox
from hairnet_model.inference.components import Head, overlap
from hairnet_model.inference.cuts import Cut, Located
from hairnet_model.inference.engines import Engine
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.squares import cut_out

MORE_PIXELS = 1.5
"""A finer look is taken at squares of so many times the pixels a side that the first look saw; smaller ones have little
more to show."""


SHARE = 0.75
"""Of the finer look in the average. With one half, hair F1 of CelebAMask's test pool is 0.3 lower, with 1 as much."""


def wants_finer(located: Located) -> bool:
    """Whether any square with a head in it has pixels enough."""
    return _sees_whole(located) or any(_is_large(cut.square.side, located) for cut in located.cuts)


def look_finer(photo: Pixels, located: Located, engine: Engine) -> Located:
    """Looks again at every square that has a head and pixels enough.

    Args:
        photo: uint8 (H, W, 3) RGB.
        located: what was found in it.
        engine: a network for squares of 448 x 448, say; their side must be larger than that of the first look.

    Returns:
        The same heads, with finer probabilities; each square counts as many passes as it has times the pixels.
    """
    size, more = engine.image_size, round((engine.image_size / len(located.whole)) ** 2)
    whole, cuts, passes = located.whole, [], located.passes
    if _sees_whole(located):
        seen = engine(letterbox.frame(photo, size)[None])[0]
        whole = _mean(letterbox.enlarge(whole, located.height, located.width, size), seen)
        passes += more
    for cut in located.cuts:
        if _is_large(cut.square.side, located):
            seen = engine(cut_out(photo, cut.square, size)[None])[0]
            first = np.asarray(cv2.resize(cut.probabilities, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)
            cut = Cut(cut.square, _mean(first, seen), cut.box)
            passes += more
        cuts.append(cut)
    return replace(located, whole=whole, cuts=tuple(cuts), passes=passes)


def _is_large(side: int, located: Located) -> bool:
    return side >= MORE_PIXELS * len(located.whole)


def _sees_whole(located: Located) -> bool:
    """Whether the framed photo is large enough and shows a head that no cut shows."""
    return _is_large(max(located.height, located.width), located) and _without_cut(located.heads, located.cuts)


def _without_cut(heads: Sequence[Head], cuts: Sequence[Cut]) -> bool:
    return any(not any(overlap(head.box, cut.box) > 0.5 for cut in cuts) for head in heads)


def _mean(first: Probabilities, second: Probabilities) -> Probabilities:
    return np.asarray(np.float32(1 - SHARE) * first + np.float32(SHARE) * second, np.float32)
