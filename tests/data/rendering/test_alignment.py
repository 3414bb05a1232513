"""Points 1 to 9 of the alignment contract, for a hundred scenes or two each, by the checks of `support.contract`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from hairnet_data.recipes.recipe import Affine, Photometric, Recipe
from hairnet_data.sources.base import Portrait
from tests.support import contract, contract_disc, contract_places, contract_scenes
from tests.support.contract_scenes import Scene, rendered
from tests.support.scene_strategies import (
    Draw,
    T,
    log_uniform,
    many,
    negatives,
    occluders,
    output_sizes,
    photometrics,
    portraits,
    rotations,
    sampled,
    scenes,
    seeds,
    sometimes,
    whole,
)

# --- 1


@whole
@given(sampled())
def test_point_1_types_shapes_and_classes(scene: Scene) -> None:
    contract.check_form(scene, rendered)


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
    mask = contract_scenes.painting(rng, 300, 240, 12)
    recipe = Recipe("train", 0, 128, "portrait", contract_scenes.PORTRAIT)
    scene = Scene(recipe, Portrait(contract_scenes.photo(rng, 300, 240), mask), contract_scenes.wall(rng))
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
    reach = radius + contract_disc.soft_edge(step)
    room = recipe.size / 2 - reach
    assume(0.05 <= scale <= 20 and room >= 1 and reach * step < most)
    centre = complex(reach * step + x * (width - 2 * reach * step), reach * step + y * (height - 2 * reach * step))
    affine = replace(recipe.affine, scale=scale, shift=(0.0, 0.0))
    lands = complex(contract_places.moved(replace(recipe, affine=affine), scene.frame, np.array([centre]))[0])
    # Off the middle of the output by as much as there is room for, less the pixel of shifts that the check adds.
    target = complex(recipe.size / 2 - room + y * (2 * room - 1), recipe.size / 2 - room + x * (2 * room - 1))
    shift = (target - lands) / recipe.size
    affine = replace(affine, shift=(shift.real, shift.imag))
    contract_disc.check_disc(replace(scene, recipe=replace(recipe, affine=affine)), rendered, centre, radius)


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
    shown = Portrait(contract_scenes.photo(rng, size, size), contract_scenes.painting(rng, size, size, 4))
    return replace(scene, portrait=shown, recipe=replace(scene.recipe, size=size, affine=draw(affine)))


@whole
@given(squares(st.just(Affine())))
def test_point_6_the_identity_returns_its_input(scene: Scene) -> None:
    contract.check_identity(scene, rendered)


quarter_turns = st.sampled_from([0.0, 90.0, 180.0, -90.0])


@whole
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
    mask = contract_scenes.painting(rng, 128, 128, 12)
    recipe = Recipe(
        "train", 0, 128, "portrait", contract_scenes.PORTRAIT, affine=Affine(0.7, (0.05, -0.03), 25.0, True)
    )
    scene = Scene(recipe, Portrait(contract_scenes.photo(rng, 128, 128), mask), contract_scenes.wall(rng))
    assert len(np.unique(mask)) > 1
    assert contract.check_inverse(scene, rendered) > 0.6 * 128 * 128


# --- 7, 8 and 9


@whole
@given(scenes(hidden=st.lists(occluders, max_size=2)), photometrics)
def test_point_7_changes_of_colour_leave_the_mask(scene: Scene, change: Photometric) -> None:
    contract.check_photometric(replace(scene, recipe=replace(scene.recipe, photometric=change)), rendered)


@whole
@given(negatives())
def test_point_8_negatives_have_no_class(scene: Scene) -> None:
    contract.check_negative(scene, rendered)


@whole
@given(negatives())
def test_points_1_and_5_hold_for_negatives(scene: Scene) -> None:
    contract.check_form(scene, rendered)
    contract.check_occluders(scene, rendered)
    contract.check_reference(scene, rendered)


@whole
@given(sampled())
def test_point_9_the_mask_survives_its_record(scene: Scene) -> None:
    contract.check_encoding(scene)
    image, mask = contract_scenes.recorded(scene.recipe, scene.portrait, scene.backgrounds)
    assert all(map(np.array_equal, (image, mask), rendered(scene.recipe, scene.portrait, scene.backgrounds)))
