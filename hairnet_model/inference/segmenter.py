"""The network as a function of pictures: any size in, masks of that size out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import HairnetError, UsageError
from hairnet_model.inference import letterbox
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.model_io import model_file
from hairnet_model.networks import outputs as heads

BATCH = 16
"""Pictures the network sees at once, at 224 x 224; fewer where they are larger. More were no faster on a CPU."""


class Segmenter:
    """Finds hair and face.

    A picture's result does not depend on which others it is given with: measured on CPUs, bit for bit.

    Args:
        model: of `model_file.load`, or made in memory.

    Attributes:
        model: the same.
        size: side of the square the network sees, in pixels.
        batch: squares it sees at once.
    """

    def __init__(self, model: model_file.Model) -> None:
        self.model = model
        self.size = model.image_size
        self.batch = max(1, min(BATCH, BATCH * 224 * 224 // self.size**2))

    @classmethod
    def load(cls, path: Path | str | None = None) -> Segmenter:
        """Opens a model: a `.keras` file of ours or a run's folder; the shipped one unless given.

        Raises:
            ModelError: it is missing, damaged, or no model of three classes.
        """
        return cls(model_file.load(None if path is None else Path(path)))

    def segment(self, images: Pixels) -> Pixels:
        """Finds the class of every pixel.

        Args:
            images: uint8 (N, H, W, 3) RGB; any N, any H and W from 1.

        Returns:
            uint8 (N, H, W) of class ids.

        Raises:
            UsageError: that is not what was given.
            HairnetError: the network puts out what is no number.
        """
        images = checked(images)
        made = np.empty(images.shape[:3], np.uint8)
        for start in range(0, len(images), self.batch):
            for at, framed in enumerate(self._framed(images[start : start + self.batch]), start):
                made[at] = letterbox.class_ids(framed, *images.shape[1:3])
        return made

    def probabilities(self, images: Pixels) -> Probabilities:
        """Finds how likely each pixel is of each class; the most likely is what `segment` gives.

        Args:
            images: uint8 (N, H, W, 3) RGB; any N, any H and W from 1.

        Returns:
            float32 (N, H, W, 3) in the order of the class ids, 0..1, each pixel's sum 1.

        Raises:
            UsageError: that is not what was given.
            HairnetError: the network puts out what is no number.
        """
        images = checked(images)
        made = np.empty((*images.shape[:3], len(NAMES)), np.float32)
        for start in range(0, len(images), self.batch):
            for at, framed in enumerate(self._framed(images[start : start + self.batch]), start):
                made[at] = letterbox.unframe(framed, *images.shape[1:3])
        return made

    def of_frames(self, frames: Pixels) -> Probabilities:
        """Probabilities of pictures that are framed already.

        Args:
            frames: uint8 (N, S, S, 3) RGB, of `letterbox.frame`; N from 1, all seen at once.

        Returns:
            float32 (N, S, S, 3).

        Raises:
            HairnetError: the network puts out what is no number.
        """
        # One picture is run as two: for a batch of one, TensorFlow chooses other ways to multiply, whose sums
        # differ in the last bits.
        asked = np.concatenate([frames, frames]) if len(frames) == 1 else frames
        outputs = np.asarray(self.model.network.predict_on_batch(asked))[: len(frames)]
        if not np.isfinite(outputs).all():
            hint = "its training went astray: train it anew"
            raise HairnetError("the model", "puts out values that are no numbers", hint)
        return heads.probabilities(outputs)

    def _framed(self, images: Pixels) -> Probabilities:
        return self.of_frames(np.stack([letterbox.frame(image, self.size) for image in images]))


def checked(images: Any) -> Pixels:
    """The same pictures as an array, if they are uint8 (N, H, W, 3); else a UsageError says what they are."""
    try:
        array = np.asarray(images)
    except ValueError:  # NumPy's, of a list of pictures of several sizes
        raise UsageError("images", "differ in size", "segment those of one size at a time") from None
    what = f"are {array.dtype} {array.shape}"
    wanted = "give uint8 (N, H, W, 3) RGB"
    if array.ndim == 3:
        raise UsageError("images", what, f"{wanted}; one picture is images[None]")
    if array.ndim != 4 or array.shape[3] != 3:
        raise UsageError("images", what, wanted)
    if array.dtype != np.uint8:
        raise UsageError("images", what, f"{wanted}, values 0..255")
    if 0 in array.shape[1:3]:
        raise UsageError("images", f"{what}, without a pixel", wanted)
    return array
