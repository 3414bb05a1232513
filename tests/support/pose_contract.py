"""Points 13 to 18 of the alignment contract: poses, from the recipe to the record, and to the pixels.

The formulas are written here once more, without `geometry`, `core.head.projection` and `rendering`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hairnet_data.building.shard_writer import make_record
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.head.pose import Pose
from hairnet_data.core.records.example import parse
from hairnet_data.dataset.codec import decode_image
from hairnet_data.recipes.paints import Crop, Paint
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Affine, Recipe
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import Split
from hairnet_data.rendering.asset_cache import Assets
from hairnet_data.sources.base import Portrait
from hairnet_data.verify.reference_pose import pose_error, rotation_of

NAMES = tuple(f"head{k}@0123456789abcdef" for k in range(4))
WALL = "wall@0123456789abcdef"
CAMERA = 110.0  # cm, as `core.head.projection` has it
AXES = 5.0 * np.array([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)])
"""Where the spheres are, cm."""

COLOURS = np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255), (0, 255, 255)], np.float64)
RADIUS = 0.55  # cm


def some_pose(rng: np.random.Generator, wide: bool = True) -> Pose:
    """A pose of any yaw, or one that shows every sphere."""
    yaw, roll = (float(rng.uniform(-180, 180)) for _ in range(2))
    pitch = float(rng.uniform(-60, 60))
    if not wide:
        yaw, pitch, roll = (float(rng.uniform(25, 65) * rng.choice((-1, 1))) for _ in range(3))
    x, y = (float(rng.uniform(0.4, 0.6)) for _ in range(2))
    return Pose(*(round(number, 6) for number in (yaw, pitch, roll, x, y, float(rng.uniform(0.02, 0.03)))))


def projected(pose: Sequence[float], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where points of the head, (N, 3) in cm, appear in frames, and their zoom: float64 (N, 3)."""
    seen = points @ rotation_of(*pose[:3]).T
    zoom = pose[5] * CAMERA / (CAMERA - seen[:, 2])
    return np.stack([pose[3] + seen[:, 0] * zoom, pose[4] + seen[:, 1] * zoom, zoom], 1)


def spheres(pose: Pose, width: int, height: int) -> Pixels:
    """A portrait of six spheres on a head's axes before grey, each soft at its rim; the nearest is painted last."""
    longer = max(width, height)
    placed = projected((pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.size), AXES)
    rows, columns = np.mgrid[:height, :width] + 0.5
    image = np.full((height, width, 3), 90.0)
    for number in np.argsort(placed[:, 2]):
        x, y, zoom = placed[number]
        at_x, at_y = width / 2 + (x - 0.5) * longer, height / 2 + (y - 0.5) * longer
        cover = np.clip(RADIUS * zoom * longer - np.hypot(columns - at_x, rows - at_y) + 0.5, 0, 1)[..., None]
        image += (COLOURS[number] - image) * cover
    return np.asarray(np.rint(image), np.uint8)


class _InMemory:
    name = "memory"
    people_apart = True
    knows_coverage = False

    def __init__(self, portraits: dict[str, Portrait]) -> None:
        self._portraits = portraits

    def load(self, id: str) -> Portrait | Pixels:
        return self._portraits.get(id, np.full((40, 40, 3), 90, np.uint8))


def recorded(recipe: Recipe, portraits: Sequence[Portrait] = ()) -> tuple[Pixels, list[float]]:
    """The entire pipeline: image and pose of the record that a build makes of a recipe."""
    shown = list(portraits) or [Portrait(np.zeros((16, 16, 3), np.uint8), np.zeros((16, 16), np.uint8))] * 4
    ids = [name.partition("@")[0] for name in recipe.portraits]
    source = _InMemory(dict(zip(ids, shown, strict=False)))
    assets = Assets(source, source, recipe.size)  # type: ignore[arg-type]
    features = parse(make_record(recipe, pool(()), assets, "png"))
    image, pose = features["image"], features["pose"]
    assert isinstance(image, bytes)
    assert isinstance(pose, list)
    return decode_image(image), [float(number) for number in pose]


def pool(poses: Sequence[Pose | None]) -> Pool:
    """A pool whose portraits have these poses."""
    assets = tuple(Asset(*name.split("@"), pose=pose) for name, pose in zip(NAMES, poses, strict=False))
    return Pool(assets, (Asset(*WALL.split("@")),))


def recipes(seed: int = 3, count: int = 24) -> list[Recipe]:
    """Portraits, groups and negatives as a build draws them, of the widest policy; one portrait has no pose."""
    rng = np.random.default_rng(seed)
    policy = Policy(negative_rate=0.2, group_rate=0.4, scale=(0.05, 20), shift=(0, 2), rotate=(0, 180), photometric=0)
    known = [some_pose(rng) for _ in NAMES[1:]]
    split = Split("train", "train", policy, seed=seed, each_once=False)
    return [sample_recipe(split, pool([None, *known]), index, 16) for index in range(count)]


def check_drawn(drawn: Sequence[Recipe]) -> None:
    """Points 13 to 15 and 17, and `verify`'s reference: every record's pose is that of its recipe."""
    for recipe in drawn:
        _, numbers = recorded(recipe)
        check_formula(recipe, numbers)
        assert not pose_error(numbers, recipe), pose_error(numbers, recipe)


def check_formula(recipe: Recipe, numbers: Sequence[float]) -> None:
    """Points 14 and 15: against the formula, written here once more."""
    pose, affine = recipe.pose, recipe.affine
    if pose is None:
        assert np.isnan(numbers).all(), "a pose where none is known"
        return
    flip, angle = (-1 if affine.mirror else 1), math.radians(affine.rotation)
    roll = flip * pose.roll + affine.rotation
    apart = rotation_of(*numbers[:3]) - rotation_of(flip * pose.yaw, pose.pitch, roll)
    assert np.abs(apart).max() < 1e-6, "the head is turned otherwise"
    right, down = flip * (pose.x - 0.5), pose.y - 0.5
    x = 0.5 + affine.shift[0] + affine.scale * (math.cos(angle) * right - math.sin(angle) * down)
    y = 0.5 + affine.shift[1] + affine.scale * (math.sin(angle) * right + math.cos(angle) * down)
    expected = np.array((x, y, pose.size * affine.scale))
    assert np.allclose(numbers[3:], expected, rtol=1e-6, atol=1e-6), "the head is elsewhere"


def check_negatives(drawn: Sequence[Recipe]) -> None:
    """Point 13: a negative has no pose."""
    negatives = [recipe for recipe in drawn if recipe.negative]
    negatives.append(Recipe("train", 0, 16, "negative", negative=Crop(WALL, 0, 0, 1, False)))
    for recipe in negatives:
        assert np.isnan(recorded(recipe)[1]).all(), "a negative has a pose"


def check_identity(drawn: Sequence[Recipe]) -> None:
    """Point 16: framed only, the pose comes back; a map and its inverse restore it."""
    for recipe in drawn:
        pose, affine = recipe.pose, recipe.affine
        if pose is None or recipe.companions:
            continue
        own = np.array((pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.size))
        assert recorded(replace(recipe, affine=Affine()))[1] == np.float32(own).tolist(), "the identity changes it"
        affine = replace(affine, scale=min(max(affine.scale, 0.2), 5))
        there = Pose(*recorded(replace(recipe, affine=affine))[1])
        angle, flip = math.radians(affine.rotation), (-1 if affine.mirror else 1)
        right, down = affine.shift
        back_x = -flip * (math.cos(angle) * right + math.sin(angle) * down) / affine.scale
        back_y = (math.sin(angle) * right - math.cos(angle) * down) / affine.scale
        back = Affine(1 / affine.scale, (back_x, back_y), -flip * affine.rotation, affine.mirror)
        _, numbers = recorded(replace(recipe, affine=back, pose=there))
        assert np.abs(rotation_of(*numbers[:3]) - rotation_of(*own[:3])).max() < 1e-6, "the turn is not restored"
        assert np.allclose(numbers[3:], own[3:], rtol=3e-6, atol=6e-6), "the place is not restored"


def check_spheres(drawn: Sequence[Recipe], seed: int = 5) -> None:
    """Point 18: the centroid of every sphere lies within half a pixel of where the record's pose projects it."""
    rng = np.random.default_rng(seed)
    checked = 0
    for number, recipe in enumerate(recipe for recipe in drawn if recipe.portrait):
        width, height = ((400, 400), (400, 300), (260, 400))[number % 3]
        pose = some_pose(rng, wide=False)
        portrait = Portrait(spheres(pose, width, height), np.zeros((height, width), np.uint8), pose=pose)
        shift = (float(rng.uniform(-0.08, 0.08)), float(rng.uniform(-0.08, 0.08)))
        affine = replace(recipe.affine, scale=float(rng.uniform(0.8, 1.4)), shift=shift)
        grey = Paint("colour", ((90, 90, 90),))
        shown = Recipe("train", 0, (160, 224)[number % 2], "portrait", NAMES[0], affine=affine, fill=grey, pose=pose)
        # A mirrored picture shows a mirrored head: what was at its left is at its right.
        points = AXES * (-1, 1, 1) if affine.mirror else AXES
        checked += _check_centroids(*recorded(shown, [portrait]), points)
    assert checked >= 6, f"only {checked} spheres were seen"


def _check_centroids(image: Pixels, numbers: Sequence[float], points: NDArray[np.float64]) -> int:
    size = len(image)
    placed = projected(numbers, points)
    rows, columns = np.mgrid[:size, :size] + 0.5
    checked = 0
    for number, (x, y, zoom) in enumerate(placed):
        apart = np.hypot(*(placed[:, :2] - (x, y)).T) * size
        reach = RADIUS * zoom * size + 3
        apart[number] = math.inf
        inside = reach < min(x * size, y * size, size - x * size, size - y * size)
        if not inside or apart.min() < 2 * reach:
            continue
        near = np.hypot(columns - x * size, rows - y * size) < reach
        # How much of the sphere's colour is in a pixel: 1 of itself, 0 of the grey behind it.
        towards = COLOURS[number] - 90
        weight = np.clip((image - 90.0) @ towards / (towards @ towards), 0, 1) * near
        assert weight.sum() > 2, f"sphere {number} is not where it is projected"
        across, along = ((weight * at).sum() / weight.sum() for at in (columns, rows))
        off = math.hypot(across - x * size, along - y * size)
        assert off < 0.5, f"sphere {number} is {off:.2f} pixels from where it is projected"
        checked += 1
    return checked


CHECKS: dict[str, Callable[[Sequence[Recipe]], None]] = {
    "13 to 15, 17 poses": check_drawn,
    "13 negatives": check_negatives,
    "16 identity": check_identity,
    "18 spheres": check_spheres,
}
