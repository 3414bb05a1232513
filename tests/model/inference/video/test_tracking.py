"""Heads are followed, found at once where one is lost, and searched for every half second; passes are as few."""

from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.data.padding import PAD
from hairnet_model.inference import composite, letterbox, locate
from hairnet_model.inference.components import overlap
from hairnet_model.inference.video.tracking import REST, SEARCH_EVERY, Tracker
from tests.model.inference.test_components import said
from tests.model.inference.test_locate import SIZE, near_sighted, with_heads
from tests.support import colours

HEIGHT, WIDTH = 240, 320
RATE = 20


class Counting:
    """A network that counts the squares it sees."""

    def __init__(self, network=near_sighted):
        self.network, self.squares = network, 0

    def __call__(self, frames):
        self.squares += len(frames)
        return self.network(frames)


def follow(masks, search=True, network=near_sighted, rate=RATE):
    """What is found in a video that shows these masks, and how many squares each frame took."""
    run = Counting(network)
    tracker = Tracker(run, SIZE, search)
    found, squares = [], []
    for number, mask in enumerate(masks):
        before = run.squares
        found.append(tracker.follow(colours.painted(mask), number / rate))
        squares.append(run.squares - before)
        assert found[-1].passes == squares[-1]
    return found, squares


def moving(count, tall=60, step=3):
    return [with_heads(HEIGHT, WIDTH, (40 + number, 30 + step * number, tall)) for number in range(count)]


def test_a_small_head_that_moves_is_followed():
    masks = moving(30)
    found, squares = follow(masks)
    for mask, located in zip(masks, found, strict=True):
        assert len(located.heads) == 1
        assert colours.wrong(composite.class_ids(located), mask, within=3) == 0
    searched = [number for number, count in enumerate(squares) if count > 3]
    assert searched == [0, 10, 20], "every half second"
    others = [count for number, count in enumerate(squares) if number not in searched]
    assert others == [2] * len(others), "all of the frame, and the head"


def test_a_still_head_is_seen_in_the_same_square():
    found, _ = follow([with_heads(HEIGHT, WIDTH, (50, 100, 60))] * 25)
    seen = [located.cuts[0].square for located in found]
    assert len(set(seen[1:])) == 1, "all but the first, which was cut out by what a tile shows of the head"
    shaking = [with_heads(HEIGHT, WIDTH, (50 + number % 2, 100, 60)) for number in range(25)]
    found, _ = follow(shaking)
    assert len({located.cuts[0].square for located in found[1:]}) == 1


def test_a_fast_head_is_cut_out_again_in_the_same_frame():
    masks = [with_heads(HEIGHT, WIDTH, (80, 20 + 25 * number, 60)) for number in range(9)]
    found, squares = follow(masks)
    assert [len(located.heads) for located in found] == [1] * 9
    assert max(squares[1:]) <= 3
    for mask, located in zip(masks, found, strict=True):
        assert colours.wrong(composite.class_ids(located), mask, within=3) == 0


def test_a_lost_head_is_searched_for_at_once():
    here, there = with_heads(HEIGHT, WIDTH, (20, 20, 60)), with_heads(HEIGHT, WIDTH, (150, 230, 60))
    found, squares = follow([here] * 7 + [there] * 3)
    assert squares[6] == 2
    assert squares[7] > 6, "before half a second has passed"
    for located in found[7:]:
        assert len(located.heads) == 1
        assert colours.wrong(composite.class_ids(located), there, within=3) == 0


def test_a_head_that_comes_and_goes_causes_few_searches():
    """Here it is in turns at one place and at another, so that every search finds what the next frame has lost."""
    places = ((20, 20, 60), (150, 230, 60))
    _, squares = follow([with_heads(HEIGHT, WIDTH, places[number % 2]) for number in range(100)], rate=1000)
    assert 10 < sum(count > 6 for count in squares) <= 100 / REST + 1


def test_who_comes_in_is_found_within_half_a_second():
    nobody, head = np.zeros((HEIGHT, WIDTH), np.uint8), with_heads(HEIGHT, WIDTH, (80, 100, 60))
    found, _ = follow([nobody] * 5 + [head] * 15)
    first = next(number for number, located in enumerate(found) if located.heads)
    assert first <= 5 + SEARCH_EVERY * RATE
    assert all(located.heads for located in found[first:])


def test_who_leaves_is_gone():
    nobody, head = np.zeros((HEIGHT, WIDTH), np.uint8), with_heads(HEIGHT, WIDTH, (80, 100, 60))
    found, _ = follow([head] * 7 + [nobody] * 20)
    assert [len(located.heads) for located in found] == [1] * 7 + [0] * 20
    assert not any(composite.class_ids(located).any() for located in found[7:])


def test_two_heads_that_meet_are_followed_as_two():
    masks = [with_heads(HEIGHT, WIDTH, (50, 20 + 4 * number, 60), (45, 240 - 4 * number, 60)) for number in range(21)]
    found, squares = follow(masks)
    assert [len(located.heads) for located in found] == [2] * 21
    assert np.median(squares) == 3


def test_a_large_head_needs_one_pass():
    masks = [with_heads(225, 300, (20, 40 + 3 * number, 180)) for number in range(12)]
    found, squares = follow(masks)
    assert squares == [1] * 12
    assert [len(located.heads) for located in found] == [1] * 12


def test_a_head_that_grows_and_shrinks_changes_hands_smoothly():
    sizes = [*range(60, 200, 4), *range(200, 60, -4)]
    masks = [with_heads(HEIGHT, WIDTH, (20, 60, tall)) for tall in sizes]
    found, _ = follow(masks)
    for mask, located in zip(masks, found, strict=True):
        assert len(located.heads) == 1
        assert colours.wrong(composite.class_ids(located), mask, within=5) == 0


def test_a_head_that_has_become_large_leaves_its_square():
    masks = [with_heads(HEIGHT, WIDTH, (10, 20, tall)) for tall in [*range(90, 212, 6), *[212] * 15]]
    found, _ = follow(masks)
    assert len(found[0].cuts) == 1
    assert (len(found[-1].heads), found[-1].cuts) == (1, ())


def test_the_first_frame_is_that_of_a_photo():
    mask = with_heads(HEIGHT, WIDTH, (20, 10, 60), (150, 150, 60), (30, 230, 55))
    photo = colours.painted(mask)
    one = locate.locate(photo, near_sighted(letterbox.frame(photo, SIZE)[None])[0], near_sighted)
    other = Tracker(near_sighted, SIZE).follow(photo, 0.0)
    assert [head.box for head in one.heads] == [head.box for head in other.heads]
    assert one.passes == other.passes
    np.testing.assert_array_equal(composite.class_ids(one), composite.class_ids(other))


def test_a_false_alarm_stays_away_between_searches():
    """The pass over the frame sees two heads; looked at closely, one of them is nothing."""
    mask = with_heads(HEIGHT, WIDTH, (20, 10, 90), (130, 210, 80))

    def network(frames):
        made = []
        for frame in frames:
            is_whole = (frame[0] == PAD).all() and (frame[-1] == PAD).all()
            seen = np.argmin(np.abs(frame[:, :, None].astype(int) - np.array(colours.COLOURS)).sum(-1), -1)
            classes = np.where((frame == PAD).all(-1), 0, seen)
            rows = np.flatnonzero(classes.any(1))
            if not is_whole and len(rows) and blue(frame):
                classes[...] = 0
            made.append(said(classes))
        return np.stack(made)

    def blue(frame):
        return (frame == (1, 2, 250)).all(-1).any()

    def painted(number):
        photo = colours.painted(mask)
        photo[205:235, 250:300] = (1, 2, 250)  # a mark by which the network tells the second one
        photo[0, number] = 7
        return photo

    tracker = Tracker(network, SIZE)
    for number in range(15):
        located = tracker.follow(painted(number), number / RATE)
        assert len(located.heads) == 1
        classes = composite.class_ids(located)
        assert classes[:110, :110].any()
        assert not classes[140:190, 230:260].any(), number


def test_without_a_search_each_frame_is_seen_once():
    found, squares = follow(moving(5), search=False)
    assert squares == [1] * 5
    assert not any(located.heads for located in found)
    assert not any(located.cuts for located in found)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (64, 64)])
def test_frames_of_any_size(shape):
    found, _ = follow([np.zeros(shape, np.uint8)] * 3)
    assert [composite.class_ids(located).shape for located in found] == [shape] * 3


def test_followed_boxes_lie_over_the_head():
    masks = moving(20, step=6)
    found, _ = follow(masks)
    for mask, located in zip(masks, found, strict=True):
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        true = (float(columns[0]), float(rows[0]), float(np.ptp(columns)) + 1, float(np.ptp(rows)) + 1)
        x, y, width, height = located.heads[0].box
        assert overlap((float(x), float(y), float(width), float(height)), true) > 0.95
