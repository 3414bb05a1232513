"""Strategies of `hypothesis`: portraits, recipes and policies of all kinds, as scenes of `tests.support.contract`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.geometry.polygons import ellipse, transform_outline
from hairnet_data.recipes.paints import PATTERNS, Paint
from hairnet_data.recipes.policy import SHAPES, Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Affine, Occluder, Photometric, Recipe
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import Split
from hairnet_data.sources.base import Portrait
from tests.support import contract_scenes
from tests.support.contract_scenes import Scene

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

many = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
whole = settings(many, max_examples=100)
"""For what compares every pixel with no tolerance: a wrong one shows in any scene that has the cause of it."""

seeds = st.integers(0, 2**32 - 1)
# Most pictures are small, so that hundreds take seconds; every range from 8 to 2,000 is drawn.
longer_sides = st.one_of(*2 * [st.integers(8, 40)], *5 * [st.integers(8, 300)], st.integers(301, 2000))
output_sizes = st.one_of(*5 * [st.integers(32, 72)], *2 * [st.integers(73, 224)], st.integers(225, 512))
times_larger = st.sampled_from([(1, 1), (1, 1), (1, 1), (2, 1), (3, 1), (1, 2), (1, 3)])
colours = st.tuples(*[st.integers(0, 255)] * 3)


def log_uniform(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(math.log(low), math.log(high)).map(lambda power: min(max(math.exp(power), low), high))


def sometimes(special: list[T], usual: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    return st.one_of(usual, usual, st.sampled_from(special))


scales = sometimes([0.05, 0.5, 1.0, 2.0, 20.0], log_uniform(0.05, 20)).map(lambda scale: round(scale, 4))
shifts = sometimes([0.0, 0.5, -0.5, 1.0, -1.0], st.floats(-1.3, 1.3)).map(lambda shift: round(shift, 4))
rotations = sometimes([0.0, 45.0, 90.0, -90.0, 180.0], st.floats(-180, 180)).map(lambda turn: round(turn, 3))
affines = st.builds(Affine, scales, st.tuples(shifts, shifts), rotations, st.booleans())


@st.composite
def portraits(draw: Draw[T], feature: float = 3.0) -> Portrait:
    """Noise with a mask of shapes, of any size and aspect, the mask sometimes larger or smaller than the photo."""
    longer = draw(longer_sides)
    shorter = draw(st.integers(8, longer))
    sides = (longer, shorter) if draw(st.booleans()) else (shorter, longer)
    photo_times, mask_times = draw(times_larger)
    if max(photo_times, mask_times) * longer > 2000:
        photo_times = mask_times = 1
    rng = np.random.default_rng(draw(seeds))
    width, height = sides
    mask = contract_scenes.resized(
        contract_scenes.painting(rng, width, height, feature), width * mask_times, height * mask_times
    )
    # Some sets label hair only, or have doubtful hair.
    mask = contract_scenes.unlabelled(
        mask, *draw(st.sampled_from([(), (), (), (BACKGROUND, FACE), (HAIR,), (0, 1, 2)]))
    )
    return Portrait(contract_scenes.photo(rng, width * photo_times, height * photo_times), mask)


@st.composite
def paints(draw: Draw[T]) -> Paint:
    kind = draw(st.sampled_from(["colour", "texture", "background"]))
    if kind == "colour":
        return Paint(kind, (draw(colours),))
    if kind == "background":
        return Paint(kind, crop=contract_scenes.crop(np.random.default_rng(draw(seeds))))
    return Paint(
        kind,
        (draw(colours), draw(colours)),
        draw(st.sampled_from(PATTERNS)),
        draw(st.integers(0, 1800)) / 10,
        draw(st.integers(20, 500)) / 1000,
        draw(st.integers(0, 65535)),
    )


coordinates = st.floats(-0.4, 1.4).map(lambda x: round(x, 4))
free_outlines = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=9).map(tuple)
round_outlines = st.builds(
    transform_outline,
    st.just(ellipse()),
    st.tuples(coordinates, coordinates),
    st.floats(0.02, 1.5),
    st.floats(0.02, 1.5),
    st.floats(0, 360),
)
occluders = st.builds(Occluder, st.sampled_from(SHAPES), st.one_of(free_outlines, round_outlines), paints())


@st.composite
def scenes(
    draw: Draw[T],
    portrait: st.SearchStrategy[Portrait] | None = None,
    affine: st.SearchStrategy[Affine] = affines,
    hidden: st.SearchStrategy[list[Occluder]] | None = None,
) -> Scene:
    recipe = Recipe(
        split="train",
        index=draw(st.integers(0, 1000)),
        size=draw(output_sizes),
        kind="portrait",
        portrait=contract_scenes.PORTRAIT,
        affine=draw(affine),
        fill=draw(paints()),
        occluders=() if hidden is None else tuple(draw(hidden)),
    )
    shown = draw(portraits() if portrait is None else portrait)
    return Scene(recipe, shown, contract_scenes.wall(np.random.default_rng(draw(seeds))))


photometrics = st.builds(
    Photometric,
    grey=st.booleans(),
    contrast=st.floats(0.3, 3),
    brightness=st.floats(0.3, 3),
    cast=st.tuples(*[st.floats(0.5, 2)] * 3),
    blur=st.sampled_from([0.0, 0.4, 3.0]),
    noise=st.sampled_from([0.0, 2.0, 40.0]),
    noise_seed=st.integers(0, 65535),
    jpeg=st.sampled_from([0, 1, 30, 100]),
)


@st.composite
def negatives(draw: Draw[T]) -> Scene:
    rng = np.random.default_rng(draw(seeds))
    recipe = Recipe(
        split="train",
        index=0,
        size=draw(output_sizes),
        kind="negative",
        negative=contract_scenes.crop(rng),
        occluders=tuple(draw(st.lists(occluders, max_size=3))),
        photometric=draw(photometrics),
    )
    width, height = draw(st.integers(1, 300)), draw(st.integers(1, 300))
    return Scene(recipe, None, contract_scenes.wall(rng, width, height))


@st.composite
def policies(draw: Draw[T]) -> Policy:
    """Any policy, extremes included."""

    def pair(numbers: st.SearchStrategy[float]) -> tuple[float, float]:
        low, high = sorted((draw(numbers), draw(numbers)))
        return low, high

    counts = sorted((draw(st.integers(1, 4)), draw(st.integers(1, 4))))
    return Policy(
        negative_rate=draw(st.sampled_from([0.0, 0.3, 1.0])),
        occlude_rate=draw(st.sampled_from([0.0, 0.6, 1.0])),
        scale=pair(scales),
        shift=pair(st.floats(0, 2)),
        rotate=pair(st.floats(0, 180)),
        mirror=draw(st.floats(0, 1)),
        photometric=draw(st.sampled_from([0.0, 1.0, 3.0])),
        background_rate=draw(st.floats(0, 1)),
        occluder_count=(counts[0], counts[1]),
        occluder_size=pair(st.floats(0.01, 2)),
        occluder_shapes=tuple(draw(st.lists(st.sampled_from(SHAPES), min_size=1, unique=True))),
    )


@st.composite
def sampled(draw: Draw[T]) -> Scene:
    """A recipe drawn as a build draws it, from any policy."""
    split = Split("train", "train", draw(policies()), draw(st.integers(0, 2**40)), each_once=False)
    pool = Pool((Asset(*contract_scenes.PORTRAIT.split("@")),), (Asset(*contract_scenes.WALL.split("@")),))
    recipe = sample_recipe(split, pool, draw(st.integers(0, 2**40)), draw(output_sizes))
    shown = draw(portraits()) if recipe.kind == "portrait" else None
    return Scene(recipe, shown, contract_scenes.wall(np.random.default_rng(draw(seeds))))
