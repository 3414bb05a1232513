from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.effects import patterns

PLACE = np.linspace(0, 1, 101, dtype=np.float32)


@pytest.mark.parametrize("pattern", ["roots", "ombre"])
def test_the_own_colour_is_above_and_the_new_one_below(pattern: str) -> None:
    share = patterns.along(pattern, PLACE)
    assert share[0] == 0
    assert share[-1] == 1
    assert (np.diff(share) >= 0).all()


def test_all_over_and_ombre_begins_below_roots() -> None:
    assert (patterns.along("", PLACE) == 1).all()
    assert (patterns.along("highlights", PLACE) == 1).all()
    assert patterns.along("ombre", PLACE)[40] < patterns.along("roots", PLACE)[40]


def test_lighter_strands_have_more_of_the_new_colour() -> None:
    share = patterns.streaks(np.array([-0.2, 0, 0.2], np.float32), 0.05)
    assert 0 <= share[0] < share[1] < share[2] <= 1


def test_extent_leaves_specks_out() -> None:
    inside = np.zeros((50, 40), np.float32)
    inside[10:30] = 1
    inside[45, 3] = 1
    assert patterns.extent(inside) == (10, 30)
