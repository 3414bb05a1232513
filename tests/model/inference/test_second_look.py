"""What one pass shows without a sure face is believed if other views show it too."""

from __future__ import annotations

import numpy as np
import pytest

from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.inference import composite, letterbox
from hairnet_model.inference.components import components
from hairnet_model.inference.cuts import Located
from hairnet_model.inference.locate import locate
from hairnet_model.inference.second_look import is_doubtful, without
from hairnet_model.inference.squares import framed_square
from hairnet_model.inference.video.tracking import Tracker
from tests.model.inference.test_components import said
from tests.model.inference.test_locate import BY_COLOUR, SIZE, with_heads
from tests.support import colours

HEIGHT, WIDTH = 60, 60  # tiles would have too few pixels


def one_sided(frames):
    """Sees what lies more to the left than to the right, as a texture may look like hair in one view alone."""
    made = BY_COLOUR(frames)
    for picture in made:
        seen = picture.argmax(-1) > 0
        if seen[:, : SIZE // 2].sum() < seen[:, SIZE // 2 :].sum():
            picture[...] = (1, 0, 0)
    return made


def unsure(frames):
    """Is sure of nothing, and takes skin that fills the square for background."""
    made = BY_COLOUR(frames)
    for picture in made:
        if (picture.argmax(-1) == FACE).mean() > 0.9:
            picture[...] = (1, 0, 0)
    return np.asarray(0.85 * made + np.float32((0.15, 0, 0)), np.float32)


def from_near():
    """A face that takes most of the photo, below some hair."""
    mask = np.full((HEIGHT, WIDTH), FACE, np.uint8)
    mask[:10] = HAIR
    return mask


def looked(mask, run) -> Located:
    photo = colours.painted(mask)
    return locate(photo, run(letterbox.frame(photo, SIZE)[None])[0], run)


def patch(class_=HAIR, left=8):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[16:44, left : left + 20] = class_
    return mask


def test_hair_that_all_views_show_stays():
    located = looked(patch(), BY_COLOUR)
    assert len(located.heads) == 1
    assert colours.wrong(composite.class_ids(located), patch(), within=2) == 0
    assert located.passes > 3


def test_hair_that_one_view_shows_is_none():
    located = looked(patch(), one_sided)
    assert located.heads == ()
    assert located.passes == 4  # and a cut of what shows faintly
    made = composite.probabilities(located)
    assert made[..., 0].min() > 0.9, "its soft edge is gone as well"


def test_a_sure_face_needs_no_other_view():
    head = with_heads(HEIGHT, WIDTH, (8, 2, 45))
    located = looked(head, one_sided)
    assert (located.passes, len(located.heads)) == (1, 1)


def test_a_face_from_near_is_seen_from_farther_away():
    located = looked(from_near(), unsure)
    assert (located.passes, len(located.heads)) == (2, 1)
    assert colours.wrong(composite.class_ids(located), from_near(), within=2) == 0


def test_spots_too_small_for_a_head_are_doubted():
    spots = np.zeros((HEIGHT, WIDTH), np.uint8)
    spots[20:23, 10:13] = HAIR
    whole = said(np.pad(spots, ((0, SIZE - HEIGHT), (0, SIZE - WIDTH))))
    assert not components(whole, framed_square(HEIGHT, WIDTH), (HEIGHT, WIDTH))
    assert is_doubtful((HEIGHT, WIDTH), whole, [])
    assert not is_doubtful((HEIGHT, WIDTH), said(np.zeros((SIZE, SIZE), np.uint8)), [])


def test_strips_are_not_looked_at_again():
    strip = np.full((2, 60), HAIR, np.uint8)
    located = looked(strip, one_sided)
    assert located.passes == 1
    assert (composite.class_ids(located) == HAIR).all()


def test_a_small_face_that_its_cut_does_not_confirm_is_none():
    mask = with_heads(HEIGHT, WIDTH, (20, 2, 24))

    def sure_of_small(frames):
        """Is sure of heads that are small in the square, and less of closer ones."""
        made = BY_COLOUR(frames)
        for picture in made:
            seen = picture.argmax(-1) > 0
            rows = np.flatnonzero(seen.any(1))
            if len(rows) and rows[-1] - rows[0] > SIZE // 2:
                picture[seen] = 0.85 * picture[seen] + np.float32((0.15, 0, 0))
        return made

    assert len(looked(mask, BY_COLOUR).heads) == 1
    located = looked(mask, sure_of_small)
    assert located.heads == ()
    assert not composite.class_ids(located).any()


def test_what_lies_in_doubt_by_half_is_left_out():
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[10:20, 10:30] = HAIR
    mask[40:50, 10:30] = FACE
    whole, doubted = said(mask), np.zeros((SIZE, SIZE), bool)
    assert without(whole, doubted) is whole
    doubted[10:20, 20:30] = True
    doubted[40:50, 21:30] = True
    left = without(whole, doubted)
    assert not left.argmax(-1)[:30].any()
    np.testing.assert_array_equal(left[35:], whole[35:])
    assert whole.argmax(-1)[:30].any(), "what is given is not changed"


@pytest.mark.parametrize("moves", [0, 1])
def test_what_a_search_of_a_video_did_not_believe_stays_away(moves):
    tracker = Tracker(one_sided, SIZE)
    for number in range(12):
        located = tracker.follow(colours.painted(patch(left=6 + moves * number // 4)), number / 30)
        assert not composite.class_ids(located).any()
        assert located.passes == (4 if number == 0 else 1)
