"""A recipe with something in each of its parts, and the values of its JSON."""

from __future__ import annotations

import json

from hairnet_data.recipes.paints import Crop, Paint
from hairnet_data.recipes.recipe import Affine, Occluder, Photometric, Recipe

RECIPE = Recipe(
    split="train",
    index=3,
    size=224,
    kind="portrait",
    portrait="a/b.jpg@0123456789abcdef",
    affine=Affine(0.9, (0.1, -0.2), 12.5, True),
    fill=Paint("background", crop=Crop("wall@0", 0.25, 0.5, 0.75, False)),
    occluders=(
        Occluder("polygon", ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)), Paint("colour", ((1, 2, 3),))),
        Occluder(
            "hand",
            ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)),
            Paint("texture", ((1, 2, 3), (4, 5, 6)), "stripes", 10.0, 0.1, 9),
        ),
    ),
    photometric=Photometric(True, 1.1, 0.9, (1.0, 1.1, 0.9), 0.5, 2.0, 77, 40),
    traits={"tone": "7"},
)
PLAIN = json.loads(RECIPE.to_json())
