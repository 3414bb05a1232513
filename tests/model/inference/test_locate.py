"""Small heads are found and cut out, people who touch are two, and what is said of cuts comes back where it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.data.padding import PAD
from hairnet_model.inference import composite, cuts, letterbox, locate, search, views
from hairnet_model.inference.cuts import Cut, Located
from hairnet_model.inference.engines import KerasEngine
from hairnet_model.inference.segmenter import Segmenter
from hairnet_model.inference.squares import Square, cut_out
from hairnet_model.networks.outputs import probabilities
from tests.support import colours

SIZE = 64
BY_COLOUR = KerasEngine(colours.by_colour(SIZE))


def dimmed(picture, share):
    """What a network says, in place, with only a share of its hair and face."""
    picture[...] = share * picture + (1 - share) * np.float32([1, 0, 0])


def seeing_small_ones(share):
    """A network that sees heads of less than 0.4 of the square as a trace, as real ones do."""

    def run(frames):
        made = BY_COLOUR(frames)
        for picture in made:
            rows = np.flatnonzero((picture.argmax(-1) > 0).any(1))
            if len(rows) and rows[-1] - rows[0] + 1 < 0.4 * SIZE:
                dimmed(picture, share)
        return made

    return run


def seeing_sides(left, right, middle=0.5):
    """A network that sees shares of what is left and right in the whole photo, and all of it in cuts."""

    def run(frames):
        made = BY_COLOUR(frames)
        for frame, picture in zip(frames, made, strict=True):
            if (frame == PAD).all(-1).any():  # the whole photo
                edge = round(middle * SIZE)
                dimmed(picture[:, :edge], left)
                dimmed(picture[:, edge:], right)
        return made

    return run


near_sighted, faint = seeing_small_ones(0.005), seeing_small_ones(0.2)


def with_heads(height, width, *places):
    """A mask with heads of (top, left, height) in pixels."""
    mask = np.zeros((height, width), np.uint8)
    for top, left, tall in places:
        head = colours.head(round(tall / 0.69), round(tall / 0.69))
        rows, columns = np.flatnonzero(head.any(1)), np.flatnonzero(head.any(0))
        part = head[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        mask[top : top + part.shape[0], left : left + part.shape[1]] = part
    return mask


def found(mask, run=near_sighted):
    photo = colours.painted(mask)
    whole = run(letterbox.frame(photo, SIZE)[None])[0]
    return locate.locate(photo, whole, run)


@pytest.mark.parametrize(("tall", "top", "left"), [(75, 40, 30), (50, 150, 250), (26, 5, 200), (26, 190, 5)])
def test_a_small_head_is_found(tall, top, left):
    mask = with_heads(240, 320, (top, left, tall))
    assert not (near_sighted(letterbox.frame(colours.painted(mask), SIZE)[None]).argmax(-1) > 0).any()
    located = found(mask)
    (head,) = located.heads
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    true = columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1
    np.testing.assert_allclose(head.box, true, atol=0.06 * max(true[2:]) + 1)
    assert colours.wrong(composite.class_ids(located), mask, within=3) == 0


def test_several_heads_of_several_sizes():
    mask = with_heads(240, 320, (20, 10, 60), (150, 150, 60), (30, 230, 55))
    located = found(mask)
    assert len(located.heads) == 3
    areas = [head.box[2] * head.box[3] for head in located.heads]
    assert areas == sorted(areas, reverse=True)
    assert colours.wrong(composite.class_ids(located), mask, within=4) == 0


def test_passes_are_those_of_the_cost_model():
    large = found(with_heads(225, 300, (20, 60, 180)))
    assert (large.passes, len(large.heads), large.cuts) == (1, 1, ())
    nobody = found(np.zeros((225, 300), np.uint8))
    assert (nobody.passes, nobody.heads) == (1 + 6, ())
    assert found(np.zeros((60, 60), np.uint8)).passes == 1  # tiles would have too few pixels
    one = found(with_heads(225, 300, (40, 30, 75)))
    assert 1 + 1 + 2 <= one.passes <= 1 + 2 + 3, "the tiles that show it in the first place come first"


def test_what_shows_faintly_is_cut_out_without_a_search():
    mask = with_heads(225, 300, (40, 30, 84))
    located = found(mask, faint)
    assert colours.wrong(composite.class_ids(located), mask, within=3) == 0
    assert (len(located.heads), located.passes) == (1, 2)
    assert found(mask).passes >= 1 + 1 + 2


def test_beside_a_small_head_what_shows_faintly_is_cut_out_too():
    faint_beside = seeing_sides(1, 0.2)
    mask = with_heads(225, 300, (60, 30, 70), (70, 200, 66))
    located = found(mask, faint_beside)
    assert colours.wrong(composite.class_ids(located), mask, within=3) == 0
    assert (len(located.heads), located.passes) == (2, 3)
    large = with_heads(225, 300, (20, 10, 170), (70, 240, 50))
    assert found(large, faint_beside).passes == 1, "a head that fills more than ALONE of the photo is alone"


def test_what_is_far_less_sure_than_a_faint_head_that_was_found_costs_no_pass():
    mask = with_heads(225, 300, (60, 30, 70), (70, 200, 66))
    for right, heads, passes in ((0.2, 2, 3), (0.01, 1, 2)):
        located = found(mask, seeing_sides(0.2, right))
        assert (len(located.heads), located.passes) == (heads, passes)


def test_what_narrow_tiles_show_faintly_is_cut_out():
    def run(frames):
        """Sees nothing in the whole photo, and a trace of each head that fills less than half of a tile."""
        made = BY_COLOUR(frames)
        for frame, picture in zip(frames, made, strict=True):
            rows = np.flatnonzero((picture.argmax(-1) > 0).any(1))
            if len(rows) and rows[-1] - rows[0] + 1 < SIZE / 2:
                dimmed(picture, 0 if (frame == PAD).all(-1).any() else 0.2)
        return made

    mask = with_heads(225, 300, (44, 44, 38))
    located = found(mask, run)
    assert colours.wrong(composite.class_ids(located), mask, within=3) == 0
    assert (len(located.heads), located.passes) == (1, 1 + 6 + 2), "tiles, a cut, and a larger square around it"


def test_beside_a_small_head_tiles_are_searched_that_show_more_than_next_to_nothing():
    """The first head shows faintly; the other one as a trace that is below what is cut out at once."""
    mask = with_heads(225, 300, (150, 30, 28), (20, 250, 28))
    assert len(found(mask, seeing_sides(0.2, 0.005, middle=0.7)).heads) == 2
    assert len(found(mask, seeing_sides(0.2, 0.0001, middle=0.7)).heads) == 1


def test_fine_tiles_are_searched_where_larger_ones_show_most(monkeypatch):
    seen = []
    monkeypatch.setattr(
        views, "cut_out", lambda photo, square, size: seen.append(square) or cut_out(photo, square, size)
    )
    mask = with_heads(480, 640, (300, 420, 52))
    located = found(mask)
    assert colours.wrong(composite.class_ids(located), mask, within=3) == 0
    fine = [square for square in seen if square.side == round(locate.FINE * 640)]
    assert 1 <= len(fine) <= 6, "of 30"
    assert found(np.zeros((480, 640), np.uint8)).passes == 1 + 6, "none where nothing shows"


def test_beside_a_face_that_was_confirmed_nothing_unsure_is_believed():
    def unsure(frames):
        """Sees furniture, hair without a face, in the photo and nowhere else."""
        made = faint(frames)
        for frame, picture in zip(frames, made, strict=True):
            if (frame == PAD).all(-1).any():
                picture[14:24, 40:60] = (0.1, 0.9, 0)
        return made

    mask = with_heads(225, 300, (40, 30, 84))
    located = found(mask, unsure)
    assert len(located.heads) == 1
    assert colours.wrong(composite.class_ids(located), mask, within=3) == 0


def test_large_photos_are_searched_whatever_was_found():
    mask = with_heads(480, 640, (20, 0, 350), (40, 500, 110))
    assert len(found(mask).heads) == 2
    mask = with_heads(480, 640, (20, 0, 350))
    assert found(mask).passes >= 1 + 6
    assert found(np.ascontiguousarray(mask[::2, ::2][:225, :300])).passes == 1


def test_thin_photos_are_not_cut_into_squares_of_nothing(monkeypatch):
    sides = []
    monkeypatch.setattr(
        views, "cut_out", lambda photo, square, size: sides.append(square.side) or cut_out(photo, square, size)
    )
    found(np.tile(np.array([[0, 0, 0, HAIR, HAIR, FACE]], np.uint8), (40, 500)), BY_COLOUR)
    assert max(sides, default=0) <= search.THIN * 40 / cuts.FILL


def test_nothing_is_random():
    noise = np.random.default_rng(3).integers(0, 256, (150, 200, 3), dtype=np.uint8)
    whole = BY_COLOUR(letterbox.frame(noise, SIZE)[None])[0]
    first, second = (locate.locate(noise, whole, BY_COLOUR) for _ in range(2))
    assert first.heads == second.heads
    np.testing.assert_array_equal(composite.probabilities(first), composite.probabilities(second))


def test_many_false_alarms_are_bounded():
    spots = np.zeros((256, 256), np.uint8)
    spots[4::16, 4::16] = FACE
    spots = np.kron(spots[::2, ::2], np.ones((2, 2), np.uint8))
    assert found(spots, BY_COLOUR).passes <= 1 + 9 + locate.MOST_FINE + 4 * 3 * search.MOST_HEADS


# Cuts


@settings(max_examples=60)
@given(left=st.integers(-60, 150), top=st.integers(-60, 150), side=st.integers(8, 200), seed=st.integers(0, 5))
@example(left=-30, top=-30, side=100, seed=0)
def test_probabilities_sum_to_one_and_stay_where_they_are(left, top, side, seed):
    rng = np.random.default_rng(seed)
    whole, cut = (probabilities(rng.normal(size=(SIZE, SIZE, 3)).astype(np.float32)) for _ in range(2))
    square = Square(left, top, side)
    box = (left + side * 0.25, top + side * 0.2, side * 0.5, side * 0.6)
    located = Located(150, 170, whole, (Cut(square, cut, box),), (), 2)
    made, plain = composite.probabilities(located), letterbox.unframe(whole, 150, 170)
    np.testing.assert_allclose(made.sum(-1), 1, atol=1e-4)
    outside = np.ones((150, 170), bool)
    outside[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)] = False
    np.testing.assert_array_equal(made[outside], plain[outside])
    own = letterbox.unframe(cut, side, side)
    for y in range(int(box[1]) + 1, int(box[1] + box[3])):
        for x in (int(box[0]) + 1, int(box[0] + box[2]) - 1):
            if 0 <= y < 150 and 0 <= x < 170:
                np.testing.assert_allclose(made[y, x], own[y - top, x - left], atol=1e-5)


def test_bands_join_without_a_seam(monkeypatch):
    mask = with_heads(240, 320, (20, 10, 60), (150, 150, 60))
    located = found(mask)
    assert located.cuts
    ids, likely = composite.class_ids(located), composite.probabilities(located)
    monkeypatch.setattr(letterbox, "_BAND", 320 * 7)
    np.testing.assert_allclose(composite.probabilities(located), likely, atol=1e-4)
    assert (composite.class_ids(located) != ids).mean() < 1e-3


def test_a_disc_stays_where_it_is():
    """The centroid of a small head against the centre it was drawn around: half a pixel of the cut would be seen."""
    rows, columns = np.mgrid[:240, :320] + 0.5
    disc = np.where(np.hypot(rows - 61.3, columns - 241.7) < 24, np.uint8(FACE), np.uint8(0))
    made = composite.class_ids(found(disc))
    assert abs(rows[made == FACE].mean() - 61.3) < 0.25
    assert abs(columns[made == FACE].mean() - 241.7) < 0.25


def test_a_cut_reaches_over_the_photos_edge():
    photo = np.full((100, 80, 3), 200, np.uint8)
    made = cut_out(photo, Square(-32, -32, 64), SIZE)
    assert (made[:30] == PAD).all()
    assert (made[:, :30] == PAD).all()
    assert (made[33:, 33:] == 200).all()
    for left, top in ((500, 500), (81, 20), (20, -65)):
        assert (cut_out(photo, Square(left, top, 64), SIZE) == PAD).all()


def test_without_locating_the_photo_is_seen_once():
    mask = with_heads(240, 320, (40, 30, 75))
    segmenter = Segmenter(BY_COLOUR)
    located = next(segmenter.look([colours.painted(mask)], locate=False))
    assert (located.passes, located.cuts, len(located.heads)) == (1, (), 1)
    np.testing.assert_array_equal(composite.class_ids(located), segmenter.segment(colours.painted(mask), locate=False))
