"""Hair, face or the whole head cut out of a photo, with a soft edge."""

from __future__ import annotations

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_model.inference import composite, letterbox
from hairnet_model.inference.cuts import Located

PARTS = ("hair", "face", "head")
"""What can be cut out; the head is hair and face."""

_CLEAR, _SOLID = 0.05, 0.95  # probabilities below and above are transparent and opaque: no haze far from the edge


def cut_out(photo: Pixels, located: Located, part: str) -> Pixels:
    """A photo whose alpha is how likely each pixel belongs to a part.

    Args:
        photo: uint8 (H, W, 3) RGB.
        located: what was found in it.
        part: one of `PARTS`.

    Returns:
        uint8 (H, W, 4) RGBA; where alpha is 0, the colours are 0 too.
    """
    cutout = np.empty((*photo.shape[:2], 4), np.uint8)
    for band in letterbox.bands(located.height, located.width):
        likely = composite.rows(located, band)
        share = {"hair": likely[..., HAIR], "face": likely[..., FACE], "head": 1 - likely[..., BACKGROUND]}[part]
        alpha = np.rint(255 * np.clip((share - _CLEAR) / (_SOLID - _CLEAR), 0, 1)).astype(np.uint8)
        cutout[band, :, :3] = np.where(alpha[..., None] > 0, photo[band], 0)
        cutout[band, :, 3] = alpha
    return cutout
