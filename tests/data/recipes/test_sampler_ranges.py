"""What is drawn lies within the ranges of the policy, and is spread over them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.recipes.policy import SHAPES, Policy
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.recipes.sampler import sample_recipe
from tests.support.sampling import WIDE, many, pool, train


def to_digits(digits: int, low: float, high: float) -> st.SearchStrategy[tuple[float, float]]:
    number = st.floats(low, high).map(lambda value: round(value, digits))
    return st.tuples(number, number).map(lambda pair: (min(pair), max(pair)))


@settings(max_examples=200)
@given(
    to_digits(3, 0.05, 20),
    to_digits(3, 0, 2),
    to_digits(2, 0, 180),
    to_digits(3, 0.01, 2),
    st.tuples(st.integers(1, 4), st.integers(1, 4)).map(lambda pair: (min(pair), max(pair))),
    st.lists(st.sampled_from(SHAPES), min_size=1, unique=True),
    st.floats(0, 3),
    st.integers(0, 2**32),
)
def test_ranges_are_respected(
    scale: tuple[float, float],
    shift: tuple[float, float],
    rotate: tuple[float, float],
    size: tuple[float, float],
    count: tuple[int, int],
    shapes: list[str],
    photometric: float,
    index: int,
) -> None:
    policy = Policy(
        negative_rate=0,
        occlude_rate=1,
        scale=scale,
        shift=shift,
        rotate=rotate,
        occluder_size=size,
        occluder_count=count,
        occluder_shapes=tuple(shapes),
        photometric=photometric,
    )
    recipe = sample_recipe(train(policy), pool(), index)
    rounding = 1e-4
    assert scale[0] - rounding <= recipe.affine.scale <= scale[1] + rounding
    assert shift[0] - rounding <= math.hypot(*recipe.affine.shift) <= shift[1] + rounding
    assert rotate[0] <= abs(recipe.affine.rotation) <= rotate[1]
    assert count[0] <= len(recipe.occluders) <= count[1]
    assert {occluder.shape for occluder in recipe.occluders} <= set(shapes)
    for occluder in recipe.occluders:
        if occluder.shape in ("rectangle", "ellipse"):
            sides = sorted(_sides(occluder.outline, occluder.shape))
            assert size[0] - 3e-4 <= sides[1] <= size[1] + 3e-4
    change = recipe.photometric
    assert 0 <= change.noise <= 12 * photometric + 1e-3
    assert 0 <= change.blur <= 1.6 * photometric + 1e-3
    assert change.jpeg == 0 or 30 <= change.jpeg <= 85
    assert abs(math.log(change.brightness)) <= 0.4 * photometric + 1e-3
    # Recipes are stored as JSON: nothing may be lost there.
    assert Recipe.from_json(recipe.to_json()) == recipe


def _sides(outline: tuple[tuple[float, float], ...], shape: str) -> tuple[float, float]:
    if shape == "ellipse":
        half = len(outline) // 2
        ends = [(outline[0], outline[half]), (outline[half // 2], outline[half // 2 + half])]
    else:
        ends = [(outline[0], outline[1]), (outline[1], outline[2])]
    longer, shorter = (math.dist(*pair) for pair in ends)
    return longer, shorter


@pytest.mark.parametrize(
    "policy",
    [
        Policy(negative_rate=0, scale=(0.05, 0.05), shift=(2, 2), rotate=(180, 180), occluder_size=(2, 2), mirror=1),
        Policy(negative_rate=0, scale=(20, 20), shift=(0, 0), rotate=(0, 0), occluder_size=(0.01, 0.01), mirror=0),
    ],
)
def test_ranges_of_one_value_give_that_value(policy: Policy) -> None:
    for recipe in many(policy, 200):
        assert recipe.affine.scale == policy.scale[0]
        assert math.hypot(*recipe.affine.shift) == pytest.approx(policy.shift[0], abs=1e-4)
        assert abs(recipe.affine.rotation) == policy.rotate[0]
        assert recipe.affine.mirror == bool(policy.mirror)


def test_nothing_is_left_as_minus_zero() -> None:
    """It would be written as -0.0, and a shift of nothing be described as one to the left."""
    for recipe in many(replace(WIDE, shift=(0, 0), rotate=(0, 0)), 300):
        numbers = (*recipe.affine.shift, recipe.affine.rotation)
        assert all(math.copysign(1, number) == 1 for number in numbers)


def test_scales_are_drawn_alike_on_both_sides_of_one() -> None:
    smaller = np.mean([recipe.affine.scale < 1 for recipe in many(replace(WIDE, scale=(0.25, 4)))])
    assert abs(smaller - 0.5) < 0.06
