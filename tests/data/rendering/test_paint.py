"""Paints: their colours and no others, the same every time, wherever the box lies and whatever its size."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.recipes.paints import PATTERNS, Crop, Paint
from hairnet_data.rendering.paint import TILE, blotch_tile, noise_tile, paint_box, shrink_background, take_crop, tile_at
from tests.support import contract_scenes

STRIPES = Paint("texture", ((10, 20, 30), (210, 120, 90)), "stripes", 0.0, 0.25, 0)
CROP = Crop("wall@0", 0.5, 0.5, 1.0, False)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[tuple[int, int, int, int], int]:
    size = draw(st.integers(1, 300))
    (left, right), (top, bottom) = (
        sorted((draw(st.integers(0, size - 1)), draw(st.integers(1, size)))) for _ in range(2)
    )
    return (left, top, max(right, left + 1), max(bottom, top + 1)), size


textures = st.builds(
    Paint,
    st.just("texture"),
    st.tuples(*[st.tuples(*[st.integers(0, 255)] * 3)] * 2),
    st.sampled_from(PATTERNS),
    st.floats(-360, 360),
    st.floats(0.005, 100),
    st.integers(0, 65535),
)


@settings(max_examples=200)
@given(boxes(), textures)
def test_textures_stay_between_their_colours(drawn: tuple[tuple[int, int, int, int], int], paint: Paint) -> None:
    box, size = drawn
    painted = paint_box(paint, box, size, contract_scenes.wall(np.random.default_rng(0)))
    assert painted.shape == (box[3] - box[1], box[2] - box[0], 3)
    assert painted.dtype == np.uint8
    ends = np.array(paint.colours)
    assert (painted >= ends.min(axis=0)).all()
    assert (painted <= ends.max(axis=0)).all()
    if paint.pattern in ("stripes", "checks"):
        assert {tuple(colour) for colour in painted.reshape(-1, 3).tolist()} <= set(paint.colours)
    assert np.array_equal(painted, paint_box(paint, box, size, contract_scenes.wall(np.random.default_rng(1))))


@settings(max_examples=100)
@given(boxes(), textures.filter(lambda paint: paint.pattern != "blotches"))
def test_patterns_are_fixed_to_the_frame(drawn: tuple[tuple[int, int, int, int], int], paint: Paint) -> None:
    """A box shows a window of the pattern, so two boxes side by side have no seam."""
    (left, top, right, bottom), size = drawn
    backgrounds = contract_scenes.wall(np.random.default_rng(0))
    frame = paint_box(paint, (0, 0, size, size), size, backgrounds)
    painted = paint_box(paint, (left, top, right, bottom), size, backgrounds)
    assert np.array_equal(painted, frame[top:bottom, left:right])


def test_stripes_have_their_period_and_angle() -> None:
    painted = paint_box(STRIPES, (0, 0, 80, 80), 80, contract_scenes.wall(np.random.default_rng(0)))[..., 0]
    assert (painted == painted[0]).all()  # at angle 0 they stand upright
    assert np.flatnonzero(np.diff(painted[0].astype(int))).tolist() == [9, 19, 29, 39, 49, 59, 69]
    turned = paint_box(replace(STRIPES, angle=90.0), (0, 0, 80, 80), 80, contract_scenes.wall(np.random.default_rng(0)))
    assert np.array_equal(turned[..., 0], painted.T)


def test_another_seed_is_another_texture() -> None:
    for pattern in PATTERNS:
        painted = [
            paint_box(
                replace(STRIPES, pattern=pattern, seed=seed),
                (0, 0, 64, 64),
                64,
                contract_scenes.wall(np.random.default_rng(0)),
            )
            for seed in (0, 9999, 40000)
        ]
        assert len({picture.tobytes() for picture in painted}) == 3


@settings(max_examples=50)
@given(boxes(), st.tuples(*[st.integers(0, 255)] * 3))
def test_a_flat_colour_is_that_colour(
    drawn: tuple[tuple[int, int, int, int], int], colour: tuple[int, int, int]
) -> None:
    box, size = drawn
    painted = paint_box(Paint("colour", (colour,)), box, size, contract_scenes.wall(np.random.default_rng(0)))
    assert painted.shape == (box[3] - box[1], box[2] - box[0], 3)
    assert (painted == colour).all()


# --- crops


@settings(max_examples=200)
@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.integers(1, 300),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.booleans(),
)
def test_crops_lie_within_and_have_their_size(
    width: int, height: int, size: int, x: float, y: float, side: float, mirror: bool
) -> None:
    # The picture's values are its columns and rows, so that those of a crop say where it was cut.
    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 0] = np.linspace(0, 255, width)
    picture[..., 1] = np.linspace(0, 255, height)[:, None]
    kept = picture.copy()
    cut = take_crop(Crop("wall@0", x, y, side, mirror), picture, size)
    assert cut.shape == (size, size, 3)
    assert cut.flags.c_contiguous
    across, down = cut[..., 0].astype(int), cut[..., 1].astype(int)
    assert (np.diff(across, axis=1) * (-1 if mirror else 1) >= 0).all()
    assert (np.diff(down, axis=0) >= 0).all()
    cut[:] = 7
    assert np.array_equal(picture, kept)


def test_the_whole_of_a_square_background_is_itself() -> None:
    picture = contract_scenes.photo(np.random.default_rng(0), 60, 60)
    assert np.array_equal(take_crop(CROP, picture, 60), picture)
    assert np.array_equal(take_crop(replace(CROP, mirror=True), picture, 60), picture[:, ::-1])


def test_corners_are_reached() -> None:
    picture = contract_scenes.photo(np.random.default_rng(0), 100, 60)
    cut = replace(CROP, side=0.5)
    assert np.array_equal(take_crop(replace(cut, x=0.0, y=0.0), picture, 30), picture[:30, :30])
    assert np.array_equal(take_crop(replace(cut, x=1.0, y=1.0), picture, 30), picture[-30:, -30:])


def test_a_crop_of_side_0_is_pixel_for_pixel() -> None:
    picture = contract_scenes.photo(np.random.default_rng(0), 100, 60)
    assert np.array_equal(take_crop(replace(CROP, side=0.0, x=0.0, y=0.0), picture, 40), picture[:40, :40])
    assert take_crop(replace(CROP, side=0.0), picture, 90).shape == (90, 90, 3)


def test_large_backgrounds_are_averaged_not_thinned_out() -> None:
    checks = np.indices((512, 512)).sum(axis=0) % 2 * 255
    picture = np.repeat(checks[..., None], 3, axis=2).astype(np.uint8)
    cut = take_crop(CROP, picture, 64)
    assert cut.std() < 3
    assert abs(cut.mean() - 127.5) < 3


@pytest.mark.parametrize(
    ("shape", "kept"),
    [((100, 100), (100, 100)), ((200, 300), (100, 150)), ((999, 4000), (125, 500)), ((90, 4000), (90, 4000))],
)
def test_backgrounds_are_kept_no_larger_than_needed(shape: tuple[int, int], kept: tuple[int, int]) -> None:
    assert shrink_background(np.zeros((*shape, 3), np.uint8), 100).shape[:2] == kept


# --- tiles


def test_noise_is_normal_and_grey_free() -> None:
    noise = noise_tile().astype(float) / 32
    assert noise.shape == (TILE, TILE, 3)
    assert abs(noise.mean()) < 0.01
    assert abs(noise.std() - 1) < 0.01
    # Normal: 68.3 and 95.4 percent within one and two standard deviations.
    assert abs((abs(noise) < 1).mean() - 0.683) < 0.02
    assert abs((abs(noise) < 2).mean() - 0.954) < 0.01
    flat = noise.reshape(-1, 3)
    assert np.abs(np.corrcoef(flat.T) - np.eye(3)).max() < 0.01
    assert abs(np.corrcoef(noise[:, :-1, 0].ravel(), noise[:, 1:, 0].ravel())[0, 1]) < 0.01


def test_blotches_are_soft_and_use_all_levels() -> None:
    tile = blotch_tile()
    assert (tile.min(), tile.max()) == (0, 255)
    assert np.abs(np.diff(tile.astype(int), axis=1)).mean() < 4
    assert cv2.blur(tile, (15, 15)).std() > 20


@pytest.mark.parametrize("seed", [0, 255, 65280, 65535])
@pytest.mark.parametrize("side", [1, 224, TILE, TILE + 1, 3000])
def test_windows_of_a_tile_fit_for_every_seed(seed: int, side: int) -> None:
    for tile in (blotch_tile(), noise_tile()):
        assert tile_at(tile, seed, side, side // 2 + 1).shape[:2] == (side, side // 2 + 1)
