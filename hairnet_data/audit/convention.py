"""What a set labels as hair and face: its convention, told from where it disagrees with a network.

No network is right about beards, necks, ears and bystanders, since sets differ. Here the network only says where such
places are; the labels there are counted over the set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR, NAMES

PLACES = {
    "beards": "hair seen in the lower half of a face",
    "necks": "the lowest quarter of a seen face",
    "ears": "the outermost tenth of a seen face, left and right, at half its height",
    "bystanders": "seen heads apart from the largest",
}
"""Where labels are counted, in words."""

_SURE = 0.6  # probability from which a pixel counts as seen
_LEAST = 30  # pixels of the frame: fewer are no such place
_CENTRAL = 0.6  # of a face's width, in which hair is a beard
_BYSTANDER = 0.004  # of the frame: smaller heads are not counted
_FEW = 3  # portraits: of fewer nothing is said

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Place:
    """How one kind of place is labelled in a set.

    Attributes:
        portraits: that have such a place.
        shares: of background, hair and face among its labels, by name, 0..1.
    """

    portraits: int
    shares: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {"portraits": self.portraits, **{name: round(share, 4) for name, share in self.shares.items()}}


def measure(mask: Pixels, probabilities: NDArray[np.float32]) -> dict[str, Counts]:
    """The labels in each kind of place of a portrait: pixels of background, hair and face.

    Args:
        mask: uint8 (S, S) of class ids and 255.
        probabilities: float32 (S, S, 3).
    """
    face, hair = probabilities[..., FACE] > _SURE, probabilities[..., HAIR] > _SURE
    heads, largest = _heads(face | hair)
    rows, columns = np.nonzero(face & (heads == largest))
    if not largest or len(rows) < _LEAST:
        return {}
    top, bottom = np.quantile(rows, (0.005, 0.995))
    left, right = np.quantile(columns, (0.005, 0.995))
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    down, across = (y - top) / max(bottom - top, 1), (x - left) / max(right - left, 1)
    central = np.abs(across - 0.5) < _CENTRAL / 2
    places = {
        "beards": hair & central & (down > 0.5) & (down < 1),
        "necks": face & (down > 0.75) & (down <= 1.1),
        "ears": face & (np.abs(across - 0.5) > 0.4) & (np.abs(down - 0.5) < 0.2),
        "bystanders": (heads > 0) & (heads != largest),
    }
    counts = {name: np.bincount(mask[place], minlength=256)[: len(NAMES)] for name, place in places.items()}
    return {name: count for name, count in counts.items() if count.sum() >= _LEAST}


def _heads(seen: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    """Numbers of the heads that are seen, 0 elsewhere, and that of the largest; 0 where there is none."""
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(seen.astype(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    large = areas >= _BYSTANDER * seen.size
    large[0] = False
    largest = int(np.where(large, areas, 0).argmax()) if large.any() else 0
    return np.where(large[numbers], numbers, 0).astype(np.int32), largest


def convention(measured: Mapping[str, dict[str, Counts]]) -> dict[str, Place]:
    """The convention of a set, by the keys of `PLACES`; without those that hardly any portrait has.

    Each portrait counts the same, however large its head is.
    """
    found = {}
    for name in PLACES:
        shares = [counts[name] / counts[name].sum() for counts in measured.values() if name in counts]
        if len(shares) >= _FEW:
            mean = np.mean(shares, axis=0)
            found[name] = Place(len(shares), {label: float(mean[number]) for number, label in enumerate(NAMES)})
    return found


def convention_lines(found: Mapping[str, Place]) -> Iterator[str]:
    """A convention in words, a line for each kind of place."""
    for name, place in found.items():
        shares = ", ".join(
            f"{label} {share:.0%}" for label, share in sorted(place.shares.items(), key=lambda item: -item[1])
        )
        yield f"{name} ({PLACES[name]}, {place.portraits:,} portraits) are labelled {shares}"
