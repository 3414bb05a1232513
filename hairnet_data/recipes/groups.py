"""Draws the companions of a portrait, and how photographs end where they are pasted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hairnet_data.recipes.policy import MOST_COMPANIONS, Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import CUT_OUT, NO_EDGE, Affine, Companion, Edge
from hairnet_data.recipes.rng import Draws

_WIDTHS = (0.7, 1.7)
"""Of a group's photographs side by side, in frames: less than 1 leaves room, more makes them overlap."""

_SIZES = (0.6, 1.0)
"""Scales of companions, as shares of the main portrait's."""


def sample_group(
    draws: Mapping[str, Draws], policy: Policy, pool: Pool, portrait: Asset, affine: Affine
) -> tuple[Affine, tuple[Companion, ...]]:
    """Draws the companions of a portrait: side by side with it, of different sizes, partly overlapping.

    Args:
        draws: the sections `group` and `companion0` to `companion2`; the first number of `group` is used up.
        policy: of the split.
        pool: the companions are of it, and show nobody twice as far as it is known who they are.
        portrait: the main one.
        affine: of the main one, if it were alone.

    Returns:
        The main portrait's affine in the group, and the companions; () if nobody else is in the pool. The main
        portrait is as large as any of them.
    """
    group = draws["group"]
    sections = [draws[f"companion{k}"] for k in range(group.integer(1, MOST_COMPANIONS))]
    assets = _others(sections, pool, portrait)
    if not assets:
        return affine, ()
    count = len(assets) + 1
    scale = round(min(max(group.log_uniform(*_WIDTHS) / count, policy.scale[0]), policy.scale[1]), 4)
    places = list(range(count))
    main_place = places.pop(group.integer(0, count - 1))
    height = group.uniform(-0.3, 0.3)
    main = replace(affine, scale=scale, shift=_shift(group, main_place, count, height))
    companions = []
    for section, asset, place in zip(sections, assets, places, strict=False):
        # Of the policy's angles the lesser half: heads beside each other are seldom turned far against each other.
        angle = section.uniform(*policy.rotate, digits=3)
        own = Affine(
            scale=round(scale * section.uniform(*_SIZES), 4),
            shift=_shift(section, place, count, height),
            rotation=round((angle if section.chance(0.5) else -angle) / 2, 3) + 0.0,
            mirror=section.chance(policy.mirror),
        )
        front = section.chance(0.5)
        edge = sample_edge(section, policy, asset)
        companions.append(Companion(asset.name, own, front, edge, asset.traits, asset.pose))
    return main, tuple(companions)


def _others(sections: list[Draws], pool: Pool, portrait: Asset) -> list[Asset]:
    """A portrait for each section, of different people as far as they are known."""
    chosen, shown = [], {portrait.id, portrait.person} - {""}
    for section in sections:
        asset = section.one_of(pool.portraits)
        if not {asset.id, asset.person} & shown:
            chosen.append(asset)
            shown |= {asset.id, asset.person} - {""}
    return chosen


def _shift(draws: Draws, place: int, count: int, height: float) -> tuple[float, float]:
    """From the frame's centre to a place in a row of so many."""
    right = (place + 0.5) / count - 0.5 + draws.uniform(-0.15, 0.15) / count
    return round(right, 4) + 0.0, round(height + draws.uniform(-0.1, 0.1), 4) + 0.0


def sample_edge(draws: Draws, policy: Policy, portrait: Asset) -> Edge:
    """Draws how a photograph ends; the same count of numbers whatever comes out."""
    soft = draws.chance(policy.edge_rate)
    width, radius = draws.log_uniform(0.004, 0.12), draws.uniform(0, 0.5)
    round_corners, wavy = draws.chance(0.5), draws.chance(0.5)
    wave, period = draws.uniform(0.005, 0.08), draws.log_uniform(0.03, 0.6)
    if draws.chance(policy.cutout_rate) and portrait.has_coverage:
        return CUT_OUT
    if not soft:
        return NO_EDGE
    return Edge(width, radius if round_corners else 0.0, wave if wavy else 0.0, period)
