"""Draws a recipe from (seed, split, index), the policy and the pool, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Point
from hairnet_data.geometry import polygons, warp
from hairnet_data.recipes.groups import sample_edge, sample_group
from hairnet_data.recipes.paints import NO_FILL, PATTERNS, Crop, Paint
from hairnet_data.recipes.policy import MOST_COMPANIONS, MOST_OCCLUDERS, Policy
from hairnet_data.recipes.pools import HEAD_SIDE, Asset, Pool, head_height, head_map
from hairnet_data.recipes.recipe import NO_EDGE, Affine, Companion, Occluder, Photometric, Recipe
from hairnet_data.recipes.rng import Draws, sections, shuffled
from hairnet_data.recipes.splits import CROPS_OF_A_BACKGROUND, Split
from hairnet_data.recipes.values import Colour

_SECTIONS = (
    *("kind", "affine", "fill", "photometric", *(f"occluder{k}" for k in range(MOST_OCCLUDERS))),
    *("edge", "group", *(f"companion{k}" for k in range(MOST_COMPANIONS))),
)

Bits = NDArray[np.bool_]

_SKIN: tuple[Colour, ...] = (
    # The Monk Skin Tone scale (Ellis Monk, skintone.google), lightest to darkest: for hands.
    *((246, 237, 228), (243, 231, 219), (247, 234, 208), (234, 218, 186), (215, 189, 150)),
    *((160, 126, 86), (130, 92, 67), (96, 65, 52), (58, 49, 42), (41, 36, 32)),
)


def sample_recipe(split: Split, pool: Pool, index: int, size: int = 224) -> Recipe:
    """Draws the recipe of one example.

    Args:
        split: the split; its policy and seed.
        pool: the assets of the split's pool; backgrounds must not be empty, nor portraits unless the
            split shows negatives only.
        index: of the example within the split.
        size: side of the square output in pixels.

    Returns:
        The recipe: the same for the same arguments, on every machine.
    """
    policy = split.policy
    has_edges = bool(policy.edge_rate or policy.cutout_rate)
    needed = len(_SECTIONS) if policy.group_rate or has_edges else 4 + policy.occluder_count[1]
    draws = sections(split.seed, split.name, index, _SECTIONS[:needed])
    kind_draws, affine_draws = draws["kind"], draws["affine"]
    is_negative = kind_draws.chance(policy.negative_rate)
    # Which portrait an index shows must not depend on how many negatives come before it. So the order of portraits
    # advances with every index, and a negative skips the portrait that it would have been.
    portrait = None if is_negative else main_portrait(split, pool, index)
    negative = None
    if is_negative:
        background = _background(split, pool, index, kind_draws)
        negative = _crop(kind_draws, background, affine_draws.chance(policy.mirror), policy.background_side or (0.5, 1))
    affine = Affine() if portrait is None else _affine(affine_draws, policy, portrait)
    occluded = kind_draws.chance(policy.occlude_rate)
    companions: tuple[Companion, ...] = ()
    if portrait and policy.group_rate and draws["group"].chance(policy.group_rate):
        affine, companions = sample_group(draws, policy, pool, portrait, affine)
    return Recipe(
        split=split.name,
        index=index,
        size=size,
        kind="negative" if is_negative else "group" if companions else "portrait",
        portrait=portrait.name if portrait else "",
        negative=negative,
        affine=affine,
        edge=sample_edge(draws["edge"], policy, portrait) if portrait and has_edges else NO_EDGE,
        companions=companions,
        fill=NO_FILL if is_negative else _fill(draws["fill"], policy, pool),
        occluders=_occluders(draws, policy, pool, affine, portrait) if occluded else (),
        photometric=_photometric(draws["photometric"], policy.photometric) if policy.photometric else Photometric(),
        traits=portrait.traits if portrait else {},
        pose=portrait.pose if portrait else None,
    )


def main_portrait(split: Split, pool: Pool, index: int) -> Asset:
    """The portrait that an example shows unless it is a negative; in a group the largest."""
    if split.each_once:
        # The order is the pool's own, so that all splits of a pool show the same portraits where they are capped.
        order = shuffled(split.seed, split.pool, 0, len(pool.portraits))
        return pool.portraits[int(order[index % len(pool.portraits)])]
    epoch, within = divmod(index, len(pool.portraits))
    return pool.portraits[int(shuffled(split.seed, split.name, epoch, len(pool.portraits))[within])]


def _background(split: Split, pool: Pool, index: int, draws: Draws) -> Asset:
    drawn = draws.one_of(pool.backgrounds)  # in any case, so that the following numbers stay the same
    if split.each_once and split.negatives_only:
        order = shuffled(split.seed, split.pool, 0, len(pool.backgrounds))
        return pool.backgrounds[int(order[index // CROPS_OF_A_BACKGROUND % len(pool.backgrounds)])]
    return drawn


def _crop(draws: Draws, asset: Asset, mirror: bool, side: tuple[float, float]) -> Crop:
    return Crop(asset.name, draws.uniform(0, 1), draws.uniform(0, 1), draws.uniform(*side), mirror)


def _affine(draws: Draws, policy: Policy, portrait: Asset) -> Affine:
    # Whether to mirror is the first number of the section, as it is for negatives.
    mirror = draws.chance(policy.mirror)
    scale = draws.log_uniform(*(policy.head_height or policy.scale))
    if policy.head_height:
        scale = round(scale / head_height(portrait), 4)
    distance, direction = draws.uniform(*policy.shift), draws.uniform(0, 2 * math.pi)
    angle = draws.uniform(*policy.rotate, digits=3)
    # Adding 0.0 turns -0.0 into 0.0.
    return Affine(
        scale=scale,
        shift=(round(distance * math.cos(direction), 4) + 0.0, round(distance * math.sin(direction), 4) + 0.0),
        rotation=(angle if draws.chance(0.5) else -angle) + 0.0,
        mirror=mirror,
    )


def _colour(draws: Draws) -> Colour:
    return draws.integer(0, 255), draws.integer(0, 255), draws.integer(0, 255)


def _fill(draws: Draws, policy: Policy, pool: Pool) -> Paint:
    if draws.chance(policy.background_rate):
        asset = draws.one_of(pool.backgrounds)
        return Paint("background", crop=_crop(draws, asset, draws.chance(0.5), policy.background_side or (0, 0)))
    return Paint("colour", (_colour(draws),))


def _photometric(draws: Draws, strength: float) -> Photometric:
    def gain(spread: float) -> float:
        return round(math.exp(draws.uniform(-spread, spread, 6) * strength), 4)

    def sometimes(rate: float, low: float, high: float) -> float:
        value, drawn = draws.uniform(low, high, 3), draws.chance(min(1.0, rate * strength))
        return value if drawn else 0.0

    tinted = draws.chance(min(1.0, 0.3 * strength))
    cast = gain(0.12), gain(0.12), gain(0.12)
    toned, contrast, brightness = draws.chance(min(1.0, 0.7 * strength)), gain(0.35), gain(0.4)
    return Photometric(
        grey=draws.chance(min(1.0, 0.05 * strength)),
        contrast=contrast if toned else 1.0,
        brightness=brightness if toned else 1.0,
        cast=cast if tinted else (1.0, 1.0, 1.0),
        blur=round(sometimes(0.1, 0.4, 1.6) * strength, 3),
        noise=round(sometimes(0.1, 2, 12) * strength, 3),
        noise_seed=draws.integer(0, 65535),
        jpeg=int(sometimes(0.1, 30, 85)),
    )


def _occluders(
    draws: dict[str, Draws], policy: Policy, pool: Pool, affine: Affine, portrait: Asset | None
) -> tuple[Occluder, ...]:
    if policy.cover and portrait:
        return (_occluder_over_head(draws["occluder0"], policy, pool, _head(portrait, affine), policy.cover),)
    count = draws["occluder0"].integer(*policy.occluder_count)
    occluders = []
    for occluder_draws in (draws[f"occluder{k}"] for k in range(count)):
        # Half of them near the portrait: one in a corner of the frame teaches little.
        near = occluder_draws.chance(0.5)
        x, y = occluder_draws.uniform(0, 1), occluder_draws.uniform(0, 1)
        if near:
            x, y = 0.5 + affine.shift[0] + (x - 0.5) * 0.6, 0.5 + affine.shift[1] + (y - 0.5) * 0.6
        longer = occluder_draws.uniform(*policy.occluder_size)
        occluders.append(_occluder(occluder_draws, policy, pool, (x, y), longer))
    return tuple(occluders)


def _occluder(draws: Draws, policy: Policy, pool: Pool, centre: Point, longer: float) -> Occluder:
    """One occluder whose longer side is `longer`, in frames; a hand is longer, and a strip crosses the frame."""
    shape, aspect, angle = draws.one_of(policy.occluder_shapes), draws.uniform(0.35, 1), draws.uniform(0, 360, 2)
    width, height = longer, longer * aspect
    if shape == "ellipse":
        outline: Sequence[Point] = polygons.ellipse()
    elif shape == "polygon":
        corners = draws.integer(5, 9)
        radii = [draws.uniform(0.25, 0.5) for _ in range(corners)]
        turns = [2 * math.pi * k / corners for k in range(corners)]
        outline = [
            (radius * math.cos(turn), radius * math.sin(turn)) for radius, turn in zip(radii, turns, strict=True)
        ]
    elif shape == "hand":
        fingers = [draws.uniform(0.3, 1) for _ in range(4)]
        outline = polygons.hand(fingers, draws.uniform(0, 12), draws.uniform(10, 60))
        width = height = longer * 1.2
    else:
        outline = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
        if shape == "strip":
            width, height = 1.5, longer * aspect * 0.35
    outline = polygons.transform_outline(outline, centre, width, height, angle)
    return Occluder(shape, outline, _paint(draws, policy, pool, skin=shape == "hand"))


def _paint(draws: Draws, policy: Policy, pool: Pool, skin: bool) -> Paint:
    from_background, textured = draws.chance(policy.background_rate * 0.6), draws.chance(0.45)
    first, second = _colour(draws), _colour(draws)
    pattern, angle = draws.one_of(PATTERNS), draws.uniform(0, 180, 1)
    period, seed = draws.uniform(0.02, 0.25), draws.integer(0, 65535)
    tone, light = draws.one_of(_SKIN), draws.uniform(0.6, 0.9)
    if skin:
        shaded = (int(tone[0] * light), int(tone[1] * light), int(tone[2] * light))
        return Paint("texture", (tone, shaded), "shade", angle, round(period + 0.2, 4), seed)
    if from_background:
        asset = draws.one_of(pool.backgrounds)
        return Paint("background", crop=_crop(draws, asset, draws.chance(0.5), (0, 0)))
    if textured:
        return Paint("texture", (first, second), pattern, angle, period, seed)
    return Paint("colour", (first,))


def _head(portrait: Asset, affine: Affine) -> Bits:
    """The portrait's head in the frame, after the affine map: bool (HEAD_SIDE, HEAD_SIDE)."""
    head = head_map(portrait)
    if affine != Affine():
        matrix = warp.unit_matrix(
            HEAD_SIDE, HEAD_SIDE, HEAD_SIDE, affine.scale, affine.shift, affine.rotation, affine.mirror
        )
        points = warp.coordinates(matrix, (0, 0, HEAD_SIDE, HEAD_SIDE), HEAD_SIDE, HEAD_SIDE)
        head = warp.sample_mask(head, points)
    return np.equal(head, 1)


def _occluder_over_head(draws: Draws, policy: Policy, pool: Pool, head: Bits, cover: tuple[float, float]) -> Occluder:
    """One occluder, centred on a random pixel of the head and scaled until the share that it hides is in `cover`."""
    rows, columns = np.nonzero(head)
    margin = 0.15 * (cover[1] - cover[0])  # because the map of the head is coarse
    share, position = draws.uniform(cover[0] + margin, cover[1] - margin), draws.uniform(0, 1)
    if not len(rows):
        return _occluder(draws, policy, pool, (0.5, 0.5), 0.3)
    pixel = min(int(position * len(rows)), len(rows) - 1)
    centre = (int(columns[pixel]) + 0.5) / HEAD_SIDE, (int(rows[pixel]) + 0.5) / HEAD_SIDE
    drawn = _occluder(draws, policy, pool, (0.0, 0.0), 1.0)
    circle = replace(drawn, shape="ellipse", outline=polygons.transform_outline(polygons.ellipse(), (0, 0), 1, 1, 0))
    for unit in (drawn, circle):  # a strip may never hide enough, a circle does when it is large enough
        smaller, larger = 0.01, 4.0
        for _ in range(12):
            middle = (smaller + larger) / 2
            if _hidden_share(_scaled(unit, middle, centre), head) < share:
                smaller = middle
            else:
                larger = middle
        occluder = _scaled(unit, larger, centre)
        if cover[0] + margin / 2 <= _hidden_share(occluder, head) <= cover[1] - margin / 2:
            break
    return occluder


def _scaled(unit: Occluder, factor: float, centre: Point) -> Occluder:
    """An occluder about the origin, scaled and moved to `centre`."""
    return replace(unit, outline=polygons.transform_outline(unit.outline, centre, factor, factor, 0))


def _hidden_share(occluder: Occluder, head: Bits) -> float:
    """The share of the head's pixels that an occluder hides."""
    (left, top, right, bottom), inside = polygons.rasterize(occluder.outline, HEAD_SIDE)
    return float((head[top:bottom, left:right] & inside).sum() / head.sum())
