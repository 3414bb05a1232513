"""Point 24 of the alignment contract: people who are cut out, as checks of the pipeline from recipe to record.

What a cut out person adds to a picture and what is left of the ground are compared with two ordinary portraits at the
same place: one that shows the person before black, and one that shows the coverage as grey. The other points check
where those are. A third of the portraits have no coverage: of those, the head alone is cut out, along the mask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import NO_EDGE, Affine, Recipe
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import Split
from hairnet_data.rendering import cutouts, edges, renderer, subject
from hairnet_data.sources.base import Portrait
from hairnet_data.verify import reference_mask
from tests.support import contract, contract_scenes
from tests.support.group_contract import NAMES, GroupScene, recorded
from tests.support.mutant import Mutant, failures, wrapped

BLACK = Paint("colour", ((0, 0, 0),))


def scenes(count: int = 16, seed: int = 3) -> list[GroupScene]:
    """Portraits and groups, most of them cut out, as a build draws them; all stand before black in their portraits."""
    policy = Policy(negative_rate=0, group_rate=0.6, cutout_rate=0.6, edge_rate=0.5, scale=(0.3, 1.3), rotate=(0, 60))
    split = Split("train", "train", policy, seed=seed, each_once=False)
    portraits = tuple(Asset(*name.split("@"), has_coverage=True) for name in NAMES)
    pool = Pool(portraits, (Asset(*contract_scenes.WALL.split("@")),))
    rng = np.random.default_rng(seed)
    backgrounds = contract_scenes.wall(rng)
    sizes = ((150, 110), (60, 60), (70, 90))
    drawn = []
    for index in range(count):
        recipe = sample_recipe(split, pool, index, (96, 80)[index % 2])
        kinds = (portrait, portrait, photograph)
        shown = tuple(kinds[(index + k) % 3](rng, *sizes[k % 3]) for k, _ in enumerate(recipe.portraits))
        drawn.append(GroupScene(recipe, shown, backgrounds))
    return drawn


def portrait(rng: np.random.Generator, width: int, height: int) -> Portrait:
    """Noise as far as a blob with loose strands covers it, the rest black; and a mask of shapes that cares for neither.

    A portrait that did would look right where the mask is pasted whole.
    """
    fine = np.zeros((height * 4, width * 4), np.uint8)
    cv2.ellipse(fine, (width * 2, height * 2), (width, int(height * 1.3)), 20, 0, 360, (255,), -1)
    for _ in range(20):
        ends = rng.integers(0, (width * 4, height * 4), (2, 2))
        cv2.line(fine, ends[0].tolist(), ends[1].tolist(), (255,), int(rng.integers(1, 7)))
    coverage = np.asarray(cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    noise = contract_scenes.photo(rng, width, height).astype(np.uint16)
    image = (noise * coverage[..., None] // 255).astype(np.uint8)
    return Portrait(image, contract_scenes.painting(rng, width, height, 6), coverage=coverage)


def photograph(rng: np.random.Generator, width: int, height: int) -> Portrait:
    """Noise as far as the mask, softened, says hair or face, the rest black; nobody knows its coverage."""
    mask = contract_scenes.painting(rng, width, height, 6)
    noise = contract_scenes.photo(rng, width, height).astype(np.uint16)
    return Portrait((noise * _soft(mask)[..., None] // 255).astype(np.uint8), mask)


def _soft(mask: Pixels) -> Pixels:
    """The share of the nine pixels around each that are hair or face."""
    head = np.pad(np.isin(mask, (HAIR, FACE)) * 255.0, 1, "reflect")
    height, width = mask.shape
    nine = [head[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.rint(np.mean(nine, axis=0)).astype(np.uint8)


def check_pixels(drawn: Sequence[GroupScene]) -> None:
    """The image has the person by its coverage, the mask its classes where that is one half or more."""
    for scene in drawn:
        if any(edge.width for *_, edge in scene.layers()):
            continue  # soft edges are point 12
        image, mask = recorded(scene.plain)
        expected = np.full(image.shape, scene.plain.recipe.fill.colours[0], np.int64)
        classes = np.full(mask.shape, BACKGROUND, np.uint8)
        for shown, affine, edge in scene.layers():
            covered = _soft(shown.mask) if shown.coverage is None else shown.coverage
            inside = np.isin(shown.mask, (HAIR, FACE)) if shown.coverage is None else covered >= 128
            if not edge.cutout:
                covered, inside = np.full_like(covered, 255), np.ones_like(inside)
            person, own = _alone(scene, shown.image, shown.mask, affine)
            share, whole = _alone(scene, np.dstack([covered] * 3), inside * np.uint8(HAIR), affine)
            expected = person + (expected * (255 - share.astype(np.int64)) + 127) // 255
            classes = np.where(whole == HAIR, own, classes)
        contract.same(mask != classes, np.zeros(mask.shape, np.bool_), "the mask and the classes of who is in front")
        off = np.abs(image - np.minimum(expected, 255)).max(axis=-1) > 1
        contract.same(off, np.zeros_like(off), "the image and the people before their ground")


def _alone(scene: GroupScene, image: Pixels, mask: Pixels, affine: Affine) -> tuple[Pixels, Pixels]:
    """An ordinary portrait at that place, before black."""
    recipe = Recipe("train", 0, scene.recipe.size, "portrait", NAMES[0], affine=affine, fill=BLACK)
    return contract_scenes.rendered(recipe, Portrait(image, mask), scene.backgrounds)


def check_reference(drawn: Sequence[GroupScene]) -> None:
    """The reference mask agrees, occluders and soft edges and all."""
    for scene in drawn:
        _, mask = recorded(scene)
        shown = [reference_mask.Layer(one.mask, one.image.shape[1::-1], one.coverage) for one in scene.portraits]
        error = reference_mask.mask_error(mask, reference_mask.allowed_classes(scene.recipe, shown))
        assert not error, error


CHECKS: dict[str, Callable[[Sequence[GroupScene]], None]] = {
    "24 cut out": check_pixels,
    "reference of cutouts": check_reference,
}
_PIXELS, _REFERENCE = CHECKS


def catches(mutant: Mutant, checks: Sequence[str] = tuple(CHECKS)) -> dict[str, str]:
    """The message of each check that catches the mutant, by the check's name."""
    drawn = scenes()  # before anything is broken
    return failures(mutant, {name: partial(CHECKS[name], drawn) for name in checks})


def _over(change: Callable[[Pixels, Pixels], tuple[Pixels, Pixels]]) -> Any:
    return wrapped(cutouts, "over", lambda real, cutout, ground: real(*change(cutout, ground)))


def _with_share(cutout: Pixels, share: Pixels) -> Pixels:
    return np.concatenate([cutout[..., :-1], share[..., None]], axis=-1).astype(np.uint8)


def _whole(real: Any, layer: Any, placed: Any) -> Pixels:
    return np.ones_like(real(layer, placed))


def _moved(real: Any, layer: Any, placed: Any) -> Pixels:
    return np.roll(real(layer, placed), 1, axis=1)


def _dressed(real: Any, mask: Pixels) -> Pixels:
    return np.asarray(real(np.full_like(mask, HAIR)))


MUTANTS = (
    Mutant(
        "photographs are pasted whole",
        (_PIXELS, _REFERENCE),
        lambda monkeypatch: monkeypatch.setattr(subject, "head_coverage", partial(_dressed, cutouts.head_coverage)),
    ),
    Mutant(
        "photographs are cut out without their hair",
        (_PIXELS, _REFERENCE),
        lambda monkeypatch: monkeypatch.setattr(cutouts, "HAIR", FACE),
    ),
    Mutant(
        "photographs have no soft edge",
        (_PIXELS,),
        lambda monkeypatch: monkeypatch.setattr(subject, "soft_coverage", lambda coverage, *_: coverage),
    ),
    Mutant("the mask is pasted whole", (_PIXELS, _REFERENCE), wrapped(renderer, "_person", _whole)),
    Mutant("the mask is cut out a pixel beside", (_PIXELS, _REFERENCE), wrapped(renderer, "_person", _moved)),
    Mutant(
        "a quarter of the person counts",
        (_PIXELS, _REFERENCE),
        lambda monkeypatch: monkeypatch.setattr(edges, "HALF", 64),
    ),
    Mutant(
        "people are pasted with their ground",
        (_PIXELS, _REFERENCE),
        wrapped(
            renderer,
            "layers_of",
            lambda real, *args: [replace(layer, edge=NO_EDGE) if layer.edge.cutout else layer for layer in real(*args)],
        ),
    ),
    Mutant(
        "the ground shines through",
        (_PIXELS,),
        _over(lambda cutout, ground: (_with_share(cutout, cutout[..., -1] // 2), ground)),
    ),
    Mutant(
        "the coverage is inverted",
        (_PIXELS,),
        _over(lambda cutout, ground: (_with_share(cutout, 255 - cutout[..., -1]), ground)),
    ),
    Mutant("the person is missing", (_PIXELS,), _over(lambda cutout, ground: (np.zeros_like(cutout), ground))),
    Mutant(
        "the person is a pixel beside",
        (_PIXELS,),
        wrapped(renderer, "warped_cutout", lambda real, *args: np.roll(real(*args), 1, axis=1)),
    ),
)
"""Ways to break cutouts in the real code."""
