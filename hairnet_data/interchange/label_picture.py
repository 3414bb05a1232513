"""Pictures whose values are labels: what labels one holds, and where each is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.core.images.label_image import MaskPicture
from hairnet_data.interchange.shapes import Shape, Size

Values = NDArray[Any]


class LabelPicture:
    """A picture of labels. It is read again for its areas, so that no more than one is in memory.

    Args:
        read: makes the values, an integer (h, w). Raises HairnetError.
        where: for errors.
    """

    def __init__(self, read: Callable[[], Values], where: str) -> None:
        self._read, self._where = read, where

    def shapes(self, names: Mapping[int, str], colours: bool = False) -> tuple[Size, list[Shape]]:
        """The size (h, w) and a shape for each value that is there, in their order.

        Args:
            names: labels of values; others are called by their number, or as colours.
            colours: whether values are colours, 0xrrggbb.

        Raises:
            SourceError: the picture cannot be read.
        """
        values = self.values()
        shapes = []
        for value in np.unique(values).tolist():
            label = names.get(value, f"#{value:06x}" if colours else str(value))
            shapes.append(Shape(label, f"{self._where}: {label}", lambda _, value=value: self.values() == value))  # type: ignore[misc]
        return (values.shape[0], values.shape[1]), shapes

    def values(self) -> Values:
        """The values, (h, w). Raises SourceError."""
        try:
            return _values_of(self)
        except HairnetError as error:
            raise SourceError(error.where, error.what, error.hint) from error

    def read(self) -> Values:
        """Reads the picture. Raises HairnetError."""
        return self._read()


@lru_cache(maxsize=1)
def _values_of(picture: LabelPicture) -> Values:
    """The values of the picture that was asked for last, for all its areas are drawn one after another."""
    return picture.read()


def colour_values(mask: MaskPicture, where: str) -> Values:
    """The colours that a picture shows, as int64 (h, w) of 0xrrggbb. Raises SourceError for more than 8 bits."""
    shown = mask.rgb
    if mask.indices is not None and mask.palette is not None:
        entries = np.zeros((256, 3), np.uint8)
        entries[: len(mask.palette)] = mask.palette
        shown = entries[mask.indices]
    if shown is None:
        raise SourceError(where, "has more than 8 bits a channel", "export it again")
    packed: Values = shown.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    return packed


def of_mask(read: Callable[[], MaskPicture], where: str) -> tuple[LabelPicture, bool]:
    """The labels of a mask, and whether they are colours: else the channels are equal, or it holds indices.

    Raises:
        HairnetError: it cannot be read.
    """
    mask = read()
    in_colour = mask.rgb is not None and not (mask.rgb[..., :1] == mask.rgb).all()

    def values() -> Values:
        mask = read()
        if in_colour:
            return colour_values(mask, where)
        grey = mask.indices if mask.rgb is None else mask.rgb[..., 0]
        assert grey is not None
        return grey

    return LabelPicture(values, where), in_colour
