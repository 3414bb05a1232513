"""Heads of many pixels are looked at again by a finer network, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.inference import letterbox
from hairnet_model.inference.engines import KerasEngine, finer_engine
from hairnet_model.inference.finer import look_finer, wants_finer
from hairnet_model.inference.locate import locate
from hairnet_model.inference.segmenter import Segmenter
from hairnet_model.model_io import shipped
from tests.support import colours

SIZE, FINER = 64, 128
BY_COLOUR = KerasEngine(colours.by_colour(SIZE))


class Counting:
    """The finer network; it remembers what it was shown."""

    image_size = FINER

    def __init__(self, bias=(0.0, 0.0, 0.0)):
        self.seen = []
        self._engine, self._bias = KerasEngine(colours.by_colour(FINER)), np.array(bias, np.float32)

    def __call__(self, frames):
        self.seen += list(frames)
        return self._engine(frames) + self._bias


def located_in(photo):
    return locate(photo, BY_COLOUR(letterbox.frame(photo, SIZE)[None])[0], BY_COLOUR)


@pytest.mark.parametrize(("height", "width"), [(300, 300), (260, 200), (150, 240)])
def test_edges_of_a_large_head_are_finer(height, width):
    mask = colours.head(height, width)
    photo, finer = colours.painted(mask), Counting()
    coarse = Segmenter(BY_COLOUR).segment(photo)
    fine = Segmenter(BY_COLOUR, lambda: finer).segment(photo)
    assert [picture.shape for picture in finer.seen] == [(FINER, FINER, 3)]
    assert np.count_nonzero(fine != mask) < 0.8 * np.count_nonzero(coarse != mask)
    assert colours.wrong(fine, mask, within=max(height, width) / SIZE + 1) == 0


def test_probabilities_are_the_weighted_mean_of_both_looks():
    photo = colours.painted(colours.head(200, 200))
    plain = Segmenter(BY_COLOUR).probabilities(photo)
    same, more = Counting(), Counting(bias=(-0.2, 0.2, 0.0))
    fine, biased = (Segmenter(BY_COLOUR, lambda engine=engine: engine).probabilities(photo) for engine in (same, more))
    np.testing.assert_allclose(biased - fine, np.broadcast_to([-0.15, 0.15, 0.0], fine.shape), atol=1e-5)
    inside = np.zeros(photo.shape[:2], bool)
    inside[60:140, 80:130] = True  # far from every edge both looks say the same
    np.testing.assert_allclose(fine[inside].mean(0), plain[inside].mean(0), atol=0.02)


def test_a_head_that_was_cut_out_is_looked_at_there():
    mask = np.zeros((600, 900), np.uint8)
    mask[200:400, 100:300] = colours.head(200, 200)
    located = located_in(colours.painted(mask))
    assert len(located.cuts) == 1
    finer = Counting()
    again = look_finer(colours.painted(mask), located, finer)
    assert [cut.probabilities.shape for cut in again.cuts] == [(FINER, FINER, 3)]
    assert again.heads == located.heads
    assert again.whole is located.whole  # no head is seen in it alone
    assert again.passes == located.passes + 4
    assert len(finer.seen) == 1


def never():
    raise AssertionError("the finer network was opened")


@pytest.mark.parametrize("case", ["nobody", "few pixels", "one look"])
def test_nothing_else_is_looked_at(case):
    mask = colours.head(90, 90) if case == "few pixels" else colours.head(300, 300)
    photo = np.full((300, 300, 3), 127, np.uint8) if case == "nobody" else colours.painted(mask)
    segmenter = Segmenter(BY_COLOUR, never)
    expected = Segmenter(BY_COLOUR).segment(photo, locate=case != "one look")
    np.testing.assert_array_equal(segmenter.segment(photo, locate=case != "one look"), expected)


def test_what_is_said_of_the_padding_does_not_reach_the_photo():
    framed = np.zeros((SIZE, SIZE, 3), np.float32)
    framed[..., 2] = 1  # the padding is called face
    framed[16:48] = (0, 1, 0)
    enlarged = letterbox.enlarge(framed, 100, 200, FINER)
    np.testing.assert_array_equal(enlarged[32:96], np.broadcast_to(np.float32([0, 1, 0]), (64, FINER, 3)))


def test_hairnet_comes_with_a_finer_network_and_the_drawn_one_does_not():
    opened = finer_engine(None)
    assert opened is not None
    assert opened().image_size == 448
    assert finer_engine("drawn") is None
    assert finer_engine(shipped.NETWORKS["hairnet"].litert) is None


def test_it_is_opened_once():
    opened = []

    def open_it():
        opened.append(True)
        return Counting()

    segmenter = Segmenter(BY_COLOUR, open_it)
    photo = colours.painted(colours.head(300, 300))
    assert wants_finer(located_in(photo))
    for _ in range(2):
        segmenter.segment([photo, photo])
    assert opened == [True]
