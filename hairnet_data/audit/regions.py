"""Islands and holes: pieces of a mask that hang together with nothing, and gaps in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.audit import edges
from hairnet_data.audit.finding import Finding
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR

_LEAST_AREA = 6  # pixels of the frame: smaller ones are a matter of sampling
_LARGEST_PART = 0.3  # of the head: a larger piece is another head, or one that something crosses
_LARGE = 150  # pixels of the frame: larger parts are no more doubtful
_RING = (3, 11)  # pixels of the frame: what is around a part begins and ends at half of these from it
_OUTLINE = 0.35  # of `edges`: a part that lies on edges as well as that is there. Real earrings: 0.5, spots: 0
_UNLIKE = 20.0  # of 8-bit CIELAB: colours that differ by more than that are others
_REPORTED = 4.0


@dataclass(frozen=True, slots=True)
class Regions:
    """What of a mask is loose or open.

    Attributes:
        islands: how many pieces of hair or face are apart from the head.
        island_doubt: how doubtful they are together; see `_doubt`.
        holes: how many gaps of background are inside the head.
        hole_doubt: how doubtful they are together.
    """

    islands: int
    island_doubt: float
    holes: int
    hole_doubt: float


def measure(image: Pixels, mask: Pixels, probabilities: NDArray[np.float32] | None) -> Regions:
    """Finds islands and holes.

    Args:
        image: uint8 (S, S, 3) RGB.
        mask: uint8 (S, S) of class ids and 255.
        probabilities: float32 (S, S, 3), or None.
    """
    head, background = (mask == HAIR) | (mask == FACE), mask == BACKGROUND
    limit = _LARGEST_PART * np.count_nonzero(head)
    islands = [part for part in _parts(head)[1:] if np.count_nonzero(part) <= limit]
    holes = [part for part in _parts(background) if not _at_the_edge(part) and np.count_nonzero(part) <= limit]
    if not islands and not holes:
        return Regions(0, 0.0, 0, 0.0)
    no_head = np.ones(mask.shape, np.float32) if probabilities is None else probabilities[..., BACKGROUND]
    no_gap = no_head if probabilities is None else 1 - no_head
    photo = _Photo(image)
    return Regions(
        len(islands),
        sum(_doubt(photo, part, background, no_head) for part in islands),
        len(holes),
        sum(_doubt(photo, part, head, no_gap) for part in holes),
    )


class _Photo:
    """What is compared of a photo, uint8 (S, S, 3): edges, CIELAB of 8 bits, and steepness in grey values a pixel."""

    def __init__(self, image: Pixels) -> None:
        self.edges = edges.picture_edges(image)
        self.colours = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), np.float32)
        lightness = self.colours[..., 0]
        right, down = (np.asarray(cv2.Sobel(lightness, cv2.CV_32F, x, 1 - x, scale=1 / 8)) for x in (1, 0))
        self.steepness = np.sqrt(right**2 + down**2)


def _doubt(photo: _Photo, part: NDArray[np.bool_], others: NDArray[np.bool_], disbelief: NDArray[np.float32]) -> float:
    """How doubtful a part of a mask is: large, and nothing in the photo or in the network's view sets it apart.

    An earring has an outline, other colours and more detail than the hair around it; a slip of the brush has none of
    these.

    Args:
        photo: that the mask belongs to.
        part: the island or hole, bool (S, S).
        others: where the mask has what is around it, bool (S, S).
        disbelief: of the network in such a part, float32 (S, S) of 0..1.
    """
    small, large = (cv2.dilate(part.astype(np.uint8), np.ones((size, size), np.uint8)) for size in _RING)
    around = (large > 0) & (small == 0) & others
    if np.count_nonzero(around) < _LEAST_AREA:
        return 0.0
    boundary = edges.mask_edges(part.astype(np.uint8))
    outline = sum(
        factor * float((a * b).sum()) for factor, a, b in zip((1, 2, 1), photo.edges, boundary, strict=True)
    ) / edges.length(boundary)
    colours = photo.colours[part].mean(axis=0) - photo.colours[around].mean(axis=0)
    detail = float(np.log((photo.steepness[part].mean() + 1) / (photo.steepness[around].mean() + 1)))
    return float(
        np.sqrt(min(int(part.sum()), _LARGE))
        * disbelief[part].mean() ** 3
        * min(max(1 - outline / _OUTLINE, 0.0), 1.0)
        * np.exp(-(colours**2).sum() / (2 * _UNLIKE**2) - max(detail, 0.0))
    )


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
        network: whether a network was asked.
    """
    where = " where the network sees none" if network else ""
    for id, found in regions.items():
        if found.islands:
            what = f"{found.islands} piece{'s' * (found.islands > 1)} of hair or face apart from the head{where}"
            yield Finding("islands", id, found.island_doubt / _REPORTED, what)
        if found.holes:
            within = " where the network sees hair or face" if network else ""
            what = f"{found.holes} hole{'s' * (found.holes > 1)} of background in the head{within}"
            yield Finding("holes", id, found.hole_doubt / _REPORTED, what)
