"""The segmenter: any size in, the same size out, whatever else is in the batch."""

from __future__ import annotations

import subprocess
import sys

import keras
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hairnet_data.core.errors import HairnetError, UsageError
from hairnet_model import Segmenter
from hairnet_model.model_io import shipped
from hairnet_model.model_io.model_file import Model, ModelError
from hairnet_model.networks import fcn
from hairnet_model.networks.outputs import class_ids
from tests.support import colours

BY_COLOUR = Segmenter(colours.by_colour(64))


@pytest.fixture(
    scope="module", params=[("hairnet", "classes", 96), ("fcn8s_2019", "maps_2019", 64)], ids=lambda p: p[0]
)
def real(request):
    """Both networks with fresh weights; fcn8s_2019 has the two maps of 2019."""
    arch, head, size = request.param
    keras.utils.set_random_seed(7)
    return Segmenter(Model(fcn.create(arch, head), image_size=size))


def noise(*shape):
    return np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)


@settings(max_examples=40, deadline=None)
@given(count=st.integers(0, 3), height=st.integers(1, 300), width=st.integers(1, 300))
@example(count=1, height=1, width=1)
@example(count=2, height=1, width=300)
@example(count=2, height=30, width=2000)
@example(count=17, height=20, width=30)
def test_masks_have_the_size_of_the_pictures(count, height, width):
    images = np.stack([colours.painted(colours.head(height, width))] * count or [np.zeros((height, width, 3))])[:count]
    images = images.astype(np.uint8)
    masks, likely = BY_COLOUR.segment(images), BY_COLOUR.probabilities(images)
    assert masks.dtype == np.uint8
    assert masks.shape == images.shape[:3]
    assert masks.max(initial=0) <= 2
    assert likely.dtype == np.float32
    assert likely.shape == images.shape
    np.testing.assert_allclose(likely.sum(-1), 1, atol=1e-4)
    np.testing.assert_array_equal(likely.argmax(-1), masks)


@settings(max_examples=40, deadline=None)
@given(height=st.integers(24, 300), width=st.integers(24, 300))
def test_a_portrait_in_class_colours_is_segmented_as_painted(height, width):
    mask = colours.head(height, width)
    got = BY_COLOUR.segment(colours.painted(mask)[None])[0]
    assert colours.wrong(got, mask, within=max(height, width) / 64 + 1) == 0


def test_two_maps_are_understood():
    mask = colours.head(64, 64)
    image = colours.painted(mask)[None]
    two = Segmenter(colours.by_colour(64, head="maps_2019"))
    np.testing.assert_array_equal(two.segment(image)[0], mask)
    np.testing.assert_array_equal(BY_COLOUR.segment(image)[0], mask)


def test_a_pictures_result_does_not_depend_on_its_batch(real):
    images = noise(2 * real.batch + 3, 50, 70, 3)
    alone = np.concatenate([real.probabilities(image[None]) for image in images])
    np.testing.assert_array_equal(real.probabilities(images), alone)
    order = np.random.default_rng(0).permutation(len(images))
    np.testing.assert_array_equal(real.probabilities(images[order]), alone[order])
    np.testing.assert_array_equal(real.segment(images[:5]), alone[:5].argmax(-1))


def test_pictures_of_the_networks_size_are_what_the_network_says(real):
    images = noise(3, real.size, real.size, 3)
    outputs = real.model.network.predict_on_batch(images)
    np.testing.assert_array_equal(real.segment(images), class_ids(outputs))


def test_the_network_never_sees_more_than_a_batch(monkeypatch):
    seen = []
    whole = Segmenter.of_frames
    monkeypatch.setattr(Segmenter, "of_frames", lambda self, frames: seen.append(len(frames)) or whole(self, frames))
    BY_COLOUR.segment(noise(2 * BY_COLOUR.batch + 1, 8, 8, 3))
    assert seen == [BY_COLOUR.batch, BY_COLOUR.batch, 1]
    assert Segmenter(colours.by_colour(1024)).batch == 1


def test_dropout_is_off():
    mask = colours.head(64, 64)
    dropping = Segmenter(colours.by_colour(64, drop=0.9))
    np.testing.assert_array_equal(dropping.segment(colours.painted(mask)[None])[0], mask)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.zeros((2, 8, 8, 3), np.float32), "float32"),
        (np.zeros((2, 8, 8, 3), np.int64), "int64"),
        (np.zeros((8, 8, 3), np.uint8), r"images\[None\]"),
        (np.zeros((2, 8, 8, 4), np.uint8), r"\(2, 8, 8, 4\)"),
        (np.zeros((2, 8, 8), np.uint8), r"\(2, 8, 8\)"),
        (np.zeros((8, 8), np.uint8), r"\(8, 8\)"),
        (np.zeros((2, 0, 8, 3), np.uint8), "without a pixel"),
        ([np.zeros((8, 8, 3), np.uint8), np.zeros((9, 8, 3), np.uint8)], "differ in size"),
        ("portrait.jpg", "images: are"),
        (None, "images: are"),
    ],
)
@pytest.mark.parametrize("way", ["segment", "probabilities"])
def test_anything_else_is_refused_in_one_line(images, said, way):
    with pytest.raises(UsageError, match=said) as caught:
        getattr(BY_COLOUR, way)(images)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_a_list_of_pictures_will_do():
    mask = colours.head(64, 64)
    np.testing.assert_array_equal(BY_COLOUR.segment([colours.painted(mask)] * 2), [mask, mask])


def test_the_pictures_are_left_alone():
    images = noise(2, 40, 30, 3)
    before = images.copy()
    BY_COLOUR.segment(images)
    np.testing.assert_array_equal(images, before)
    images.flags.writeable = False
    BY_COLOUR.segment(images[:, ::-1, ::2])  # neither writeable nor contiguous


def test_values_that_are_no_numbers_are_told():
    model = colours.by_colour(64)
    kernel, bias = model.network.get_weights()
    model.network.set_weights([kernel * np.nan, bias])
    with pytest.raises(HairnetError, match="no numbers"):
        Segmenter(model).segment(noise(1, 8, 8, 3))


def test_a_model_is_loaded_from_its_file_or_its_run(tmp_path):
    mask = colours.head(64, 64)
    colours.saved(tmp_path / "best.keras", size=64)
    for path in (tmp_path, str(tmp_path), tmp_path / "best.keras"):
        segmenter = Segmenter.load(path)
        assert segmenter.size == 64
        np.testing.assert_array_equal(segmenter.segment(colours.painted(mask)[None])[0], mask)
    with pytest.raises(ModelError, match="missing"):
        Segmenter.load(tmp_path / "none.keras")


def test_the_shipped_model_is_the_default(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "KERAS", colours.saved(tmp_path / "hairnet.keras", size=32))
    assert Segmenter.load().size == 32


def test_the_package_itself_imports_no_keras():
    code = "import hairnet_model, sys; print('keras' in sys.modules, 'tensorflow' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
    with pytest.raises(ImportError):
        from hairnet_model import Nothing  # noqa: F401
