"""What is drawn: as often as the policy says."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from hairnet_data.recipes.policy import SHAPES, Policy
from tests.support.sampling import WIDE, many


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.3, 0.6, 0.99, 1.0])
def test_rates_are_kept(rate: float) -> None:
    count = 3000
    # Without occluders where they are not counted: they change nothing else, as the tests of ablations show.

    def is_kept(hits: int, of: int) -> bool:
        """Within five standard deviations: outside once in two million."""
        return abs(hits - of * rate) <= 5 * math.sqrt(of * rate * (1 - rate))

    recipes = many(Policy(negative_rate=rate, occlude_rate=0, mirror=rate), count)
    portraits = [recipe for recipe in recipes if recipe.kind == "portrait"]
    assert is_kept(count - len(portraits), count)
    assert is_kept(sum(recipe.affine.mirror for recipe in portraits), len(portraits))
    negatives = [recipe.negative for recipe in recipes if recipe.negative]
    assert is_kept(sum(negative.mirror for negative in negatives), len(negatives))
    occluded = sum(bool(recipe.occluders) for recipe in many(Policy(negative_rate=0.3, occlude_rate=rate), count))
    assert is_kept(occluded, count)
    filled = many(Policy(negative_rate=0, occlude_rate=0, background_rate=rate), count)
    assert is_kept(sum(recipe.fill.kind == "background" for recipe in filled), count)


def test_negatives_are_occluded_as_often_as_portraits() -> None:
    recipes = many(Policy(negative_rate=0.5, occlude_rate=0.6), 4000)
    for kind in ("portrait", "negative"):
        occluded = [bool(recipe.occluders) for recipe in recipes if recipe.kind == kind]
        assert abs(np.mean(occluded) - 0.6) < 5 * math.sqrt(0.24 / len(occluded))


def test_shapes_paints_and_counts_are_all_drawn() -> None:
    recipes = many(replace(WIDE, occluder_count=(1, 4)))
    occluders = [occluder for recipe in recipes for occluder in recipe.occluders]
    shapes = Counter(occluder.shape for occluder in occluders)
    assert set(shapes) == set(SHAPES)
    assert min(shapes.values()) > 0.8 * len(occluders) / len(SHAPES)
    assert {occluder.paint.kind for occluder in occluders} == {"colour", "texture", "background"}
    counts = Counter(len(recipe.occluders) for recipe in recipes)
    assert set(counts) == {1, 2, 3, 4}
    assert min(counts.values()) > 0.8 * len(recipes) / 4


def test_both_ways_of_turning_and_all_directions_of_shift_are_drawn() -> None:
    recipes = many(replace(WIDE, rotate=(10, 20), shift=(0.2, 0.3)))
    assert abs(np.mean([recipe.affine.rotation > 0 for recipe in recipes]) - 0.5) < 0.06
    quarters = Counter((recipe.affine.shift[0] > 0, recipe.affine.shift[1] > 0) for recipe in recipes)
    assert min(quarters.values()) > 0.2 * len(recipes)
