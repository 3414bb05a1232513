"""Drawn portraits and what the shipped network finds in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.sources.drawn.source import Drawn
from hairnet_model import Segmenter
from hairnet_model.evaluation.recolouring import Recoloured

PORTRAITS = {
    "black": "test_00148",
    "brown": "test_00042",
    "blond": "test_00272",
    "red": "test_00480",
    "grey": "test_00357",
    "coiled": "test_00240",
}


class Found(NamedTuple):
    """A portrait: uint8 (H, W, 3) RGB, its class ids, and the probabilities of hair and face, float32 (H, W)."""

    image: Pixels
    mask: Pixels
    hair: NDArray[np.float32]
    face: NDArray[np.float32]

    @property
    def measured(self) -> Recoloured:
        masks = (self.mask == HAIR) & (self.hair > 0.5), (self.mask == FACE) & (self.hair < 0.05)
        return Recoloured(self.image, *masks)


@pytest.fixture(scope="session")
def portraits() -> dict[str, Found]:
    segmenter, source = Segmenter.load(), Drawn(0, 0, 600, size=384)
    made = {}
    for kind, name in PORTRAITS.items():
        portrait = source.load(name)
        likely = segmenter.probabilities(portrait.image)
        made[kind] = Found(portrait.image, portrait.mask, likely[..., HAIR].copy(), likely[..., FACE].copy())
    return made
