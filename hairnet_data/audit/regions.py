"""Islands and holes: pieces of a mask that hang together with nothing, and gaps in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.audit.finding import Finding
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR

_LEAST_AREA = 6  # pixels of the frame: smaller ones are a matter of sampling
_LARGEST_PART = 0.3  # of the head: a larger piece is another head, or one that something crosses
_RING = (3, 11)  # pixels of the frame: what is around a part begins and ends at half of these from it
_UNLIKE = 12.0  # of 8-bit CIELAB: colours that differ by more than that are others
_REPORTED = 20.0  # disbelieved pixels of the frame


@dataclass(frozen=True, slots=True)
class Regions:
    """What of a mask is loose or open. Areas are in pixels of the frame.

    Attributes:
        islands: how many pieces of hair or face are apart from the head.
        island_area: of those, weighted by how much their colours are those around them, 0..1, and each pixel by the
            network's disbelief, 0..1 (1 without a network).
        holes: how many gaps of background are inside the head.
        hole_area: weighted as `island_area`.
    """

    islands: int
    island_area: float
    holes: int
    hole_area: float


def measure(image: Pixels, mask: Pixels, probabilities: NDArray[np.float32] | None) -> Regions:
    """Finds islands and holes.

    Args:
        image: uint8 (S, S, 3) RGB.
        mask: uint8 (S, S) of class ids and 255.
        probabilities: float32 (S, S, 3), or None.
    """
    head = (mask == HAIR) | (mask == FACE)
    is_none = is_some = np.ones(mask.shape, np.float32)
    if probabilities is not None:
        is_none, is_some = probabilities[..., BACKGROUND], 1 - probabilities[..., BACKGROUND]
    limit = _LARGEST_PART * np.count_nonzero(head)
    islands = [part for part in _parts(head)[1:] if np.count_nonzero(part) <= limit]
    holes = [part for part in _parts(mask == BACKGROUND) if not _at_the_edge(part) and np.count_nonzero(part) <= limit]
    colours = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), np.float32) if islands or holes else is_none
    return Regions(
        len(islands),
        float(sum(is_none[part].sum() * _alike(colours, part, mask == BACKGROUND) for part in islands)),
        len(holes),
        float(sum(is_some[part].sum() * _alike(colours, part, head) for part in holes)),
    )


def _alike(colours: NDArray[np.float32], part: NDArray[np.bool_], others: NDArray[np.bool_]) -> float:
    """How far a part has the colours of what is around it, 0..1: an earring is no hole, a spot in a cheek is one.

    Means of CIELAB and the deviation of its lightness are compared, in units of `_UNLIKE`.
    """
    small, large = (cv2.dilate(part.astype(np.uint8), np.ones((size, size), np.uint8)) for size in _RING)
    around = (large > 0) & (small == 0) & others
    if np.count_nonzero(around) < _LEAST_AREA:
        return 0.0
    inside, outside = colours[part], colours[around]
    means = inside.mean(axis=0) - outside.mean(axis=0)
    spread = float(inside[:, 0].std() - outside[:, 0].std())
    return float(np.exp(-((means**2).sum() + spread**2) / (2 * _UNLIKE**2)))


def _parts(area: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """The connected parts, largest first, without tiny ones."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(area.astype(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    order = [number for number in np.argsort(-areas, kind="stable") if number and areas[number] >= _LEAST_AREA]
    return [labels == number for number in order]


def _at_the_edge(part: NDArray[np.bool_]) -> bool:
    return bool(part[0].any() or part[-1].any() or part[:, 0].any() or part[:, -1].any())


def findings(regions: dict[str, Regions], network: bool) -> Iterator[Finding]:
    """The islands and holes of all portraits, by their ids.

    Args:
        regions: what was measured.
        network: whether areas are weighted by a network's disbelief.
    """
    where = " where the network sees none" if network else ""
    for id, found in regions.items():
        if found.islands:
            what = f"{found.islands} piece{'s' * (found.islands > 1)} of hair or face apart from the head{where}"
            yield Finding("islands", id, found.island_area / _REPORTED, what)
        if found.holes:
            within = " where the network sees hair or face" if network else ""
            what = f"{found.holes} hole{'s' * (found.holes > 1)} of background in the head{within}"
            yield Finding("holes", id, found.hole_area / _REPORTED, what)
