"""Points 10 to 12 of the alignment contract as plain checks: several portraits, and soft edges.

A group is compared with its portraits rendered one by one, each of which the other points check. Shares at soft edges
are computed here in float64, without `rendering.edges`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hairnet_data.building.shard_writer import make_record
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.core.records.example import parse
from hairnet_data.dataset.codec import decode_image, decode_mask
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import NO_EDGE, Affine, Edge, Photometric, Recipe, asset_id
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import Split
from hairnet_data.rendering.asset_cache import Assets
from hairnet_data.rendering.paint import Backgrounds
from hairnet_data.sources.base import Portrait
from hairnet_data.verify import reference_mask
from tests.support import contract, contract_colours, contract_places, contract_scenes
from tests.support.contract_scenes import Scene

Bits = NDArray[np.bool_]

NAMES = tuple(f"person{k}@0123456789abcdef" for k in range(6))

SURE = 0.004
"""Shares this close to one half may be rounded up or down."""

GroupPipeline = Callable[["GroupScene"], tuple[Pixels, Pixels]]
"""From a scene to image and mask."""


@dataclass(frozen=True, repr=False)
class GroupScene:
    """A recipe, the portraits it shows in the order of `Recipe.portraits`, and backgrounds."""

    recipe: Recipe
    portraits: tuple[Portrait, ...]
    backgrounds: Backgrounds

    @property
    def plain(self) -> GroupScene:
        """Without occluders and colour changes, before a flat fill."""
        recipe = replace(self.recipe, occluders=(), photometric=Photometric(), fill=Paint("colour", ((10, 200, 90),)))
        return replace(self, recipe=recipe)

    def layers(self) -> list[tuple[Portrait, Affine, Edge]]:
        """From the one farthest behind to the one in front of all."""
        recipe = self.recipe
        others = list(zip(self.portraits[1:], recipe.companions, strict=True))
        return [
            *((portrait, c.affine, c.edge) for portrait, c in others if not c.front),
            (self.portraits[0], recipe.affine, recipe.edge),
            *((portrait, c.affine, c.edge) for portrait, c in others if c.front),
        ]


class _InMemory:
    name = "memory"
    people_apart = True
    knows_coverage = False

    def __init__(self, scene: GroupScene) -> None:
        self._portraits = dict(zip(map(asset_id, scene.recipe.portraits), scene.portraits, strict=True))
        self._backgrounds = scene.backgrounds

    def load(self, id: str) -> Portrait | Pixels:
        return self._portraits[id] if id in self._portraits else self._backgrounds(f"{id}@")


def recorded(scene: GroupScene) -> tuple[Pixels, Pixels]:
    """The entire pipeline, from recipe to record and back."""
    source = _InMemory(scene)
    pool = Pool(tuple(Asset(*name.split("@"), person=name[:7]) for name in NAMES), ())
    assets = Assets(source, source, scene.recipe.size)  # type: ignore[arg-type]
    features = parse(make_record(scene.recipe, pool, assets, "png"))
    image, mask, recipe = features["image"], features["mask"], features["recipe"]
    assert isinstance(image, bytes)
    assert isinstance(mask, bytes)
    assert isinstance(recipe, bytes)
    assert Recipe.from_json(recipe) == scene.recipe
    assert features["source_ids"] == [asset_id(name).encode() for name in scene.recipe.portraits]
    assert features["people"] == [name[:7].encode() for name in scene.recipe.portraits]
    return decode_image(image), decode_mask(mask)


def scenes(count: int = 16, seed: int = 3) -> list[GroupScene]:
    """Groups and single portraits with hard and soft edges, as a build draws them."""
    policy = Policy(negative_rate=0, occlude_rate=0.3, group_rate=0.75, edge_rate=0.6, scale=(0.3, 1.3), rotate=(0, 60))
    split = Split("train", "train", policy, seed=seed, each_once=False)
    pool = Pool(tuple(Asset(*name.split("@")) for name in NAMES), (Asset(*contract_scenes.WALL.split("@")),))
    rng = np.random.default_rng(seed)
    backgrounds = contract_scenes.wall(rng)
    drawn_scenes = []
    for index in range(count):
        recipe = sample_recipe(split, pool, index, (96, 80)[index % 2])
        portraits = tuple(
            portrait(rng, *((150, 110), (60, 60), (70, 90))[k % 3]) for k, _ in enumerate(recipe.portraits)
        )
        drawn_scenes.append(GroupScene(recipe, portraits, backgrounds))
    return drawn_scenes


def portrait(rng: np.random.Generator, width: int, height: int) -> Portrait:
    """Noise without much red, and a mask of shapes; some of it hair or face in any case."""
    mask = contract_scenes.painting(rng, width, height, 6)
    mask[height // 3 : height // 2, width // 4 : -width // 4] = HAIR
    mask[height // 2 : height * 2 // 3, width // 4 : -width // 4] = FACE
    return Portrait(contract_colours.dull(contract_scenes.photo(rng, width, height)), mask)


# --- what is expected, computed here


def alone(scene: GroupScene, portrait: Portrait, affine: Affine) -> tuple[Recipe, Portrait]:
    """One portrait of a scene as if it were the only one, with a hard edge, before black."""
    plain = scene.plain.recipe
    recipe = Recipe(plain.split, plain.index, plain.size, "portrait", NAMES[0], affine=affine)
    return recipe, portrait


def share(scene: GroupScene, portrait: Portrait, affine: Affine, edge: Edge) -> NDArray[np.float64]:
    """A portrait's share of every pixel, 0..1; only where it reaches, which its frame decides."""
    single = Scene(alone(scene, portrait, affine)[0], portrait, scene.backgrounds)
    reached = ~contract_places.outside(single)
    if not edge.width:
        return reached.astype(np.float64)
    x, y = contract_places.in_mask(single)
    height, width = portrait.mask.shape
    longer = max(portrait.image.shape[:2])
    across = np.minimum(x, width - x) / width * portrait.image.shape[1] / longer * affine.scale
    down = np.minimum(y, height - y) / height * portrait.image.shape[0] / longer * affine.scale
    distance = np.minimum(across, down)
    radius = min(edge.radius, min(portrait.image.shape[:2]) / longer * affine.scale / 2)
    round_part = (across < radius) & (down < radius)
    distance[round_part] = radius - np.hypot(radius - across, radius - down)[round_part]
    centres = (np.arange(scene.recipe.size) + 0.5) / scene.recipe.size
    wave = np.interp(centres / edge.period % 1, [0, 0.5, 1], [-1, 1, -1])
    distance -= edge.wave / 4 * (2 + wave[None] + wave[:, None])
    return np.clip(distance / edge.width, 0, 1) * reached


# --- the checks


def check_group(scene: GroupScene, pipeline: GroupPipeline) -> None:
    """Points 10 and 11: the picture is its portraits, each by its own affine, the one in front where they overlap."""
    flat = replace(
        scene.plain.recipe,
        edge=NO_EDGE,
        companions=tuple(replace(companion, edge=NO_EDGE) for companion in scene.recipe.companions),
    )
    plain = replace(scene, recipe=flat)
    image, mask = pipeline(plain)
    expected = np.full_like(image, flat.fill.colours[0])
    classes = np.full_like(mask, BACKGROUND)
    unsure = np.zeros(mask.shape, np.bool_)
    for shown, affine, _ in plain.layers():
        recipe, _ = alone(plain, shown, affine)
        single_image, single_mask = contract_scenes.rendered(recipe, shown, plain.backgrounds)
        single = Scene(recipe, shown, plain.backgrounds)
        reached = ~contract_places.outside(single)
        unsure |= contract_places.doubtful(single)
        expected[reached], classes[reached] = single_image[reached], single_mask[reached]
    contract.same((mask != classes) & ~unsure, np.zeros_like(unsure), "the mask and that of its portraits")
    wrong = (image != expected).any(axis=-1) & ~unsure
    contract.same(wrong, np.zeros_like(wrong), "the image and that of its portraits")


def check_soft_edges(scene: GroupScene, pipeline: GroupPipeline) -> None:
    """Point 12: mixtures by the share of each portrait, and the class of what has the larger one."""
    plain = scene.plain
    image, mask = pipeline(plain)
    expected = np.full(image.shape, plain.recipe.fill.colours[0], np.float64)
    classes = np.full_like(mask, BACKGROUND)
    unsure = np.zeros(mask.shape, np.bool_)
    for shown, affine, edge in plain.layers():
        recipe, _ = alone(plain, shown, affine)
        single_image, single_mask = contract_scenes.rendered(recipe, shown, plain.backgrounds)
        part = share(plain, shown, affine, edge)
        unsure |= contract_places.doubtful(Scene(recipe, shown, plain.backgrounds))
        unsure |= (np.abs(part - 0.5) < SURE) & bool(edge.width)
        expected += (single_image - expected) * part[..., None]
        classes = np.where(part >= 0.5, single_mask, classes)
    contract.same((mask != classes) & ~unsure, np.zeros_like(unsure), "the mask and the larger shares")
    # Every layer rounds its share to 255ths and its mixture to whole levels.
    far = np.abs(image - expected).max(axis=-1) > 1.1 * len(plain.portraits) + 0.1
    contract.same(far & ~unsure, np.zeros_like(unsure), "the image and the mixture")


def check_reference(scene: GroupScene, pipeline: GroupPipeline) -> None:
    """The reference mask agrees, occluders and all."""
    _, mask = pipeline(scene)
    layers = [reference_mask.Layer(p.mask, (p.image.shape[1], p.image.shape[0])) for p in scene.portraits]
    error = reference_mask.mask_error(mask, reference_mask.allowed_classes(scene.recipe, layers))
    assert not error, error


def check_all(scenes: Iterable[GroupScene], check: Callable[[GroupScene, GroupPipeline], None]) -> None:
    """Checks every scene by the entire pipeline."""
    for scene in scenes:
        check(scene, recorded)


CHECKS: dict[str, Callable[[Sequence[GroupScene]], None]] = {
    "10, 11 group": lambda scenes: check_all(scenes, check_group),
    "12 soft edges": lambda scenes: check_all(scenes, check_soft_edges),
    "reference of groups": lambda scenes: check_all(scenes, check_reference),
}
