"""Whether a mask would fit its photo better if it were moved, resized, mirrored, or its hair and face exchanged.

Every such reading of a mask is compared with the mask as it is by the same evidence: boundaries that lie on edges of
the photo, boundaries that lie on those of the network's prediction, and the likelihood of the labels under it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.audit import edges
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR, NAMES

REACH = 12
"""How far masks are shifted, in pixels of the frame."""

SCALES = (0.94, 0.96, 0.98, 1.02, 1.04, 1.06)
"""Other sizes of a mask; each smaller one has a larger one, from the outside in."""

_NEAR = 3  # pixels of the frame by which masks in another size, or mirrored, are shifted
_LEAST_LIKELY = 0.02  # probability below which a label does not become less likely
_PREDICTED, _LIKELIHOOD = 1.0, 0.5  # weights of the evidence beside that of the photo's edges


@dataclass(frozen=True, slots=True)
class Readings:
    """The evidence for the readings of a mask, in a common unit.

    Attributes:
        shifts: float32 (2 REACH + 1, 2 REACH + 1), of shifted ones; see `edges.correlate`.
        photo_shifts: the same by the edges of the photo alone: a network has a convention of its own.
        scaled: of other sizes, in the order of `SCALES`.
        mirrored: of its mirror image; -inf without a network.
        exchanged: with hair and face exchanged; -inf without a network.
        on_edges: how far the boundaries of the best reading lie on edges of the photo; 0 on average for any others.
    """

    shifts: NDArray[np.float32]
    photo_shifts: NDArray[np.float32]
    scaled: tuple[float, ...]
    mirrored: float
    exchanged: float
    on_edges: float


class Evidence:
    """How well masks fit a photo.

    Args:
        image: uint8 (S, S, 3) RGB.
        mask: as it is, uint8 (S, S) of class ids and 255.
        probabilities: of the network, float32 (S, S, 3); None without one.
    """

    def __init__(self, image: Pixels, mask: Pixels, probabilities: NDArray[np.float32] | None) -> None:
        self._photo = xx, xy, yy = edges.picture_edges(image)
        self._logs: list[NDArray[np.float32]] = []
        if probabilities is not None:
            predicted = edges.picture_edges(probabilities * 255)
            xx, xy, yy = (a + _PREDICTED * b for a, b in zip((xx, xy, yy), predicted, strict=True))
            logs = np.log(np.maximum(probabilities, np.float32(_LEAST_LIKELY)))
            self._logs = [np.ascontiguousarray(logs[..., number]) for number in range(len(NAMES))]
        self._edges = xx, xy, yy
        self._boundary = edges.mask_edges(mask)
        self._unit = 1 / np.sqrt(edges.length(self._boundary) + 30)

    def of(self, mask: Pixels, reach: int, boundary: edges.Tensor | None = None) -> NDArray[np.float32]:
        """The evidence for a mask, shifted by up to `reach` pixels."""
        surface = edges.correlate(self._edges, boundary or edges.mask_edges(mask), REACH, reach)
        for number, plane in enumerate(self._logs):
            surface = surface + _LIKELIHOOD * edges.slide(plane, (mask == number).astype(np.float32), REACH, reach)
        return np.asarray(surface * self._unit, np.float32)

    def on_edges(self, mask: Pixels) -> float:
        """How far the boundaries of a mask lie on edges of the photo, whatever a network sees."""
        boundary = edges.mask_edges(mask)
        return float(edges.correlate(self._photo, boundary, REACH, 0)[0, 0]) / (edges.length(boundary) + 30)

    def on_photo(self, *masks: Pixels) -> NDArray[np.float32]:
        """The evidence of the photo's edges alone, the mean of some masks, shifted by up to `REACH` pixels."""
        surfaces = [edges.correlate(self._photo, edges.mask_edges(mask), REACH, REACH) for mask in masks]
        return np.asarray(np.mean(surfaces, axis=0) * self._unit, np.float32)

    def as_it_is(self, mask: Pixels) -> NDArray[np.float32]:
        """The evidence for the mask that this was made with."""
        return self.of(mask, REACH, self._boundary)


def measure(
    image: Pixels, mask: Pixels, probabilities: NDArray[np.float32] | None, turned: Pixels | None = None
) -> tuple[Readings, Pixels]:
    """Weighs the readings of a mask.

    Args:
        image: as in `Evidence`.
        mask: as in `Evidence`.
        probabilities: as in `Evidence`.
        turned: the mask as `frames.framed_turned` samples it.

    Returns:
        The readings, and the mask as it reads best.
    """
    evidence = Evidence(image, mask, probabilities)
    shifts = evidence.as_it_is(mask)
    x, y = edges.peak(shifts)
    best = [(float(shifts.max()), moved(mask, x, y))]
    for scale in SCALES:
        sized = moved(mask, 0, 0, scale)
        surface = evidence.of(sized, _NEAR)
        best.append((float(surface.max()), moved(sized, *edges.peak(surface))))
    scaled = tuple(value for value, _ in best[1:])
    mirrored = exchanged = -np.inf
    if probabilities is not None:
        flipped, swapped = np.ascontiguousarray(mask[:, ::-1]), exchange(mask)
        mirrored = float(evidence.of(flipped, _NEAR).max())
        exchanged = float(evidence.of(swapped, 0)[0, 0])
        best += [(mirrored, flipped), (exchanged, swapped)]
    on_photo = evidence.on_photo(mask, mask if turned is None else turned)
    _, reading = max(best, key=lambda pair: pair[0])
    return Readings(
        shifts,
        on_photo,
        scaled,
        mirrored,
        exchanged,
        evidence.on_edges(reading),
    ), reading


def moved(mask: Pixels, x: float, y: float, scale: float = 1.0) -> Pixels:
    """A mask, resized about its middle and shifted; its border is continued."""
    middle = (mask.shape[0] - 1) / 2
    matrix = np.array([[scale, 0, middle * (1 - scale) + x], [0, scale, middle * (1 - scale) + y]])
    size = mask.shape[::-1]
    return np.asarray(
        cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def exchange(mask: Pixels) -> Pixels:
    """A mask with hair and face exchanged."""
    table = np.arange(256, dtype=np.uint8)
    table[[HAIR, FACE]] = FACE, HAIR
    return table[mask]
