"""The three classes, their ids and the colours they are shown in."""

from __future__ import annotations

BACKGROUND, HAIR, FACE = 0, 1, 2
"""Class ids, everywhere: in masks, records, metadata. Face is the skin of face, ears and neck."""

NAMES: tuple[str, str, str] = ("background", "hair", "face")
"""Class names in the order of their ids."""

COLOURS: tuple[tuple[int, int, int], ...] = ((0, 0, 255), (255, 0, 0), (0, 255, 0))
"""RGB of each class, in id order: the colours LFW Part Labels uses (blue, red, green)."""
