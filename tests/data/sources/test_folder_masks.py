"""A folder's masks: every way to say what they mean, and their sizes and orientations."""

import json

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.sources.base import PortraitSource
from tests.support.folder_kit import (
    COLOURS,
    HEIGHT,
    INDICES,
    PARTS,
    WIDTH,
    check,
    classes,
    in_colours,
    in_indices,
    photo,
)

# What masks may look like


@pytest.mark.parametrize("extension", ["png", "bmp", "tif", "webp", "ppm", "PNG"])
def test_colours(kit, extension):
    kit.photo("a.jpeg")
    kit.mask(f"a.{extension}", **({"lossless": True} if extension == "webp" else {}))
    source: PortraitSource = kit.open()
    check(source.load("a"))
    assert source.load("a").snapped == 0


def test_several_colours_a_class(kit):
    kit.photo("a.jpg")
    pixels = in_colours(classes())
    pixels[HEIGHT // 6 : HEIGHT // 4][classes()[HEIGHT // 6 : HEIGHT // 4] == HAIR] = (127, 0, 0)
    kit.mask("a.png", pixels)
    check(kit.open().load("a"))


def test_blended_edges_are_refused_or_snapped_and_counted(kit):
    kit.photo("a.jpg")
    pixels = in_colours(classes())
    pixels[0, 0], pixels[0, 1] = (5, 0, 250), (3, 0, 252)
    kit.mask("a.png", pixels)
    assert "masks/a.png: has colour #0300fc (1 pixels), #0500fa (1 pixels) in no class" in kit.load_refused()
    kit.config(COLOURS + "[options]\nnearest = true\n")
    portrait = kit.open().load("a")
    check(portrait, classes())
    assert portrait.snapped == 1, "four levels are what JPEG does to a flat area"


def test_a_mask_saved_as_jpeg_needs_nearest(kit):
    kit.photo("a.png")
    kit.mask("a.jpg", quality=95, subsampling=0)
    assert "in no class" in kit.load_refused()
    kit.config(COLOURS + "[options]\nnearest = true\n")
    assert (kit.open().load("a").mask == classes()).mean() > 0.98


def test_indices(kit):
    kit.config(INDICES)
    for id in "abc":
        kit.photo(f"{id}.jpg")
    kit.mask("a.png", in_indices(classes()))
    palette = Image.fromarray(in_indices(classes())).convert("P")
    palette.putpalette([0] * 768)  # the colours do not matter
    kit.mask("b.png", palette)
    kit.mask("c.png", in_indices(classes()).astype(np.uint16))
    source = kit.open()
    for id in "abc":
        check(source.load(id))


def test_colours_of_a_palette(kit):
    palette = Image.fromarray(classes()).convert("P")
    palette.putpalette([0, 0, 255, 255, 0, 0, 0, 255, 0])
    kit.photo("a.jpg")
    kit.mask("a.png", palette)
    check(kit.open().load("a"))


def test_parts(kit):
    kit.config(PARTS)
    kit.photo("a_b.jpg")
    kit.mask("a_b_skin.png", ((classes() != BACKGROUND) * 255).astype(np.uint8))
    kit.mask("a_b_hair.png", ((classes() == HAIR) * 255).astype(np.uint8))
    source = kit.open()
    check(source.load("a_b"))
    hat = np.zeros((HEIGHT, WIDTH), np.uint8)
    hat[: HEIGHT // 4] = 255
    kit.mask("a_b_hat.png", hat)
    expected = classes()
    expected[: HEIGHT // 4] = BACKGROUND
    source = kit.open()
    assert source.catalogue().errors == ()
    check(source.load("a_b"), expected)


def test_the_order_of_parts_can_be_given(kit):
    everywhere = np.full((HEIGHT, WIDTH), 255, np.uint8)
    kit.photo("a.jpg")
    for part in ("skin", "hair", "hat"):
        kit.mask(f"a_{part}.png", everywhere)
    tops = {}
    for order in (
        ["hat", "neck", "hair", "skin"],
        ["skin", "hat", "neck", "hair"],
        ["hair", "skin", "neck", "hat"],
    ):
        kit.config(PARTS + f"[options]\norder = {json.dumps(order)}\n")
        tops[order[-1]] = set(np.unique(kit.open().load("a").mask))
    assert tops == {"skin": {FACE}, "hair": {HAIR}, "hat": {BACKGROUND}}


# Sizes and orientations


@pytest.mark.parametrize(("width", "height"), [(12, 9), (48, 36), (240, 180), (23, 17), (47, 35)])
def test_photo_and_mask_may_differ_in_size(kit, width, height):
    kit.photo("a.jpg")
    kit.mask("a.png", in_colours(classes(width, height)))
    portrait = kit.open().load("a")
    assert portrait.image.shape == (HEIGHT, WIDTH, 3)
    check(portrait, classes(width, height))


def test_other_aspects_are_refused_naming_both_sizes(kit):
    kit.photo("a.jpg")
    kit.mask("a.png", in_colours(classes(24, 24)))
    assert "masks/a.png: is 24 x 24 pixels, its photo 24 x 18" in kit.load_refused()


def oriented(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def test_the_mask_must_fit_the_upright_photo(kit):
    lying = np.ascontiguousarray(photo().transpose(1, 0, 2)[::-1])
    kit.photo("a.jpg", lying, exif=oriented(6), quality=100)
    kit.mask("a.png")
    portrait = kit.open().load("a")
    check(portrait)
    assert np.abs(portrait.image.astype(int) - photo()).mean() < 4


def test_a_mask_turned_by_the_same_orientation_fits(kit):
    kit.photo("a.jpg", np.ascontiguousarray(photo().transpose(1, 0, 2)[::-1]), exif=oriented(6))
    kit.mask("a.png", np.ascontiguousarray(in_colours(classes()).transpose(1, 0, 2)[::-1]), exif=oriented(6))
    check(kit.open().load("a"))


def test_a_mask_that_fits_only_the_lying_photo_is_refused_with_the_reason(kit):
    kit.photo("a.jpg", np.ascontiguousarray(photo().transpose(1, 0, 2)[::-1]), exif=oriented(6))
    kit.mask("a.png", in_colours(classes(HEIGHT, WIDTH)))
    text = kit.load_refused()
    assert "is 18 x 24 pixels, its photo 24 x 18 when turned upright as its EXIF orientation asks" in text
    assert "turn the mask too" in text


def test_a_lying_mask_of_an_upright_photo_is_not_blamed_on_exif(kit):
    kit.photo("a.jpg")
    kit.mask("a.png", in_colours(classes(HEIGHT, WIDTH)))
    assert "EXIF" not in kit.load_refused()


def test_damaged_pictures(kit):
    kit.pair("a")
    path = kit.root / "images/a.jpg"
    path.write_bytes(path.read_bytes()[:-100])
    assert kit.load_refused().startswith("images/a.jpg: is truncated")
