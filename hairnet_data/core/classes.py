"""The three classes, their ids and the colours they are shown in, and the value of a pixel without a label."""

from __future__ import annotations

BACKGROUND, HAIR, FACE = 0, 1, 2
"""Class ids, everywhere: in masks, records, metadata. Face is the skin of face, ears and neck."""

NAMES: tuple[str, str, str] = ("background", "hair", "face")
"""Class names in the order of their ids."""

UNLABELLED = 255
"""In a mask: a pixel without a label. It is no class id: losses and scores leave such pixels out."""

COLOURS: tuple[tuple[int, int, int], ...] = ((0, 0, 255), (255, 0, 0), (0, 255, 0))
"""RGB of each class, in id order: the colours LFW Part Labels uses (blue, red, green)."""


def ids_of(names: object) -> tuple[int, ...]:
    """The ids of some classes, ascending, as a dataset's metadata names those that an unlabelled pixel may have.

    Args:
        names: a list of at least two of `NAMES`, or an empty one.

    Raises:
        ValueError: it is anything else.
    """
    if not isinstance(names, list) or len(names) == 1 or any(names.count(n) > 1 or n not in NAMES for n in names):
        raise ValueError(f"its unlabelled pixels may be {names!r}"[:200])
    return tuple(number for number, name in enumerate(NAMES) if name in names)
