"""Colours, indices and parts to classes, against slow readings written here."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.label_image import MaskPicture
from hairnet_data.core.labels.class_map import LFW_COLOURS, ColourMap, IndexMap, PartMap, same_frame

COLOURS = {(0, 0, 255): BACKGROUND, (255, 0, 0): HAIR, (127, 0, 0): HAIR, (0, 255, 0): FACE, (1, 2, 3): FACE}
GREY = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)


def of(rgb):
    return MaskPicture(None, None, np.asarray(rgb, np.uint8))


def grey(values):
    return MaskPicture(np.asarray(values, np.uint8), GREY, None)


def refused(read, *args):
    with pytest.raises(PictureError) as caught:
        read(*args)
    return str(caught.value)


pixels = st.lists(st.lists(st.sampled_from(sorted(COLOURS)), min_size=3, max_size=3), min_size=1, max_size=5)


@given(pixels)
def test_exact_colours(rows):
    mask, snapped = ColourMap(COLOURS).read(of(rows), "m")
    assert mask.dtype == np.uint8
    assert mask.tolist() == [[COLOURS[colour] for colour in row] for row in rows]
    assert snapped == 0


@given(st.lists(st.integers(0, 7), min_size=1, max_size=40), st.booleans())
def test_a_palette_is_read_as_its_colours_are(row, nearest):
    palette = np.array([*COLOURS, (9, 9, 9), (250, 0, 0), (200, 200, 200)], np.uint8)
    by_palette = MaskPicture(np.array([row], np.uint8), palette, None)
    reader = ColourMap(COLOURS, nearest)
    if nearest or max(row) < len(COLOURS):
        want, count = reader.read(of(palette[[row]]), "m")
        got, counted = reader.read(by_palette, "m")
        np.testing.assert_array_equal(got, want)
        assert counted == count
    else:
        assert refused(reader.read, by_palette, "m") == refused(reader.read, of(palette[[row]]), "m")


def test_unknown_colours_are_named_by_frequency():
    row = [(255, 0, 0)] * 4 + [(254, 0, 0)] + [(16, 32, 48)] * 3 + [(0, 0, 0)] * 2 + [(1, 1, 1)]
    text = refused(ColourMap(COLOURS).read, of([row]), "masks/a.png")
    assert text == (
        "masks/a.png: has colour #102030 (3 pixels), #000000 (2 pixels), #010101 (1 pixels) and 1 more "
        "in no class; give every colour a class or set nearest = true"
    )


def test_colours_of_a_greyscale_mask():
    reader = ColourMap({(0, 0, 0): BACKGROUND, (128, 128, 128): HAIR, (255, 255, 255): FACE})
    assert reader.read(grey([[0, 128, 255]]), "m")[0].tolist() == [[0, 1, 2]]
    assert "16-bit" in refused(reader.read, MaskPicture(np.zeros((2, 2), np.uint16), None, None), "m")


def test_a_palette_that_ends_too_early():
    short = MaskPicture(np.array([[0, 1]], np.uint8), np.array([[0, 0, 255]], np.uint8), None)
    assert "beyond the end" in refused(ColourMap(COLOURS).read, short, "m")


def test_lfw_has_red_hair_green_faces_blue_background():
    row = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    assert LFW_COLOURS.read(of([row]), "m")[0].tolist() == [[HAIR, FACE, BACKGROUND]]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32])
def test_indices(dtype):
    reader = IndexMap({0: BACKGROUND, 17: HAIR, 1: FACE, 200: FACE, 40000: HAIR})
    values = np.array([[0, 17, 1, 200]], dtype)
    assert reader.read(MaskPicture(values, None, None), "m")[0].tolist() == [[0, 1, 2, 2]]
    assert "index 18 (2 pixels) in no class" in refused(
        reader.read, MaskPicture(np.array([[18, 18, 0]], dtype), None, None), "m"
    )
    if dtype != np.uint8:
        assert reader.read(MaskPicture(np.array([[40000]], dtype), None, None), "m")[0].tolist() == [[1]]


def test_indices_in_a_colour_picture_whose_channels_are_equal():
    reader = IndexMap({0: BACKGROUND, 17: HAIR})
    assert reader.read(of([[(17, 17, 17), (0, 0, 0)]]), "m")[0].tolist() == [[1, 0]]
    assert "colour picture" in refused(reader.read, of([[(17, 17, 0)]]), "m")


@pytest.mark.parametrize("value", [-1, 70000])
def test_indices_of_32_bits(value):
    picture = MaskPicture(np.array([[value]], np.int32), None, None)
    assert "32-bit" in refused(IndexMap({0: BACKGROUND, 1: HAIR}).read, picture, "m")


PARTS = PartMap({"skin": FACE, "hair": HAIR, "hat": BACKGROUND})


def test_later_parts_lie_on_top_and_absent_ones_are_nowhere():
    parts = {
        "hat": (grey([[0, 0, 0, 255]]), "hat"),
        "hair": (grey([[0, 0, 255, 255]]), "hair"),
        "skin": (grey([[0, 255, 255, 255]]), "skin"),
    }
    assert PARTS.read(parts, "m")[0].tolist() == [[0, FACE, HAIR, BACKGROUND]]
    assert PARTS.read({"skin": parts["skin"]}, "m")[0].tolist() == [[0, FACE, FACE, FACE]]
    assert "no part" in refused(PARTS.read, {}, "m")


@pytest.mark.parametrize(
    "picture",
    [
        grey([[0, 255]]),
        grey([[0, 1]]),
        grey([[0, 38]]),
        of([[(0, 0, 0), (255, 255, 255)]]),
        of([[(0, 0, 0), (255, 0, 0)]]),
        MaskPicture(np.array([[1, 0]], np.uint8), np.array([[255] * 3, [0] * 3], np.uint8), None),
        MaskPicture(np.array([[0, 65535]], np.uint16), None, None),
        MaskPicture(np.array([[0, 1]], np.int32), None, None),
    ],
)
def test_what_is_not_black_is_inside(picture):
    assert PARTS.read({"hair": (picture, "p")}, "m")[0].tolist() == [[0, HAIR]]


def test_a_black_part_is_nowhere():
    mask, snapped = PARTS.read({"hair": (grey([[0, 0]]), "p")}, "m")
    assert (mask.tolist(), snapped) == ([[0, 0]], 0)


def test_grey_in_a_part_is_refused_or_rounded_and_counted():
    parts = {"hair": (grey([[0, 100, 127, 128, 254, 255]]), "p")}
    assert "p: has 4 pixels of values between black and 255" in refused(PARTS.read, parts, "m")
    mask, snapped = PartMap(PARTS.classes, nearest=True).read(parts, "m")
    assert mask.tolist() == [[0, 0, 0, 1, 1, 1]]
    assert snapped == 4


def test_parts_of_different_sizes():
    parts = {"skin": (grey([[0, 255]]), "s"), "hair": (grey([[0, 255, 0]]), "h")}
    assert refused(PARTS.read, parts, "m").startswith("h: is 3 x 1 pixels, other parts 2 x 1")


@given(
    st.integers(8, 3000),
    st.integers(8, 3000),
    st.floats(0.1, 10),
    st.sampled_from([int, round, lambda x: -int(-x)]),
)
def test_a_scaled_mask_fits_however_it_was_rounded(width, height, factor, rounding):
    w, h = max(8, int(rounding(width * factor))), max(8, int(rounding(height * factor)))
    if min(width * factor, height * factor) >= 8:
        assert same_frame((width, height), (w, h))
        assert same_frame((w, h), (width, height))


@pytest.mark.parametrize(
    ("photo", "mask", "fits"),
    [
        ((250, 250), (250, 250), True),
        ((1024, 1024), (512, 512), True),
        ((301, 200), (150, 100), True),
        ((301, 200), (151, 100), True),
        ((250, 250), (251, 250), True),
        ((250, 250), (253, 250), False),
        ((200, 300), (300, 200), False),
        ((4000, 3000), (640, 480), True),
        ((4000, 3000), (640, 490), False),
        ((4000, 3000), (512, 512), False),
    ],
)
def test_aspects(photo, mask, fits):
    assert same_frame(photo, mask) is fits
    assert same_frame(mask, photo) is fits
