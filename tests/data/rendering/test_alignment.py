"""Points 1 to 9 of the alignment contract, each for hundreds of scenes, by the checks of `tests.support.contract`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.geometry.polygons import ellipse, transform_outline
from hairnet_data.recipes.paints import PATTERNS, Paint
from hairnet_data.recipes.policy import SHAPES, Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Affine, Occluder, Photometric, Recipe
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import Split
from hairnet_data.sources.base import Portrait
from hairnet_data.verify import reference_mask
from tests.support import contract
from tests.support.contract import Scene, rendered

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

many = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])

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
    mask = contract.resized(contract.painting(rng, width, height, feature), width * mask_times, height * mask_times)
    # Some sets label hair only, or have doubtful hair.
    mask = contract.unlabelled(mask, *draw(st.sampled_from([(), (), (), (BACKGROUND, FACE), (HAIR,), (0, 1, 2)])))
    return Portrait(contract.photo(rng, width * photo_times, height * photo_times), mask)


@st.composite
def paints(draw: Draw[T]) -> Paint:
    kind = draw(st.sampled_from(["colour", "texture", "background"]))
    if kind == "colour":
        return Paint(kind, (draw(colours),))
    if kind == "background":
        return Paint(kind, crop=contract.crop(np.random.default_rng(draw(seeds))))
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
        portrait=contract.PORTRAIT,
        affine=draw(affine),
        fill=draw(paints()),
        occluders=() if hidden is None else tuple(draw(hidden)),
    )
    shown = draw(portraits() if portrait is None else portrait)
    return Scene(recipe, shown, contract.wall(np.random.default_rng(draw(seeds))))


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
        negative=contract.crop(rng),
        occluders=tuple(draw(st.lists(occluders, max_size=3))),
        photometric=draw(photometrics),
    )
    width, height = draw(st.integers(1, 300)), draw(st.integers(1, 300))
    return Scene(recipe, None, contract.wall(rng, width, height))


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
    pool = Pool((Asset(*contract.PORTRAIT.split("@")),), (Asset(*contract.WALL.split("@")),))
    recipe = sample_recipe(split, pool, draw(st.integers(0, 2**40)), draw(output_sizes))
    shown = draw(portraits()) if recipe.kind == "portrait" else None
    return Scene(recipe, shown, contract.wall(np.random.default_rng(draw(seeds))))


# --- 1 and the reference mask


@many
@given(sampled())
def test_point_1_types_shapes_and_classes(scene: Scene) -> None:
    contract.check_form(scene, rendered)


@many
@given(sampled())
def test_the_reference_agrees_with_the_renderer_for_every_policy(scene: Scene) -> None:
    contract.check_reference(scene, rendered)


@many
@given(scenes(hidden=st.lists(occluders, max_size=3)))
def test_the_reference_agrees_with_the_renderer_for_every_recipe(scene: Scene) -> None:
    contract.check_reference(scene, rendered)


@many
@given(scenes(hidden=st.lists(round_outlines.map(lambda o: Occluder("ellipse", o, Paint("colour", ((1, 2, 3),)))))))
def test_the_reference_leaves_few_classes_open(scene: Scene) -> None:
    """Else it would agree with anything. What it leaves open lies on a border of source pixels, or on an outline."""
    allowed = reference_mask.allowed_classes(scene.recipe, [reference_mask.Layer(scene.shown.mask, scene.frame)])
    bits = [1 << bit for bit in (BACKGROUND, HAIR, FACE, reference_mask.UNLABELLED_BIT)]
    assert ((allowed > 0) & (allowed & ~np.uint8(sum(bits)) == 0)).all()
    open_ = ~np.isin(allowed, bits) & ~contract.doubtful(scene)
    around = sum(2 * math.pi * scene.recipe.size for _ in scene.recipe.occluders)  # pixels an outline passes
    assert open_.sum() <= 0.1 * around + 4 * len(scene.recipe.occluders)


# --- 2


@st.composite
def painted(draw: Draw[T]) -> Scene:
    """A portrait with features of two output pixels or more, from ten times down to four times up."""
    step = draw(sometimes([0.25, 1.0, 1.41, 1.42, 10.0], log_uniform(0.25, 10)))
    scene = draw(scenes(portrait=portraits(feature=max(1.0, 2 * step))))
    # The coarser of photo and mask says how much detail there is.
    coarser = max(1.0, scene.frame[0] / scene.shown.mask.shape[1])
    scale = max(scene.frame) / (scene.recipe.size * max(step, 0.25 * coarser))
    assume(0.05 <= scale <= 20)
    return replace(scene, recipe=replace(scene.recipe, affine=replace(scene.recipe.affine, scale=scale)))


@many
@given(painted())
def test_point_2_a_portrait_in_its_class_colours_shows_its_mask(scene: Scene) -> None:
    contract.check_classes(scene, rendered)


def test_point_2_checks_most_pixels() -> None:
    """The property above must not hold because every pixel is near an edge."""
    rng = np.random.default_rng(3)
    mask = contract.painting(rng, 300, 240, 12)
    recipe = Recipe("train", 0, 128, "portrait", contract.PORTRAIT)
    scene = Scene(recipe, Portrait(contract.photo(rng, 300, 240), mask), contract.wall(rng))
    assert len(np.unique(mask)) > 1
    assert contract.check_classes(scene, rendered) > 0.75 * 128 * 128


# --- 3


@many
@given(scenes(), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_point_3_a_disc_is_where_the_matrix_says(scene: Scene, size: float, choice: float, x: float, y: float) -> None:
    # The disc decides on the scale: completely in sight, and 8 pixels or more in the source and in the output.
    recipe, (width, height) = scene.recipe, scene.frame
    least, most = 4 * max(1.0, width / scene.shown.mask.shape[1]), min(scene.frame) / 2 - 2
    assume(most >= least)
    in_source = least * (most / least) ** choice
    # Up to four times up: beyond, the 32nds of a source pixel that the image is interpolated in begin to show.
    radius = 4 * (min(recipe.size / 2 - 3, 4 * in_source) / 4) ** size
    step = in_source / radius
    scale = max(scene.frame) / (recipe.size * step)
    reach = radius + contract.soft_edge(step)
    room = recipe.size / 2 - reach
    assume(0.05 <= scale <= 20 and room >= 1 and reach * step < most)
    centre = complex(reach * step + x * (width - 2 * reach * step), reach * step + y * (height - 2 * reach * step))
    affine = replace(recipe.affine, scale=scale, shift=(0.0, 0.0))
    lands = complex(contract.moved(replace(recipe, affine=affine), scene.frame, np.array([centre]))[0])
    # Off the middle of the output by as much as there is room for, less the pixel of shifts that the check adds.
    target = complex(recipe.size / 2 - room + y * (2 * room - 1), recipe.size / 2 - room + x * (2 * room - 1))
    shift = (target - lands) / recipe.size
    affine = replace(affine, shift=(shift.real, shift.imag))
    contract.check_disc(replace(scene, recipe=replace(recipe, affine=affine)), rendered, centre, radius)


# --- 4 and 5


@many
@given(scenes())
def test_point_4_fill_and_background_share_their_pixels(scene: Scene) -> None:
    contract.check_fill(scene, rendered)


@many
@given(scenes(hidden=st.lists(occluders, min_size=1, max_size=3)))
def test_point_5_occluders_change_image_and_mask_on_the_same_pixels(scene: Scene) -> None:
    contract.check_occluders(scene, rendered)


@many
@given(scenes(affine=st.just(Affine(20.0)), hidden=st.lists(occluders, min_size=1, max_size=3)))
def test_point_5_holds_where_the_portrait_fills_the_frame(scene: Scene) -> None:
    contract.check_occluders(scene, rendered)


# --- 6


@many
@given(scenes())
def test_point_6_a_mirror_mirrors_both(scene: Scene) -> None:
    contract.check_mirror(scene, rendered)


@st.composite
def squares(draw: Draw[T], affine: st.SearchStrategy[Affine], sizes: st.SearchStrategy[int] = output_sizes) -> Scene:
    """A portrait of the output's own size."""
    scene = draw(scenes(portrait=st.just(Portrait(np.zeros((1, 1, 3), np.uint8), np.zeros((1, 1), np.uint8)))))
    size, rng = draw(sizes), np.random.default_rng(draw(seeds))
    shown = Portrait(contract.photo(rng, size, size), contract.painting(rng, size, size, 4))
    return replace(scene, portrait=shown, recipe=replace(scene.recipe, size=size, affine=draw(affine)))


@many
@given(squares(st.just(Affine())))
def test_point_6_the_identity_returns_its_input(scene: Scene) -> None:
    contract.check_identity(scene, rendered)


quarter_turns = st.sampled_from([0.0, 90.0, 180.0, -90.0])


@many
@given(squares(st.builds(Affine, rotation=quarter_turns, mirror=st.booleans())))
def test_point_6_quarter_turns_and_mirrors_are_exact(scene: Scene) -> None:
    image, mask = rendered(scene.plain, scene.portrait, scene.backgrounds)
    affine = scene.recipe.affine
    for warped, source in ((image, scene.shown.image), (mask, scene.shown.mask)):
        mirrored = source[:, ::-1] if affine.mirror else source
        # np.rot90 turns the other way than we do.
        assert np.array_equal(warped, np.rot90(mirrored, -round(affine.rotation / 90)))


near_shifts = st.floats(-0.3, 0.3).map(lambda shift: round(shift, 4))
there_and_back = st.builds(Affine, log_uniform(0.5, 4), st.tuples(near_shifts, near_shifts), rotations, st.booleans())


# Mostly small: the distances from edges are worked out at six times the size.
modest_sizes = st.one_of(st.integers(32, 128), st.integers(32, 128), st.integers(129, 256))


@many
@given(squares(there_and_back, modest_sizes))
def test_point_6_there_and_back_restores_what_is_off_the_edges(scene: Scene) -> None:
    contract.check_inverse(scene, rendered)


def test_point_6_there_and_back_checks_most_pixels() -> None:
    rng = np.random.default_rng(5)
    mask = contract.painting(rng, 128, 128, 12)
    recipe = Recipe("train", 0, 128, "portrait", contract.PORTRAIT, affine=Affine(0.7, (0.05, -0.03), 25.0, True))
    scene = Scene(recipe, Portrait(contract.photo(rng, 128, 128), mask), contract.wall(rng))
    assert len(np.unique(mask)) > 1
    assert contract.check_inverse(scene, rendered) > 0.6 * 128 * 128


# --- 7, 8 and 9


@many
@given(scenes(hidden=st.lists(occluders, max_size=2)), photometrics)
def test_point_7_changes_of_colour_leave_the_mask(scene: Scene, change: Photometric) -> None:
    contract.check_photometric(replace(scene, recipe=replace(scene.recipe, photometric=change)), rendered)


@many
@given(negatives())
def test_point_8_negatives_have_no_class(scene: Scene) -> None:
    contract.check_negative(scene, rendered)


@many
@given(negatives())
def test_points_1_and_5_hold_for_negatives(scene: Scene) -> None:
    contract.check_form(scene, rendered)
    contract.check_occluders(scene, rendered)
    contract.check_reference(scene, rendered)


@many
@given(sampled())
def test_point_9_the_mask_survives_its_record(scene: Scene) -> None:
    contract.check_encoding(scene)
    image, mask = contract.recorded(scene.recipe, scene.portrait, scene.backgrounds)
    assert all(map(np.array_equal, (image, mask), rendered(scene.recipe, scene.portrait, scene.backgrounds)))


# --- the reference mask by itself


@pytest.mark.parametrize(
    ("right", "wrong"),
    [*((HAIR, wrong) for wrong in (BACKGROUND, FACE, 3, 254, UNLABELLED)), (UNLABELLED, HAIR), (UNLABELLED, 254)],
)
def test_the_reference_names_a_pixel_that_is_wrong(right: int, wrong: int) -> None:
    mask = np.full((40, 40), right, np.uint8)
    recipe = Recipe("train", 0, 40, "portrait", contract.PORTRAIT)
    allowed = reference_mask.allowed_classes(recipe, [reference_mask.Layer(mask, (40, 40))])
    assert reference_mask.mask_error(mask, allowed) == ""
    changed = mask.copy()
    changed[7, 30] = wrong
    assert reference_mask.mask_error(changed, allowed) == (
        f"the mask is wrong at 1 pixels, first at column 30, row 7: it has class {wrong}"
    )
