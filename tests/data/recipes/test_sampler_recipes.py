"""What a drawn recipe holds, and that it is drawn alike for ever and everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

from hairnet_data.recipes.policy import CLEAN, Policy
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Affine, Photometric
from hairnet_data.recipes.sampler import sample_recipe
from tests.support.sampling import DIGEST, many, pool, train

PINNED = ("p007", Affine(scale=0.7975, shift=(-0.3759, -0.1941), rotation=29.486, mirror=True), 1)


def test_a_recipe_names_what_it_was_drawn_for() -> None:
    recipe = sample_recipe(train(CLEAN), pool(), 12, 96)
    assert (recipe.split, recipe.index, recipe.size, recipe.kind) == ("train", 12, 96, "portrait")
    shown = next(asset for asset in pool().portraits if asset.name == recipe.portrait)
    assert recipe.portrait == f"{shown.id}@{DIGEST}"
    assert recipe.traits == shown.traits


def test_clean_changes_nothing() -> None:
    for recipe in many(CLEAN, 50):
        assert recipe.affine == Affine()
        assert recipe.photometric == Photometric()
        assert not recipe.occluders


def test_a_negative_has_no_portrait_and_no_affine() -> None:
    for recipe in many(Policy(negative_rate=1), 50):
        assert recipe.portrait == ""
        assert recipe.affine == Affine()
        assert recipe.negative is not None
        assert 0.5 <= recipe.negative.side <= 1
        assert not recipe.traits


def test_the_size_changes_no_draw() -> None:
    one, other = (sample_recipe(train(Policy()), pool(), 5, size) for size in (64, 512))
    assert replace(one, size=512) == other


def test_recipes_never_change() -> None:
    """Datasets are explained and verified by drawing again, so what this draws may only move with its version."""
    recipe = sample_recipe(train(Policy(), seed=3), pool(), 8)
    assert (recipe.source_id, recipe.affine, len(recipe.occluders)) == PINNED


def test_recipes_are_the_same_in_another_process_with_another_hash_seed() -> None:
    code = (
        "from hairnet_data.recipes.policy import Policy; from hairnet_data.recipes.pools import HEAD_SIDE, Asset, Pool;"
        "from hairnet_data.recipes.sampler import sample_recipe; from hairnet_data.recipes.splits import Split;"
        "pool = Pool(tuple(Asset(f'p{k}', 'd') for k in range(9)), (Asset('b', 'd'),));"
        "split = Split('train', 'train', Policy(), 4, False);"
        "print([sample_recipe(split, pool, index).to_json() for index in range(20)])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "1", "77")
    }
    assets = Pool(tuple(Asset(f"p{k}", "d") for k in range(9)), (Asset("b", "d"),))
    here = [sample_recipe(train(Policy(), 4), assets, index).to_json() for index in range(20)]
    assert said == {f"{here}\n"}
