"""Warping: the matrix by hand and by example, sampling to the pixel, halving."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.geometry import warp
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.recipe import Affine, Recipe
from hairnet_data.rendering.renderer import render, steps
from hairnet_data.rendering.subject import Subject
from hairnet_data.sources.base import Portrait
from tests.support import contract_places, contract_scenes
from tests.support.contract_scenes import Scene, rendered

BLACK = Paint("colour", ((0, 0, 0),))

affines = st.builds(
    Affine,
    st.floats(0.05, 20),
    st.tuples(st.floats(-2, 2), st.floats(-2, 2)),
    st.floats(-180, 180),
    st.booleans(),
)
sides = st.integers(1, 2000)


def matrix_of(affine: Affine, size: int, width: int, height: int) -> warp.UnitMatrix:
    return warp.unit_matrix(size, width, height, affine.scale, affine.shift, affine.rotation, affine.mirror)


@settings(max_examples=200)
@given(affines, st.integers(8, 1024), sides, sides, st.floats(0, 1), st.floats(0, 1))
def test_the_matrix_is_the_inverse_of_the_one_by_hand(
    affine: Affine, size: int, width: int, height: int, x: float, y: float
) -> None:
    recipe = Recipe("train", 0, size, "portrait", contract_scenes.PORTRAIT, affine=affine)
    there = complex(contract_places.moved(recipe, (width, height), np.array([complex(x * width, y * height)]))[0])
    unit = matrix_of(affine, size, width, height) @ (there.real, there.imag, 1)
    # Thin portraits stretch the unit frame; rounding grows with the numbers that cancel.
    close = 1e-9 * (1 + abs(there)) * max(width, height) / min(width, height)
    assert math.dist(unit, (x, y)) < close


def warped(affine: Affine, mask: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> list[str]:
    """The mask of a small portrait after an affine map, in a frame of its longer side, as letters."""
    image = np.repeat(mask[..., None] * np.uint8(100), 3, axis=2)
    recipe = Recipe("train", 0, max(mask.shape), "portrait", contract_scenes.PORTRAIT, affine=affine, fill=BLACK)
    rendered_image, classes = render(recipe, Portrait(image, mask), lambda asset: image)
    assert np.array_equal(rendered_image[..., 0], classes * 100)  # nothing lies between pixels here
    return ["".join(".hf"[class_] for class_ in row) for row in classes]


CORNER = np.array(
    [
        [HAIR, HAIR, FACE, BACKGROUND],
        [HAIR, BACKGROUND, BACKGROUND, BACKGROUND],
        [BACKGROUND] * 4,
        [BACKGROUND] * 4,
    ],
    np.uint8,
)
"""Hair in the upper left corner, with a bit of face to the right of it."""


@pytest.mark.parametrize(
    ("affine", "rows"),
    [
        (Affine(), ["hhf.", "h...", "....", "...."]),
        (Affine(shift=(0.25, 0.0)), [".hhf", ".h..", "....", "...."]),  # to the right
        (Affine(shift=(0.0, 0.5)), ["....", "....", "hhf.", "h..."]),  # down
        (Affine(rotation=90.0), ["..hh", "...h", "...f", "...."]),  # clockwise
        (Affine(rotation=-90.0), ["....", "f...", "h...", "hh.."]),
        (Affine(rotation=180.0), ["....", "....", "...h", ".fhh"]),
        (Affine(mirror=True), [".fhh", "...h", "....", "...."]),
        (Affine(rotation=90.0, mirror=True), ["....", "...f", "...h", "..hh"]),  # mirrored, then turned
        (Affine(shift=(0.25, 0.0), mirror=True), ["..fh", "....", "....", "...."]),  # mirrored, then moved
        (Affine(shift=(1.0, 0.0)), ["....", "....", "....", "...."]),  # out of the frame
    ],
)
def test_a_corner_goes_where_the_words_say(affine: Affine, rows: list[str]) -> None:
    assert warped(affine, CORNER) == rows


def test_scale_is_about_the_middle() -> None:
    mask = np.full((8, 8), HAIR, np.uint8)
    mask[2:6, 2:6] = FACE
    recipe = Recipe("train", 0, 8, "portrait", contract_scenes.PORTRAIT, fill=BLACK)
    shown = Portrait(np.zeros((8, 8, 3), np.uint8), mask)
    _, half = render(replace(recipe, affine=Affine(scale=0.5)), shown, lambda asset: mask)
    assert (half[3:5, 3:5] == FACE).all()
    assert (half != BACKGROUND).sum() == 16
    _, double = render(replace(recipe, affine=Affine(scale=2.0)), shown, lambda asset: mask)
    assert (double == FACE).all()


def test_the_longer_side_fits_and_the_rest_is_filled_alike_on_both_sides() -> None:
    wide, tall = np.full((4, 8), FACE, np.uint8), np.full((8, 4), FACE, np.uint8)
    assert warped(Affine(), wide) == ["........"] * 2 + ["ffffffff"] * 4 + ["........"] * 2
    assert warped(Affine(), tall) == ["..ffff.."] * 8


# --- what a source reaches


@settings(max_examples=200)
@given(affines, st.integers(8, 96), st.integers(1, 300), st.integers(1, 300))
def test_rendering_only_what_is_reached_leaves_nothing_out(affine: Affine, size: int, width: int, height: int) -> None:
    recipe = Recipe("train", 0, size, "portrait", contract_scenes.PORTRAIT, affine=affine, fill=BLACK)
    shown = Portrait(np.full((height, width, 3), 200, np.uint8), np.full((height, width), HAIR, np.uint8))
    scene = Scene(recipe, shown, lambda asset: shown.image)
    image, mask = rendered(recipe, shown, scene.backgrounds)
    inside = ~contract_places.outside(scene)
    sure = ~contract_places.doubtful(scene)
    assert np.array_equal((mask == HAIR)[sure], inside[sure])
    assert np.array_equal((image == 200).all(axis=-1), mask == HAIR)


# --- halving


@pytest.mark.parametrize(
    ("step", "level"), [(0.01, 0), (1.0, 0), (1.41, 0), (1.42, 1), (2.0, 1), (2.83, 2), (4.0, 2), (10.0, 3)]
)
def test_levels_leave_0_7_to_1_4_pixels(step: float, level: int) -> None:
    assert warp.level_for(step) == level
    assert level == 0 or 0.7 < step / 2**level < 1.42


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (7, 5), (64, 64), (1, 200), (99, 250)])
def test_halving_rounds_up_and_keeps_the_mean(shape: tuple[int, int]) -> None:
    image = contract_scenes.photo(np.random.default_rng(0), shape[1], shape[0])
    half = warp.halve(image, 1)
    assert half.shape == ((shape[0] + 1) // 2, (shape[1] + 1) // 2, 3)
    assert abs(float(half.mean()) - float(image.mean())) < 0.51
    assert np.array_equal(warp.halve(warp.halve(image, 1), 2), warp.halve(image, 3))
    assert np.array_equal(warp.halve(image, 0), image)


def test_halving_averages_areas() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    image[:2, :2] = [[[10], [20]], [[30], [40]]]
    assert warp.halve(image, 1)[0, 0].tolist() == [25, 25, 25]


@settings(max_examples=40)
@given(st.integers(8, 600), st.integers(8, 600), st.floats(0.05, 3), st.integers(0, 3))
def test_a_subject_kept_small_renders_the_same(width: int, height: int, scale: float, finest: int) -> None:
    """Workers do not keep detail that no recipe of the build needs."""
    rng = np.random.default_rng(width)
    shown = Portrait(contract_scenes.photo(rng, width, height), contract_scenes.painting(rng, width, height, 2))
    recipe = Recipe(
        "train", 0, 48, "portrait", contract_scenes.PORTRAIT, affine=Affine(scale, rotation=20.0), fill=BLACK
    )
    needed = warp.level_for(max(width, height) / (48 * scale))
    small = Subject(shown, min(finest, needed))
    for one, other in zip(
        render(recipe, shown, contract_scenes.wall(rng)), render(recipe, small, contract_scenes.wall(rng)), strict=True
    ):
        assert np.array_equal(one, other)
    assert small.nbytes > 0
    if finest:
        with pytest.raises(ValueError, match="finest"):
            Subject(shown, finest).image(finest - 1)


# --- the renderer


def test_rendering_leaves_its_inputs_alone() -> None:
    rng = np.random.default_rng(9)
    photo, mask, wall = (
        contract_scenes.photo(rng, 64, 64).copy(),
        contract_scenes.painting(rng, 64, 64, 4),
        contract_scenes.photo(rng, 64, 64),
    )
    kept = photo.copy(), mask.copy(), wall.copy()
    wall = wall.copy()
    recipe = Recipe("train", 0, 64, "portrait", contract_scenes.PORTRAIT, fill=BLACK)
    for array in render(recipe, Portrait(photo, mask), lambda asset: wall):
        array[:] = 0
    negative = replace(recipe, kind="negative", portrait="", negative=replace(contract_scenes.crop(rng), side=1.0))
    for array in render(negative, None, lambda asset: wall):
        array[:] = 0
    assert all(map(np.array_equal, (photo, mask, wall), kept))


def test_steps_end_in_what_render_returns() -> None:
    rng = np.random.default_rng(9)
    shown = Portrait(contract_scenes.photo(rng, 50, 40), contract_scenes.painting(rng, 50, 40, 4))
    recipe = Recipe("train", 0, 32, "portrait", contract_scenes.PORTRAIT, fill=BLACK)
    *_, (what, image, mask) = steps(recipe, shown, contract_scenes.wall(rng))
    assert what == "warped"
    assert all(map(np.array_equal, (image, mask), render(recipe, shown, contract_scenes.wall(rng))))
