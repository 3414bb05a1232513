"""Framing: the records' own way into the square, and the inverse out of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hairnet_data.core.classes import FACE
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.rendering.renderer import render
from hairnet_data.sources.base import Portrait
from hairnet_model.data.padding import PAD
from hairnet_model.inference import letterbox
from tests.support import colours

SIDES = st.integers(1, 400)
SIZES = st.sampled_from([32, 64, 96, 224])


def rendered(photo, size):
    """The picture and where the photo is in it, as the renderer makes a record at scale 1."""
    height, width = photo.shape[:2]
    fill = Paint("colour", ((PAD,) * 3,))
    recipe = Recipe("test", 0, size, "portrait", "a@0", fill=fill)
    image, mask = render(recipe, Portrait(photo, np.full((height, width), FACE, np.uint8)), lambda asset: photo)
    return image, mask == FACE


def smooth(height, width):
    """A picture without noise, in which a shift of a pixel is seen all the same."""
    rows, columns = (np.mgrid[:height, :width] + 0.5) / max(height, width)
    waves = [128 + 100 * np.sin(7 * rows + 3), 128 + 100 * np.cos(9 * columns), 255 * (rows + columns) / 2]
    return np.stack(waves, 2).astype(np.uint8)


@settings(max_examples=80)
@given(height=SIDES, width=SIDES, size=SIZES)
@example(height=250, width=250, size=224)
@example(height=224, width=224, size=224)
@example(height=30, width=2000, size=224)
@example(height=1200, width=901, size=64)
@example(height=1, width=1, size=32)
def test_a_photo_is_framed_as_a_record_at_scale_1(height, width, size):
    photo = smooth(height, width)
    image, there = rendered(photo, size)
    framed = letterbox.frame(photo, size)
    assert framed.dtype == np.uint8
    assert framed.shape == (size, size, 3)
    if not there.any():  # too thin for the renderer; ours keeps a line of it
        assert (framed != PAD).any(-1).sum() <= size
        return
    np.testing.assert_array_equal((framed != image).any(-1) & ~there, False)
    assert np.abs(framed.astype(int) - image).max() <= 3  # places are rounded to 32nds of a pixel


def test_the_records_pixels_bit_for_bit():
    photo = np.random.default_rng(0).integers(0, 256, (250, 250, 3), dtype=np.uint8)
    np.testing.assert_array_equal(letterbox.frame(photo, 224), rendered(photo, 224)[0])


def test_a_photo_of_the_frames_size_is_left_alone():
    photo = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    framed = letterbox.frame(photo, 64)
    np.testing.assert_array_equal(framed, photo)
    assert not np.shares_memory(framed, photo)
    some = np.random.default_rng(2).random((64, 64, 3), dtype=np.float32)
    np.testing.assert_array_equal(letterbox.unframe(some, 64, 64), some)


@settings(max_examples=80)
@given(height=st.integers(1, 700), width=st.integers(1, 700), size=SIZES)
@example(height=1, width=1, size=224)
@example(height=30, width=2000, size=224)
@example(height=1, width=2000, size=224)
@example(height=2000, width=1, size=224)
@example(height=1, width=40_000, size=32)
@example(height=40_000, width=1, size=32)
def test_what_is_said_of_the_padding_never_reaches_the_photo(height, width, size):
    """A flat photo stays flat to its last pixel, in its own size, however thin it is."""
    framed = letterbox.frame(np.full((height, width, 3), 200, np.uint8), size)
    assert (framed == 200).any()
    said = (framed == 200).astype(np.float32)
    back = letterbox.unframe(said, height, width)
    assert back.shape == (height, width, 3)
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, 1, atol=1e-6)
    said = np.stack([1 - said[..., 0], said[..., 1], np.zeros((size, size), np.float32)], 2)
    ids = letterbox.class_ids(said, height, width)
    assert ids.dtype == np.uint8
    np.testing.assert_array_equal(ids, np.ones((height, width), np.uint8))


@settings(max_examples=100)
@given(height=st.integers(1, 900), width=st.integers(1, 900), size=SIZES)
@example(height=301, width=500, size=64)
@example(height=40, width=33, size=224)
@example(height=30, width=2000, size=224)
def test_every_pixel_of_the_photo_asks_the_right_place_of_the_frame(height, width, size):
    """A frame in which every pixel says where it is, against the place computed by hand."""
    said = np.stack([*(np.mgrid[:size, :size] + 0.5), np.zeros((size, size))], 2).astype(np.float32)
    back = letterbox.unframe(said, height, width)
    step = max(height, width) / size
    for channel, length in enumerate((height, width)):
        place = size / 2 + (np.arange(length) + 0.5 - length / 2) / step
        # Up to the outermost of the frame's pixels whose centres the photo reaches: beyond lies the padding.
        half = 0.5 / step
        first, last = np.ceil(place[0] - half - 0.5) + 0.5, np.floor(place[-1] + half - 0.501) + 0.5
        inner = (place - half > first) & (place + half < last)
        got = back[..., channel].mean(1 - channel)
        np.testing.assert_allclose(got[inner], place[inner], atol=0.01)
        assert np.abs(got - place).max() <= 1


def _between_centres(height, width, size):
    """Whether a photo's pixels lie between centres of the frame's that show it, bool (height, width)."""
    inside = []
    for length in (height, width):
        centres = (np.arange(size) + 0.5 - size / 2) * max(height, width) / size + length / 2
        shown = centres[(centres > 0) & (centres < length)]
        places = np.arange(length) + 0.5
        inside.append((places >= shown.min(initial=length)) & (places <= shown.max(initial=0)))
    return inside[0][:, None] & inside[1]


@settings(max_examples=60)
@given(height=st.integers(24, 600), width=st.integers(24, 600), size=SIZES)
@example(height=301, width=500, size=64)
@example(height=31, width=24, size=224)
@example(height=446, width=209, size=32)
def test_a_portrait_in_class_colours_comes_back(height, width, size):
    mask = colours.head(height, width)
    framed = letterbox.frame(colours.painted(mask), size)
    said = framed[..., [2, 0, 1]].astype(np.float32) / 255
    said[(framed == PAD).all(-1)] = 0, 1, 0  # whatever the padding is taken for
    got = letterbox.class_ids(said, height, width)
    step = max(height, width) / size
    assert colours.wrong(np.where(_between_centres(height, width, size), got, mask), mask, within=step + 1) == 0
    # Near the photo's edge the nearest centre in the frame is up to a step away, and along both sides in a corner.
    assert colours.wrong(got, mask, within=np.sqrt(2) * step + 1) == 0
    np.testing.assert_array_equal(got, np.argmax(letterbox.unframe(said, height, width), -1))


@pytest.mark.parametrize(("height", "width"), [(640, 480), (333, 999), (97, 203), (31, 47), (224, 224)])
@pytest.mark.parametrize("size", [64, 224])
def test_a_disc_stays_where_it_is(height, width, size):
    """Its centroid, against the centre it was drawn around: a shift of half a pixel on either way is seen."""
    y, x = height * 0.47 + 0.3, width * 0.52 - 0.2
    rows, columns = np.mgrid[:height, :width] + 0.5
    disc = (np.hypot(rows - y, columns - x) < 0.35 * min(height, width)).astype(np.uint8)
    framed = letterbox.frame(colours.painted(disc), size)
    got = letterbox.class_ids(framed[..., [2, 0, 1]].astype(np.float32), height, width)
    step = max(height, width) / size
    for axis in (rows, columns):
        assert abs(axis[got == 1].mean() - axis[disc == 1].mean()) < 0.1 * step + 0.05


def test_bands_join_without_a_seam(monkeypatch):
    said = np.random.default_rng(3).random((64, 64, 3), dtype=np.float32)
    whole, ids = letterbox.unframe(said, 301, 200), letterbox.class_ids(said, 301, 200)
    monkeypatch.setattr(letterbox, "_BAND", 200 * 7)
    np.testing.assert_allclose(letterbox.unframe(said, 301, 200), whole, atol=1e-4)
    assert (letterbox.class_ids(said, 301, 200) != ids).mean() < 1e-3


def test_edges_of_classes_are_smooth():
    """A slanted edge in a small frame has no stairs of the frame's pixels in the large mask."""
    rows, columns = np.mgrid[:64, :64] + 0.5
    hair = np.clip(0.5 + (columns - 20 - rows / 3) / 2, 0, 1).astype(np.float32)
    mask = letterbox.class_ids(np.stack([1 - hair, hair, hair * 0], 2), 640, 640)
    edge = np.argmax(mask == 1, axis=1)[20:-20]
    straight = np.polyval(np.polyfit(np.arange(len(edge)), edge, 1), np.arange(len(edge)))
    assert np.abs(edge - straight).max() < 1.5


def test_a_photo_smaller_than_the_frame_gets_the_mean_of_what_was_said():
    said = np.random.default_rng(4).random((64, 64, 3), dtype=np.float32)
    np.testing.assert_allclose(letterbox.unframe(said, 2, 2), said.reshape(2, 32, 2, 32, 3).mean((1, 3)), atol=1e-5)
    np.testing.assert_allclose(letterbox.unframe(said, 1, 1)[0, 0], said.mean((0, 1)), atol=1e-5)
    np.testing.assert_allclose(
        letterbox.unframe(said, 16, 8), said[:, 16:48].reshape(16, 4, 8, 4, 3).mean((1, 3)), atol=1e-5
    )
