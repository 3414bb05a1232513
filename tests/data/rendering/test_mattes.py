"""Points 20 to 23 of the alignment contract: mattes, for many recipes, and with broken code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import matte_mutants
from tests.support.matte_contract import CHECKS, grey_portraits, matte_of, recipes, recorded
from tests.support.matte_mutants import MUTANTS
from tests.support.mutant import EMPTY, Mutant, assert_caught


@settings(max_examples=6)
@given(st.integers(0, 2**31))
@pytest.mark.parametrize("check", [name for name in CHECKS if "22" not in name and "encoding" not in name])
def test_mattes_keep_the_contract(check: str, seed: int) -> None:
    CHECKS[check](recipes(seed, 12))


def test_the_recipes_show_what_is_checked() -> None:
    drawn = recipes()
    assert {recipe.kind for recipe in drawn} == {"portrait", "group", "negative"}
    assert {recipe.affine.mirror for recipe in drawn} == {False, True}
    assert (
        {bool(recipe.occluders) for recipe in drawn} == {bool(recipe.edge.width) for recipe in drawn} == {False, True}
    )
    soft = [matte_of(recorded(recipe, grey_portraits())) for recipe in drawn]
    assert np.mean([((alpha > 0) & (alpha < 255)).mean() for alpha in soft]) > 0.05


def test_the_unchanged_code_passes_all_checks() -> None:
    assert matte_mutants.catches(EMPTY) == {}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_is_caught_by_its_checks(mutant: Mutant) -> None:
    assert_caught(mutant, matte_mutants.catches)
