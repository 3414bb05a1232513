"""Points 10 to 12 of the alignment contract: groups and soft edges, for many scenes, and with broken code."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import group_mutants
from tests.support.group_contract import CHECKS, scenes
from tests.support.group_mutants import MUTANTS
from tests.support.mutant import EMPTY, Mutant, assert_caught


@settings(max_examples=12)
@given(st.integers(0, 2**31))
@pytest.mark.parametrize("check", CHECKS)
def test_groups_keep_the_contract(check: str, seed: int) -> None:
    CHECKS[check](scenes(8, seed))


def test_the_scenes_show_what_is_checked() -> None:
    assert {scene.recipe.kind for scene in scenes()} == {"portrait", "group"}
    assert {bool(edge.width) for scene in scenes() for _, _, edge in scene.layers()} == {False, True}


def test_the_unchanged_code_passes_all_checks() -> None:
    assert group_mutants.catches(EMPTY) == {}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_is_caught_by_its_checks(mutant: Mutant) -> None:
    assert_caught(mutant, group_mutants.catches)
