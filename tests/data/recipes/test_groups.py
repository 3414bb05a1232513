"""What is drawn for groups and edges: who stands beside whom, and that nothing else is drawn differently."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hairnet_data.building.picture_scan import head_of
from hairnet_data.core.classes import BACKGROUND
from hairnet_data.recipes.policy import CLEAN, PRESETS, Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import CUT_OUT, NO_EDGE, Edge, Recipe
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import EVALUATION_SPLITS, Split
from hairnet_data.rendering.renderer import render
from hairnet_data.rendering.subject import Subject
from hairnet_data.sources.drawn.source import Drawn

DIGEST = "0123456789abcdef"
BACKGROUNDS = tuple(Asset(f"b{k}", DIGEST) for k in range(5))
GROUPS = Policy(negative_rate=0, group_rate=1, edge_rate=0.5)


def pool(portraits: int = 12, known: bool = True) -> Pool:
    people = [f"person {k // 2}" if known else "" for k in range(portraits)]
    return Pool(tuple(Asset(f"p{k:02}", DIGEST, person) for k, person in enumerate(people)), BACKGROUNDS)


def drawn(policy: Policy, count: int = 400, assets: Pool | None = None) -> list[Recipe]:
    split = Split("train", "train", policy, each_once=False)
    return [sample_recipe(split, assets or pool(), index) for index in range(count)]


def test_companions_show_other_people() -> None:
    who = pool().people
    for recipe in drawn(GROUPS):
        people = [who[portrait] for portrait in recipe.portraits]
        assert len(people) == len(set(people))


def test_companions_are_other_portraits_where_nobody_is_known() -> None:
    for recipe in drawn(GROUPS, assets=pool(known=False)):
        assert len(recipe.portraits) == len(set(recipe.portraits))


def test_somebody_who_is_alone_in_the_pool_stays_alone() -> None:
    for recipe in drawn(GROUPS, 50, pool(2)):
        assert (recipe.kind, recipe.companions) == ("portrait", ())


def test_the_main_portrait_has_the_largest_scale() -> None:
    groups = [recipe for recipe in drawn(GROUPS) if recipe.companions]
    assert {len(recipe.companions) for recipe in groups} == {1, 2, 3}
    for recipe in groups:
        assert recipe.kind == "group"
        assert max(companion.affine.scale for companion in recipe.companions) <= recipe.affine.scale


@pytest.mark.parametrize("rate", [0.0, 0.3, 1.0])
def test_the_rates_are_kept(rate: float) -> None:
    recipes = drawn(Policy(group_rate=rate, edge_rate=rate), 2000)
    shown = [recipe for recipe in recipes if recipe.kind != "negative"]
    bound = 5 * (len(shown) * rate * (1 - rate)) ** 0.5
    assert abs(sum(recipe.edge != NO_EDGE for recipe in shown) - len(shown) * rate) <= bound
    groups = sum(recipe.kind == "group" for recipe in shown)
    # A group whose only companion would be of the same person is none.
    assert len(shown) * rate * 0.8 - bound <= groups <= len(shown) * rate + bound


@pytest.mark.parametrize(
    "rates", [{"group_rate": 0.5}, {"edge_rate": 0.5}, {"cutout_rate": 0.5}, {"group_rate": 0.5, "edge_rate": 1.0}]
)
def test_all_else_is_drawn_as_without_them(rates: dict[str, float]) -> None:
    for plain, recipe in zip(drawn(Policy()), drawn(Policy(**rates)), strict=True):
        assert recipe.portrait == plain.portrait
        assert (recipe.negative, recipe.fill, recipe.photometric) == (plain.negative, plain.fill, plain.photometric)
        assert bool(recipe.occluders) == bool(plain.occluders)
        if recipe.kind != "group":
            assert replace(recipe, edge=NO_EDGE) == plain


def test_only_whose_outline_is_known_is_cut_out() -> None:
    policy = replace(GROUPS, cutout_rate=0.5)
    assert not any(edge.cutout for recipe in drawn(policy) for edge in edges_of(recipe))
    known = Pool(tuple(replace(asset, has_coverage=True) for asset in pool().portraits), BACKGROUNDS)
    edges = [edge for recipe in drawn(policy, assets=known) for edge in edges_of(recipe)]
    bound = 5 * (len(edges) / 4) ** 0.5
    assert abs(sum(edge.cutout for edge in edges) - len(edges) / 2) <= bound
    assert {edge for edge in edges if edge.cutout} == {CUT_OUT}


def edges_of(recipe: Recipe) -> list[Edge]:
    return [recipe.edge, *(companion.edge for companion in recipe.companions)]


def test_edges_do_not_change_who_is_in_a_group() -> None:
    for hard, soft in zip(drawn(replace(GROUPS, edge_rate=0)), drawn(replace(GROUPS, edge_rate=1)), strict=True):
        bare = tuple(replace(companion, edge=NO_EDGE) for companion in soft.companions)
        assert replace(soft, edge=NO_EDGE, companions=bare) == hard


def test_negatives_have_no_companions_and_no_edge() -> None:
    negatives = [recipe for recipe in drawn(replace(GROUPS, negative_rate=0.5)) if recipe.kind == "negative"]
    assert negatives
    assert {(recipe.companions, recipe.edge, recipe.portrait) for recipe in negatives} == {((), NO_EDGE, "")}


def test_source_ids_are_those_of_all_portraits() -> None:
    for recipe in drawn(GROUPS, 50):
        assert recipe.source_ids == [portrait.partition("@")[0] for portrait in recipe.portraits]
        assert recipe.source_ids[0] == recipe.source_id
    (negative,) = drawn(Policy(negative_rate=1), 1)
    assert negative.source_ids == [negative.source_id]


@pytest.mark.parametrize("height", [0.15, 0.3, 0.6])
def test_heads_have_the_height_that_is_asked_for(height: float) -> None:
    source = Drawn(6, 1, 1, 160)
    portraits = {entry.id: source.load(entry.id) for entry in source.catalogue().entries if entry.pool == "train"}
    assets = tuple(Asset(id, DIGEST, head=head_of(portrait)) for id, portrait in portraits.items())
    # All of the head must be in the frame, and in its photograph.
    policy = replace(CLEAN, background_rate=0, head_height=(height, height))
    for recipe in drawn(policy, len(assets), Pool(assets, BACKGROUNDS)):
        plain = replace(recipe, size=320)
        _, mask = render(plain, Subject(portraits[recipe.source_id]), {}.__getitem__)
        rows = np.flatnonzero((mask != BACKGROUND).any(axis=1))
        assert (rows[-1] + 1 - rows[0]) / 320 == pytest.approx(height, rel=0.04)


def test_world_and_the_stress_splits_draw_what_they_say() -> None:
    world = [recipe for recipe in drawn(PRESETS["world"], 600) if recipe.kind != "negative"]
    assert {recipe.kind for recipe in world} == {"portrait", "group"}
    assert min(recipe.affine.scale for recipe in world) < 0.2
    assert max(recipe.affine.scale for recipe in world) > 3
    close = next(split for split in EVALUATION_SPLITS if split.name == "test_close")
    scales = [sample_recipe(close, pool(), index).affine.scale for index in range(100)]
    assert 1.8 <= min(scales) < max(scales) <= 4
