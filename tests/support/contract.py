"""Points 1 to 9 of the alignment contract as plain checks, but for point 3 (`contract_disc`).

`test_alignment` and `test_reference_mask` call them with the scenes of `scene_strategies`, `test_mutants` with the
entire pipeline from recipe to record. A check renders what it needs by the pipeline that it is given, and fails with
AssertionError. `contract_places` says where a pixel belongs.
"""

from __future__ import annotations

import cmath
import io
import math
from dataclasses import replace

import cv2
import numpy as np
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, COLOURS, FACE, HAIR, UNLABELLED
from hairnet_data.core.records.example import parse
from hairnet_data.core.records.tfrecord import unframe
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.recipe import Photometric
from hairnet_data.sources.base import Portrait
from hairnet_data.verify import reference_mask
from tests.support.contract_colours import (
    BRIGHT,
    CLASS_COLOURS,
    all_hair,
    bright,
    dulled,
    marked,
    marked_backgrounds,
    nearest_class,
)
from tests.support.contract_places import (
    DOUBT,
    centres,
    doubtful,
    far_from_edges,
    in_mask,
    inside_polygon,
    moved,
    outside,
)
from tests.support.contract_scenes import Bits, Pipeline, Scene, as_bytes, record, rendered


def check_form(scene: Scene, pipeline: Pipeline) -> None:
    """Point 1: types, shapes, and classes; no label is missing that the portrait has."""
    image, mask = pipeline(scene.recipe, scene.portrait, scene.backgrounds)
    size = scene.recipe.size
    assert (mask.dtype, mask.shape) == (np.uint8, (size, size))
    assert (image.dtype, image.shape) == (np.uint8, (size, size, 3))
    unlabelled = {UNLABELLED} if scene.portrait and (scene.portrait.mask == UNLABELLED).any() else set()
    assert set(np.unique(mask)) <= {BACKGROUND, HAIR, FACE} | unlabelled


def check_classes(scene: Scene, pipeline: Pipeline) -> int:
    """Point 2: a portrait in its own class colours has, beyond a pixel from an edge, its mask's class everywhere.

    Returns:
        How many pixels that were.
    """
    height, width = scene.shown.image.shape[:2]
    mask = scene.shown.mask
    painted = CLASS_COLOURS[mask]
    if mask.shape != (height, width):
        larger = mask.shape[0] > height
        painted = cv2.resize(painted, (width, height), interpolation=cv2.INTER_AREA if larger else cv2.INTER_NEAREST)
    blue = Paint("colour", (COLOURS[BACKGROUND],))
    image, warped = pipeline(replace(scene.plain, fill=blue), Portrait(painted, mask), scene.backgrounds)
    far, _ = far_from_edges(scene)
    wrong = far & (nearest_class(image) != warped)
    assert not wrong.any(), f"{wrong.sum()} of {far.sum()} pixels have another class's colour, first {_first(wrong)}"
    return int(far.sum())


def check_fill(scene: Scene, pipeline: Pipeline) -> None:
    """Point 4: beyond the portrait's frame the fill in the image and background in the mask, on the same pixels."""
    recipe, backgrounds = replace(scene.plain, fill=bright(scene.recipe.fill)), marked_backgrounds(scene.backgrounds)
    solid = all_hair(scene.shown)
    image, mask = pipeline(recipe, solid, backgrounds)
    filled = marked(image)
    same(filled, mask == BACKGROUND, "the fill and the background")
    assert (mask[~filled] == HAIR).all(), "the portrait's own classes are not where it is"
    assert (image[~filled][:, 0] < BRIGHT / 2 + 3).all(), "the fill is blended into the portrait"
    wrong = (filled != outside(scene)) & ~_near_frame(scene)
    assert not wrong.any(), f"{wrong.sum()} pixels are filled or not against the matrix, first {_first(wrong)}"
    # What the mask holds must not change what the image shows.
    other, real = pipeline(recipe, Portrait(solid.image, scene.shown.mask), backgrounds)
    assert np.array_equal(image, other), "the image follows the mask"
    assert (real[filled] == BACKGROUND).all(), "the fill has a class"


def _near_frame(scene: Scene) -> Bits:
    x, y = in_mask(scene)
    height, width = scene.shown.mask.shape
    ends = ((x, 0), (x, width), (y, 0), (y, height))
    return np.logical_or.reduce([np.abs(coordinate - end) < DOUBT for coordinate, end in ends])


def check_occluders(scene: Scene, pipeline: Pipeline) -> None:
    """Point 5: under an occluder its paint in the image and background in the mask, nothing else anywhere.

    The portrait is hair all over, so that the mask shows where it was overwritten.
    """
    backgrounds = marked_backgrounds(scene.backgrounds)
    portrait = all_hair(scene.portrait) if scene.portrait else None
    fill = dulled(scene.recipe.fill)
    before, bare = pipeline(replace(scene.plain, fill=fill), portrait, backgrounds)
    occluders = tuple(replace(occluder, paint=bright(occluder.paint)) for occluder in scene.recipe.occluders)
    image, mask = pipeline(replace(scene.plain, fill=fill, occluders=occluders), portrait, backgrounds)
    hidden, expected = np.zeros(mask.shape, np.bool_), before.copy()
    for occluder in occluders:
        under = inside_polygon(occluder.outline, len(mask))
        hidden |= under
        # Of a flat colour every pixel is known, of other paints only that they are bright.
        expected[under] = occluder.paint.colours[0] if occluder.paint.kind == "colour" else (255, 0, 0)
    same(marked(image), hidden, "the paint in the image and the occluders' outlines")
    same(mask != bare, hidden & (bare != BACKGROUND), "the change in the mask and the occluders' outlines")
    assert (mask[hidden] == BACKGROUND).all(), "an occluder has a class"
    comparable = ~hidden | (expected[..., 1:] != 0).any(axis=-1)
    assert np.array_equal(image[comparable], expected[comparable]), "the image changed elsewhere, or to another colour"


def check_mirror(scene: Scene, pipeline: Pipeline) -> None:
    """Point 6: a mirrored recipe makes the mirrored example; mirroring portrait and recipe changes nothing."""
    affine, flat = scene.recipe.affine, Paint("colour", ((20, 120, 220),))
    recipe = replace(scene.plain, fill=flat)
    image, mask = pipeline(recipe, scene.portrait, scene.backgrounds)
    mirrored = replace(
        affine, mirror=not affine.mirror, shift=(-affine.shift[0], affine.shift[1]), rotation=-affine.rotation
    )
    other, other_mask = pipeline(replace(recipe, affine=mirrored), scene.portrait, scene.backgrounds)
    sure = ~doubtful(scene)
    _close((image, mask), (other[:, ::-1], other_mask[:, ::-1]), sure)
    swapped = replace(affine, mirror=not affine.mirror)
    turned = Portrait(scene.shown.image[:, ::-1].copy(), scene.shown.mask[:, ::-1].copy())
    _close((image, mask), pipeline(replace(recipe, affine=swapped), turned, scene.backgrounds), sure)


def _close(one: tuple[Pixels, Pixels], other: tuple[Pixels, Pixels], sure: Bits) -> None:
    same((one[1] != other[1]) & sure, np.zeros_like(sure), "the masks")
    # Coordinates are rounded to a 32nd of a pixel, so a tie moves a colour by an eighth of the steepest step at most.
    far = np.abs(one[0].astype(np.int64) - other[0]).max(axis=-1)[sure]
    assert not far.size or far.max() <= 18, f"the images differ by up to {far.max()}"


def check_identity(scene: Scene, pipeline: Pipeline) -> None:
    """Point 6: framed only, at its own size, a square portrait comes back as it is."""
    assert scene.frame == (scene.recipe.size, scene.recipe.size)
    image, mask = pipeline(scene.plain, scene.portrait, scene.backgrounds)
    assert np.array_equal(image, scene.shown.image), "the image changed"
    assert np.array_equal(mask, scene.shown.mask), "the mask changed"


def check_inverse(scene: Scene, pipeline: Pipeline) -> int:
    """Point 6: there and back restores what is farther than 1.5 pixels from an edge and stayed in sight.

    Returns:
        How many pixels that were.
    """
    affine, size = scene.recipe.affine, scene.recipe.size
    assert scene.frame == (size, size)
    assert scene.shown.mask.shape == (size, size)
    blue = Paint("colour", (COLOURS[BACKGROUND],))
    recipe = replace(scene.plain, fill=blue)
    there = pipeline(recipe, Portrait(CLASS_COLOURS[scene.shown.mask], scene.shown.mask), scene.backgrounds)
    turn = affine.rotation if affine.mirror else -affine.rotation
    shift = -complex(*affine.shift) / affine.scale * cmath.exp(-1j * math.radians(affine.rotation))
    if affine.mirror:
        shift = -shift.conjugate()
    back = replace(affine, scale=1 / affine.scale, rotation=turn, shift=(shift.real, shift.imag))
    image, mask = pipeline(replace(recipe, affine=back), Portrait(*there), scene.backgrounds)
    identity = replace(scene, recipe=replace(scene.plain, affine=type(affine)()))
    far, classes = far_from_edges(identity, 1.5)
    went = moved(recipe, scene.frame, centres(size))
    seen = np.minimum.reduce([went.real, went.imag, size - went.real, size - went.imag]) > 1.5 * max(1, affine.scale)
    wrong = far & seen & (mask != classes)
    assert not wrong.any(), f"{wrong.sum()} of {(far & seen).sum()} classes are not restored, first {_first(wrong)}"
    wrong = far & seen & (nearest_class(image) != classes)
    assert not wrong.any(), f"{wrong.sum()} of {(far & seen).sum()} colours are not restored, first {_first(wrong)}"
    return int((far & seen).sum())


def check_photometric(scene: Scene, pipeline: Pipeline) -> None:
    """Point 7: with and without changes of colour, the mask is the same."""
    _, mask = pipeline(scene.recipe, scene.portrait, scene.backgrounds)
    _, plain = pipeline(replace(scene.recipe, photometric=Photometric()), scene.portrait, scene.backgrounds)
    same(mask != plain, np.zeros(mask.shape, np.bool_), "the masks")


def check_negative(scene: Scene, pipeline: Pipeline) -> None:
    """Point 8: a negative has no class but background, occluded or not."""
    assert scene.recipe.kind == "negative"
    for recipe in (scene.recipe, scene.plain):
        _, mask = pipeline(recipe, None, scene.backgrounds)
        assert not mask.any(), f"{np.count_nonzero(mask)} pixels of a negative have a class"


def check_encoding(scene: Scene) -> None:
    """Point 9: the record's mask is a PNG in mode L, and Pillow reads the rendered mask from it, bit for bit."""
    (data,) = unframe(record(scene.recipe, scene.portrait, scene.backgrounds))
    png = as_bytes(parse(data)["mask"])
    assert png.startswith(b"\x89PNG\r\n\x1a\n"), "the mask is no PNG"
    assert tuple(png[24:26]) == (8, 0), f"the mask is a PNG of {png[24]} bits and colour type {png[25]}, not 8 and 0"
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.mode == "L"
        read = np.asarray(picture)
    _, mask = rendered(scene.recipe, scene.portrait, scene.backgrounds)
    same(read != mask, np.zeros(mask.shape, np.bool_), "the mask read and the mask rendered")


def check_reference(scene: Scene, pipeline: Pipeline) -> None:
    """The reference mask agrees."""
    _, rendered_mask = pipeline(scene.recipe, scene.portrait, scene.backgrounds)
    portraits = [reference_mask.Layer(scene.portrait.mask, scene.frame)] if scene.portrait else []
    error = reference_mask.mask_error(rendered_mask, reference_mask.allowed_classes(scene.recipe, portraits))
    assert not error, error


def same(one: Bits, other: Bits, what: str) -> None:
    """Fails where two sets of pixels differ, and says where."""
    wrong = one != other
    assert not wrong.any(), f"{what} differ at {wrong.sum()} of {wrong.size} pixels, first {_first(wrong)}"


def _first(wrong: Bits) -> str:
    row, column = (int(indices[0]) for indices in np.nonzero(wrong))
    return f"column {column}, row {row}"
