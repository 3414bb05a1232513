"""Pictures in bands of rows, so that intermediate arrays are never as large as the picture."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

COPIED = 1 << 22
"""Pixels copied at once: Pillow makes two more copies of what it hands to NumPy."""


def row_bands(shape: tuple[int, ...], most: int = COPIED) -> list[slice]:
    """The rows of an array (h, w, ...) as slices of at most `most` pixels each, or of one row."""
    height, width = shape[:2]
    rows = max(1, most // width)
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def image_bands(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    """The rows and the part of a decoded picture for each of its bands."""
    bands = row_bands((image.height, image.width))
    if len(bands) == 1:
        yield bands[0], image
        return
    for band in bands:
        yield band, image.crop((0, band.start, image.width, band.stop))
