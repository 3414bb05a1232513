"""The six panels: what each shows, and that they can be drawn of anything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.inference import panels
from tests.support import colours

SIDE = 128
ROOM, HAIRS, SKIN = (20, 40, 60), (90, 60, 30), (210, 160, 130)


@pytest.fixture
def cells(monkeypatch):
    """The cells that a sheet is laid out with."""
    seen = []
    lay = panels.contact_sheet
    monkeypatch.setattr(panels, "contact_sheet", lambda made, *rest: seen.extend(made) or lay(made, *rest))
    return seen


def person(side=SIDE):
    """A photo in three colours, and its mask."""
    mask = colours.head(side, side)
    return np.array([ROOM, HAIRS, SKIN], np.uint8)[mask], mask


def width_of(columns, side):
    """Of a sheet: its cards, margins and gaps."""
    return side * columns + 2 * 28 + (columns - 1) * 16


def test_each_panel_shows_what_it_says(cells):
    photo, mask = person()
    panels.panels(photo, mask, mask, "a.jpg", side=SIDE)
    assert [cell.title for cell in cells] == [
        "original",
        "ground truth",
        "hair cut out",
        "face cut out",
        "hair removed",
        "pseudo-bald",
    ]
    original, truth, hair, face, removed, bald = (cell.image for cell in cells)
    ground = panels.chequered(SIDE, SIDE)
    np.testing.assert_array_equal(original, photo)
    np.testing.assert_array_equal((truth != photo).any(-1), mask > 0)
    np.testing.assert_array_equal(hair, np.where((mask == HAIR)[..., None], photo, ground))
    np.testing.assert_array_equal(face, np.where((mask == FACE)[..., None], photo, ground))
    np.testing.assert_array_equal(removed, np.where((mask == HAIR)[..., None], ground, photo))
    np.testing.assert_array_equal(bald, np.where((mask == HAIR)[..., None], np.uint8(SKIN), photo))


def test_the_skins_colour_is_a_median_not_a_mean(cells):
    """Eyes, lips and glasses are face too; they do not tinge the skin."""
    photo, mask = person()
    rows, _ = np.nonzero(mask == FACE)
    eyes = (mask == FACE) & (np.arange(SIDE)[:, None] < np.quantile(rows, 0.3))
    photo[eyes] = 255, 0, 255
    panels.panels(photo, mask, side=SIDE)
    np.testing.assert_array_equal(np.unique(cells[-1].image[mask == HAIR], axis=0), [SKIN])
    assert "#d2a082" in cells[-1].lines[0]


def test_the_mask_found_is_cut_out_and_the_truth_shown(cells):
    photo, mask = person()
    panels.panels(photo, mask, np.zeros_like(mask), side=SIDE)
    np.testing.assert_array_equal(cells[1].image, photo)
    assert (cells[2].image == photo).all(-1)[mask == HAIR].all()
    assert "IoU 0.000" in cells[2].lines[0]


def test_agreement_with_the_truth_is_told(cells):
    photo, mask = person()
    hair = np.argwhere(mask == HAIR)
    found, truth = mask.copy(), mask.copy()
    found[tuple(hair[: len(hair) // 4].T)] = 0
    truth[tuple(hair[-len(hair) // 4 :].T)] = 0
    panels.panels(photo, found, truth, side=SIDE)
    assert f"{(found == HAIR).mean():.1%} of the photo, IoU 0.50" in cells[2].lines[0]
    assert "IoU 1.000" in cells[3].lines[0]


def test_without_a_truth_there_are_five_and_no_place_is_empty(cells):
    photo, mask = person()
    sheet = panels.panels(photo, mask, side=SIDE)
    assert [cell.title for cell in cells] == ["original", "hair cut out", "face cut out", "hair removed", "pseudo-bald"]
    assert not any("IoU" in line for cell in cells for line in cell.lines)
    assert sheet.shape[1] == width_of(5, SIDE)
    assert sheet.shape[0] < 3 * SIDE, "one row"


def test_nobody_found(cells):
    photo, _ = person()
    nobody = np.zeros((SIDE, SIDE), np.uint8)
    panels.panels(photo, nobody, nobody, side=SIDE)
    ground = panels.chequered(SIDE, SIDE)
    for number, expected in ((2, ground), (3, ground), (4, photo), (5, photo)):
        np.testing.assert_array_equal(cells[number].image, expected)
    assert cells[2].lines == ("no hair found, and there is none",)
    assert "no face found" in cells[5].lines[0]


def test_hair_without_a_face_is_not_painted(cells):
    photo, mask = person()
    panels.panels(photo, np.where(mask == HAIR, mask, 0).astype(np.uint8), side=SIDE)
    np.testing.assert_array_equal(cells[-1].image, photo)


@settings(max_examples=30)
@given(height=st.integers(1, 300), width=st.integers(1, 300), given_truth=st.booleans())
@example(height=30, width=2000, given_truth=True)
@example(height=2000, width=30, given_truth=False)
@example(height=1, width=1, given_truth=True)
@example(height=1000, width=800, given_truth=True)
def test_photos_of_any_size_can_be_drawn(height, width, given_truth):
    mask = colours.head(height, width)
    sheet = panels.panels(colours.painted(mask), mask, mask if given_truth else None, "name", side=64)
    assert sheet.dtype == np.uint8
    assert sheet.shape[2] == 3
    assert sheet.shape[1] == width_of(3 if given_truth else 5, 64)


@pytest.mark.parametrize("side", [50, 128, 300])
def test_a_cover_is_a_share_and_keeps_its_area(side):
    mask = colours.head(128, 100)
    shape = side, round(side * 100 / 128)
    share = panels.cover(mask, HAIR, shape)
    assert share.shape == shape
    assert share.dtype == np.float32
    assert 0 <= share.min() <= share.max() <= 1
    assert share.mean() == pytest.approx((mask == HAIR).mean(), rel=0.02)


def test_a_small_mask_enlarged_has_no_stairs():
    rows, columns = np.mgrid[:32, :32]
    mask = (columns > 10 + rows / 3).astype(np.uint8)
    edge = np.argmax(panels.cover(mask, HAIR, (256, 256)) > 0.5, axis=1)[24:-24]
    straight = np.polyval(np.polyfit(np.arange(len(edge)), edge, 1), np.arange(len(edge)))
    assert np.abs(edge - straight).max() < 2  # 3 without the blur
