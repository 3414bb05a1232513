"""One matrix moves image and mask: framing, scale, shift, rotation, mirror.

Coordinates are continuous: pixel (row i, column j) has its centre at (x = j + 0.5, y = i + 0.5). The
matrix maps the output's coordinates to the source's unit frame, so that image and mask may have
different sizes. Places are rounded before they are added, so every machine samples the same pixels.
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

_STEPS = 4096.0  # in a pixel

UnitMatrix = NDArray[np.float64]
Box = tuple[int, int, int, int]
Coordinates = tuple[NDArray[np.float32], NDArray[np.float32]]


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
        scale: 1 shows the whole portrait.
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
    """What a source can reach of the output: (left, top, right, bottom) in pixels, perhaps a pixel too wide."""
    (a, b, x0), (c, d, y0) = matrix.tolist()
    area = a * d - b * c
    corners = [
        ((d * (u - x0) - b * (v - y0)) / area, (a * (v - y0) - c * (u - x0)) / area) for u in (0, 1) for v in (0, 1)
    ]
    across, down = zip(*corners, strict=True)
    left, top = (min(max(math.floor(min(places)) - 1, 0), size) for places in (across, down))
    right, bottom = (min(max(math.ceil(max(places)) + 1, 0), size) for places in (across, down))
    return left, top, max(left, right), max(top, bottom)


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
    left, top, right_end, bottom_end = box
    columns, rows = np.arange(left + 0.5, right_end), np.arange(top + 0.5, bottom_end)
    places = []
    for (right, down, start), side in zip(matrix.tolist(), (width, height), strict=True):
        column = np.rint(columns * (right * side * _STEPS)) / _STEPS
        # The half step keeps places off the border between two pixels, where rounding to even would take turns.
        row = (np.rint(rows * (down * side * _STEPS) + start * side * _STEPS) + 0.5) / _STEPS - 0.5
        places.append(column.astype(np.float32)[None, :] + row.astype(np.float32)[:, None])
    return places[0], places[1]


def sample_mask(mask: Pixels, at: Coordinates) -> Pixels:
    """Takes each output pixel's class from the source pixel its centre lies in.

    Returns:
        uint8 of the coordinates' shape: what the mask holds, `OUTSIDE` where the source does not reach.
    """
    whole, none = cv2.convertMaps(*at, cv2.CV_16SC2, nninterpolation=True)
    return as_pixels(
        cv2.remap(mask, whole, none, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=(OUTSIDE,))
    )


def pad_edges(image: Pixels) -> Pixels:
    """The image with its edge pixels once more around it, as `sample_image` wants it."""
    return as_pixels(cv2.copyMakeBorder(image, 1, 1, 1, 1, cv2.BORDER_REPLICATE))


def sample_image(image: Pixels, at: Coordinates) -> Pixels:
    """Interpolates each output pixel bilinearly, in 32nds of a pixel.

    Args:
        image: uint8 (H + 2, W + 2, 3), of `pad_edges`.
        at: places in the image without its rim.

    Returns:
        uint8 (..., 3) of the coordinates' shape; anything at all where the source does not reach.
    """
    # OpenCV's fixed-point maps are bit-exact, its float maps are not. With the rim every place within the source
    # has four neighbours, so the rest can be left alone: that is a third faster than letting OpenCV replicate.
    whole, part = cv2.convertMaps(*at, cv2.CV_16SC2)
    whole += np.int16(1)
    made = np.empty((*whole.shape[:2], 3), np.uint8)
    return as_pixels(cv2.remap(image, whole, part, cv2.INTER_LINEAR, dst=made, borderMode=cv2.BORDER_TRANSPARENT))


def level_for(step: float) -> int:
    """How often a source is halved before it is warped, so that nothing aliases.

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
    """Halves an image by area averages, again and again; sides round up and never fall below 1."""
    for _ in range(times):
        height, width = image.shape[:2]
        image = as_pixels(cv2.resize(image, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA))
    return image
