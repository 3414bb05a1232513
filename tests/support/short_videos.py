"""Videos of a head that wanders, some frames long, and a segmenter that knows its colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hairnet_model.inference.engines import KerasEngine
from hairnet_model.inference.segmenter import Segmenter
from tests.model.inference.test_locate import with_heads
from tests.support import colours

SIZE = 64
COUNT = 11


class Counting(Segmenter):
    """Counts the squares that its network sees."""

    def __init__(self) -> None:
        super().__init__(KerasEngine(colours.by_colour(SIZE)))
        self.squares = 0

    def of_frames(self, frames):
        self.squares += len(frames)
        return super().of_frames(frames)


def masks(count: int = COUNT) -> list[np.ndarray]:
    return [with_heads(72, 96, (6, 6 + number, 40)) for number in range(count)]


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def outside_edges(got: list[np.ndarray]) -> int:
    return sum(colours.wrong(one, mask, within=3) for one, mask in zip(got, masks(), strict=True))


class Stop(BaseException):
    """As KeyboardInterrupt, but pytest does not end."""
