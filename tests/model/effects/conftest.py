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
from hairnet_model.evaluation.recolouring import PORTRAITS, SIDE, Recoloured


class Found(NamedTuple):
    """A portrait: uint8 (H, W, 3) RGB, its class ids, and the probabilities of hair and face, float32 (H, W)."""

    image: Pixels
    mask: Pixels
    hair: NDArray[np.float32]
    face: NDArray[np.float32]

    @property
    def measured(self) -> Recoloured:
        return Recoloured.of(self.image, self.mask, self.hair)


@pytest.fixture(scope="session")
def portraits() -> dict[str, Found]:
    segmenter, source = Segmenter.load(), Drawn(0, 0, 600, size=SIDE)
    made = {}
    for kind, name in PORTRAITS.items():
        portrait = source.load(name)
        likely = segmenter.probabilities(portrait.image)
        made[kind] = Found(portrait.image, portrait.mask, likely[..., HAIR].copy(), likely[..., FACE].copy())
    return made
