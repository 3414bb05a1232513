"""Blended edges of masks never pass through a third class."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.labels import blended_edges
from hairnet_data.core.labels.blended_edges import REACH, Rgb, assign_colours

# Of the first two sets one colour is a blend of two others.
PALETTES: dict[str, list[Rgb]] = {
    "greys": [(0, 0, 0), (128, 128, 128), (255, 255, 255)],
    "FASSEG": [(255, 0, 0), (127, 0, 0), (255, 255, 0), (0, 0, 255)],
    "LFW": [(0, 0, 255), (255, 0, 0), (0, 255, 0)],
}
palettes = pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)


def portrait(size: int = 96, seed: int = 0) -> Pixels:
    """Class ids of a face under hair that covers its upper half, uint8 (size, size)."""
    rows, columns = np.mgrid[:size, :size] / size
    shift = np.random.default_rng(seed).uniform(-0.1, 0.1)
    ids = np.zeros((size, size), np.uint8)
    ids[((rows - 0.5) ** 2 + (columns - 0.5 - shift) ** 2 < 0.16) & (rows < 0.5)] = 1
    ids[(rows - 0.6) ** 2 / 0.8 + (columns - 0.5 - shift) ** 2 < 0.08] = 2
    return ids


def blurred(ids: Pixels, palette: list[Rgb], sigma: float) -> tuple[Pixels, Pixels]:
    """A mask with blended edges, and the ids that have the largest share of each pixel."""
    picture = np.asarray(cv2.GaussianBlur(np.array(palette, np.uint8)[ids], (0, 0), sigma), np.uint8)
    shares = [cv2.GaussianBlur((ids == label).astype(np.float32), (0, 0), sigma) for label in range(len(palette))]
    return picture, np.argmax(shares, axis=0).astype(np.uint8)


def out_of_reach(got: np.ndarray, rgb: Pixels, palette: list[Rgb]) -> int:
    """How many pixels have a colour that is exactly nowhere within reach, where another is."""
    distances = []
    for colour in palette:
        elsewhere = (rgb != np.array(colour)).any(axis=2).astype(np.uint8)
        distances.append(cv2.distanceTransform(elsewhere, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
    own = np.take_along_axis(np.stack(distances), got[None].astype(np.int64), axis=0)[0]
    return int(np.count_nonzero((own > REACH) & (np.min(distances, axis=0) <= REACH)))


@palettes
@given(seed=st.integers(0, 99), sigma=st.floats(0.5, 1.2))
def test_edges_are_within_reach_of_their_class_and_where_they_were(palette: list[Rgb], seed: int, sigma: float) -> None:
    picture, expected = blurred(portrait(seed=seed), palette, sigma)
    got, off = assign_colours(picture, palette)
    assert out_of_reach(got, picture, palette) == 0
    assert (got != expected).mean() < 0.005
    assert 0 < off < picture.size / 3


@palettes
def test_two_classes_never_meet_in_a_third(palette: list[Rgb]) -> None:
    for left in range(len(palette)):
        for right in range(len(palette)):
            ids = np.full((40, 60), left, np.uint8)
            ids[:, 30:] = right
            ids[:8, :8] = 1  # the colour in between is in the picture
            picture, _ = blurred(ids, palette, 1.2)
            got, _ = assign_colours(picture, palette)
            assert set(np.unique(got[16:])) <= {left, right}


def test_the_nearest_colour_alone_would_fail_that() -> None:
    picture, expected = blurred(portrait(), PALETTES["greys"], 1.0)
    nearest = blended_edges._nearest_in_rgb(picture.reshape(-1, 3), np.array(PALETTES["greys"], np.float32))
    assert out_of_reach(nearest.reshape(expected.shape), picture, PALETTES["greys"]) > 20


def test_exact_colours_stay_whatever_lies_beside_them() -> None:
    ids = np.random.default_rng(3).integers(0, 3, (50, 70)).astype(np.uint8)
    for palette in PALETTES.values():
        got, off = assign_colours(np.array(palette, np.uint8)[ids], palette)
        np.testing.assert_array_equal(got, ids)
        assert off == 0


@palettes
@pytest.mark.parametrize("quality", [75, 95])
def test_a_jpeg_keeps_its_areas(palette: list[Rgb], quality: int) -> None:
    ids = portrait()
    stream = io.BytesIO()
    Image.fromarray(np.array(palette, np.uint8)[ids]).save(stream, "JPEG", quality=quality)
    got, off = assign_colours(np.asarray(Image.open(stream).convert("RGB")).copy(), palette)
    assert (got != ids).mean() < 0.02
    assert off < ids.size


def test_levels_that_jpeg_changes_are_not_counted() -> None:
    picture = np.full((20, 20, 3), 4, np.uint8)
    assert assign_colours(picture, [(0, 0, 0), (255, 255, 255)])[1] == 0
    picture[3, 3] = 5
    assert assign_colours(picture, [(0, 0, 0), (255, 255, 255)])[1] == 1


def test_where_no_colour_is_exact_the_nearest_is_taken() -> None:
    picture = np.array([[(40, 0, 0), (200, 190, 200)]], np.uint8)
    assert assign_colours(picture, [(0, 0, 0), (255, 255, 255)])[0].tolist() == [[0, 1]]


def test_the_result_does_not_depend_on_the_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    picture, _ = blurred(portrait(300), PALETTES["greys"], 1.5)
    expected = assign_colours(picture, PALETTES["greys"])
    monkeypatch.setattr(blended_edges, "_BAND", 300 * 7)
    got = assign_colours(picture, PALETTES["greys"])
    np.testing.assert_array_equal(got[0], expected[0])
    assert got[1] == expected[1]
