"""Points 1 to 9 of the alignment contract as plain checks, and scenes to check.

`test_alignment` and `test_reference_mask` call them with the scenes of `scene_strategies`, `test_mutants` with the
entire pipeline from recipe to record. A check renders what it needs by the pipeline that it is given, and fails with
AssertionError. Where a pixel belongs is computed here, without `geometry`, `rendering` or `reference_mask`, which could
share a mistake.
"""

from __future__ import annotations

import cmath
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hairnet_data.building.shard_writer import make_record
from hairnet_data.core.arrays import Pixels, Point
from hairnet_data.core.classes import BACKGROUND, COLOURS, FACE, HAIR, UNLABELLED
from hairnet_data.core.records.example import parse
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.dataset.codec import decode_image, decode_mask
from hairnet_data.recipes.paints import Crop, Paint
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Photometric, Recipe, asset_id
from hairnet_data.rendering import renderer
from hairnet_data.rendering.asset_cache import Assets
from hairnet_data.rendering.paint import Backgrounds
from hairnet_data.rendering.subject import Subject
from hairnet_data.sources.base import Portrait
from hairnet_data.verify import reference_mask

Bits = NDArray[np.bool_]
Points = NDArray[np.complex128]

PORTRAIT = "somebody@0123456789abcdef"
WALL = "wall@0123456789abcdef"

VALUES = np.array([BACKGROUND, HAIR, FACE, UNLABELLED])
"""What a mask may hold."""

CLASS_COLOURS = np.zeros((256, 3), np.uint8)
CLASS_COLOURS[VALUES] = (*COLOURS, (255, 255, 255))
DOUBT = 1 / 1000
"""Source pixels: points this close to a border between two source pixels may be rounded up or down."""

BRIGHT = 250
"""Marked paint is at least as red as this; nothing else in a marked scene is more than half as red."""

Pipeline = Callable[[Recipe, Portrait | None, Backgrounds], tuple[Pixels, Pixels]]
"""From a recipe, its portrait and backgrounds to image and mask: `rendered` or `recorded`."""


@dataclass(frozen=True, repr=False)
class Scene:
    """A recipe and what it names."""

    recipe: Recipe
    portrait: Portrait | None
    backgrounds: Backgrounds

    def __repr__(self) -> str:
        shapes = [self.portrait.image.shape, self.portrait.mask.shape] if self.portrait else []
        return f"Scene({self.recipe!r}, {shapes})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # hypothesis would print every pixel

    @property
    def shown(self) -> Portrait:
        assert self.portrait is not None
        return self.portrait

    @property
    def frame(self) -> tuple[int, int]:
        """Width and height of the portrait's photo."""
        return self.shown.image.shape[1], self.shown.image.shape[0]

    @property
    def step(self) -> float:
        """Pixels of the photo an output pixel."""
        return max(self.frame) / (self.recipe.size * self.recipe.affine.scale)

    @property
    def plain(self) -> Recipe:
        """The recipe without occluders and colour changes."""
        return replace(self.recipe, occluders=(), photometric=Photometric())


# --- the pipelines


def rendered(recipe: Recipe, portrait: Portrait | None, backgrounds: Backgrounds) -> tuple[Pixels, Pixels]:
    """Renders, and nothing else."""
    return renderer.render(recipe, portrait and _last.prepared(portrait), backgrounds)


class _Last:
    """The portrait that was rendered last, prepared for rendering: a check renders the same one again and again."""

    def __init__(self) -> None:
        self._portrait: Portrait | None = None

    def prepared(self, portrait: Portrait) -> Subject:
        if portrait is not self._portrait:
            self._portrait, self._subject = portrait, Subject(portrait)
        return self._subject


_last = _Last()


class _InMemory:
    """A source of one portrait and of backgrounds, all in memory."""

    name = "memory"
    people_apart = True
    knows_coverage = False

    def __init__(self, portrait: Portrait | None, backgrounds: Backgrounds) -> None:
        self._portrait, self._backgrounds = portrait, backgrounds

    def load(self, id: str) -> Portrait | Pixels:
        if id == asset_id(PORTRAIT):
            assert self._portrait is not None
            return self._portrait
        return self._backgrounds(f"{id}@")


def record(recipe: Recipe, portrait: Portrait | None, backgrounds: Backgrounds) -> bytes:
    """Makes the framed record as a build does, but with a lossless image, so that pixels can be compared."""
    source = _InMemory(portrait, backgrounds)
    pool = Pool((Asset(*PORTRAIT.split("@"), person="Somebody"),), (Asset(*WALL.split("@")),))
    assets = Assets(source, source, recipe.size)  # type: ignore[arg-type]
    return frame(make_record(recipe, pool, assets, "png"))


def recorded(recipe: Recipe, portrait: Portrait | None, backgrounds: Backgrounds) -> tuple[Pixels, Pixels]:
    """The entire pipeline: recipe, rendering, encoding, record, shard and back."""
    (data,) = unframe(record(recipe, portrait, backgrounds))
    features = parse(data)
    assert Recipe.from_json(_bytes(features["recipe"])) == recipe
    return decode_image(_bytes(features["image"])), decode_mask(_bytes(features["mask"]))


def _bytes(value: bytes | int) -> bytes:
    assert isinstance(value, bytes)
    return value


# --- where points belong, computed independently


def moved(recipe: Recipe, frame: tuple[int, int], points: Points) -> Points:
    """Maps points x + iy of the photo to the output: mirror, rotate, scale and shift about the centre."""
    affine = recipe.affine
    from_centre = points - complex(frame[0] / 2, frame[1] / 2)
    if affine.mirror:
        from_centre = -np.conj(from_centre)
    zoom = recipe.size * affine.scale / max(frame)
    # y points down, so that a positive angle turns clockwise on the screen.
    return _middle(recipe) + zoom * cmath.exp(1j * math.radians(affine.rotation)) * from_centre


def moved_back(recipe: Recipe, frame: tuple[int, int], points: Points) -> Points:
    """The inverse of `moved`."""
    affine = recipe.affine
    zoom = recipe.size * affine.scale / max(frame)
    from_centre = (points - _middle(recipe)) / (zoom * cmath.exp(1j * math.radians(affine.rotation)))
    if affine.mirror:
        from_centre = -np.conj(from_centre)
    return from_centre + complex(frame[0] / 2, frame[1] / 2)


def _middle(recipe: Recipe) -> complex:
    right, down = recipe.affine.shift
    return complex(recipe.size * (0.5 + right), recipe.size * (0.5 + down))


def centres(size: int) -> Points:
    """The centres of all pixels, as points x + iy."""
    along = np.arange(size) + 0.5
    return along + 1j * along[:, None]


def in_mask(scene: Scene) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each output pixel's centre lies, x and y in pixels of the portrait's mask."""
    back = moved_back(scene.recipe, scene.frame, centres(scene.recipe.size))
    height, width = scene.shown.mask.shape
    return back.real * width / scene.frame[0], back.imag * height / scene.frame[1]


def doubtful(scene: Scene) -> Bits:
    """Pixels that lie on a border between two pixels of the portrait's mask, so that rounding decides."""
    doubts = [np.abs(coordinate - np.rint(coordinate)) < DOUBT for coordinate in in_mask(scene)]
    return doubts[0] | doubts[1]


def outside(scene: Scene) -> Bits:
    """Pixels the portrait does not reach."""
    x, y = in_mask(scene)
    height, width = scene.shown.mask.shape
    return (x < 0) | (x >= width) | (y < 0) | (y >= height)


def inside_polygon(outline: Sequence[Point], size: int) -> Bits:
    """Pixels whose centre is in a polygon, by counting how often it winds round them; corners are rounded to 256ths.

    A centre on a left or upper edge is inside, on a right or lower one outside.
    """
    corners = [(round(x * (size * 256)), round(y * (size * 256))) for x, y in outline]
    centre = np.arange(size) * 256 + 128
    winding = np.zeros((size, size), np.int64)
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        down = 1 if y0 < y1 else -1
        rows = centre[(min(y0, y1) <= centre) & (centre < max(y0, y1)), None]
        side = (centre - x0) * (y1 - y0) - (rows - y0) * (x1 - x0)  # its sign says on which side of the edge
        winding[rows[:, 0] // 256] += down * (down * side >= 0)
    return winding != 0


def far_from_edges(scene: Scene, reach: float = 1.0) -> tuple[Bits, Pixels]:
    """Pixels farther than `reach` output pixels from every class edge of the source, and the classes they belong to."""
    mask = scene.shown.mask
    step = scene.step * mask.shape[1] / scene.frame[0]
    fine = max(1, math.ceil(6 / step))  # so that an output pixel is six steps or more
    # The part of the mask that the output shows, with a margin wide enough for everything that may be within reach.
    margin = math.ceil((reach + 2) * step) + 2
    x, y = in_mask(scene)
    across, down = (
        slice(
            *(min(max(round(end), -margin), side + margin) + margin for end in (at.min() - margin, at.max() + margin))
        )
        for at, side in ((x, mask.shape[1]), (y, mask.shape[0]))
    )
    seen = np.pad(mask, margin, constant_values=BACKGROUND)[down, across]
    seen = np.repeat(np.repeat(seen, fine, axis=0), fine, axis=1)
    plain = np.ones(seen.shape, np.uint8)
    for one, other in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
        edge = seen[one] != seen[other]
        plain[one][edge] = 0
        plain[other][edge] = 0
    if not seen.size:  # far out on both sides
        return np.ones(x.shape, np.bool_), np.full(x.shape, BACKGROUND, np.uint8)
    # From pixel's centre to pixel's centre; each may be off by half a diagonal.
    distance = cv2.distanceTransform(plain, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) - math.sqrt(2)
    column = np.clip(np.floor((x - across.start + margin) * fine).astype(np.int64), 0, seen.shape[1] - 1)
    row = np.clip(np.floor((y - down.start + margin) * fine).astype(np.int64), 0, seen.shape[0] - 1)
    return distance[row, column] > reach * step * fine, seen[row, column]


def nearest_class(image: Pixels) -> NDArray[np.int64]:
    """The class whose colour is nearest to each pixel's, or `UNLABELLED`."""
    colours = CLASS_COLOURS[VALUES].astype(np.int32)
    apart = [((image.astype(np.int32) - colour) ** 2).sum(axis=-1) for colour in colours]
    return np.asarray(VALUES[np.argmin(apart, axis=0)])


# --- scenes with marked colours


def dull(picture: Pixels) -> Pixels:
    """The picture with half its red."""
    return np.dstack([picture[..., 0] // 2, picture[..., 1:]])


def bright(paint: Paint) -> Paint:
    """The paint, as red as can be."""
    crop = replace(paint.crop, asset="red " + paint.crop.asset) if paint.crop else None
    return replace(paint, colours=tuple((255, green, blue) for _, green, blue in paint.colours), crop=crop)


def _dulled(paint: Paint) -> Paint:
    return replace(paint, colours=tuple((red // 2, green, blue) for red, green, blue in paint.colours))


def _marked_backgrounds(backgrounds: Backgrounds) -> Backgrounds:
    def get(asset: str) -> Pixels:
        if not asset.startswith("red "):
            return dull(backgrounds(asset))
        picture = backgrounds(asset.removeprefix("red ")).copy()
        picture[..., 0] = 255
        return picture

    return get


def _marked(image: Pixels) -> Bits:
    return image[..., 0] >= BRIGHT


def _all_hair(portrait: Portrait) -> Portrait:
    return Portrait(dull(portrait.image), np.full_like(portrait.mask, HAIR))


# --- the checks, one a point


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
    recipe, backgrounds = replace(scene.plain, fill=bright(scene.recipe.fill)), _marked_backgrounds(scene.backgrounds)
    solid = _all_hair(scene.shown)
    image, mask = pipeline(recipe, solid, backgrounds)
    filled = _marked(image)
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
    backgrounds = _marked_backgrounds(scene.backgrounds)
    portrait = _all_hair(scene.portrait) if scene.portrait else None
    fill = _dulled(scene.recipe.fill)
    before, bare = pipeline(replace(scene.plain, fill=fill), portrait, backgrounds)
    occluders = tuple(replace(occluder, paint=bright(occluder.paint)) for occluder in scene.recipe.occluders)
    image, mask = pipeline(replace(scene.plain, fill=fill, occluders=occluders), portrait, backgrounds)
    hidden, expected = np.zeros(mask.shape, np.bool_), before.copy()
    for occluder in occluders:
        under = inside_polygon(occluder.outline, len(mask))
        hidden |= under
        # Of a flat colour every pixel is known, of other paints only that they are bright.
        expected[under] = occluder.paint.colours[0] if occluder.paint.kind == "colour" else (255, 0, 0)
    same(_marked(image), hidden, "the paint in the image and the occluders' outlines")
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
    png = _bytes(parse(data)["mask"])
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


# --- scenes


def painting(rng: np.random.Generator, width: int, height: int, feature: float) -> Pixels:
    """A mask of a few shapes at least `feature` pixels wide: ellipses, turned rectangles, stripes."""
    mask = np.full((height, width), int(rng.integers(3)), np.uint8)
    longer = max(width, height)
    for _ in range(int(rng.integers(1, 7))):
        class_ = int(rng.integers(3))
        middle = (int(rng.integers(width)), int(rng.integers(height)))
        sides = [max(2, math.ceil(feature + rng.random() ** 2 * longer / 2)) for _ in range(2)]
        shape, turn = int(rng.integers(3)), float(rng.uniform(0, 180))
        if shape == 0:
            cv2.ellipse(mask, (middle, (float(sides[0]), float(sides[1])), turn), class_, cv2.FILLED)
        else:
            size = (float(sides[0]), float(sides[1] if shape == 1 else 4 * longer))
            corners = np.rint(cv2.boxPoints((middle, size, turn))).astype(np.int32)
            cv2.fillConvexPoly(mask, corners, class_)
    return mask


def unlabelled(mask: Pixels, *classes: int) -> Pixels:
    """The mask without the labels of some classes."""
    return np.where(np.isin(mask, classes), np.uint8(UNLABELLED), mask)


def photo(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """A photo of noise: every pixel counts."""
    return np.frombuffer(rng.bytes(width * height * 3), np.uint8).reshape(height, width, 3)


def resized(mask: Pixels, width: int, height: int) -> Pixels:
    """The mask at an integer multiple or fraction of its size."""
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)


def wall(rng: np.random.Generator, width: int = 60, height: int = 48) -> Backgrounds:
    """Gives the same noisy picture for every name."""
    picture = photo(rng, width, height)
    return lambda asset: picture


def crop(rng: np.random.Generator) -> Crop:
    """Some crop of a background."""
    x, y, side = (round(float(rng.uniform(low, 1)), 4) for low in (0, 0, 0.5))
    return Crop(WALL, x, y, side if rng.integers(2) else 0.0, bool(rng.integers(2)))


WILD = Policy(scale=(0.3, 4), shift=(0, 1), rotate=(0, 180), occluder_count=(1, 4), occluder_size=(0.02, 1))
"""Wider than the default in everything."""
