"""What is laid over a photo: premultiplied colours, and how much of the photo they replace."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_model.effects.grid import Plane

LEAST = 0.5 / 255
"""Pixels that are replaced less than this stay as they are, bit for bit."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Colours to lay over a picture: it becomes picture * (1 - share) + colour.

    Attributes:
        colour: float32 (H, W, 3), sRGB codes 0..255, premultiplied.
        share: float32 (H, W), 0..1, how much of the picture is replaced.
    """

    colour: Plane
    share: Plane

    @classmethod
    def of(cls, colour: Plane, share: Plane) -> Layer:
        """A layer of colours that are not premultiplied."""
        return cls(np.asarray(colour * share[..., None], np.float32), share)

    @classmethod
    def empty(cls, height: int, width: int) -> Layer:
        """A layer that changes nothing."""
        return cls(np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32))

    def under(self, other: Layer) -> Layer:
        """This one with another one laid over it."""
        rest = 1 - other.share
        return Layer(
            np.asarray(self.colour * rest[..., None] + other.colour, np.float32),
            np.asarray(1 - (1 - self.share) * rest, np.float32),
        )

    def times(self, kept: Plane) -> Layer:
        """This one where `kept`, float32 (H, W), is 1, and nothing where it is 0."""
        return Layer(np.asarray(self.colour * kept[..., None], np.float32), np.asarray(self.share * kept, np.float32))

    def over(self, image: Pixels) -> Pixels:
        """The picture, uint8 (H, W, 3), with the layer laid over it."""
        made = image * (1 - self.share)[..., None] + self.colour
        codes = np.rint(np.clip(made, 0, 255)).astype(np.uint8)
        return np.asarray(np.where((self.share > np.float32(LEAST))[..., None], codes, image), np.uint8)


def shadow(share: Plane) -> Layer:
    """A layer that darkens by `share`, float32 (H, W)."""
    return Layer(np.zeros((*share.shape, 3), np.float32), share)
