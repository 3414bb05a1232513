"""Small pictures of a large one: a cell stands for a square of pixels, whose mean it holds."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

CELLS = 160
"""Cells of the longer side, at most."""


@dataclass(frozen=True, slots=True)
class Grid:
    """How a picture is divided into cells.

    Attributes:
        height: of the picture, in pixels.
        width: likewise.
        step: side of a cell in pixels; those at the right and bottom edge may be cut.
    """

    height: int
    width: int
    step: int

    @classmethod
    def of(cls, height: int, width: int) -> Grid:
        """The finest with `CELLS` cells at most on the longer side."""
        return cls(height, width, -(-max(height, width) // CELLS))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        return -(-self.height // self.step), -(-self.width // self.step)

    @property
    def areas(self) -> Plane:
        """Pixels of every cell, float32 (rows, columns)."""
        rows, columns = self.shape
        down = np.minimum(self.step, self.height - self.step * np.arange(rows))
        across = np.minimum(self.step, self.width - self.step * np.arange(columns))
        return np.asarray(np.outer(down, across), np.float32)

    def sums(self, values: Plane) -> Plane:
        """Sums over cells of some rows of a picture, float32 (h, width[, C]); the first of them begins a cell."""
        down = np.arange(0, len(values), self.step)
        across = np.arange(0, self.width, self.step)
        return np.asarray(np.add.reduceat(np.add.reduceat(values, across, axis=1), down, axis=0), np.float32)

    def enlarged(self, cells: Plane, rows: slice) -> Plane:
        """Bilinear between the middles of cells: (rows, columns[, C]) to (rows of the picture, width[, C])."""
        low, high, share = self.taps(self.height, len(cells))
        low, high, share = low[rows], high[rows], share[rows]
        weight = share.reshape(-1, *[1] * (cells.ndim - 1))
        tall = cells[low] * (1 - weight) + cells[high] * weight
        low, high, share = self.taps(self.width, cells.shape[1])
        weight = share.reshape(1, -1, *[1] * (cells.ndim - 2))
        return np.asarray(tall[:, low] * (1 - weight) + tall[:, high] * weight, np.float32)

    def at(self, cells: Plane, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Plane:
        """`enlarged` at some pixels: float32 (rows, columns[, C]) to (N[, C])."""
        low, high, down = (values[rows] for values in self.taps(self.height, cells.shape[0]))
        left, right, across = (values[columns] for values in self.taps(self.width, cells.shape[1]))
        down, across = (share.reshape(-1, *[1] * (cells.ndim - 2)) for share in (down, across))
        above = cells[low, left] * (1 - down) + cells[high, left] * down
        beside = cells[low, right] * (1 - down) + cells[high, right] * down
        return np.asarray(above * (1 - across) + beside * across, np.float32)

    def taps(self, pixels: int, cells: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Plane]:
        """For each pixel of a side the two cells it lies between, and the share of the second."""
        place = np.clip((np.arange(pixels) + 0.5) / self.step - 0.5, 0, cells - 1)
        low = place.astype(np.intp)
        return low, np.minimum(low + 1, cells - 1), (place - low).astype(np.float32)


def blurred(cells: Plane, radius: int, times: int = 2) -> Plane:
    """Box blur of 2 * `radius` + 1 cells a side, `times` over; the border goes on outside."""
    for _ in range(times):
        cells = np.asarray(cv2.blur(cells, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REPLICATE))
    return cells


def grown(cells: Plane, radius: int) -> Plane:
    """The largest value within a square of `radius` cells around each."""
    return np.asarray(cv2.dilate(cells, np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)), np.float32)


def filled(colours: Plane, weights: Plane) -> Plane:
    """Colours where they are known, and what flows in from there where they are not (pull and push).

    Args:
        colours: float32 (h, w, C), times their weights.
        weights: float32 (h, w), 0..1.

    Returns:
        float32 (h, w, C): divided by the weights. All 0 where no weight is above 0.
    """
    height, width = weights.shape
    if height == 1 and width == 1:
        return colours / max(float(weights[0, 0]), 1e-6) if weights[0, 0] > 0 else colours
    # Pull: four cells make one; a weight above 1 is as good as 1.
    stacked = np.concatenate([colours, weights[..., None]], axis=2)
    even = np.pad(stacked, ((0, height % 2), (0, width % 2), (0, 0)))
    coarse = even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]
    coarse = coarse / np.maximum(coarse[..., -1:], 1)
    below = filled(coarse[..., :-1], coarse[..., -1])
    # Push: bilinear from the coarser level, where something is missing.
    wide = Grid(height, width, 2).enlarged(below, slice(None))
    return np.asarray(colours + (1 - weights[..., None]) * wide, np.float32)
