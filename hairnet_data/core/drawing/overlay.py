"""Draws masks over pictures: as a tint, as outlines, or as a layer; and saves pictures as PNG."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR, UNLABELLED
from hairnet_data.core.storage.atomic import write_atomic

Colour = tuple[int, int, int]

LINES: dict[int, Colour] = {HAIR: (255, 59, 72), FACE: (46, 222, 106)}
"""RGB of the outline of each class: red and green as in `COLOURS`, but lighter, to be visible on dark pictures."""


def tint(image: Pixels, mask: Pixels, opacity: float = 0.45) -> Pixels:
    """Tints hair red and face green.

    Args:
        image: uint8 (H, W, 3) RGB.
        mask: uint8 (h, w) of class ids over the same frame.
        opacity: 0 leaves the picture as it is, 1 hides it under the colours. Other values count as the nearer of both.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    table = np.zeros((256, 4), np.float32)
    for number, colour in LINES.items():
        table[number] = (*colour, min(1.0, max(0.0, opacity)))
    layer = table[_resize_mask(mask, image.shape[0], image.shape[1])]
    return _blend(image, layer[..., :3], layer[..., 3])


def outline(image: Pixels, mask: Pixels) -> Pixels:
    """Draws a thin line along the inner side of hair (red) and face (green), with a dark edge around it.

    Each line lies inside its class, so that both are visible where hair and face touch. There is no line along the
    border of the picture. Unlabelled pixels are hatched.

    Args:
        image: uint8 (H, W, 3) RGB.
        mask: uint8 (h, w) of class ids over the same frame.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    return lay_over(image, outline_layer(mask, image.shape[0], image.shape[1]))


def lay_over(image: Pixels, layer: Pixels) -> Pixels:
    """Lays a layer, uint8 (H, W, 4) RGBA, over a picture, uint8 (H, W, 3) RGB."""
    colour = layer.astype(np.float32)
    return _blend(image, colour[..., :3], colour[..., 3] * np.float32(1 / 255))


def outline_layer(mask: Pixels, height: int, width: int, thick: float = 0.0) -> Pixels:
    """Draws the lines of `outline` on a transparent layer, to be laid over a picture of any size.

    Args:
        mask: uint8 (h, w) of class ids.
        height: rows of the layer.
        width: columns of the layer.
        thick: thickness of the lines in pixels; 0 for one that suits the size.

    Returns:
        uint8 (height, width, 4) RGBA, transparent where there is no line and no hatch.
    """
    classes = _resize_mask(mask, height, width)
    thick = thick or max(1.3, min(height, width) / 190)
    # Where a small mask was enlarged, blurring removes the staircase of its pixels from the line.
    blur = max(0.8, 0.55 * height / mask.shape[0])
    depths = {number: _depth(classes == number, blur) for number in LINES if (classes == number).any()}
    # Premultiplied colour, and how much of the picture shows through.
    colour, clear = np.zeros((height, width, 3), np.float32), np.ones((height, width), np.float32)
    unlabelled = classes == UNLABELLED
    if unlabelled.any():
        light = np.float32(0.75) * unlabelled * _hatch(height, width, thick)
        clear *= np.float32(1) - np.float32(0.45) * unlabelled * _hatch(height, width, thick + 1.5)
        clear *= np.float32(1) - light
        colour += np.float32(255) * light[..., None]
    for depth in depths.values():
        edge = np.float32(1) - np.float32(0.5) * _line(depth, thick + 2.0, thick / 2)
        clear *= edge
        colour *= edge[..., None]
    for number, depth in depths.items():
        line = _line(depth, thick, thick / 2)
        colour += (np.array(LINES[number], np.float32) - colour) * line[..., None]
        clear *= np.float32(1) - line
    cover = np.float32(1) - clear
    # From premultiplied to straight alpha.
    colour /= np.maximum(cover, np.float32(1 / 255))[..., None]
    layer = np.dstack([np.minimum(colour, np.float32(255)), cover * np.float32(255)])
    return np.asarray(np.rint(layer), np.uint8)


def _line(depth: NDArray[np.float32], thick: float, middle: float) -> NDArray[np.float32]:
    """Share of each pixel, 0 to 1, that a line covers which is `thick` pixels wide with its centre `middle` deep."""
    distance = np.abs(depth - np.float32(middle))
    cover: NDArray[np.float32] = np.clip(np.float32(thick / 2 + 0.5) - distance, 0, 1)
    return cover


def _hatch(height: int, width: int, thick: float) -> NDArray[np.float32]:
    """Share of each pixel, 0 to 1, that diagonal lines `thick` pixels wide cover: float32 (height, width)."""
    step = hatch_step(height, width)
    along = np.arange(height, dtype=np.float32)[:, None] + np.arange(width, dtype=np.float32)
    # A step to the right is 1 / sqrt(2) of a pixel across the lines.
    across = np.asarray((along % step) * np.float32(0.5**0.5), np.float32)
    return _line(across, thick, step * 0.5**1.5)


def hatch_step(height: int, width: int) -> int:
    """Distance between two lines of a hatch, in pixels along a row."""
    return max(7, round(min(height, width) / 15))


def _depth(inside: NDArray[np.bool_], blur: float) -> NDArray[np.float32]:
    """Signed distance to the border of a region in pixels, positive inside, blurred by a Gaussian of sigma `blur`."""
    area = inside.astype(np.uint8)
    to_outside = cv2.distanceTransform(area, cv2.DIST_L2, cv2.DIST_MASK_5)
    to_inside = cv2.distanceTransform(1 - area, cv2.DIST_L2, cv2.DIST_MASK_5)
    # Both measure to the centre of the nearest pixel on the other side; the border is half a pixel nearer. Clipped,
    # since in a region without a border OpenCV returns its largest number.
    depth = np.where(inside, to_outside - np.float32(0.5), np.float32(0.5) - to_inside).clip(-1e4, 1e4)
    return np.asarray(cv2.GaussianBlur(depth, (0, 0), blur), np.float32)


def _blend(image: Pixels, colour: NDArray[np.float32], cover: NDArray[np.float32]) -> Pixels:
    """Mixes a colour, (3,) or (H, W, 3), into a picture with the weights `cover`, (H, W) of 0 to 1."""
    weight = cover[..., None]
    return np.asarray(np.rint(image + (colour - image) * weight), np.uint8)


def _resize_mask(mask: Pixels, height: int, width: int) -> Pixels:
    """Resizes a mask by nearest neighbour."""
    if mask.shape == (height, width):
        return mask
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)


def fitted(image: Pixels, side: int) -> Pixels:
    """Scales a picture, uint8 (H, W, 3) RGB, so that its longer side has `side` pixels."""
    height, width = image.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=interpolation), np.uint8)


def save_png(path: Path, image: Pixels) -> None:
    """Saves a picture as PNG, atomically.

    Args:
        path: the file; an older one is replaced.
        image: uint8 (H, W, 3) RGB, or (H, W) grey.

    Raises:
        BuildError: the folder is missing or cannot be written to.
    """
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    write_atomic(Path(path), buffer.getvalue())
