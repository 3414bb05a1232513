"""Tests that cannot fail prove nothing: what could be wrong with a mask is tried, and every try is caught."""

from __future__ import annotations

import pytest

from tests.support import mutants
from tests.support.mutants import CHECKS, EMPTY, MUTANTS, Mutant


def test_what_is_right_passes_all_checks() -> None:
    assert mutants.catches(EMPTY) == {}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_is_caught_by_the_checks_that_answer_for_it(mutant: Mutant) -> None:
    assert mutant.caught_by
    said = mutants.catches(mutant, mutant.caught_by)
    missed = [check for check in mutant.caught_by if check not in said]
    assert not missed, f"{mutant.name!r} is not caught by {', '.join(missed)}"


def test_every_check_catches_some_mutant() -> None:
    assert {check for mutant in MUTANTS for check in mutant.caught_by} == set(CHECKS)


def test_mutants_are_told_apart_by_name() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
