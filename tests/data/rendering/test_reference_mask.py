"""The reference mask: it agrees with the renderer for hundreds of scenes, and is strict enough to see a wrong pixel."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.recipe import Occluder, Recipe
from hairnet_data.verify import reference_mask
from tests.support import contract, contract_places, contract_scenes
from tests.support.contract_scenes import Scene, rendered
from tests.support.scene_strategies import many, occluders, round_outlines, sampled, scenes


@many
@given(sampled())
def test_the_reference_agrees_with_the_renderer_for_every_policy(scene: Scene) -> None:
    contract.check_reference(scene, rendered)


@many
@given(scenes(hidden=st.lists(occluders, max_size=3)))
def test_the_reference_agrees_with_the_renderer_for_every_recipe(scene: Scene) -> None:
    contract.check_reference(scene, rendered)


@many
@given(scenes(hidden=st.lists(round_outlines.map(lambda o: Occluder("ellipse", o, Paint("colour", ((1, 2, 3),)))))))
def test_the_reference_leaves_few_classes_open(scene: Scene) -> None:
    """Else it would agree with anything. What it leaves open lies on a border of source pixels, or on an outline."""
    allowed = reference_mask.allowed_classes(scene.recipe, [reference_mask.Layer(scene.shown.mask, scene.frame)])
    bits = [1 << bit for bit in (BACKGROUND, HAIR, FACE, reference_mask.UNLABELLED_BIT)]
    assert ((allowed > 0) & (allowed & ~np.uint8(sum(bits)) == 0)).all()
    open_ = ~np.isin(allowed, bits) & ~contract_places.doubtful(scene)
    around = sum(2 * math.pi * scene.recipe.size for _ in scene.recipe.occluders)  # pixels an outline passes
    assert open_.sum() <= 0.1 * around + 4 * len(scene.recipe.occluders)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [*((HAIR, wrong) for wrong in (BACKGROUND, FACE, 3, 254, UNLABELLED)), (UNLABELLED, HAIR), (UNLABELLED, 254)],
)
def test_the_reference_names_a_pixel_that_is_wrong(right: int, wrong: int) -> None:
    mask = np.full((40, 40), right, np.uint8)
    recipe = Recipe("train", 0, 40, "portrait", contract_scenes.PORTRAIT)
    allowed = reference_mask.allowed_classes(recipe, [reference_mask.Layer(mask, (40, 40))])
    assert reference_mask.mask_error(mask, allowed) == ""
    changed = mask.copy()
    changed[7, 30] = wrong
    assert reference_mask.mask_error(changed, allowed) == (
        f"the mask is wrong at 1 pixels, first at column 30, row 7: it has class {wrong}"
    )
