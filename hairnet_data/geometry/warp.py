"""One matrix moves image and mask: framing, scale, shift, rotation, mirror.

Coordinates are continuous: pixel (row i, column j) has its centre at (x = j + 0.5, y = i + 0.5). The
matrix maps the output's coordinates to the source's unit frame, so that image and mask may have
different sizes. Coordinates are rounded before they are added, so every machine samples the same pixels.
OpenCV's `remap` with fixed-point maps interpolates in integers and is therefore bit-exact too (its
float `warpAffine` is not).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, as_pixels

OUTSIDE = 254
"""Stands in a warped mask where the source does not reach; neither a class id nor `UNLABELLED`."""

_STEPS = 4096.0  # coordinates are rounded to 4096ths of a pixel

_CACHE = 1 << 20  # bytes, about what a core's own cache holds

UnitMatrix = NDArray[np.float64]
"""Of `unit_matrix`: float64 (2, 3)."""

Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels of the output; column `right` and row `bottom` are the first ones beyond it."""

Coordinates = tuple[NDArray[np.float32], NDArray[np.float32]]
"""x and y of the points to sample, each float32 (height, width), see `coordinates`."""


def unit_matrix(
    size: int, width: int, height: int, scale: float, shift: tuple[float, float], rotation: float, mirror: bool
) -> UnitMatrix:
    """The matrix from the output's pixels to the source's unit frame.

    Forward, a point p of the source goes to S/2 + S * shift + (S / L) * scale * R * F * (p - c), where L is the
    longer side, c the centre, F the mirror (x to -x) and R the rotation.

    Args:
        size: side S of the square output, in pixels.
        width: the source's width in pixels.
        height: the source's height in pixels.
        scale: 1 shows the entire portrait.
        shift: of the portrait's centre from the frame's, (right, down), in frames.
        rotation: degrees, clockwise on the screen.
        mirror: whether left and right are swapped.

    Returns:
        float64 (2, 3): output (x, y, 1) to (x / width, y / height).
    """
    step = max(width, height) / (size * scale)  # source pixels an output pixel
    cos, sin = math.cos(math.radians(rotation)) * step, math.sin(math.radians(rotation)) * step
    flip = -1.0 if mirror else 1.0
    right, down = size * (0.5 + shift[0]), size * (0.5 + shift[1])
    return np.array(
        [
            [flip * cos / width, flip * sin / width, 0.5 - flip * (cos * right + sin * down) / width],
            [-sin / height, cos / height, 0.5 - (cos * down - sin * right) / height],
        ]
    )


def reachable_box(matrix: UnitMatrix, size: int) -> Box:
    """The part of the output that a source reaches, or a pixel more on each side; empty if it is out of the frame."""
    # The matrix maps (x, y) to (u, v) = (a x + b y + u0, c x + d y + v0). Its inverse gives the corners of the unit
    # frame in the output.
    (a, b, u0), (c, d, v0) = matrix.tolist()
    determinant = a * d - b * c
    corners = ((0, 0), (0, 1), (1, 0), (1, 1))
    left, right = _pixel_range([(d * (u - u0) - b * (v - v0)) / determinant for u, v in corners], size)
    top, bottom = _pixel_range([(a * (v - v0) - c * (u - u0)) / determinant for u, v in corners], size)
    return left, top, right, bottom


def _pixel_range(corners: list[float], size: int) -> tuple[int, int]:
    """The first pixel that corners enclose and the one after the last, with a margin of one, within the output."""
    first = min(max(math.floor(min(corners)) - 1, 0), size)
    end = min(max(math.ceil(max(corners)) + 1, 0), size)
    return first, max(first, end)


def coordinates(matrix: UnitMatrix, box: Box, width: int, height: int) -> Coordinates:
    """Where each output pixel's centre falls in an array that spans the unit frame.

    The part that follows from the column and the part that follows from the row are each rounded to
    4096ths of a pixel and then added in float32. That is one rounding a pixel at most, the same on every
    machine, and none at all below 2,048 pixels.

    Args:
        matrix: of `unit_matrix`.
        box: (left, top, right, bottom), which of the output's pixels.
        width: of the array sampled.
        height: of the array sampled.

    Returns:
        x and y, each float32 (bottom - top, right - left), counted as OpenCV does: the first pixel's centre is at 0.
    """
    left, top, right, bottom = box
    column_centres, row_centres = np.arange(left + 0.5, right), np.arange(top + 0.5, bottom)
    sums = []
    for (per_column, per_row, start), side in zip(matrix.tolist(), (width, height), strict=True):
        of_column = np.rint(column_centres * (per_column * side * _STEPS)) / _STEPS
        # Half a step keeps points off the border between two pixels, where rounding to even would alternate.
        of_row = (np.rint(row_centres * (per_row * side * _STEPS) + start * side * _STEPS) + 0.5) / _STEPS - 0.5
        sums.append(of_column.astype(np.float32)[None, :] + of_row.astype(np.float32)[:, None])
    return sums[0], sums[1]


def sample_mask(mask: Pixels, points: Coordinates) -> Pixels:
    """Takes each output pixel's class from the source pixel its centre lies in.

    Args:
        mask: uint8 (H, W) of class ids and `UNLABELLED`.
        points: of `coordinates`, for a width W and a height H.

    Returns:
        uint8 of the coordinates' shape: what the mask holds, `OUTSIDE` where the source does not reach.
    """
    pixel, no_fraction = cv2.convertMaps(*points, cv2.CV_16SC2, nninterpolation=True)
    source = _read_once(mask)
    return as_pixels(
        cv2.remap(source, pixel, no_fraction, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=(OUTSIDE,))
    )


def pad_edges(image: Pixels) -> Pixels:
    """Repeats the edge pixels around the image, as `sample_image` needs it: uint8 (H, W, 3) to (H + 2, W + 2, 3)."""
    return as_pixels(cv2.copyMakeBorder(image, 1, 1, 1, 1, cv2.BORDER_REPLICATE))


def sample_image(image: Pixels, points: Coordinates) -> Pixels:
    """Interpolates each output pixel bilinearly, in 32nds of a pixel.

    Args:
        image: uint8 (H + 2, W + 2, 3) or (H + 2, W + 2), of `pad_edges`.
        points: of `coordinates`, for a width W and a height H.

    Returns:
        uint8 (..., 3) or (...) of the coordinates' shape; anything at all where the source does not reach.
    """
    # OpenCV's fixed-point maps are bit-exact, its float maps are not. In the padded image every point of the source
    # has four neighbours, so the border need not be computed: a third faster than letting OpenCV replicate it.
    pixel, fraction = cv2.convertMaps(*points, cv2.CV_16SC2)
    pixel += np.int16(1)  # for the padding
    source, sampled = _read_once(image), np.empty((*pixel.shape[:2], *image.shape[2:]), np.uint8)
    return as_pixels(
        cv2.remap(source, pixel, fraction, cv2.INTER_LINEAR, dst=sampled, borderMode=cv2.BORDER_TRANSPARENT)
    )


def _read_once(source: Pixels) -> Pixels:
    """Copies a source that a processor's cache can hold.

    A portrait is shown once in thousands of examples, so it lies in main memory. Sampling it there, along the lines of
    a turned grid, takes twice as long as sampling a copy: copying reads it from its first byte to its last.
    """
    return source.copy() if source.nbytes <= _CACHE else source


def level_for(step: float) -> int:
    """Returns how often a source is halved before it is warped, so that nothing aliases.

    Args:
        step: source pixels an output pixel.

    Returns:
        The level at which an output pixel is 0.7 to 1.4 pixels of the halved source; 0 for small sources.
    """
    level = 0
    while step > math.sqrt(2):
        step /= 2
        level += 1
    return level


def halve(image: Pixels, times: int) -> Pixels:
    """Halves an image `times` times by averaging areas; sides round up and never fall below 1."""
    for _ in range(times):
        height, width = image.shape[:2]
        image = as_pixels(cv2.resize(image, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA))
    return image
