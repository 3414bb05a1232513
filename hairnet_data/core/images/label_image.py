"""What a decoded label picture holds: indices or colours, exactly as its file has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels


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
