"""Rough first style."""

from __future__ import annotations

import numpy as np

from hairnet_data.sources.drawn.guides.falling import Silhouette, parted_comb
from hairnet_data.sources.drawn.guides.growing import (
    Growth, cut, gathered, grow, length_to_height, neighbours, openness, scalp_roots,
)
from hairnet_data.sources.drawn.guides.hair_file import Group, encode_style

CAP = {
    "azimuth": [0, 22, 40, 55, 66, 74, 82, 92, 104, 114, 135, 180],
    "height": [-6.9, -7.0, -6.3, -4.4, -1.0, 1.6, -1.6, -2.6, -1.6, 3.0, 6.0, 7.0],
    "soft": 1.0,
    "dense": 0.95,
}


def bob() -> bytes:
    rng = np.random.default_rng(1)
    roots = scalp_roots(rng, 400)
    comb, side = parted_comb(roots, 2.0, -3.0, 0.25)
    n = len(roots)
    layer = rng.random(n) ** 0.8
    sil = Silhouette((-6, -2, 3, 8, 12), (0.1, 0.2, 0.3, 0.0, -1.0), (1.0, 1.8, 2.6, 2.6, 1.0), (36, 58, 66, 62, 58))
    volume = 0.25 + 1.1 * layer
    growth = Growth(comb, np.full(n, 0.25), np.full(n, 5.0), np.full(n, 0.8), 1.8, volume, np.full(n, 30.0))
    curves = grow(roots, growth, sil.settle(layer, side))
    end = 10.5 + rng.normal(0, 0.25, n) - 0.4 * layer
    guides = cut(curves, length_to_height(curves, end), 13)
    leaders = rng.choice(n, 110, replace=False)
    guides = gathered(guides, leaders, 0.35, 1.3)
    settings = dict(width=0.06, tip=0.25, taper=3.0, mix=0.9, clump=0.45, gather=1.5, spread=[0.3, 0.25], uneven=0.06,
                    stray=0.04, curl=[0, 1, 1, 0], braid=[0, 0, 1],
                    levels=[[4, 10, 4.0], [12, 12, 2.0], [24, 14, 1.4], [48, 18, 1.0]])
    group = Group("scalp", guides, openness([guides], 1.0)[0], neighbours(guides, 3.0), settings)
    return encode_style("bob", "Bob", 1, CAP, [group], {})
