"""What every source of portraits or backgrounds offers: a catalogue without pixels, and `load`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import HairnetError
from hairnet_data.core.head.pose import Pose
from hairnet_data.core.ledger import UNSAID, Licence

__all__ = ["POOLS", "BackgroundSource", "Catalogue", "Entry", "Pixels", "Portrait", "PortraitSource"]

POOLS = ("train", "validation", "test")
"""Every portrait, person and background belongs to exactly one pool."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One portrait or background, known without decoding a pixel.

    Attributes:
        id: unique within the source, stable between runs, made of the file's own name (no absolute path).
        pool: one of `POOLS`.
        person: who is shown, "" where nobody is or nobody knows.
        traits: facts recorded with it, e.g. {"tone": "7", "hair": "curly"}.
        terms: under which it came.
    """

    id: str
    pool: str
    person: str = ""
    traits: Mapping[str, str] = field(default_factory=dict)
    terms: Licence = UNSAID


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a source holds.

    Attributes:
        entries: all portraits or backgrounds that can be used as far as listing tells, sorted by id.
        errors: what is wrong with the others, one error each.
        notes: what else lies in the source and is left out, a line each.
        doubts: what looks like a mistake, a sentence each.
    """

    entries: tuple[Entry, ...]
    errors: tuple[HairnetError, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Portrait:
    """A decoded portrait.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        mask: uint8 (h, w) of class ids, and `UNLABELLED` where nobody said; h, w may differ from H, W where the
            aspect is the same (both span the same frame).
        snapped: how many mask pixels had no exact class colour and took the nearest one's.
        turned: whether an EXIF orientation turned the photo, and not the mask, in a way that their sizes cannot
            confirm.
        pose: of the largest head, None where nobody knows it.
        alpha: uint8 (H, W), the share of hair in each pixel times 255; None where nobody knows it.
        coverage: uint8 (H, W), the share of the person in each pixel times 255, with all that is worn or held; None
            where nobody knows it. The mask then has H, W too.
    """

    image: Pixels
    mask: Pixels
    snapped: int = 0
    turned: bool = False
    pose: Pose | None = None
    alpha: Pixels | None = None
    coverage: Pixels | None = None


class PortraitSource(Protocol):
    """Portraits with masks. Picklable, so that worker processes can load from it."""

    name: str
    """`drawn`, `lfw_parts` or `folder`."""

    people_apart: bool
    """True where no person appears in two pools."""

    knows_coverage: bool
    """True where people can be cut out: all portraits have a `coverage`, or masks that label all hair and faces."""

    def settings(self) -> dict[str, Any]:
        """What makes this source what it is besides its content: JSON values, no paths."""

    def catalogue(self) -> Catalogue:
        """Lists the source without decoding a pixel. Raises SourceError where nothing can be listed."""

    def content(self, id: str) -> str:
        """16 hex digits that change when the bytes (or the drawing) behind `id` change."""

    def load(self, id: str) -> Portrait:
        """Decodes one portrait. Raises PictureError where it cannot be used."""


class BackgroundSource(Protocol):
    """Pictures with nobody in them. Picklable."""

    name: str
    """`drawn` or `folder`."""

    def settings(self) -> dict[str, Any]:
        """As `PortraitSource.settings`."""

    def catalogue(self) -> Catalogue:
        """As `PortraitSource.catalogue`."""

    def content(self, id: str) -> str:
        """As `PortraitSource.content`."""

    def load(self, id: str) -> Pixels:
        """Decodes one background to uint8 (H, W, 3) RGB. Raises PictureError where it cannot be used."""
