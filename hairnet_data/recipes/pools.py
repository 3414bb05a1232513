"""What recipes draw from: the assets of one pool, with the digests of their content."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.head.pose import Pose

HEAD_SIDE = 128
"""Side of the small map of where the head is, see `Asset.head`."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A portrait or background that can be used.

    Attributes:
        id: as in its source's catalogue.
        content: 16 hex digits, the digest of what is behind the id.
        person: who is shown; "" if it is nobody or unknown.
        traits: facts that its source records with it.
        head: where the head (hair or face) is in the framed portrait: `HEAD_SIDE` rows of as many bits,
            packed; empty for backgrounds, and if no policy with `cover` or `head_height` needs it.
        pose: of the portrait's head, see `Recipe.pose`.
        has_coverage: whether it is known where the person is, or the head alone, so that it can be cut out.
    """

    id: str
    content: str
    person: str = ""
    traits: Mapping[str, str] = field(default_factory=dict)
    head: bytes = b""
    pose: Pose | None = None
    has_coverage: bool = False

    @property
    def name(self) -> str:
        """`id@content`, the name recipes use."""
        return f"{self.id}@{self.content}"


def head_map(portrait: Asset) -> Pixels:
    """Where the head is in the framed portrait: uint8 (HEAD_SIDE, HEAD_SIDE) of 0 and 1. It must have been kept."""
    bits = np.unpackbits(np.frombuffer(portrait.head, np.uint8)).reshape(HEAD_SIDE, HEAD_SIDE)
    return as_pixels(bits)


def head_height(portrait: Asset) -> float:
    """Height of the box of hair and face at scale 1, in frames; 1 for a portrait that shows neither."""
    rows = np.flatnonzero(head_map(portrait).any(axis=1))
    return float(rows[-1] + 1 - rows[0]) / HEAD_SIDE if len(rows) else 1.0


@dataclass(frozen=True)
class Pool:
    """The portraits and backgrounds of one pool, sorted by id."""

    portraits: tuple[Asset, ...]
    backgrounds: tuple[Asset, ...]

    @functools.cached_property
    def people(self) -> dict[str, str]:
        """Who is shown, by the portrait's asset name."""
        return {asset.name: asset.person for asset in self.portraits}

    def without_heads(self) -> Pool:
        """The same without the maps of heads: two kilobytes a portrait that every worker would have to read."""
        return Pool(tuple(replace(asset, head=b"") for asset in self.portraits), self.backgrounds)
