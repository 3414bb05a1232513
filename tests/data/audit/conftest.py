"""A source of drawn portraits, one damaged in each way, and a network that knows the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from hairnet_data.audit.audit import Audit, audit
from hairnet_data.audit.frames import framed
from hairnet_data.audit.predictions import Probabilities
from hairnet_data.audit.readings import exchange, moved
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.sources.base import Catalogue, Entry, Portrait

SIDE = 160


def truth(number: int) -> Portrait:
    """A head before a room of its own: hair longer on one side, edges where the mask has them."""
    rng = np.random.Generator(np.random.PCG64(number))
    room = Image.fromarray(rng.integers(60, 220, (9, 9, 3)).astype(np.uint8))
    image = np.array(room.resize((SIDE, SIDE), Image.Resampling.NEAREST))
    mask = np.full((SIDE, SIDE), BACKGROUND, np.uint8)
    x, y = (int(value) for value in rng.integers(SIDE * 2 // 5, SIDE * 3 // 5, 2))
    wide, high = (int(value) for value in rng.integers(24, 34, 2))
    cv2.ellipse(mask, (x, y - 8), (wide + 9, high + 10), 0, 0, 360, HAIR, -1)
    cv2.rectangle(mask, (x + wide - 8, y), (x + wide + 8, y + high), HAIR, -1)
    cv2.ellipse(mask, (x, y + 4), (wide, high), 0, 0, 360, FACE, -1)
    image[mask == HAIR], image[mask == FACE] = (40, 25, 20), (225, 180, 160)
    noise = rng.integers(0, 12, image.shape)
    return Portrait((image * 0.92 + noise).astype(np.uint8), mask)


def _spots(mask: Pixels, value: int, where: Pixels) -> Pixels:
    rows, columns = (cv2.distanceTransform(where.astype(np.uint8), cv2.DIST_L2, 5) > 9).nonzero()
    return np.asarray(
        cv2.circle(mask.copy(), (int(columns[len(columns) // 2]), int(rows[len(rows) // 2])), 5, value, -1), np.uint8
    )


@dataclass(frozen=True)
class Planted:
    """A source of 30 portraits; numbers from 20 on are damaged. Picklable."""

    name: str = "folder"
    people_apart: bool = True
    knows_coverage: bool = False

    def settings(self) -> dict[str, Any]:
        return {}

    def catalogue(self) -> Catalogue:
        return Catalogue(tuple(Entry(f"{number:02}", "test" if number == 29 else "train") for number in range(30)))

    def content(self, id: str) -> str:
        return id

    def load(self, id: str) -> Portrait:
        portrait = truth(int(id))
        image, mask = portrait.image, portrait.mask
        changes = {
            "20": lambda: replace(portrait, mask=moved(mask, 5, 0)),
            "21": lambda: replace(portrait, mask=moved(mask, 0, 0, 1.06)),
            "22": lambda: replace(portrait, mask=np.ascontiguousarray(mask[:, ::-1])),
            "23": lambda: replace(portrait, mask=exchange(mask)),
            "24": lambda: replace(portrait, mask=truth(3).mask),
            "25": lambda: replace(portrait, mask=np.where(mask == HAIR, BACKGROUND, mask).astype(np.uint8)),
            "26": lambda: replace(portrait, mask=_spots(mask, HAIR, mask == BACKGROUND)),
            "27": lambda: replace(portrait, mask=_spots(mask, BACKGROUND, mask == FACE)),
            "28": lambda: replace(portrait, image=(image * 0.1).astype(np.uint8)),
            "29": lambda: Portrait(*(np.ascontiguousarray(part[:, ::-1]) for part in (truth(5).image, truth(5).mask))),
        }
        return changes[id]() if id in changes else portrait


@dataclass(frozen=True)
class Knowing:
    """A network that knows the truth, and sees nobody in some pictures. Picklable."""

    sees_nobody: tuple[str, ...] = ()

    def of(self, ids: Sequence[str], portraits: Sequence[Portrait], frames: Pixels) -> Probabilities:
        """See `Predictions`."""
        masks = np.stack([framed(truth(5))[1][:, ::-1] if id == "29" else framed(truth(int(id)))[1] for id in ids])
        masks[[id in self.sees_nobody for id in ids]] = BACKGROUND
        return np.asarray(np.eye(3, dtype=np.float32)[masks] * 0.94 + 0.02)


@pytest.fixture(scope="session")
def planted() -> Planted:
    """30 portraits, ten of them damaged."""
    return Planted()


@pytest.fixture(scope="session")
def found(planted: Planted) -> Audit:
    """What is found in them."""
    return audit(planted, Knowing())
