"""Points 13 to 18 of the alignment contract: poses, for many recipes, and with broken code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.core.head.pose import Pose
from hairnet_data.core.head.projection import project
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.rendering.poses import main_pose, poses_of
from hairnet_data.sources.drawn.source import Drawn
from tests.support import pose_contract, pose_mutants
from tests.support.mutant import EMPTY, Mutant, assert_caught
from tests.support.pose_contract import CHECKS, recipes
from tests.support.pose_mutants import MUTANTS


@settings(max_examples=12)
@given(st.integers(0, 2**31))
@pytest.mark.parametrize("check", list(CHECKS)[:3])
def test_poses_keep_the_contract(check: str, seed: int) -> None:
    CHECKS[check](recipes(seed, 12))


@settings(max_examples=8)
@given(st.integers(0, 2**31))
def test_the_picture_shows_a_head_where_its_pose_projects_it(seed: int) -> None:
    pose_contract.check_spheres(recipes(seed, 12), seed)


def test_the_recipes_show_what_is_checked() -> None:
    drawn = recipes()
    assert {recipe.kind for recipe in drawn} == {"portrait", "group", "negative"}
    assert {recipe.pose is None for recipe in drawn if recipe.portrait} == {False, True}
    assert {recipe.affine.mirror for recipe in drawn} == {False, True}


def test_the_unchanged_code_passes_all_checks() -> None:
    assert pose_mutants.catches(EMPTY) == {}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_is_caught_by_its_checks(mutant: Mutant) -> None:
    assert_caught(mutant, pose_mutants.catches)


def test_the_recipe_has_the_pose_of_every_portrait() -> None:
    for recipe in recipes():
        assert Recipe.from_json(recipe.to_json()) == recipe
        assert len(poses_of(recipe)) == len(recipe.portraits)
        assert not recipe.portrait or poses_of(recipe)[0] == main_pose(recipe)


def test_projection_is_the_one_of_the_contract() -> None:
    pose = Pose(20.0, -10.0, 5.0, 0.4, 0.6, 0.03)
    theirs = pose_contract.projected((20, -10, 5, 0.4, 0.6, 0.03), pose_contract.AXES)[:, :2]
    assert np.allclose(project(pose, pose_contract.AXES), theirs, atol=1e-12)


def test_drawn_heads_are_where_their_pose_says() -> None:
    source = Drawn(train=24, validation=0, test=0, size=96)
    inside, heads = 0, 0
    for entry in source.catalogue().entries:
        if entry.traits["headwear"] != "none" or entry.traits["frame"] != "portrait":
            continue
        portrait = source.load(entry.id)
        assert portrait.pose is not None
        assert abs(abs(portrait.pose.yaw) - int(entry.traits["yaw"])) <= 15.0001
        x, y = project(portrait.pose, np.array((0.0, 0.0, 0.0))) * 96
        heads += 1
        inside += 0 <= x < 96 and 0 <= y < 96 and portrait.mask[int(y), int(x)] > 0
    assert heads >= 8
    assert inside >= 0.85 * heads
