"""The table of mutants: what could go wrong between recipe and record, each as a patch of the real functions.

A mutant's `caught_by` names checks of `CHECKS` that must fail for it; run as a script, this prints which do.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from hairnet_data.building import shard_writer
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.geometry import warp
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Affine, Occluder, Photometric, Recipe
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import Split
from hairnet_data.rendering import occlusion, renderer
from hairnet_data.rendering.paint import Backgrounds
from hairnet_data.sources.base import Portrait
from tests.support import contract, contract_places, contract_scenes
from tests.support.contract_scenes import Scene, recorded

Patch = Callable[[pytest.MonkeyPatch], None]
Steps = Iterator[tuple[str, Pixels, Pixels]]


@dataclass(frozen=True)
class Mutant:
    """A defect, and the checks that must catch it."""

    name: str
    caught_by: tuple[str, ...]
    patch: Patch


# --- what is checked


def scenes() -> list[Scene]:
    """Scenes as a build draws them: portraits larger than the output, about as large, and smaller; and negatives."""
    policy = Policy(
        negative_rate=0.3, occlude_rate=0.8, occluder_count=(1, 4), shift=(0.05, 0.35), rotate=(5, 40), scale=(0.8, 1.3)
    )
    split = Split("train", "train", policy, seed=5, each_once=False)
    pool = Pool((Asset(*contract_scenes.PORTRAIT.split("@")),), (Asset(*contract_scenes.WALL.split("@")),))
    rng = np.random.default_rng(11)
    backgrounds = contract_scenes.wall(rng)
    sizes = [((600, 480), 1, 96), ((90, 110), 1, 96), ((200, 130), 3, 80), ((61, 61), 1, 101)]
    scenes: list[Scene] = []
    for index in range(24):
        (width, height), times, size = sizes[index % len(sizes)]
        recipe = sample_recipe(split, pool, index, size)
        if recipe.kind == "negative":
            scenes.append(Scene(recipe, None, backgrounds))
            continue
        mask = contract_scenes.resized(
            contract_scenes.painting(rng, width, height, width / 8), width * times, height * times
        )
        if index % 4 == 1:  # hair only
            mask = contract_scenes.unlabelled(mask, BACKGROUND, FACE)
        scenes.append(Scene(recipe, Portrait(contract_scenes.photo(rng, width, height), mask), backgrounds))
    assert any(scene.portrait and (scene.portrait.mask == UNLABELLED).any() for scene in scenes)
    return scenes


def _portraits(check: Callable[[Scene], object]) -> Callable[[list[Scene]], None]:
    def run(scenes: list[Scene]) -> None:
        for scene in scenes:
            if scene.portrait:
                check(scene)

    return run


def _form(scenes: list[Scene]) -> None:
    for scene in scenes:
        contract.check_form(scene, recorded)


def _disc(scenes: list[Scene]) -> None:
    checked = 0
    for scene in scenes:
        radius = 0.1 * scene.recipe.size
        if scene.portrait and scene.step > 0.6 and (centre := contract.find_disc(scene, radius, 0.3)):
            contract.check_disc(scene, recorded, centre, radius)
            checked += 1
    assert checked >= 4


def _occluders(scenes: list[Scene]) -> None:
    hidden = [scene for scene in scenes if scene.recipe.occluders]
    assert {bool(scene.portrait) for scene in hidden} == {False, True}
    for scene in hidden:
        contract.check_occluders(scene, recorded)


def _identity(scenes: list[Scene]) -> None:
    for scene in _squares(scenes):
        contract.check_identity(replace(scene, recipe=replace(scene.recipe, affine=Affine())), recorded)


def _inverse(scenes: list[Scene]) -> None:
    for scene in _squares(scenes):
        contract.check_inverse(scene, recorded)


def _squares(scenes: list[Scene]) -> list[Scene]:
    """Portraits of the output's own size, with the recipes of the others."""
    rng = np.random.default_rng(2)
    squares = []
    for scene in scenes[:8]:
        if scene.portrait:
            size = scene.recipe.size
            shown = Portrait(contract_scenes.photo(rng, size, size), contract_scenes.painting(rng, size, size, 12))
            squares.append(replace(scene, portrait=shown))
    assert squares
    return squares


def _photometric(scenes: list[Scene]) -> None:
    assert any(scene.recipe.photometric != Photometric() for scene in scenes)
    for scene in scenes:
        contract.check_photometric(scene, recorded)


def _negatives(scenes: list[Scene]) -> None:
    negatives = [scene for scene in scenes if not scene.portrait]
    assert negatives
    for scene in negatives:
        contract.check_negative(scene, recorded)


def _encoding(scenes: list[Scene]) -> None:
    for scene in scenes:
        contract.check_encoding(scene)


def _reference(scenes: list[Scene]) -> None:
    for scene in scenes:
        contract.check_reference(scene, recorded)


CHECKS: dict[str, Callable[[list[Scene]], None]] = {
    "1 form": _form,
    "2 classes": _portraits(lambda scene: contract.check_classes(scene, recorded)),
    "3 disc": _disc,
    "4 fill": _portraits(lambda scene: contract.check_fill(scene, recorded)),
    "5 occluders": _occluders,
    "6 mirror": _portraits(lambda scene: contract.check_mirror(scene, recorded)),
    "6 identity": _identity,
    "6 inverse": _inverse,
    "7 photometric": _photometric,
    "8 negatives": _negatives,
    "9 encoding": _encoding,
    "reference": _reference,
}


def failures(
    mutant: Mutant,
    checks: Mapping[str, Callable[[], object]],
    errors: tuple[type[Exception], ...] = (AssertionError,),
) -> dict[str, str]:
    """The message of each check that fails, with one of `errors`, while a mutant is in place, by the check's name."""
    messages = {}
    with pytest.MonkeyPatch.context() as monkeypatch:
        mutant.patch(monkeypatch)
        for name, check in checks.items():
            try:
                check()
            except errors as error:
                messages[name] = str(error).partition("\n")[0]
    return messages


def catches(mutant: Mutant, checks: Sequence[str] = tuple(CHECKS)) -> dict[str, str]:
    """The message of each check that catches the mutant, by the check's name."""

    def run(name: str) -> None:
        CHECKS[name](scenes())  # drawn while the mutant is in place

    # ValueError for a mask that cannot be read
    return failures(mutant, {name: partial(run, name) for name in checks}, (AssertionError, ValueError))


# --- the defects


def _nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pass


def assert_caught(mutant: Mutant, catches: Callable[[Mutant, Sequence[str]], Mapping[str, str]]) -> None:
    """Fails, and names them, where checks do not catch a mutant that they must.

    Args:
        mutant: a defect.
        catches: gives the message of each of the named checks that catches it, by the check's name.
    """
    caught = catches(mutant, mutant.caught_by)
    missed = [check for check in mutant.caught_by if check not in caught]
    assert not missed, f"{mutant.name!r} is not caught by {', '.join(missed)}"


def wrapped(module: Any, name: str, wrong: Callable[..., Any]) -> Patch:
    """Replaces a function by `wrong(the real function, *arguments)`."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args, **kwargs: wrong(real, *args, **kwargs))

    return patch


def _after_warp(wrong: Callable[[Recipe, Pixels, Pixels, Portrait], None]) -> Patch:
    """Changes image and mask in place after the portrait was warped."""

    def steps(
        real: Any, recipe: Recipe, portrait: Any, backgrounds: Backgrounds, companions: Any = (), placing: Any = None
    ) -> Steps:
        for step, (what, image, mask) in enumerate(real(recipe, portrait, backgrounds)):
            if step == 0 and portrait is not None:
                wrong(recipe, image, mask, portrait)
            yield what, image, mask

    return wrapped(renderer, "steps", steps)


def _two_affines(for_image: Callable[[Affine], Affine], for_mask: Callable[[Affine], Affine]) -> Patch:
    """Warps image and mask by two different affines."""

    def steps(
        real: Any, recipe: Recipe, portrait: Any, backgrounds: Backgrounds, companions: Any = (), placing: Any = None
    ) -> Steps:
        one = real(replace(recipe, affine=for_image(recipe.affine)), portrait, backgrounds)
        other = real(replace(recipe, affine=for_mask(recipe.affine)), portrait, backgrounds)
        for (what, image, _), (_, _, mask) in zip(one, other, strict=True):
            yield what, image, mask

    return wrapped(renderer, "steps", steps)


def _as_drawn(affine: Affine) -> Affine:
    return affine


def _unmirrored(affine: Affine) -> Affine:
    return replace(affine, mirror=False)


def _turned_back(affine: Affine) -> Affine:
    return replace(affine, rotation=-affine.rotation)


def _shifted_back(affine: Affine) -> Affine:
    return replace(affine, shift=(-affine.shift[0], -affine.shift[1]))


def _swapped(affine: Affine) -> Affine:
    return replace(affine, shift=(affine.shift[1], affine.shift[0]))


def _unscaled(affine: Affine) -> Affine:
    return replace(affine, scale=1.0)


def _to_integer_pixels(affine: Affine) -> Affine:
    right, down = (int(96 * shift) / 96 for shift in affine.shift)  # 96 is the size of half the scenes
    return replace(affine, shift=(right, down))


def _both(wrong: Callable[[Affine], Affine]) -> Patch:
    return _two_affines(wrong, wrong)


def _matrix(wrong: Callable[[Any, int], Any]) -> Patch:
    """Changes the matrix by which both image and mask are warped."""
    return wrapped(warp, "unit_matrix", lambda real, size, *args: wrong(real(size, *args), size))


def _off_by(right: float, down: float) -> Callable[[Any, int], Any]:
    def wrong(matrix: Any, size: int) -> Any:
        return matrix + np.outer(matrix[:, 0] * right + matrix[:, 1] * down, [0, 0, 1])

    return wrong


def _half_a_pixel(affine: Affine, size: int) -> Affine:
    return replace(affine, shift=(affine.shift[0] + 0.5 / size, affine.shift[1] + 0.5 / size))


def _half_pixel_mask(
    real: Any, recipe: Recipe, portrait: Any, backgrounds: Backgrounds, companions: Any = (), placing: Any = None
) -> Steps:
    moved = replace(recipe, affine=_half_a_pixel(recipe.affine, recipe.size))
    pairs = zip(real(recipe, portrait, backgrounds), real(moved, portrait, backgrounds), strict=True)
    for (what, image, _), (_, _, mask) in pairs:
        yield what, image, mask


def _rolled(part: str, axis: int) -> Patch:
    def wrong(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Portrait) -> None:
        array = image if part == "image" else mask
        array[:] = np.roll(array, 1, axis)

    return _after_warp(wrong)


def _scene(recipe: Recipe, portrait: Any) -> Scene:
    """A scene with the same geometry, for a portrait or a `Subject`."""
    frame = (portrait.height, portrait.width) if hasattr(portrait, "height") else portrait.image.shape[:2]
    blank = np.broadcast_to(np.uint8(0), (*frame, 3))
    return Scene(recipe, Portrait(blank, portrait.mask), lambda asset: blank)


def _uncovered(recipe: Recipe, portrait: Any) -> contract_scenes.Bits:
    return contract_places.outside(_scene(recipe, portrait))


def _blended(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    # As if class ids were amounts: between face and background there is hair.
    x, y = (np.float32(coordinate - 0.5) for coordinate in contract_places.in_mask(_scene(recipe, portrait)))
    soft = cv2.remap(portrait.mask, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask[:] = np.where(_uncovered(recipe, portrait), BACKGROUND, soft)


def _fill_is_hair(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    mask[_uncovered(recipe, portrait)] = HAIR


def _fill_is_unlabelled(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    mask[_uncovered(recipe, portrait)] = UNLABELLED


def _fill_keeps_outside(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    mask[_uncovered(recipe, portrait)] = warp.OUTSIDE


def _fill_on_all_background(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    image[mask == BACKGROUND] = image[_uncovered(recipe, portrait)][0] if _uncovered(recipe, portrait).any() else 0


def _fill_by_another_rounding(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    # The border of the image is found by rounding to the nearest source pixel, that of the mask by rounding down.
    uncovered = _uncovered(recipe, portrait)
    height, width = portrait.mask.shape
    x, y = (np.rint(coordinate) for coordinate in contract_places.in_mask(_scene(recipe, portrait)))
    other = (x < 0) | (x >= width) | (y < 0) | (y >= height)
    if uncovered.any():
        image[other & ~uncovered] = image[uncovered][0]


def _blended_border(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    # A constant border in bilinear sampling: the last pixels inside the frame take half of the fill's colour.
    uncovered = _uncovered(recipe, portrait)
    if uncovered.any():
        rim = cv2.dilate(uncovered.view(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~uncovered
        image[rim] = image[rim] // 2 + image[uncovered][0] // 2


def _from_a_shrunk_mask(real: Any, mask: Pixels, points: Any) -> Pixels:
    # Nearest of nearest: one of four pixels decides for all.
    small = mask[::2, ::2]
    return np.asarray(real(np.repeat(np.repeat(small, 2, 0), 2, 1)[: len(mask), : mask.shape[1]], points), np.uint8)


def _halved_without_averaging(real: Any, image: Pixels, times: int) -> Pixels:
    return image[:: 1 << times, :: 1 << times].copy()


def _not_in_the_mask(real: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
    real(image, mask.copy(), *args)


def _not_in_the_image(real: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
    real(image.copy(), mask, *args)


def _larger_in_the_mask(real: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
    before = mask.copy()
    mask[:] = HAIR
    real(image, mask, *args)
    hidden = cv2.dilate((mask == BACKGROUND).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    mask[:] = np.where(hidden, BACKGROUND, before)


def _not_over_unlabelled(real: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
    unlabelled = mask == UNLABELLED
    real(image, mask, *args)
    mask[unlabelled] = UNLABELLED


def _larger_cover(real: Any, outline: Any, size: int) -> Any:
    frame = np.zeros((size, size), np.uint8)
    (left, top, right, bottom), inside = real(outline, size)
    frame[top:bottom, left:right] = inside
    return (0, 0, size, size), cv2.dilate(frame, np.ones((3, 3), np.uint8)).astype(bool)


def _evenodd_cover(real: Any, outline: Any, size: int) -> Any:
    # The other rule for what is inside: a shape that overlaps itself gets holes.
    corners = np.array(outline) * size
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    crossed = np.zeros((size, size), np.bool_)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, 0), strict=True):
        between = (y0 <= rows) != (y1 <= rows)
        if y0 != y1:
            crossed ^= between & (x0 + (rows - y0) * (x1 - x0) / (y1 - y0) <= columns)
    return (0, 0, size, size), crossed


def _occluder_is(class_: int) -> Callable[..., None]:
    def wrong(real: Any, image: Pixels, mask: Pixels, *args: Any) -> None:
        before = mask.copy()
        mask[:] = FACE
        real(image, mask, *args)
        mask[:] = np.where(mask == BACKGROUND, class_, before)

    return wrong


def _spared_negatives(part: str) -> Patch:
    def steps(
        real: Any, recipe: Recipe, portrait: Any, backgrounds: Backgrounds, companions: Any = (), placing: Any = None
    ) -> Steps:
        bare = replace(recipe, occluders=()) if recipe.kind == "negative" else recipe
        *_, (what, image, _) = real(bare, portrait, backgrounds)
        *_, (_, _, mask) = real(recipe, portrait, backgrounds)
        yield what, image, mask

    return wrapped(renderer, "steps", steps)


def _first_occluder_only(real: Any, recipe: Recipe, *args: Any) -> Steps:
    yield from real(replace(recipe, occluders=recipe.occluders[:1]), *args)


def _occluder_moves_along(
    real: Any, recipe: Recipe, portrait: Any, backgrounds: Backgrounds, companions: Any = (), placing: Any = None
) -> Steps:
    # As if occluders were given in the portrait instead of in the frame.
    def along(occluder: Occluder) -> Occluder:
        right, down = recipe.affine.shift
        return replace(occluder, outline=tuple((x + right, y + down) for x, y in occluder.outline))

    yield from real(replace(recipe, occluders=tuple(map(along, recipe.occluders))), portrait, backgrounds)


def _colours_of_the_mask(real: Any, recipe: Recipe, *args: Any) -> Steps:
    for what, image, mask in real(recipe, *args):
        if what == "colours changed":
            mask = np.asarray(renderer.change_colours(np.dstack([mask] * 3), recipe.photometric))[..., 0].copy()
        yield what, image, mask


def _hair_in_negatives(real: Any, recipe: Recipe, *args: Any) -> Steps:
    for step, (what, image, mask) in enumerate(real(recipe, *args)):
        if recipe.kind == "negative" and step == 0:
            mask[: len(mask) // 4] = HAIR
        yield what, image, mask


def _palette(real: Any, mask: Pixels) -> bytes:
    picture = Image.fromarray(mask, "P")
    picture.putpalette([0, 0, 255, 255, 0, 0, 0, 255, 0])
    into = io.BytesIO()
    picture.save(into, "PNG")
    return into.getvalue()


def _stretched(real: Any, size: int, width: int, height: int, *args: Any) -> Any:
    # As if every portrait were square: the shorter side is stretched to the longer.
    return real(size, max(width, height), max(width, height), *args)


def _about_the_corner(affine: Affine) -> Affine:
    # The portrait's corner is mapped to the frame's corner, instead of centre to centre.
    turn = complex(np.exp(1j * np.radians(affine.rotation))) * affine.scale * (0.5 + 0.5j) - (0.5 + 0.5j)
    return replace(affine, shift=(affine.shift[0] + turn.real, affine.shift[1] + turn.imag))


def _of_the_one_before(real: Any) -> Callable[[Pixels], bytes]:
    latest: dict[int, bytes] = {}  # by size

    def encode(mask: Pixels) -> bytes:
        before, latest[len(mask)] = latest.get(len(mask)), real(mask)
        return before or latest[len(mask)]

    return encode


def _masks_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_writer, "encode_mask", _of_the_one_before(shard_writer.encode_mask))


def _lossy(real: Any, mask: Pixels) -> bytes:
    return bytes(cv2.imencode(".jpg", mask, [cv2.IMWRITE_JPEG_QUALITY, 95])[1])


def _visible(real: Any, mask: Pixels) -> bytes:
    return bytes(real(mask * np.uint8(127)))  # grey levels to look at, not class ids


def _inverted_scale(affine: Affine) -> Affine:
    return replace(affine, scale=1 / affine.scale)


def _relabelled(*classes: int, unlabelled: int = UNLABELLED) -> Patch:
    table = np.array([*classes, *range(3, 255), unlabelled], np.uint8)
    return wrapped(warp, "sample_mask", lambda real, mask, points: real(table[mask], points))


def _mirror_after(real: Any, size: int, width: int, height: int, scale: float, *args: Any) -> Any:
    # Mirrors the finished picture instead of the portrait: the shift and the turn go the other way.
    shift, rotation, mirror = args
    matrix = real(size, width, height, scale, shift, rotation, False)
    return matrix @ np.array([[-1, 0, size], [0, 1, 0], [0, 0, 1]]) if mirror else matrix


def _transposed(recipe: Recipe, image: Pixels, mask: Pixels, portrait: Any) -> None:
    mask[:] = mask.T.copy()


def _no_paint(real: Any, paint: Paint, *args: Any) -> Pixels:
    return np.asarray(real(Paint("colour", ((0, 0, 0),)), *args))


EMPTY = Mutant("nothing", (), _nothing)
"""Changes nothing, and must pass all checks."""

MUTANTS: tuple[Mutant, ...] = (
    # in the affine map
    Mutant("mask a pixel to the right", ("3 disc", "4 fill", "reference"), _rolled("mask", 1)),
    Mutant("mask a pixel down", ("3 disc", "4 fill", "reference"), _rolled("mask", 0)),
    Mutant("image a pixel to the right", ("3 disc", "4 fill"), _rolled("image", 1)),
    Mutant("image a pixel down", ("3 disc", "4 fill"), _rolled("image", 0)),
    Mutant("half a pixel in the mask", ("3 disc", "4 fill", "reference"), wrapped(renderer, "steps", _half_pixel_mask)),
    Mutant("half a pixel in both", ("3 disc", "reference"), _matrix(_off_by(0.5, 0.5))),
    Mutant("a pixel in both", ("3 disc", "4 fill", "reference"), _matrix(_off_by(0, 1))),
    Mutant(
        "rotation of the mask the other way",
        ("2 classes", "3 disc", "reference"),
        _two_affines(_as_drawn, _turned_back),
    ),
    Mutant("rotation of the image the other way", ("2 classes", "3 disc"), _two_affines(_turned_back, _as_drawn)),
    Mutant("rotation of both the other way", ("3 disc", "6 inverse", "reference"), _both(_turned_back)),
    Mutant("only the image is mirrored", ("2 classes", "3 disc", "6 mirror"), _two_affines(_as_drawn, _unmirrored)),
    Mutant("only the mask is mirrored", ("2 classes", "3 disc", "6 mirror"), _two_affines(_unmirrored, _as_drawn)),
    Mutant("nothing is mirrored", ("3 disc", "6 mirror", "reference"), _both(_unmirrored)),
    Mutant("mirrored after it was moved", ("3 disc", "reference"), wrapped(warp, "unit_matrix", _mirror_after)),
    Mutant("only the image is scaled", ("2 classes", "3 disc", "reference"), _two_affines(_as_drawn, _unscaled)),
    Mutant("only the mask is scaled", ("2 classes", "3 disc"), _two_affines(_unscaled, _as_drawn)),
    Mutant("scaled by the inverse", ("3 disc", "reference"), _both(_inverted_scale)),
    Mutant(
        "only the mask is shifted back", ("2 classes", "3 disc", "reference"), _two_affines(_as_drawn, _shifted_back)
    ),
    Mutant("both are shifted back", ("3 disc", "4 fill", "reference"), _both(_shifted_back)),
    Mutant("x and y of the shift swapped", ("3 disc", "4 fill", "reference"), _both(_swapped)),
    Mutant("shift truncated to integer pixels", ("3 disc",), _both(_to_integer_pixels)),
    Mutant("x and y of the mask swapped", ("2 classes", "reference"), _after_warp(_transposed)),
    Mutant("turned about the corner", ("3 disc", "reference"), _both(_about_the_corner)),
    Mutant("aspect stretched", ("3 disc", "4 fill", "reference"), wrapped(warp, "unit_matrix", _stretched)),
    # in sampling
    Mutant("bilinear mask", ("reference",), _after_warp(_blended)),
    Mutant("mask of a shrunk mask", ("reference", "6 identity"), wrapped(warp, "sample_mask", _from_a_shrunk_mask)),
    Mutant("halved without averaging", ("3 disc",), wrapped(warp, "halve", _halved_without_averaging)),
    Mutant("hair and face swapped", ("2 classes", "reference"), _relabelled(BACKGROUND, FACE, HAIR)),
    Mutant("face read as hair", ("2 classes", "reference"), _relabelled(BACKGROUND, HAIR, HAIR)),
    # unlabelled pixels
    Mutant("unlabelled is background", ("2 classes", "reference"), _relabelled(0, 1, 2, unlabelled=BACKGROUND)),
    Mutant("unlabelled is hair", ("2 classes", "reference"), _relabelled(0, 1, 2, unlabelled=HAIR)),
    Mutant("background is unlabelled", ("1 form", "2 classes", "reference"), _relabelled(UNLABELLED, 1, 2)),
    Mutant("unlabelled is filled", ("4 fill", "reference"), _relabelled(0, 1, 2, unlabelled=warp.OUTSIDE)),
    Mutant("fill is unlabelled", ("1 form", "4 fill", "reference"), _after_warp(_fill_is_unlabelled)),
    Mutant("occluder not over unlabelled", ("reference",), wrapped(renderer, "occlude", _not_over_unlabelled)),
    # the fill
    Mutant("fill is hair", ("4 fill", "reference"), _after_warp(_fill_is_hair)),
    Mutant("fill keeps the value OUTSIDE", ("1 form", "4 fill", "reference"), _after_warp(_fill_keeps_outside)),
    Mutant("fill on all background", ("4 fill",), _after_warp(_fill_on_all_background)),
    Mutant("fill by another rounding", ("4 fill",), _after_warp(_fill_by_another_rounding)),
    Mutant("fill blended into the rim", ("4 fill",), _after_warp(_blended_border)),
    Mutant("fill is black", ("4 fill",), wrapped(renderer, "paint_box", _no_paint)),
    # occluders
    Mutant("occluder not in the mask", ("5 occluders", "reference"), wrapped(renderer, "occlude", _not_in_the_mask)),
    Mutant("occluder not in the image", ("5 occluders",), wrapped(renderer, "occlude", _not_in_the_image)),
    Mutant(
        "occluder larger in the mask", ("5 occluders", "reference"), wrapped(renderer, "occlude", _larger_in_the_mask)
    ),
    Mutant("occluder larger in both", ("5 occluders", "reference"), wrapped(occlusion, "rasterize", _larger_cover)),
    Mutant("occluder by even and odd", ("5 occluders",), wrapped(occlusion, "rasterize", _evenodd_cover)),
    Mutant("occluder is hair", ("5 occluders", "reference"), wrapped(renderer, "occlude", _occluder_is(HAIR))),
    Mutant("occluder is face", ("5 occluders", "8 negatives"), wrapped(renderer, "occlude", _occluder_is(FACE))),
    Mutant("occluder is black", ("5 occluders",), wrapped(occlusion, "paint_box", _no_paint)),
    Mutant("only the first occluder", ("5 occluders", "reference"), wrapped(renderer, "steps", _first_occluder_only)),
    Mutant("occluders move along", ("5 occluders", "reference"), wrapped(renderer, "steps", _occluder_moves_along)),
    Mutant("no occluders on images of negatives", ("5 occluders",), _spared_negatives("image")),
    # labels and colours
    Mutant("negative with hair", ("8 negatives", "reference"), wrapped(renderer, "steps", _hair_in_negatives)),
    Mutant("colours of the mask changed", ("7 photometric",), wrapped(renderer, "steps", _colours_of_the_mask)),
    # encoding
    Mutant("mask as palette PNG", ("9 encoding",), wrapped(shard_writer, "encode_mask", _palette)),
    Mutant("mask as JPEG", ("9 encoding",), wrapped(shard_writer, "encode_mask", _lossy)),
    Mutant("mask as grey levels to look at", ("1 form", "9 encoding"), wrapped(shard_writer, "encode_mask", _visible)),
    Mutant("mask of the example before", ("9 encoding", "reference"), _masks_of_others),
    Mutant(
        "red and blue swapped",
        ("2 classes", "4 fill", "5 occluders"),
        wrapped(shard_writer, "encode_image", lambda real, image, format_: real(image[..., ::-1], format_)),
    ),
)


if __name__ == "__main__":
    for mutant in (EMPTY, *MUTANTS):
        print(f"{mutant.name:40} {', '.join(catches(mutant)) or '-'}")
