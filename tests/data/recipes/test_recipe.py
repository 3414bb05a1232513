"""Recipes and their JSON: the same value there and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.recipes.paints import PATTERNS, Crop, Paint
from hairnet_data.recipes.policy import SHAPES
from hairnet_data.recipes.recipe import (
    NO_EDGE,
    RECIPE_VERSION,
    Affine,
    Companion,
    Edge,
    Occluder,
    Photometric,
    Recipe,
    asset_id,
)
from tests.support.written_recipe import PLAIN, RECIPE

T = TypeVar("T")

numbers = st.floats(-100, 100)
points = st.tuples(numbers, numbers)
colours = st.tuples(*[st.integers(0, 255)] * 3)
words = st.text(max_size=20)  # whatever a file may be called
assets = words.map(lambda name: f"{name}@0123456789abcdef")
shares = st.floats(0, 1)
crops = st.builds(Crop, assets, shares, shares, shares, st.booleans())
paints = st.one_of(
    st.builds(Paint, st.just("colour"), st.tuples(colours)),
    st.builds(
        Paint,
        st.just("texture"),
        st.tuples(colours, colours),
        st.sampled_from(PATTERNS),
        st.floats(-360, 360),
        st.floats(0.005, 100),
        st.integers(0, 65535),
    ),
    st.builds(Paint, st.just("background"), crop=crops),
)
affines = st.builds(Affine, st.floats(0.01, 100), points, st.floats(-360, 360), st.booleans())
occluders = st.builds(Occluder, st.sampled_from(SHAPES), st.lists(points, min_size=3, max_size=12).map(tuple), paints)
gains = st.floats(0, 100)
edges = st.just(NO_EDGE) | st.builds(Edge, shares, shares, shares, st.floats(0.01, 10))
companions = st.builds(Companion, assets, affines, st.booleans(), edges, st.dictionaries(words, words, max_size=2))
photometrics = st.builds(
    Photometric,
    st.booleans(),
    gains,
    gains,
    st.tuples(gains, gains, gains),
    st.just(0.0) | st.floats(0.001, 100),
    gains,
    st.integers(0, 65535),
    st.integers(0, 100),
)


@st.composite
def recipes(draw: Callable[[st.SearchStrategy[T]], T]) -> Recipe:
    kind = draw(st.sampled_from(["portrait", "group", "negative"]))
    return Recipe(
        split=draw(words),
        index=draw(st.integers(0, 1 << 62)),
        size=draw(st.integers(8, 8192)),
        kind=kind,
        portrait=draw(assets) if kind != "negative" else "",
        negative=draw(crops) if kind == "negative" else None,
        affine=draw(affines),
        edge=draw(edges),
        companions=tuple(draw(st.lists(companions, min_size=1, max_size=3))) if kind == "group" else (),
        fill=draw(paints),
        occluders=tuple(draw(st.lists(occluders, max_size=4))),
        photometric=draw(photometrics),
        traits=draw(st.dictionaries(words, words, max_size=3)),
    )


@settings(max_examples=200)
@given(recipes())
def test_json_is_the_value(recipe: Recipe) -> None:
    line = recipe.to_json()
    again = Recipe.from_json(line)
    assert again == recipe
    assert again.to_json() == line
    assert Recipe.from_json(line.encode()) == recipe
    assert "\n" not in line


NEGATIVE = replace(RECIPE, kind="negative", portrait="", negative=Crop("wall@0", 0.25, 0.5, 0.75, True))


def test_a_recipe_reads_as_it_was_written() -> None:
    assert Recipe.from_json(RECIPE.to_json()) == RECIPE
    assert Recipe.from_json(NEGATIVE.to_json()) == NEGATIVE
    assert PLAIN["version"] == RECIPE_VERSION


def test_equal_recipes_have_equal_lines() -> None:
    one, other = (
        replace(RECIPE, traits={"tone": "7", "hair": "curly"}),
        replace(RECIPE, traits={"hair": "curly", "tone": "7"}),
    )
    assert one.to_json() == other.to_json()


def test_recipes_name_what_they_use() -> None:
    assert RECIPE.source_id == "a/b.jpg"
    assert RECIPE.assets() == (["a/b.jpg@0123456789abcdef"], ["wall@0"])
    assert NEGATIVE.source_id == "wall"
    assert NEGATIVE.assets() == ([], ["wall@0", "wall@0"])
    assert asset_id("me@home.jpg@0123456789abcdef") == "me@home.jpg"


def test_other_ways_to_write_the_same_json_are_read() -> None:
    """The first recipes were written by `json.dumps`, which escapes what is not ASCII; others are written by hand."""
    recipe = replace(RECIPE, portrait="Zoë 😀.jpg@0123456789abcdef", affine=Affine(1.0, (0.0, 0.0), 12.0, True))
    values = json.loads(recipe.to_json())
    backwards = dict(reversed(values.items())) | {
        "affine": {"scale": 1, "shift": [0, 0], "rotation": 12, "mirror": True}
    }
    for text in (json.dumps(values, sort_keys=True, separators=(",", ":")), json.dumps(backwards, indent=1)):
        again = Recipe.from_json(text)
        assert again == recipe
        assert again.to_json() == recipe.to_json()  # with floats where integers were read
