"""Points 20 to 23 of the alignment contract, as checks of the entire pipeline from recipe to record.

A portrait whose grey is its matte, on black, under black occluders and before black fill, must come out with a matte
that is its grey: whatever moves, hides or mixes the one has to do the same to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from hairnet_data.building.shard_writer import make_record
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import HAIR
from hairnet_data.core.records.example import Features, parse
from hairnet_data.dataset.codec import decode_image, decode_mask, decode_matte
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.recipe import NO_EDGE, Recipe
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import Split
from hairnet_data.rendering.asset_cache import Assets
from hairnet_data.sources.base import Portrait
from hairnet_data.sources.drawn import figure
from hairnet_data.sources.drawn.canvas import CLASS_OF_PART
from hairnet_data.sources.drawn.figure import draw_portrait
from hairnet_data.sources.drawn.light import draw_light
from hairnet_data.sources.drawn.traits import draw_person
from hairnet_data.sources.drawn.views import draw_look
from hairnet_data.verify.reference_mask import Layer
from hairnet_data.verify.reference_matte import MatteLayer, matte_error
from tests.support.pose_contract import NAMES, pool

BLACK = Paint("colour", ((0, 0, 0),))
SIZES = ((90, 70), (64, 64), (50, 80), (120, 120))  # width and height of each portrait


def strands(seed: int, width: int, height: int) -> Pixels:
    """A matte of thin strands, some of them soft, over a soft blob: uint8 (height, width)."""
    rng = np.random.default_rng(seed)
    fine = np.zeros((height * 4, width * 4), np.uint8)
    cv2.ellipse(fine, (width * 2, height * 2), (width, height), 20, 0, 360, (255,), -1)
    for _ in range(30):
        ends = rng.integers(0, (width * 4, height * 4), (2, 2))
        cv2.line(fine, ends[0].tolist(), ends[1].tolist(), (int(rng.choice((0, 255))),), int(rng.integers(1, 7)))
    return np.asarray(cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def grey_portraits() -> list[Portrait]:
    """A portrait of each of `SIZES`, whose grey is its matte."""
    portraits = []
    for seed, (width, height) in enumerate(SIZES):
        alpha = strands(seed, width, height)
        mask = np.where(alpha >= 128, HAIR, 0).astype(np.uint8)
        portraits.append(Portrait(np.repeat(alpha[..., None], 3, -1), mask, alpha=alpha))
    return portraits


class _InMemory:
    name = "memory"
    people_apart = True
    knows_coverage = False

    def __init__(self, portraits: Sequence[Portrait]) -> None:
        self._portraits = dict(zip((name.partition("@")[0] for name in NAMES), portraits, strict=True))

    def load(self, id: str) -> Portrait | Pixels:
        return self._portraits.get(id, np.zeros((40, 40, 3), np.uint8))


def recorded(recipe: Recipe, portraits: Sequence[Portrait]) -> Features:
    """The features of the record that a build with mattes makes of a recipe over `NAMES`."""
    source = _InMemory(portraits)
    assets = Assets(source, source, recipe.size, mattes=True)  # type: ignore[arg-type]
    return parse(make_record(recipe, pool([None] * len(NAMES)), assets, "png"))


def matte_of(features: Features) -> Pixels:
    """The matte of a record."""
    alpha = features["alpha"]
    assert isinstance(alpha, bytes)
    return decode_matte(alpha)


def recipes(seed: int = 3, count: int = 24) -> list[Recipe]:
    """Portraits, groups and negatives of a wide policy, whose fill and occluders are black."""
    rates = {"negative_rate": 0.15, "group_rate": 0.4, "occlude_rate": 0.6, "edge_rate": 0.4}
    policy = Policy(**rates, scale=(0.2, 4), rotate=(0, 180), photometric=0)
    split = Split("train", "train", policy, seed=seed, each_once=False)
    drawn = [sample_recipe(split, pool([None] * len(NAMES)), index, 56 + 8 * (index % 2)) for index in range(count)]
    return [
        replace(
            recipe,
            fill=recipe.fill if recipe.negative else BLACK,
            occluders=tuple(replace(occluder, paint=BLACK) for occluder in recipe.occluders),
        )
        for recipe in drawn
    ]


def check_moved(drawn: Sequence[Recipe]) -> None:
    """Points 20 and 21: the matte is the grey of the image."""
    portraits = grey_portraits()
    for recipe in drawn:
        features = recorded(recipe, portraits)
        image, alpha = features["image"], matte_of(features)
        assert isinstance(image, bytes)
        grey = decode_image(image)[..., 0].astype(np.int16)
        if recipe.negative:
            assert not alpha.any(), "a negative has a matte"
        else:
            assert np.abs(grey - alpha).max() == 0, "the matte is not where the image is"
        assert features["has_alpha"] == 1, "a matte is not known"


def check_reference(drawn: Sequence[Recipe]) -> None:
    """The reference agrees, which `verify` uses."""
    by_name = dict(zip(NAMES, grey_portraits(), strict=True))
    for recipe in drawn:
        features = recorded(recipe, list(by_name.values()))
        shown = [by_name[name] for name in recipe.portraits]
        layers = [MatteLayer(one.alpha, Layer(one.mask, (one.image.shape[1], one.image.shape[0]))) for one in shown]
        assert not (wrong := matte_error(matte_of(features), recipe, layers)), wrong


def check_unknown(drawn: Sequence[Recipe]) -> None:
    """Point 23: where a portrait has no matte, none is known."""
    first, *others = grey_portraits()
    for recipe in drawn:
        features = recorded(recipe, [replace(first, alpha=None), *others])
        known = NAMES[0] not in recipe.portraits
        assert features["has_alpha"] == known, "has_alpha says another thing"
        assert known or not matte_of(features).any(), "a matte that is not known is not 0"


def check_encoding(drawn: Sequence[Recipe]) -> None:
    """Point 23: PNG in mode L, and every value of 0 to 255 survives."""
    ramp = np.tile(np.arange(256, dtype=np.uint8), (256, 1))
    portrait = Portrait(np.repeat(ramp[..., None], 3, -1), np.zeros((256, 256), np.uint8), alpha=ramp)
    features = recorded(Recipe("train", 0, 256, "portrait", NAMES[0], fill=BLACK), [portrait] * len(NAMES))
    data = features["alpha"]
    assert isinstance(data, bytes)
    assert data[:4] == b"\x89PNG", "no PNG"
    assert data[24:26] == b"\x08\x00", "no PNG of 8-bit grey"
    assert np.array_equal(decode_matte(data), ramp), "the identity changes the matte"


def check_coverage(drawn: Sequence[Recipe]) -> None:
    """A drawn matte is the share of each pixel in which strands are painted, counted here on the canvas."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        person = draw_person(rng, draw_look(rng))
        pose = figure.stand(rng, person)
        canvas = figure.paint_figure(rng, person, pose, draw_light(rng), 96)
        hair = CLASS_OF_PART[canvas.part] == HAIR
        side = canvas.side // 96
        share = 255 * hair.reshape(96, side, 96, side).mean((1, 3))
        alpha = draw_portrait(np.random.default_rng(seed), 96).alpha
        assert alpha is not None
        inside = (alpha > 0) | (share < 1)  # a frame that is tilted hides some
        assert inside.mean() > 0.7, "the matte lacks hair"
        assert np.abs(share - alpha)[inside].max() <= 1, "the matte is not the share of hair"
        assert ((share > 1) & (share < 254)).mean() > 0.005, "no strand is soft"


def check_mask(drawn: Sequence[Recipe]) -> None:
    """Point 22: of drawn portraits, at their own size and after the map."""
    portraits = [draw_portrait(np.random.default_rng(seed), 96) for seed in range(len(NAMES))]
    for portrait in portraits:
        assert portrait.alpha is not None
        assert np.array_equal(portrait.mask == HAIR, portrait.alpha >= 128), "mask and matte of a drawing differ"
    compared = 0
    for recipe in drawn:
        if recipe.negative or recipe.companions:
            continue
        recipe = replace(recipe, edge=NO_EDGE, affine=replace(recipe.affine, scale=max(1.8, recipe.affine.scale)))
        features = recorded(recipe, portraits)
        mask, alpha = features["mask"], matte_of(features)
        assert isinstance(mask, bytes)
        hair = (decode_mask(mask) == HAIR).astype(np.uint8)
        side = 2 * int(np.ceil(recipe.affine.scale * recipe.size / 96)) + 1
        window = np.ones((side, side), np.uint8)
        deep, far = cv2.erode(hair, window) > 0, cv2.dilate(hair, window) == 0
        assert (alpha[deep] >= 127).all(), "a matte below one half deep in hair"
        assert (alpha[far] <= 128).all(), "a matte above one half far from hair"
        compared += int(deep.sum())
    assert compared > 100, "no hair was seen"


CHECKS: dict[str, Callable[[Sequence[Recipe]], None]] = {
    "20, 21 moved": check_moved,
    "20, 21 reference": check_reference,
    "22 mask": check_mask,
    "22 coverage": check_coverage,
    "23 unknown": check_unknown,
    "23 encoding": check_encoding,
}
