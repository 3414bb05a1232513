"""Every way in which a picture file says that pixels are transparent."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hairnet_data.core.images.bands import row_bands


def count_transparent(
    values: NDArray[Any], alpha: NDArray[Any] | None, key: int | bytes | tuple[int, ...] | None, mode: str
) -> int:
    """How many pixels are not opaque.

    Args:
        values: (h, w) or (h, w, 3), as the file stores them.
        alpha: uint8 or uint16 (h, w) if it has a channel of it.
        key: what Pillow calls `transparency`: the grey value or colour that is transparent, or for a palette an index
            or the alpha of each of the first entries.
        mode: Pillow's mode; "P" is a palette, and in "1" Pillow's key is 0 or 255.
    """
    count = 0 if alpha is None else int(np.count_nonzero(alpha != np.iinfo(alpha.dtype).max))
    if key is None:
        return count
    if isinstance(key, bytes):
        transparent = np.zeros(256, bool)
        transparent[: len(key)] = np.frombuffer(key[:256], np.uint8) != 255
        return count + sum(int(np.count_nonzero(transparent[values[rows]])) for rows in row_bands(values.shape))
    # A key has 16 bits in a file of any depth; those above the file's own do not count.
    most = 1 if mode == "1" else np.iinfo(values.dtype).max
    hit = values == (np.asarray(key) & most)
    return count + int(np.count_nonzero(hit if values.ndim == 2 else hit.all(axis=2)))


def uncovered(image: Image.Image) -> bool:
    """Whether a GIF's picture is smaller than the GIF; to be asked before it is decoded."""
    tiles = getattr(image, "tile", ())
    return image.format == "GIF" and any(tuple(tile[1] or ()) != (0, 0, *image.size) for tile in tiles)
