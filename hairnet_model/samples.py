"""Drawn portraits that come with the package: to calibrate and compare exports where no dataset is at hand."""

from __future__ import annotations

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.images.decode import read_photo
from hairnet_model.inference.letterbox import frame
from hairnet_model.model_io import shipped


def drawn(size: int) -> Pixels:
    """All samples, uint8 (N, size, size, 3) RGB."""
    with np.load(shipped.DRAWN_SAMPLES, allow_pickle=False) as arrays:
        content, ends = arrays["content"].tobytes(), arrays["ends"]
    pictures = [read_photo(content[start:end]) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    return np.stack([picture if len(picture) == size else frame(picture, size) for picture in pictures])
