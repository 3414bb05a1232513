"""Loads portraits and backgrounds for a scan, in a worker process, and keeps the little that is needed of each."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

import numpy as np

from hairnet_data.building.near_copies import Sketch, sketch
from hairnet_data.building.source_summary import PortraitFacts
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.core.errors import HairnetError
from hairnet_data.core.head.pose import Pose
from hairnet_data.core.workers.shared import Shared
from hairnet_data.geometry import warp
from hairnet_data.recipes.pools import HEAD_SIDE
from hairnet_data.sources.base import BackgroundSource, Portrait, PortraitSource

Source = PortraitSource | BackgroundSource


@dataclass(frozen=True, slots=True)
class ScannedPicture:
    """What is kept of a portrait or background that could be loaded.

    Attributes:
        content: of its files, as the source has it.
        picture: 32 hex digits of the decoded photo: the same for a copy without EXIF or with another mask.
        head: of a portrait, see `Asset.head`.
        snapped: of a portrait, mask pixels that had no exact class colour.
        facts: of a portrait.
        seconds: that loading took.
        sketch: of a background that is somebody's photo.
        pose: of a portrait, see `Portrait.pose`.
    """

    content: str
    picture: str
    head: bytes = b""
    snapped: int = 0
    facts: PortraitFacts | None = None
    seconds: float = 0.0
    sketch: Sketch | None = None
    pose: Pose | None = None


def load_some(shared: Shared[Source], ids: list[str]) -> dict[str, ScannedPicture | HairnetError]:
    """Loads some portraits or backgrounds: what is kept of each by id, or what is wrong with it."""
    source = shared.load()
    results: dict[str, ScannedPicture | HairnetError] = {}
    for id in ids:
        began = time.perf_counter()
        try:
            asset: Portrait | Pixels = source.load(id)
            seconds = time.perf_counter() - began
            if isinstance(asset, Portrait):
                results[id] = ScannedPicture(
                    content=source.content(id),
                    picture=_picture_digest(asset.image),
                    head=head_of(asset),
                    snapped=asset.snapped,
                    facts=_facts(id, asset),
                    seconds=seconds,
                    pose=asset.pose,
                )
            else:
                results[id] = ScannedPicture(
                    content=source.content(id),
                    picture=_picture_digest(asset),
                    seconds=seconds,
                    sketch=sketch(asset) if source.name == "folder" else None,
                )
        except HairnetError as error:
            results[id] = error
    return results


def _picture_digest(image: Pixels) -> str:
    digest = hashlib.sha256(str(image.shape).encode())
    digest.update(np.ascontiguousarray(image).tobytes())
    return digest.hexdigest()[:32]


def _facts(id: str, portrait: Portrait) -> PortraitFacts:
    height, width = portrait.image.shape[:2]
    counts = np.bincount(portrait.mask.ravel(), minlength=256)
    pixels = {int(value): int(counts[value]) for value in counts.nonzero()[0]}
    return PortraitFacts(width, height, pixels, id if portrait.turned else "")


def head_of(portrait: Portrait) -> bytes:
    """The small map of the head that `Asset.head` describes. Pixels without a label are not of the head."""
    height, width = portrait.image.shape[:2]
    matrix = warp.unit_matrix(HEAD_SIDE, width, height, 1, (0, 0), 0, False)
    coordinates = warp.coordinates(matrix, (0, 0, HEAD_SIDE, HEAD_SIDE), portrait.mask.shape[1], portrait.mask.shape[0])
    mask = warp.sample_mask(portrait.mask, coordinates)
    return np.packbits((mask == HAIR) | (mask == FACE)).tobytes()
