"""The segmenter: any size in, the same size out, whatever else is in the batch."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.core.errors import HairnetError, PictureError, UsageError
from hairnet_model import Segmenter
from hairnet_model.export import calibration
from hairnet_model.inference.engines import KerasEngine, LiteRTEngine
from hairnet_model.model_io import shipped
from hairnet_model.model_io.errors import ModelError
from hairnet_model.model_io.model_file import Model
from hairnet_model.networks import fcn
from hairnet_model.networks.outputs import class_ids
from tests.support import colours

BY_COLOUR = Segmenter(KerasEngine(colours.by_colour(64)))


@pytest.fixture(
    scope="module", params=[("hairnet", "classes", 96), ("fcn8s_2019", "maps_2019", 64)], ids=lambda p: p[0]
)
def real(request):
    """Both networks with fresh weights; fcn8s_2019 has the two maps of 2019."""
    arch, head, size = request.param
    keras.utils.set_random_seed(7)
    return Segmenter(KerasEngine(Model(fcn.create(arch, head), image_size=size)))


def noise(*shape):
    return np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)


@settings(max_examples=40)
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


@settings(max_examples=40)
@given(height=st.integers(24, 300), width=st.integers(24, 300))
def test_a_portrait_in_class_colours_is_segmented_as_painted(height, width):
    mask = colours.head(height, width)
    got = BY_COLOUR.segment(colours.painted(mask)[None])[0]
    assert colours.wrong(got, mask, within=max(height, width) / 64 + 1) == 0


def test_two_maps_are_understood():
    mask = colours.head(64, 64)
    image = colours.painted(mask)[None]
    two = Segmenter(KerasEngine(colours.by_colour(64, head="maps_2019")))
    np.testing.assert_array_equal(two.segment(image)[0], mask)
    np.testing.assert_array_equal(BY_COLOUR.segment(image)[0], mask)


@pytest.mark.parametrize("locate", [False, True])
def test_a_pictures_result_does_not_depend_on_its_batch(real, locate):
    images = noise((2 * real.batch if not locate else 2) + 3, 50, 70, 3)
    alone = np.concatenate([real.probabilities(image[None], locate) for image in images])
    np.testing.assert_array_equal(real.probabilities(images, locate), alone)
    order = np.random.default_rng(0).permutation(len(images))
    np.testing.assert_array_equal(real.probabilities(images[order], locate), alone[order])
    np.testing.assert_array_equal(real.segment(images[:5], locate), alone[:5].argmax(-1))


def test_pictures_of_the_networks_size_are_what_the_network_says(real):
    images = noise(3, real.size, real.size, 3)
    outputs = real.engine.model.network.predict_on_batch(images)
    np.testing.assert_array_equal(real.segment(images, locate=False), class_ids(outputs))


def test_the_network_never_sees_more_than_a_batch():
    seen = []

    class Counting(KerasEngine):
        def __call__(self, frames):
            seen.append(len(frames))
            return super().__call__(frames)

    counting = Segmenter(Counting(colours.by_colour(64)))
    counting.segment(noise(2 * counting.batch + 1, 8, 8, 3), locate=False)
    assert seen == [counting.batch, counting.batch, 1]
    assert Segmenter(KerasEngine(colours.by_colour(1024))).batch == 1


def test_dropout_is_off():
    mask = colours.head(64, 64)
    dropping = Segmenter(KerasEngine(colours.by_colour(64, drop=0.9)))
    np.testing.assert_array_equal(dropping.segment(colours.painted(mask)[None])[0], mask)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.ones((2, 8, 8, 3), np.float32), r"float32 .*give uint8: np.rint\(images \* 255\).astype\(np.uint8\)"),
        (np.full((2, 8, 8, 3), 255.0), r"float64 .*give uint8: np.rint\(images\).astype\(np.uint8\)"),
        (np.zeros((2, 8, 8, 3), np.int64), "int64 .*values 0..255"),
        (np.zeros((8, 8, 4), np.uint8), r"RGBA; give RGB: images\[..., :3\]"),
        (np.zeros((2, 8, 8, 4), np.uint8), r"RGBA; give RGB: images\[..., :3\]"),
        (np.zeros((2, 8, 8), np.uint8), r"grey.*np.stack\(\[grey\] \* 3, axis=-1\)"),
        (np.zeros((8, 8), np.uint8), r"grey.*np.stack\(\[grey\] \* 3, axis=-1\)"),
        (np.zeros((2, 8, 8, 1), np.uint8), r"grey; give RGB: np.repeat"),
        (np.zeros((2, 0, 8, 3), np.uint8), "without a pixel"),
        ([np.zeros((8, 8, 3), np.uint8), np.zeros((9, 8), np.uint8)], r"images\[1\]: is uint8 \(9, 8\): grey"),
        ([np.zeros((1, 8, 8, 3), np.uint8)], r"images\[0\]: .* not one picture"),
        (None, "images: are"),
    ],
)
@pytest.mark.parametrize("way", ["segment", "probabilities", "heads"])
def test_anything_else_is_refused_in_one_line(images, said, way):
    with pytest.raises(UsageError, match=said) as caught:
        getattr(BY_COLOUR, way)(images)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_pictures_in_every_form(tmp_path):
    mask = colours.head(64, 64)
    photo = colours.painted(mask)
    Image.fromarray(photo).save(tmp_path / "a.png")
    for one in (photo, tmp_path / "a.png", str(tmp_path / "a.png"), Image.fromarray(photo)):
        np.testing.assert_array_equal(BY_COLOUR.segment(one), mask)
    for kind, expected in (("RGBA", mask), ("L", np.zeros_like(mask))):
        np.testing.assert_array_equal(BY_COLOUR.segment(Image.fromarray(photo).convert(kind)), expected)
    other = colours.head(90, 50)
    made = BY_COLOUR.segment([photo, colours.painted(other), tmp_path / "a.png"])
    assert [each.shape for each in made] == [(64, 64), (90, 50), (64, 64)]
    np.testing.assert_array_equal(made[0], mask)
    assert colours.wrong(made[1], other, within=2) == 0
    assert BY_COLOUR.segment([]) == []
    assert BY_COLOUR.probabilities(photo).shape == (64, 64, 3)
    with pytest.raises(PictureError, match="missing"):
        BY_COLOUR.segment("none.jpg")


def test_heads():
    mask = np.zeros((100, 200), np.uint8)
    mask[10:70, 20:70] = 1
    mask[30:70, 30:60] = 2
    mask[40:60, 150:165] = 2
    photo = colours.painted(mask)
    first, second = BY_COLOUR.heads(photo)
    np.testing.assert_allclose(first.box, (20, 10, 50, 60), atol=3)
    np.testing.assert_allclose(second.box, (150, 40, 15, 20), atol=3)
    assert 0.9 < first.sure <= 1
    assert first.pose is None
    assert BY_COLOUR.heads(np.stack([photo, np.zeros_like(photo)])) == [[first, second], []]
    assert len(BY_COLOUR.heads(photo, locate=False)) == 2


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
        Segmenter(KerasEngine(model)).segment(noise(1, 8, 8, 3))


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
    assert isinstance(Segmenter.load().engine, LiteRTEngine)
    assert isinstance(Segmenter.load("hairnet").engine, LiteRTEngine)
    own = replace(shipped.NETWORKS["hairnet"], keras=colours.saved(tmp_path / "hairnet.keras", size=32))
    monkeypatch.setitem(shipped.NETWORKS, "hairnet", own)
    assert Segmenter.load(engine="keras").size == 32
    for path, engine in ((None, "onnx"), (tmp_path / "hairnet.keras", "litert"), (own.litert, "keras")):
        with pytest.raises(UsageError, match="--engine"):
            Segmenter.load(path, engine)


def test_a_run_with_a_shipped_name_is_not_taken_for_the_network(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("drawn").mkdir()
    assert Segmenter.load("drawn").size == 224  # any other folder of that name, of data for instance
    colours.saved(Path("drawn") / "best.keras", size=32)
    with pytest.raises(ModelError, match=r"drawn: is a network that ships, and a run in this folder"):
        Segmenter.load("drawn")
    assert Segmenter.load("drawn/best.keras").size == 32


@pytest.mark.parametrize("name", shipped.NETWORKS)
def test_litert_agrees_with_keras(name):
    images = calibration.drawn(224)
    expected = Segmenter.load(name, engine="keras").segment(images, locate=False)
    found = Segmenter.load(name).segment(images, locate=False)
    assert (found == expected).mean() >= 0.999
    assert {HAIR, FACE} <= set(np.unique(found))


def test_other_files_are_no_litert_models(tmp_path):
    content = shipped.NETWORKS["hairnet"].litert.read_bytes()
    for number, data in enumerate((b"", b"none", content[:5000], content[:-70_000])):
        path = tmp_path / f"{number}.tflite"
        path.write_bytes(data)
        with pytest.raises(ModelError, match=r"\.tflite: is no LiteRT model"):
            Segmenter.load(path)
    with pytest.raises(ModelError, match="is missing"):
        Segmenter.load(tmp_path / "none.tflite")


ALONE = """
import sys
import numpy as np
from hairnet_model import Segmenter
photo = np.full((300, 400, 3), 90, np.uint8)
assert Segmenter.load().segment(photo).shape == (300, 400)
roots = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
print(*sorted(root for root in roots if not root.startswith("_")))
"""


def test_a_mask_needs_neither_keras_nor_tensorflow():
    """In a process of its own: what is imported once the first mask is there."""
    ran = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    imported = set(ran.stdout.split())
    assert not {"keras", "tensorflow", "matplotlib", "h5py", "scipy"} & imported
    assert imported <= {"PIL", "ai_edge_litert", "cv2", "hairnet_data", "hairnet_model", "numpy", "sitecustomize"}
    assert not ran.stderr


def test_the_package_itself_imports_no_keras():
    code = "import hairnet_model, sys; print('keras' in sys.modules, 'tensorflow' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
    with pytest.raises(ImportError):
        from hairnet_model import Nothing  # noqa: F401
