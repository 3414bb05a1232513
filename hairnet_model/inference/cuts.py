"""Squares that were cut out of a photo and segmented, and what was located in a photo with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hairnet_model.inference.components import Box, Component, Head, overlap
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.squares import Square

FILL = 0.75
"""Share of the square's side that a head's longer side takes in its cut."""

FITS = (0.45, 0.95)
"""Shares of the cut that a head's longer side may fill before it is cut out once more."""

LARGE = 0.5
"""A head that fills so much of the whole photo's square is as good there as in a cut of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A square that was segmented.

    Attributes:
        square: where it is.
        probabilities: float32 (S, S, 3).
        box: of the head in it (x, y, width, height), in the photo's pixels; the weight falls off outside.
    """

    square: Square
    probabilities: Probabilities
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """What was found in a photo.

    Attributes:
        height: of the photo, in pixels.
        width: of the photo.
        whole: probabilities of the framed photo, float32 (S, S, 3).
        cuts: to put over them.
        heads: largest first.
        passes: squares that the network saw.
    """

    height: int
    width: int
    whole: Probabilities
    cuts: tuple[Cut, ...]
    heads: tuple[Head, ...]
    passes: int


def around(box: Box) -> Square:
    """The square in which the longer side of a box fills `FILL`."""
    x, y, width, height = box
    side = max(8, round(max(width, height) / FILL))
    return Square(round(x + width / 2 - side / 2), round(y + height / 2 - side / 2), side)


def same(seen: Sequence[Component], box: Box) -> Component | None:
    """What a cut shows of the head that was in a box: the largest face that lies over it, or else the largest hair."""
    there = [other for other in seen if overlap(other.box, box) > 0.3]
    faces = [other for other in there if other.has_face]
    return max(faces or there, key=lambda other: (other.area, other.box), default=None)


def largest_first(heads: Iterable[Head]) -> tuple[Head, ...]:
    """Heads in the order that they are told in."""
    return tuple(sorted(heads, key=lambda head: (-head.box[2] * head.box[3], head.box)))
