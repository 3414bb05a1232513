"""The table of mutants: what could go wrong between recipe and record, and the checks that must notice.

A mutant's `caught_by` names checks of `CHECKS` that must fail for it; run as a script, this prints which do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from hairnet_data.building import shard_writer
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.geometry import warp
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Affine, Photometric
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import Split
from hairnet_data.rendering import occlusion, renderer
from hairnet_data.sources.base import Portrait
from tests.support import contract, contract_disc, contract_scenes, defects
from tests.support import occluder_defects as occluding
from tests.support.contract_scenes import Scene, recorded
from tests.support.mutant import EMPTY, Mutant, failures, wrapped


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
        if scene.portrait and scene.step > 0.6 and (centre := contract_disc.find_disc(scene, radius, 0.3)):
            contract_disc.check_disc(scene, recorded, centre, radius)
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


def catches(mutant: Mutant, checks: Sequence[str] = tuple(CHECKS)) -> dict[str, str]:
    """The message of each check that catches the mutant, by the check's name."""

    def run(name: str) -> None:
        CHECKS[name](scenes())  # drawn while the mutant is in place

    # ValueError for a mask that cannot be read
    return failures(mutant, {name: partial(run, name) for name in checks}, (AssertionError, ValueError))


MUTANTS: tuple[Mutant, ...] = (
    # in the affine map
    Mutant("mask a pixel to the right", ("3 disc", "4 fill", "reference"), defects.rolled("mask", 1)),
    Mutant("mask a pixel down", ("3 disc", "4 fill", "reference"), defects.rolled("mask", 0)),
    Mutant("image a pixel to the right", ("3 disc", "4 fill"), defects.rolled("image", 1)),
    Mutant("image a pixel down", ("3 disc", "4 fill"), defects.rolled("image", 0)),
    Mutant(
        "half a pixel in the mask",
        ("3 disc", "4 fill", "reference"),
        wrapped(renderer, "steps", defects.half_pixel_mask),
    ),
    Mutant("half a pixel in both", ("3 disc", "reference"), defects.matrix(defects.off_by(0.5, 0.5))),
    Mutant("a pixel in both", ("3 disc", "4 fill", "reference"), defects.matrix(defects.off_by(0, 1))),
    Mutant(
        "rotation of the mask the other way",
        ("2 classes", "3 disc", "reference"),
        defects.two_affines(defects.as_drawn, defects.turned_back),
    ),
    Mutant(
        "rotation of the image the other way",
        ("2 classes", "3 disc"),
        defects.two_affines(defects.turned_back, defects.as_drawn),
    ),
    Mutant("rotation of both the other way", ("3 disc", "6 inverse", "reference"), defects.both(defects.turned_back)),
    Mutant(
        "only the image is mirrored",
        ("2 classes", "3 disc", "6 mirror"),
        defects.two_affines(defects.as_drawn, defects.unmirrored),
    ),
    Mutant(
        "only the mask is mirrored",
        ("2 classes", "3 disc", "6 mirror"),
        defects.two_affines(defects.unmirrored, defects.as_drawn),
    ),
    Mutant("nothing is mirrored", ("3 disc", "6 mirror", "reference"), defects.both(defects.unmirrored)),
    Mutant("mirrored after it was moved", ("3 disc", "reference"), wrapped(warp, "unit_matrix", defects.mirror_after)),
    Mutant(
        "only the image is scaled",
        ("2 classes", "3 disc", "reference"),
        defects.two_affines(defects.as_drawn, defects.unscaled),
    ),
    Mutant("only the mask is scaled", ("2 classes", "3 disc"), defects.two_affines(defects.unscaled, defects.as_drawn)),
    Mutant("scaled by the inverse", ("3 disc", "reference"), defects.both(defects.inverted_scale)),
    Mutant(
        "only the mask is shifted back",
        ("2 classes", "3 disc", "reference"),
        defects.two_affines(defects.as_drawn, defects.shifted_back),
    ),
    Mutant("both are shifted back", ("3 disc", "4 fill", "reference"), defects.both(defects.shifted_back)),
    Mutant("x and y of the shift swapped", ("3 disc", "4 fill", "reference"), defects.both(defects.swapped)),
    Mutant("shift truncated to integer pixels", ("3 disc",), defects.both(defects.to_integer_pixels)),
    Mutant("x and y of the mask swapped", ("2 classes", "reference"), defects.after_warp(defects.transposed)),
    Mutant("turned about the corner", ("3 disc", "reference"), defects.both(defects.about_the_corner)),
    Mutant("aspect stretched", ("3 disc", "4 fill", "reference"), wrapped(warp, "unit_matrix", defects.stretched)),
    # in sampling
    Mutant("bilinear mask", ("reference",), defects.after_warp(defects.blended)),
    Mutant(
        "mask of a shrunk mask", ("reference", "6 identity"), wrapped(warp, "sample_mask", defects.from_a_shrunk_mask)
    ),
    Mutant("halved without averaging", ("3 disc",), wrapped(warp, "halve", defects.halved_without_averaging)),
    Mutant("hair and face swapped", ("2 classes", "reference"), defects.relabelled(BACKGROUND, FACE, HAIR)),
    Mutant("face read as hair", ("2 classes", "reference"), defects.relabelled(BACKGROUND, HAIR, HAIR)),
    # unlabelled pixels
    Mutant("unlabelled is background", ("2 classes", "reference"), defects.relabelled(0, 1, 2, unlabelled=BACKGROUND)),
    Mutant("unlabelled is hair", ("2 classes", "reference"), defects.relabelled(0, 1, 2, unlabelled=HAIR)),
    Mutant("background is unlabelled", ("1 form", "2 classes", "reference"), defects.relabelled(UNLABELLED, 1, 2)),
    Mutant("unlabelled is filled", ("4 fill", "reference"), defects.relabelled(0, 1, 2, unlabelled=warp.OUTSIDE)),
    Mutant("fill is unlabelled", ("1 form", "4 fill", "reference"), defects.after_warp(defects.fill_is_unlabelled)),
    Mutant("occluder not over unlabelled", ("reference",), wrapped(renderer, "occlude", occluding.not_over_unlabelled)),
    # the fill
    Mutant("fill is hair", ("4 fill", "reference"), defects.after_warp(defects.fill_is_hair)),
    Mutant(
        "fill keeps the value OUTSIDE",
        ("1 form", "4 fill", "reference"),
        defects.after_warp(defects.fill_keeps_outside),
    ),
    Mutant("fill on all background", ("4 fill",), defects.after_warp(defects.fill_on_all_background)),
    Mutant("fill by another rounding", ("4 fill",), defects.after_warp(defects.fill_by_another_rounding)),
    Mutant("fill blended into the rim", ("4 fill",), defects.after_warp(defects.blended_border)),
    Mutant("fill is black", ("4 fill",), wrapped(renderer, "paint_box", defects.no_paint)),
    # occluders
    Mutant(
        "occluder not in the mask",
        ("5 occluders", "reference"),
        wrapped(renderer, "occlude", occluding.not_in_the_mask),
    ),
    Mutant("occluder not in the image", ("5 occluders",), wrapped(renderer, "occlude", occluding.not_in_the_image)),
    Mutant(
        "occluder larger in the mask",
        ("5 occluders", "reference"),
        wrapped(renderer, "occlude", occluding.larger_in_the_mask),
    ),
    Mutant(
        "occluder larger in both", ("5 occluders", "reference"), wrapped(occlusion, "rasterize", occluding.larger_cover)
    ),
    Mutant("occluder by even and odd", ("5 occluders",), wrapped(occlusion, "rasterize", occluding.evenodd_cover)),
    Mutant("occluder is hair", ("5 occluders", "reference"), wrapped(renderer, "occlude", occluding.occluder_is(HAIR))),
    Mutant(
        "occluder is face", ("5 occluders", "8 negatives"), wrapped(renderer, "occlude", occluding.occluder_is(FACE))
    ),
    Mutant("occluder is black", ("5 occluders",), wrapped(occlusion, "paint_box", defects.no_paint)),
    Mutant(
        "only the first occluder",
        ("5 occluders", "reference"),
        wrapped(renderer, "steps", occluding.first_occluder_only),
    ),
    Mutant(
        "occluders move along", ("5 occluders", "reference"), wrapped(renderer, "steps", occluding.occluder_moves_along)
    ),
    Mutant("no occluders on images of negatives", ("5 occluders",), occluding.spared_negatives("image")),
    # labels and colours
    Mutant("negative with hair", ("8 negatives", "reference"), wrapped(renderer, "steps", defects.hair_in_negatives)),
    Mutant("colours of the mask changed", ("7 photometric",), wrapped(renderer, "steps", defects.colours_of_the_mask)),
    # encoding
    Mutant("mask as palette PNG", ("9 encoding",), wrapped(shard_writer, "encode_mask", defects.palette)),
    Mutant("mask as JPEG", ("9 encoding",), wrapped(shard_writer, "encode_mask", defects.lossy)),
    Mutant(
        "mask as grey levels to look at",
        ("1 form", "9 encoding"),
        wrapped(shard_writer, "encode_mask", defects.visible),
    ),
    Mutant("mask of the example before", ("9 encoding", "reference"), defects.masks_of_others),
    Mutant(
        "red and blue swapped",
        ("2 classes", "4 fill", "5 occluders"),
        wrapped(shard_writer, "encode_image", lambda real, image, format_: real(image[..., ::-1], format_)),
    ),
)

if __name__ == "__main__":
    for mutant in (EMPTY, *MUTANTS):
        print(f"{mutant.name:40} {', '.join(catches(mutant)) or '-'}")
