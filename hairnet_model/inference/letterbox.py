"""A photo of any size into the square the network sees, and what it says of the square back to the photo's size.

Coordinates are continuous: pixel (row i, column j) has its centre at (x = j + 0.5, y = i + 0.5). A photo's centre
comes to the square's, its longer side fits; that is how a training record at scale 1 is framed, and its pixels are
interpolated the same way (halved by area averages until a step is at most sqrt(2) pixels, then bilinear).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_model.data.padding import PAD

_STEPS = 4096.0  # in a pixel; places are rounded to these, so that every machine samples the same pixels
_BAND = 1 << 21  # pixels of a photo whose probabilities are held at once

Probabilities = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a photo in the frame.

    Attributes:
        length: of the side, in the photo's pixels.
        longer: length of the photo's longer side.
        size: side of the frame, in pixels.
    """

    length: int
    longer: int
    size: int

    def places(self, length: int) -> NDArray[np.float64]:
        """Where the centres of the frame's pixels fall in `length` pixels that span the side; the first's is at 0."""
        slope = self.longer / (self.size * self.length) * length * _STEPS
        start = (length / 2) * _STEPS - self.size / 2 * slope
        # The half step keeps places off the border between two pixels, where rounding to even would take turns.
        steps = np.rint((np.arange(self.size) + 0.5) * slope + start) + 0.5
        return np.asarray(steps / _STEPS - 0.5)

    def covered(self) -> slice:
        """The frame's pixels whose centres the photo reaches: at least one, however thin it is."""
        at = self.places(self.length)
        inside = np.flatnonzero((at > -0.5) & (at < self.length - 0.5))
        if not len(inside):
            return slice(self.size // 2, self.size // 2 + 1)
        return slice(int(inside[0]), int(inside[-1]) + 1)

    def back(self, first: float, finer: int) -> tuple[float, float]:
        """The way from a photo's pixel to the frame's covered ones, both counted from the centre of the first.

        Args:
            first: the photo's pixel to count from.
            finer: into how many parts each of the photo's pixels is divided.

        Returns:
            Slope and start: pixel j of the photo is at slope * j + start.
        """
        slope = self.size / (self.longer * finer)
        middle = self.size / 2 + (first - self.length / 2) * self.size / self.longer  # the edge where pixel 0 begins
        return slope, middle + 0.5 * slope - 0.5 - self.covered().start


def _sides(height: int, width: int, size: int) -> tuple[_Side, _Side]:
    longer = max(height, width)
    return _Side(height, longer, size), _Side(width, longer, size)


def frame(photo: Pixels, size: int, pad: int = PAD) -> Pixels:
    """Frames a photo: all of it, centred, its longer side fitting the square.

    Args:
        photo: uint8 (H, W, 3) RGB, any H and W from 1.
        size: side S of the square.
        pad: grey value of what the photo does not cover.

    Returns:
        uint8 (S, S, 3) RGB, a new array.
    """
    rows, columns = _sides(photo.shape[0], photo.shape[1], size)
    for _ in range(_level(rows.longer / size)):
        half = (photo.shape[1] + 1) // 2, (photo.shape[0] + 1) // 2
        photo = as_pixels(cv2.resize(photo, half, interpolation=cv2.INTER_AREA))
    down, across = rows.covered(), columns.covered()
    y = rows.places(photo.shape[0])[down].astype(np.float32)
    x = columns.places(photo.shape[1])[across].astype(np.float32)
    # OpenCV's fixed-point maps interpolate in integers: the same pixels on every machine.
    whole, part = cv2.convertMaps(np.tile(x, (len(y), 1)), np.tile(y[:, None], (1, len(x))), cv2.CV_16SC2)
    framed = np.full((size, size, 3), pad, np.uint8)
    framed[down, across] = cv2.remap(photo, whole, part, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return framed


def _level(step: float) -> int:
    """How often a photo is halved so that the frame's pixels are at most sqrt(2) of its own apart."""
    level = 0
    while step > math.sqrt(2):
        step /= 2
        level += 1
    return level


def unframe(framed: Probabilities, height: int, width: int) -> Probabilities:
    """Takes probabilities of a frame to the pixels of the photo that was framed.

    They are interpolated bilinearly between the frame's covered pixels, so that what is said of the padding never
    reaches the photo; where the photo's pixels are the larger ones, they are averaged over them.

    Args:
        framed: float32 (S, S, C).
        height: rows H of the photo.
        width: columns W of the photo.

    Returns:
        float32 (H, W, C).
    """
    result = np.empty((height, width, framed.shape[2]), np.float32)
    for band in bands(height, width):
        result[band] = unframe_rows(framed, height, width, band)
    return result


def enlarge(framed: Probabilities, height: int, width: int, size: int) -> Probabilities:
    """Probabilities of a frame as those of a larger frame of the same photo.

    Args:
        framed: float32 (S, S, C).
        height: rows of the photo that was framed.
        width: columns of it.
        size: side of the larger frame.

    Returns:
        float32 (size, size, C); what is said of the padding does not reach the photo.
    """
    rows, columns = (side.covered() for side in _sides(height, width, len(framed)))
    inside = np.ascontiguousarray(framed[rows, columns])
    margins = rows.start, len(framed) - rows.stop, columns.start, len(framed) - columns.stop
    padded = cv2.copyMakeBorder(inside, *margins, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(padded, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def class_ids(framed: Probabilities, height: int, width: int) -> Pixels:
    """The most likely class of every pixel of the photo that was framed, by its probabilities at the photo's size.

    A band of rows at a time: of 100 megapixels the probabilities alone would take 1.2 GB.

    Args:
        framed: float32 (S, S, C).
        height: rows H of the photo.
        width: columns W of the photo.

    Returns:
        uint8 (H, W) of class ids.
    """
    result = np.empty((height, width), np.uint8)
    for band in bands(height, width):
        result[band] = np.argmax(unframe_rows(framed, height, width, band), -1)
    return result


def bands(height: int, width: int) -> list[slice]:
    """Bands of rows of a photo whose probabilities fit into memory."""
    rows = max(1, _BAND // width)
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def unframe_rows(framed: Probabilities, height: int, width: int, band: slice) -> Probabilities:
    """Some rows of `unframe`, float32 (rows, W, C); `band` has a start and a stop."""
    rows, columns = _sides(height, width, framed.shape[0])
    finer = math.ceil(rows.size / rows.longer)
    (down, top), (across, left) = rows.back(band.start, finer), columns.back(0, finer)
    matrix = np.array([[across, 0, left], [0, down, top]])
    visible = np.ascontiguousarray(framed[rows.covered(), columns.covered()])
    shape = width * finer, (band.stop - band.start) * finer
    way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    result = cv2.warpAffine(visible, matrix, shape, flags=way, borderMode=cv2.BORDER_REPLICATE)
    if finer > 1:
        result = cv2.resize(result, (width, band.stop - band.start), interpolation=cv2.INTER_AREA)
    return np.asarray(result, np.float32).reshape(band.stop - band.start, width, -1)
