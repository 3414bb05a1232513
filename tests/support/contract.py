"""Points 1 to 9 of the alignment contract as plain checks, and scenes to check.

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
from numpy.typing import NDArray
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
    Points,
    centres,
    doubtful,
    far_from_edges,
    in_mask,
    inside_polygon,
    moved,
    moved_back,
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


def soft_edge(step: float) -> float:
    """How far, in output pixels, the colour of an object reaches beyond its edge."""
    return max(2.0, 1.5 / step)


def find_disc(scene: Scene, radius: float, choice: float = 0.0) -> complex | None:
    """A centre in the photo for a disc that the output shows completely; None if there is none.

    Args:
        scene: where to look.
        radius: of the disc, in output pixels.
        choice: 0..1, which of the possible centres to take.
    """
    margin = radius + soft_edge(scene.step) + 1
    lines = np.linspace(margin, scene.recipe.size - margin, 9)
    at = moved_back(scene.recipe, scene.frame, lines + 1j * lines[:, None]).ravel()
    room = margin * scene.step
    fits = (at.real > room) & (at.real < scene.frame[0] - room) & (at.imag > room) & (at.imag < scene.frame[1] - room)
    if scene.recipe.size <= 2 * margin or not fits.any():
        return None
    return complex(at[fits][min(int(choice * fits.sum()), int(fits.sum()) - 1)])


def check_disc(scene: Scene, pipeline: Pipeline, centre: complex, radius: float) -> None:
    """Point 3: a disc has its centroid where `moved` maps its centre.

    Nearest-neighbour sampling alone moves a mask's edges by up to half a pixel, all in the same direction where source
    and output pixels are in step. So the mask's centroid is taken over 25 shifts within a pixel, whose mean has to fit.

    Args:
        scene: says how the disc is mapped.
        pipeline: how to render it.
        centre: of the disc in the photo.
        radius: of the disc, in output pixels.
    """
    scaled = radius * scene.step
    # Soft at the rim in the photo, as a disc is in a photo, and hard in the mask.
    apart, points = _from(scene, scene.shown.image.shape[:2], centre)
    disc = np.rint(255 * np.clip((scaled - apart) / scene.step + 0.5, 0, 1)).astype(np.uint8)
    middle = complex((disc * points).sum() / disc.sum())
    apart, points = _from(scene, scene.shown.mask.shape, centre)
    hard = apart <= scaled
    ends = (middle, complex(points[hard].mean()))
    portrait = Portrait(np.repeat(disc[..., None], 3, axis=2), hard.astype(np.uint8) * FACE)
    offsets = []
    for turn in range(25):
        right, down = scene.recipe.affine.shift
        shift = (right + turn / 25 / scene.recipe.size, down + (7 * turn % 25) / 25 / scene.recipe.size)
        recipe = replace(scene.plain, affine=replace(scene.recipe.affine, shift=shift))
        recipe = replace(recipe, fill=Paint("colour", ((0, 0, 0),)))
        image, mask = pipeline(recipe, portrait, scene.backgrounds)
        assert (mask == FACE).any(), "the disc is not in the mask"
        assert image.any(), "the disc is not in the image"
        went = moved(recipe, scene.frame, np.array(ends))
        in_image = _centroid(image[..., 1].astype(np.float64)) - complex(went[0])
        assert abs(in_image) < 0.1, f"the disc is off by {abs(in_image):.3f} pixels in the image"
        offsets.append(_centroid((mask == FACE).astype(np.float64)) - complex(went[1]))
    assert max(map(abs, offsets)) < 0.75, f"the disc is off by {max(map(abs, offsets)):.3f} pixels in the mask"
    mean = abs(sum(offsets)) / len(offsets)
    assert mean < 0.1, f"the disc is off by {mean:.3f} pixels in the mask, on average"


def _from(scene: Scene, shape: tuple[int, ...], point: complex) -> tuple[NDArray[np.float64], Points]:
    """How far from a point the pixels of a photo or mask are, and where they are; in pixels of the photo."""
    across, down = scene.frame[0] / shape[1], scene.frame[1] / shape[0]
    points = (np.arange(shape[1]) + 0.5) * across + 1j * ((np.arange(shape[0]) + 0.5) * down)[:, None]
    return np.abs(points - point), points


def _centroid(weights: NDArray[np.float64]) -> complex:
    along = np.arange(len(weights)) + 0.5
    return complex(weights.sum(axis=0) @ along, weights.sum(axis=1) @ along) / float(weights.sum())


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
