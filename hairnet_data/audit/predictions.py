"""Where a network's opinion comes from: an installed one, or a folder of pictures that one wrote."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hairnet_data.audit.frames import FRAME, framed
from hairnet_data.building.label_check import Predictor, find_predictor
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import PictureError, SourceError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.sources.base import Portrait

Probabilities = NDArray[np.float32]


class Predictions(Protocol):
    """Probabilities for portraits. Picklable: workers ask it."""

    def of(self, ids: Sequence[str], portraits: Sequence[Portrait], frames: Pixels) -> Probabilities:
        """Probabilities of background, hair and face.

        Args:
            ids: of the portraits.
            portraits: the same, decoded.
            frames: uint8 (N, S, S, 3), what `frames.framed` made of them.

        Returns:
            float32 (N, S, S, 3), each pixel's sum 1.

        Raises:
            PictureError: those of a portrait are missing or cannot be used.
        """


@dataclass(frozen=True, slots=True)
class InstalledNetwork:
    """The network that an installed package registers; see `building.label_check`."""

    def of(self, ids: Sequence[str], portraits: Sequence[Portrait], frames: Pixels) -> Probabilities:
        """See `Predictions`."""
        return _installed()(frames)


@functools.cache
def _installed() -> Predictor:
    predictor = find_predictor()
    assert predictor is not None, "somebody asked for a network that is not installed"
    return predictor


def installed_network() -> InstalledNetwork | None:
    """The installed network; None where there is none."""
    return InstalledNetwork() if find_predictor() else None


@dataclass(frozen=True, slots=True)
class PredictionFolder:
    """A PNG a portrait, ID.png, over the frame of its photo: probabilities in its channels, or class ids.

    Red, green and blue are the probabilities of background, hair and face in 255ths. A grey or palette picture holds
    class ids, as `hairnet-model predict` writes them.
    """

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> PredictionFolder:
        """Raises SourceError where there is no such folder."""
        if not folder.is_dir():
            raise SourceError(str(folder), "is no folder", "give --predictions a folder with ID.png for every portrait")
        return cls(folder)

    def of(self, ids: Sequence[str], portraits: Sequence[Portrait], frames: Pixels) -> Probabilities:
        """See `Predictions`."""
        return np.stack([self._one(id, portrait) for id, portrait in zip(ids, portraits, strict=True)])

    def _one(self, id: str, portrait: Portrait) -> Probabilities:
        path = self.folder / f"{id}.png"
        picture = read_mask(path, str(path))
        height, width = portrait.image.shape[:2]
        if picture.rgb is not None:
            values = picture.rgb
        else:
            assert picture.indices is not None
            if picture.indices.max() >= len(NAMES):
                raise PictureError(str(path), f"has the value {picture.indices.max()}", "class ids are 0, 1 and 2")
            values = np.eye(len(NAMES), dtype=np.uint8)[picture.indices] * np.uint8(255)
        rows, columns = values.shape[:2]
        if abs(rows * width - columns * height) > max(width, height):
            what = f"is {columns} x {rows}, and the photo {width} x {height}"
            raise PictureError(str(path), what, "predictions span the frame of their photo")
        image, _ = framed(Portrait(np.ascontiguousarray(values), np.zeros(values.shape[:2], np.uint8)))
        probabilities = image.astype(np.float32) / 255 + np.float32(1e-6)
        assert probabilities.shape[0] == FRAME
        return np.asarray(probabilities / probabilities.sum(-1, keepdims=True), np.float32)
