"""What a decoded label picture holds: indices or colours, exactly as its file has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import PictureError

_BAND = 1 << 22  # pixels copied at once: Pillow makes two more copies of what it hands to NumPy


@dataclass(frozen=True, slots=True)
class MaskPicture:
    """A label picture as its file has it.

    Attributes:
        indices: (h, w) of uint8, uint16 or int32, the stored values of a palette, greyscale or bilevel
            picture (bilevel: 0 and 1); None for a true-colour picture.
        palette: uint8 (N, 3) RGB, the colour each index is shown in; None where `indices` is None or the
            indices have more than 8 bits.
        rgb: uint8 (h, w, 3), a true-colour picture's pixels; None where `indices` is not.
    """

    indices: NDArray[Any] | None
    palette: Pixels | None
    rgb: Pixels | None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        pixels = self.rgb if self.indices is None else self.indices
        assert pixels is not None
        return pixels.shape[1], pixels.shape[0]


def bands(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    """A decoded picture in bands of rows, so that no second copy of it is ever whole."""
    width, height = image.size
    rows = max(1, _BAND // width)
    if height <= rows:
        yield slice(0, height), image
        return
    for top in range(0, height, rows):
        band = slice(top, min(top + rows, height))
        yield band, image.crop((0, band.start, width, band.stop))


def _array(image: Image.Image) -> NDArray[Any]:
    """A decoded picture's values: a new array of (h, w) or (h, w, channels)."""
    made: NDArray[Any] | None = None
    for band, part in bands(image):
        values = np.asarray(part)
        if made is None:
            made = np.empty((image.height, *values.shape[1:]), values.dtype)
        made[band] = values
    assert made is not None
    return made


def labels(image: Image.Image, largest: int, where: str) -> MaskPicture:
    """The indices or colours of a decoded picture.

    Args:
        image: decoded.
        largest: the largest value its file can store; Pillow stretches smaller ranges to 8 or 16 bits.
        where: what errors call it.

    Raises:
        PictureError: it is partly transparent or of a kind that holds no labels.
    """
    mode = image.mode
    if mode == "1":
        return MaskPicture(_array(image).astype(np.uint8), np.array([[0] * 3, [255] * 3], np.uint8), None)
    if mode == "P":
        flat = image.getpalette("RGB") or []
        return MaskPicture(_array(image), np.array(flat, np.uint8).reshape(-1, 3), None)
    if mode == "L" or mode.startswith("I"):
        indices = _unscaled(_array(image), largest)
        grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1) if mode == "L" else None
        return MaskPicture(indices, grey, None)
    if mode in ("LA", "RGBA"):
        clear = image.width * image.height - image.getchannel("A").histogram()[255]
        if clear:
            what = f"has {clear} transparent pixels, whose class is not said"
            raise PictureError(where, what, "save the mask without transparency")
        return labels(image.convert(mode[:-1]), largest, where)
    if mode == "RGB":
        return MaskPicture(None, None, _array(image))
    raise PictureError(where, f"is a {mode} picture, which holds no labels", "save the mask as PNG")


def _unscaled(values: NDArray[Any], largest: int) -> NDArray[Any]:
    """Greyscale values as the file stores them; changes `values`."""
    full = 255 if values.dtype == np.uint8 else 65535
    if largest != full:
        rows = max(1, _BAND // values.shape[1])
        for top in range(0, len(values), rows):
            values[top : top + rows] = np.rint(values[top : top + rows] * (largest / full))
    return values
