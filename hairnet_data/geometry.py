"""One matrix moves image and mask: framing, scale, shift, rotation, mirror.

Coordinates are continuous: pixel (row i, column j) has its centre at (x = j + 0.5, y = i + 0.5). The
matrix maps the output's coordinates to the source's unit frame, so that image and mask may have
different sizes. Places are rounded to integers before they are added, so every machine samples the
same pixels. OpenCV's `remap` with fixed-point maps interpolates in integers and is therefore
bit-exact too (its float `warpAffine` is not).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.pixels import Pixels, pixels

OUTSIDE = 254
"""Stands in a warped mask where the source does not reach; no class id."""

_BITS = 12  # of sub-pixel place
_FAR = 1 << 15 + 1 + _BITS  # twice the widest picture, in sub-pixel steps

UnitMatrix = NDArray[np.float64]


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


def coordinates(matrix: UnitMatrix, size: int, width: int, height: int) -> NDArray[np.int32]:
    """Where each output pixel's centre falls in an array that spans the unit frame.

    The part that follows from the column and the part that follows from the row are each rounded to
    4096ths of a pixel and added as integers (OpenCV 4 warped the same way, with 1024ths), so the sum
    is the same on every machine and at most a 4096th of a pixel from the exact place.

    Args:
        matrix: of `unit_matrix`.
        size: side of the square output.
        width: of the array sampled.
        height: of the array sampled.

    Returns:
        int32 (size, size, 2): (x, y) in 4096ths of a pixel of that array.
    """
    scaled = matrix * np.array([[float(width)], [float(height)]]) * float(1 << _BITS)
    centres = np.arange(size) + 0.5
    across = np.rint(centres[:, None] * scaled[:, 0])
    down = np.rint(centres[:, None] * scaled[:, 1] + scaled[:, 2])
    # No picture is wider than 2^15 pixels: what lies farther out than twice that is outside anyhow.
    np.clip(across, -_FAR, _FAR, out=across)
    np.clip(down, -_FAR, _FAR, out=down)
    # x and y ride in the halves of one 64-bit number, both positive, so one addition makes both.
    column, row = across.astype(np.int64) + _FAR, down.astype(np.int64) + _FAR
    packed = (column[:, 0] + (column[:, 1] << 32))[None, :] + (row[:, 0] + (row[:, 1] << 32))[:, None]
    at: NDArray[np.int32] = packed.view(np.int32).reshape(size, size, 2)
    at -= 2 * _FAR
    return at


def sample_mask(mask: Pixels, at: NDArray[np.int32]) -> Pixels:
    """Takes each output pixel's class from the source pixel its centre lies in.

    Returns:
        uint8 (size, size): class ids, `OUTSIDE` where the source does not reach.
    """
    return pixels(
        cv2.remap(  # type: ignore[call-overload]  # OpenCV's stubs forget that nearest needs no second map
            mask, _whole(at, _BITS), None, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=(OUTSIDE,)
        )
    )


def sample_image(image: Pixels, at: NDArray[np.int32]) -> Pixels:
    """Interpolates each output pixel bilinearly; beyond the edge the edge's colour goes on.

    Returns:
        uint8 (size, size, 3).
    """
    # OpenCV counts from the centre of the first pixel, and interpolates in 32nds of a pixel.
    fixed = (at - ((1 << _BITS - 1) - (1 << _BITS - 6))) >> (_BITS - 5)
    whole = _whole(fixed, 5)
    fixed &= 31
    pair = fixed.view(np.int64)[..., 0]
    part = (pair | pair >> 27).astype(np.uint16)
    part &= 1023
    return pixels(cv2.remap(image, whole, part, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _whole(at: NDArray[np.int32], bits: int) -> NDArray[np.int16]:
    whole = at >> bits
    ends = whole[:: max(1, len(whole) - 1), :: max(1, len(whole) - 1)]  # an affine's extremes are its corners
    if ends.min() < -32768 or ends.max() > 32767:
        np.clip(whole, -32768, 32767, out=whole)
    return whole.astype(np.int16)


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
        image = pixels(cv2.resize(image, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA))
    return image

