"""What could go wrong between recipe and record, each as a patch of the real functions, for `mutants`."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from hairnet_data.building import shard_writer
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, HAIR, UNLABELLED
from hairnet_data.geometry import warp
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.recipe import Affine, Recipe
from hairnet_data.rendering import renderer
from hairnet_data.rendering.paint import Backgrounds
from hairnet_data.sources.base import Portrait
from tests.support import contract_places, contract_scenes
from tests.support.contract_scenes import Scene
from tests.support.mutant import Patch, wrapped

Steps = Iterator[tuple[str, Pixels, Pixels]]


def after_warp(wrong: Callable[[Recipe, Pixels, Pixels, Portrait], None]) -> Patch:
    """Changes image and mask in place after the portrait was warped."""

    def steps(
        real: Any, recipe: Recipe, portrait: Any, backgrounds: Backgrounds, companions: Any = (), placing: Any = None
    ) -> Steps:
        for step, (what, image, mask) in enumerate(real(recipe, portrait, backgrounds)):
            if step == 0 and portrait is not None:
                wrong(recipe, image, mask, portrait)
            yield what, image, mask

    return wrapped(renderer, "steps", steps)


def two_affines(for_image: Callable[[Affine], Affine], for_mask: Callable[[Affine], Affine]) -> Patch:
    """Warps image and mask by two different affines."""

    def steps(
        real: Any, recipe: Recipe, portrait: Any, backgrounds: Backgrounds, companions: Any = (), placing: Any = None
    ) -> Steps:
        one = real(replace(recipe, affine=for_image(recipe.affine)), portrait, backgrounds)
        other = real(replace(recipe, affine=for_mask(recipe.affine)), portrait, backgrounds)
        for (what, image, _), (_, _, mask) in zip(one, other, strict=True):
            yield what, image, mask

    return wrapped(renderer, "steps", steps)


def as_drawn(affine: Affine) -> Affine:
    return affine


def unmirrored(affine: Affine) -> Affine:
    return replace(affine, mirror=False)


def turned_back(affine: Affine) -> Affine:
    return replace(affine, rotation=-affine.rotation)


def shifted_back(affine: Affine) -> Affine:
    return replace(affine, shift=(-affine.shift[0], -affine.shift[1]))


def swapped(affine: Affine) -> Affine:
    return replace(affine, shift=(affine.shift[1], affine.shift[0]))


def unscaled(affine: Affine) -> Affine:
    return replace(affine, scale=1.0)


def to_integer_pixels(affine: Affine) -> Affine:
    right, down = (int(96 * shift) / 96 for shift in affine.shift)  # 96 is the size of half the scenes
    return replace(affine, shift=(right, down))


def both(wrong: Callable[[Affine], Affine]) -> Patch:
    return two_affines(wrong, wrong)


def matrix(wrong: Callable[[Any, int], Any]) -> Patch:
    """Changes the matrix by which both image and mask are warped."""
    return wrapped(warp, "unit_matrix", lambda real, size, *args: wrong(real(size, *args), size))


def off_by(right: float, down: float) -> Callable[[Any, int], Any]:
    def wrong(matrix: Any, size: int) -> Any:
        return matrix + np.outer(matrix[:, 0] * right + matrix[:, 1] * down, [0, 0, 1])

    return wrong


def _half_a_pixel(affine: Affine, size: int) -> Affine:
    return replace(affine, shift=(affine.shift[0] + 0.5 / size, affine.shift[1] + 0.5 / size))


def half_pixel_mask(
    real: Any, recipe: Recipe, portrait: Any, backgrounds: Backgrounds, companions: Any = (), placing: Any = None
) -> Steps:
    moved = replace(recipe, affine=_half_a_pixel(recipe.affine, recipe.size))
    pairs = zip(real(recipe, portrait, backgrounds), real(moved, portrait, backgrounds), strict=True)
    for (what, image, _), (_, _, mask) in pairs:
        yield what, image, mask


def rolled(part: str, axis: int) -> Patch:
    def wrong(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Portrait) -> None:
        array = image if part == "image" else mask
        array[:] = np.roll(array, 1, axis)

    return after_warp(wrong)


def _scene(recipe: Recipe, portrait: Any) -> Scene:
    """A scene with the same geometry, for a portrait or a `Subject`."""
    frame = (portrait.height, portrait.width) if hasattr(portrait, "height") else portrait.image.shape[:2]
    blank = np.broadcast_to(np.uint8(0), (*frame, 3))
    return Scene(recipe, Portrait(blank, portrait.mask), lambda asset: blank)


def _uncovered(recipe: Recipe, portrait: Any) -> contract_scenes.Bits:
    return contract_places.outside(_scene(recipe, portrait))


def blended(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    # As if class ids were amounts: between face and background there is hair.
    x, y = (np.float32(coordinate - 0.5) for coordinate in contract_places.in_mask(_scene(recipe, portrait)))
    soft = cv2.remap(portrait.mask, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask[:] = np.where(_uncovered(recipe, portrait), BACKGROUND, soft)


def fill_is_hair(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    mask[_uncovered(recipe, portrait)] = HAIR


def fill_is_unlabelled(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    mask[_uncovered(recipe, portrait)] = UNLABELLED


def fill_keeps_outside(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    mask[_uncovered(recipe, portrait)] = warp.OUTSIDE


def fill_on_all_background(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    image[mask == BACKGROUND] = image[_uncovered(recipe, portrait)][0] if _uncovered(recipe, portrait).any() else 0


def fill_by_another_rounding(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    # The border of the image is found by rounding to the nearest source pixel, that of the mask by rounding down.
    uncovered = _uncovered(recipe, portrait)
    height, width = portrait.mask.shape
    x, y = (np.rint(coordinate) for coordinate in contract_places.in_mask(_scene(recipe, portrait)))
    other = (x < 0) | (x >= width) | (y < 0) | (y >= height)
    if uncovered.any():
        image[other & ~uncovered] = image[uncovered][0]


def blended_border(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    # A constant border in bilinear sampling: the last pixels inside the frame take half of the fill's colour.
    uncovered = _uncovered(recipe, portrait)
    if uncovered.any():
        rim = cv2.dilate(uncovered.view(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~uncovered
        image[rim] = image[rim] // 2 + image[uncovered][0] // 2


def from_a_shrunk_mask(real: Any, mask: Pixels, points: Any) -> Pixels:
    # Nearest of nearest: one of four pixels decides for all.
    small = mask[::2, ::2]
    return np.asarray(real(np.repeat(np.repeat(small, 2, 0), 2, 1)[: len(mask), : mask.shape[1]], points), np.uint8)


def halved_without_averaging(real: Any, image: Pixels, times: int) -> Pixels:
    return image[:: 1 << times, :: 1 << times].copy()


def colours_of_the_mask(real: Any, recipe: Recipe, *args: Any) -> Steps:
    for what, image, mask in real(recipe, *args):
        if what == "colours changed":
            mask = np.asarray(renderer.change_colours(np.dstack([mask] * 3), recipe.photometric))[..., 0].copy()
        yield what, image, mask


def hair_in_negatives(real: Any, recipe: Recipe, *args: Any) -> Steps:
    for step, (what, image, mask) in enumerate(real(recipe, *args)):
        if recipe.kind == "negative" and step == 0:
            mask[: len(mask) // 4] = HAIR
        yield what, image, mask


def palette(real: Any, mask: Pixels) -> bytes:
    picture = Image.fromarray(mask, "P")
    picture.putpalette([0, 0, 255, 255, 0, 0, 0, 255, 0])
    into = io.BytesIO()
    picture.save(into, "PNG")
    return into.getvalue()


def stretched(real: Any, size: int, width: int, height: int, *args: Any) -> Any:
    # As if every portrait were square: the shorter side is stretched to the longer.
    return real(size, max(width, height), max(width, height), *args)


def about_the_corner(affine: Affine) -> Affine:
    # The portrait's corner is mapped to the frame's corner, instead of centre to centre.
    turn = complex(np.exp(1j * np.radians(affine.rotation))) * affine.scale * (0.5 + 0.5j) - (0.5 + 0.5j)
    return replace(affine, shift=(affine.shift[0] + turn.real, affine.shift[1] + turn.imag))


def _of_the_one_before(real: Any) -> Callable[[Pixels], bytes]:
    latest: dict[int, bytes] = {}  # by size

    def encode(mask: Pixels) -> bytes:
        before, latest[len(mask)] = latest.get(len(mask)), real(mask)
        return before or latest[len(mask)]

    return encode


def masks_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_writer, "encode_mask", _of_the_one_before(shard_writer.encode_mask))


def lossy(real: Any, mask: Pixels) -> bytes:
    return bytes(cv2.imencode(".jpg", mask, [cv2.IMWRITE_JPEG_QUALITY, 95])[1])


def visible(real: Any, mask: Pixels) -> bytes:
    return bytes(real(mask * np.uint8(127)))  # grey levels to look at, not class ids


def inverted_scale(affine: Affine) -> Affine:
    return replace(affine, scale=1 / affine.scale)


def relabelled(*classes: int, unlabelled: int = UNLABELLED) -> Patch:
    table = np.array([*classes, *range(3, 255), unlabelled], np.uint8)
    return wrapped(warp, "sample_mask", lambda real, mask, points: real(table[mask], points))


def mirror_after(real: Any, size: int, width: int, height: int, scale: float, *args: Any) -> Any:
    # Mirrors the finished picture instead of the portrait: the shift and the turn go the other way.
    shift, rotation, mirror = args
    matrix = real(size, width, height, scale, shift, rotation, False)
    return matrix @ np.array([[-1, 0, size], [0, 1, 0], [0, 0, 1]]) if mirror else matrix


def transposed(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    mask[:] = mask.T.copy()


def no_paint(real: Any, paint: Paint, *args: Any) -> Pixels:
    return np.asarray(real(Paint("colour", ((0, 0, 0),)), *args))
