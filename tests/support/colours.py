"""A network that classifies by colour: red is hair, green face, everything else background."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import COLOURS
from hairnet_model.model_io import model_file
from hairnet_model.model_io.model_file import Model


def by_colour(size: int = 64, head: str = "classes", drop: float = 0.0) -> Model:
    """A model of one 1x1 convolution: logits, or the two maps of 2019, from each pixel's own colour.

    Background has a head start, so that grey and every other tie are background.
    """
    picture = keras.Input((None, None, 3), dtype="uint8")
    x = keras.layers.Rescaling(1 / 8 if head == "classes" else 1.0)(picture)
    convolution = keras.layers.Conv2D(3 if head == "classes" else 2, 1)
    network = keras.Model(picture, convolution(keras.layers.Dropout(drop)(x)))
    # Rows are red, green and blue; columns background, hair, face, or the maps face, hair.
    kernel = np.eye(3)[[1, 2, 0]] if head == "classes" else np.array([[-1, 1], [1, -1], [0, 0]])
    bias = [1.0, 0.0, 0.0] if head == "classes" else [0.0, 0.0]
    convolution.set_weights([kernel.astype(np.float32)[None, None], np.array(bias, np.float32)])
    return Model(network, image_size=size)


def saved(path: Path, **options: object) -> Path:
    """The same model in a file."""
    model_file.save(path, by_colour(**options))  # type: ignore[arg-type]
    return path


def painted(mask: Pixels) -> Pixels:
    """A picture in the colours of its classes, in which the network finds exactly this mask."""
    return np.array(COLOURS, np.uint8)[mask]


def head(height: int, width: int) -> Pixels:
    """A mask of a face with hair over it, a little off the middle, uint8 (height, width)."""
    rows, columns = (np.mgrid[:height, :width] + 0.5) / max(height, width)
    middle, top = 0.5 * width / max(height, width), 0.45 * height / max(height, width)
    mask = np.zeros((height, width), np.uint8)
    mask[((columns - middle) / 0.28) ** 2 + ((rows - top) / 0.34) ** 2 < 1] = 1
    mask[((columns - middle - 0.02) / 0.2) ** 2 + ((rows - top - 0.09) / 0.26) ** 2 < 1] = 2
    return mask


def wrong(got: Pixels, mask: Pixels, within: float) -> int:
    """Pixels whose class differs from the mask's and from all within so many pixels of it: 0 if only edges moved."""
    reach = int(np.ceil(within))
    off = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1).T
    around = np.pad(mask, reach, mode="edge")
    height, width = mask.shape
    fine = np.zeros(mask.shape, bool)
    for down, across in off[(off**2).sum(1) <= within**2]:
        fine |= got == around[reach + down : reach + down + height, reach + across : reach + across + width]
    return int((~fine).sum())
