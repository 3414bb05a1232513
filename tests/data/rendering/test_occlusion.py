"""Which pixels lie under an occluder, to the pixel, and what is painted there."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels, Point
from hairnet_data.core.classes import BACKGROUND
from hairnet_data.geometry.polygons import ellipse, hand, rasterize, transform_outline
from hairnet_data.recipes.paints import Crop, Paint
from hairnet_data.recipes.recipe import Occluder
from hairnet_data.rendering.occlusion import occlude
from hairnet_data.rendering.paint import paint_box
from tests.support import contract_places, contract_scenes

T = TypeVar("T")

sizes = st.integers(1, 40)
coordinates = st.one_of(st.floats(-3, 4).map(lambda x: round(x, 4)), st.sampled_from([0.0, 0.5, 1.0, -90.0, 90.0]))


@st.composite
def outlines_and_sizes(draw: Callable[[st.SearchStrategy[T]], T]) -> tuple[list[Point], int]:
    """Any polygon; half of them have every corner on a pixel's centre or border."""
    size = draw(sizes)
    on_grid = st.integers(-2, 2 * size + 2).map(lambda halves: halves / (2 * size))
    values = on_grid if draw(st.booleans()) else coordinates
    return draw(st.lists(st.tuples(values, values), min_size=3, max_size=8)), size


def slowly(outline: Sequence[Point], size: int) -> NDArray[np.bool_]:
    """The same for every pixel by itself, in fractions: does the polygon wind round its centre?"""
    corners = [(Fraction(round(x * (size * 256)), 256), Fraction(round(y * (size * 256)), 256)) for x, y in outline]
    edges = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    centres = [number + Fraction(1, 2) for number in range(size)]
    winding = np.zeros((size, size), np.int64)
    for row, y in enumerate(centres):
        for (x0, y0), (x1, y1) in edges:
            if min(y0, y1) <= y < max(y0, y1):
                crossing = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
                winding[row, [crossing <= x for x in centres]] += 1 if y0 < y1 else -1
    return winding != 0


def spread(outline: Sequence[Point], size: int) -> NDArray[np.bool_]:
    """`rasterize` on the entire frame."""
    (left, top, right, bottom), inside = rasterize(outline, size)
    assert 0 <= left <= right <= size
    assert 0 <= top <= bottom <= size
    assert inside.shape == (bottom - top, right - left)
    assert inside.dtype == np.bool_
    frame = np.zeros((size, size), np.bool_)
    frame[top:bottom, left:right] = inside
    return frame


@settings(max_examples=300)
@given(outlines_and_sizes())
@example(([(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)], 16))  # crosses itself
@example(([(0.5, 0.5)] * 3, 7))  # a point
@example(([(0.1, 0.5), (0.9, 0.5), (0.4, 0.5)], 7))  # a line, on the pixels' centres
@example(([(2.0, 2.0), (3.0, 2.0), (2.0, 3.0)], 9))  # outside
@example(([(-90.0, -90.0), (90.0, -90.0), (90.0, 90.0), (-90.0, 90.0)], 9))  # all round the frame
def test_cover_is_exact(drawn: tuple[list[Point], int]) -> None:
    outline, size = drawn
    assert np.array_equal(spread(outline, size), slowly(outline, size))


@settings(max_examples=100)
@given(outlines_and_sizes())
def test_the_contracts_polygon_is_exact_too(drawn: tuple[list[Point], int]) -> None:
    """What the alignment contract is checked with is checked with fractions here."""
    outline, size = drawn
    assert np.array_equal(contract_places.inside_polygon(outline, size), slowly(outline, size))


@settings(max_examples=100)
@given(outlines_and_sizes(), st.integers(0, 7))
def test_neither_direction_nor_first_corner_matters(drawn: tuple[list[Point], int], first: int) -> None:
    outline, size = drawn
    covered = spread(outline, size)
    turned = outline[first % len(outline) :] + outline[: first % len(outline)]
    assert np.array_equal(spread(turned, size), covered)
    assert np.array_equal(spread(outline[::-1], size), covered)


def test_a_square_on_pixel_borders_covers_exactly_its_pixels() -> None:
    box, inside = rasterize([(0.2, 0.3), (0.5, 0.3), (0.5, 0.7), (0.2, 0.7)], 10)
    assert inside.sum() == 3 * 4
    covered = spread([(0.2, 0.3), (0.5, 0.3), (0.5, 0.7), (0.2, 0.7)], 10)
    assert covered[3:7, 2:5].all()
    assert box[0] <= 2
    assert box[3] >= 7


def test_centres_on_left_and_upper_edges_are_inside_on_right_and_lower_ones_outside() -> None:
    # Corners on the centres of pixels (2, 2) and (6, 6).
    covered = spread([(0.25, 0.25), (0.65, 0.25), (0.65, 0.65), (0.25, 0.65)], 10)
    assert covered[2:6, 2:6].all()
    assert covered.sum() == 4 * 4


def test_corners_snap_to_the_nearest_256th_of_a_pixel() -> None:
    centre = 2.5 * 256  # of pixels in row and column 2
    for off, inside in ((-0.6, True), (0.4, True), (0.6, False)):
        x = (centre + off) / 2560
        assert spread([(x, 0.0), (0.6, 0.0), (0.6, 1.0), (x, 1.0)], 10)[5, 2] == inside


def test_tiles_cover_every_pixel_once() -> None:
    """Two shapes that share an edge neither overlap nor leave a gap, wherever the edge runs."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        x, y = (float(value) for value in rng.uniform(0, 1, 2))
        corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
        parts = [spread([corners[k], corners[(k + 1) % 4], (x, y)], 23) for k in range(4)]
        assert (sum(part.astype(int) for part in parts) == 1).all()


def test_overlapping_parts_of_one_outline_have_no_hole() -> None:
    twice_round = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)] * 2
    assert np.array_equal(spread(twice_round, 20), spread(twice_round[:4], 20))


# --- painting

CROP = Crop("wall@0123456789abcdef", 0.3, 0.6, 0.7, True)
PAINTS = (
    Paint("colour", ((10, 200, 30),)),
    Paint("texture", ((10, 200, 30), (90, 20, 250)), "stripes", 30.0, 0.1, 77),
    Paint("texture", ((10, 200, 30), (90, 20, 250)), "blotches", 30.0, 0.1, 65535),
    Paint("background", crop=CROP),
)


def example_arrays(size: int) -> tuple[Pixels, Pixels]:
    rng = np.random.default_rng(size)
    return contract_scenes.photo(rng, size, size).copy(), rng.integers(0, 3, (size, size)).astype(np.uint8)


@settings(max_examples=60)
@given(outlines_and_sizes(), st.sampled_from(PAINTS))
def test_paint_and_background_lie_on_the_same_pixels(drawn: tuple[list[Point], int], paint: Paint) -> None:
    outline, size = drawn
    backgrounds = contract_scenes.wall(np.random.default_rng(4))
    image, mask = example_arrays(size)
    before, labels = image.copy(), mask.copy()
    occlude(image, mask, Occluder("polygon", tuple(outline), paint), backgrounds)
    hidden = slowly(outline, size)
    assert np.array_equal(mask, np.where(hidden, BACKGROUND, labels))
    assert np.array_equal(image[~hidden], before[~hidden])
    (left, top, right, bottom), inside = rasterize(outline, size)
    if inside.any():
        painted = paint_box(paint, (left, top, right, bottom), size, backgrounds)
        assert np.array_equal(image[top:bottom, left:right][inside], painted[inside])


def test_a_background_as_paint_is_not_changed() -> None:
    picture = contract_scenes.photo(np.random.default_rng(4), 50, 40)
    kept = picture.copy()
    image, mask = example_arrays(30)
    outline = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    occlude(image, mask, Occluder("rectangle", outline, Paint("background", crop=CROP)), lambda asset: picture)
    assert not mask.any()
    assert np.array_equal(picture, kept)


# --- shapes


def area(outline: Sequence[Point]) -> float:
    pairs = zip(outline, [*outline[1:], outline[0]], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def test_an_ellipse_is_round() -> None:
    outline = ellipse()
    assert all(math.isclose(math.hypot(x, y), 0.5) for x, y in outline)
    assert area(outline) == pytest.approx(math.pi / 4, rel=0.01)


@pytest.mark.parametrize("fingers", [(0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0), (0.3, 1.0, 0.3, 1.0)])
@pytest.mark.parametrize("spread_", [0.0, 12.0])
def test_a_hand_is_about_one_long_and_fits_a_recipe(fingers: tuple[float, ...], spread_: float) -> None:
    outline = hand(fingers, spread_, 40.0)
    assert 3 <= len(outline) <= 256
    ys = [y for _, y in outline]
    assert max(ys) == 0.5
    assert 0.55 < max(ys) - min(ys) < 1.1
    assert 0.1 < spread([(x + 0.5, y + 0.5) for x, y in outline], 200).mean() < 0.35


def test_a_longer_finger_reaches_farther() -> None:
    tops = [min(y for _, y in hand([length] * 4, 5.0, 30.0)) for length in (0.3, 0.6, 1.0)]
    assert tops == sorted(tops, reverse=True)


def test_transform_outline_stretches_turns_clockwise_and_moves() -> None:
    unit = [(0.5, 0.0), (0.0, -0.5)]  # right and up
    assert transform_outline(unit, (0.0, 0.0), 1.0, 1.0, 0.0) == ((0.5, 0.0), (0.0, -0.5))
    assert transform_outline(unit, (0.0, 0.0), 1.0, 1.0, 90.0) == ((0.0, 0.5), (0.5, 0.0))  # down and right
    assert transform_outline(unit, (0.25, 0.5), 2.0, 0.5, 0.0) == ((1.25, 0.5), (0.25, 0.25))
    assert transform_outline(unit, (0.0, 0.0), 2.0, 1.0, 90.0) == (
        (0.0, 1.0),
        (0.5, 0.0),
    )  # stretched before it is turned


def test_transform_outline_rounds_so_that_json_is_the_value() -> None:
    outline = transform_outline(ellipse(), (1 / 3, 2 / 3), 0.777, 0.333, 12.3)
    assert all(round(part, 4) == part for point in outline for part in point)
