"""Scenes to check by the alignment contract, what they are made of, and the pipelines that render them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.building.shard_writer import make_record
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import UNLABELLED
from hairnet_data.core.records.example import parse
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.dataset.codec import decode_image, decode_mask
from hairnet_data.recipes.paints import Crop
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Photometric, Recipe, asset_id
from hairnet_data.rendering import renderer
from hairnet_data.rendering.asset_cache import Assets
from hairnet_data.rendering.paint import Backgrounds
from hairnet_data.rendering.subject import Subject
from hairnet_data.sources.base import Portrait

Bits = NDArray[np.bool_]

PORTRAIT = "somebody@0123456789abcdef"

WALL = "wall@0123456789abcdef"

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
    assert Recipe.from_json(as_bytes(features["recipe"])) == recipe
    return decode_image(as_bytes(features["image"])), decode_mask(as_bytes(features["mask"]))


def as_bytes(value: bytes | int) -> bytes:
    assert isinstance(value, bytes)
    return value


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
