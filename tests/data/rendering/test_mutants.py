"""Every mutant, a defect put into the real code, is caught by the checks of the alignment contract."""

from __future__ import annotations

import pytest

from tests.support import mutants
from tests.support.mutant import EMPTY, Mutant, assert_caught
from tests.support.mutants import CHECKS, MUTANTS


def test_the_unchanged_code_passes_all_checks() -> None:
    assert mutants.catches(EMPTY) == {}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_is_caught_by_its_checks(mutant: Mutant) -> None:
    assert mutant.caught_by
    assert_caught(mutant, mutants.catches)


def test_every_check_catches_some_mutant() -> None:
    assert {check for mutant in MUTANTS for check in mutant.caught_by} == set(CHECKS)


def test_mutants_have_different_names() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
