"""The same photo twice, and different portraits before the same background."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import cv2
import numpy as np

from hairnet_data.audit.finding import Finding
from hairnet_data.building.near_copies import MOST, Sketch, pairs_of_one, sketch
from hairnet_data.core.classes import BACKGROUND
from hairnet_data.core.progress import Progress
from hairnet_data.sources.base import Portrait

_RIM = 0.02  # of the longer side: what is as near to a head is not compared as background


def measure(portrait: Portrait) -> tuple[Sketch, Sketch]:
    """Sketches of the photo, and of what is behind the head in it."""
    height, width = portrait.image.shape[:2]
    head = (portrait.mask != BACKGROUND).astype(np.uint8)
    rim = 2 * round(_RIM * max(head.shape)) + 1
    behind = (1 - cv2.dilate(head, np.ones((rim, rim), np.uint8))) * 255
    behind = cv2.resize(np.asarray(behind, np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return sketch(portrait.image), sketch(portrait.image, np.asarray(behind, np.uint8))


def findings(
    photos: Mapping[str, Sketch], behind: Mapping[str, Sketch], pools: Mapping[str, str], progress: Progress
) -> Iterator[Finding]:
    """Pairs of portraits made of one photo, and pairs with one background; none where there are more than `MOST`.

    Args:
        photos: sketches of the photos, by id.
        behind: sketches of what is behind the heads.
        pools: which pool a portrait is in, by id.
        progress: called when the photos and when the backgrounds were compared.
    """
    if len(photos) > MOST:
        return
    ids = list(photos)
    copies = set()
    for done, (kind, what, sketches) in enumerate(
        (("copies", "the same photo", photos), ("backgrounds", "the same background", behind))
    ):
        progress("comparing photos", done, 2)
        for pair in pairs_of_one([sketches[id] for id in ids]):
            first, second = ids[pair.first], ids[pair.second]
            if kind == "backgrounds" and (first, second) in copies:
                continue
            if kind == "copies":
                copies.add((first, second))
            apart = pools[first] != pools[second]
            where = f"in the pools {pools[first]} and {pools[second]}" if apart else f"twice in {pools[first]}"
            mirrored = ", mirrored" if pair.mirrored else ""
            yield Finding(kind, second, pair.correlation + 0.05 + apart, f"{what}{mirrored}, {where}", first)
    progress("comparing photos", 2, 2)
