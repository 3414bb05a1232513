from __future__ import annotations

from pathlib import Path

import pytest

from hairnet_data.core.errors import UsageError
from hairnet_data.sources.registry import FEWEST_DRAWN, MOST_DRAWN, open_sources


def trained_on(folder: Path, examples: int | None, drawn: int | None = None) -> int:
    portraits = open_sources("drawn", None, None, folder, examples, drawn=drawn).portraits
    return sum(entry.pool == "train" for entry in portraits.catalogue().entries)


@pytest.mark.parametrize(
    ("examples", "drawn", "portraits"),
    [
        *((None, None, FEWEST_DRAWN), (3000, None, 900), (10**6, None, MOST_DRAWN)),
        *((None, 7, 7), (3000, 1500, 1500), (10, MOST_DRAWN + 2, MOST_DRAWN + 2)),
    ],
)
def test_examples_decide_how_many_portraits_are_drawn_unless_a_number_is_given(
    tmp_path: Path, examples: int | None, drawn: int | None, portraits: int
) -> None:
    assert trained_on(tmp_path, examples, drawn) == portraits


def test_a_number_that_means_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--portraits: 0 is less than 1"):
        open_sources("drawn", None, None, tmp_path, drawn=0)
    with pytest.raises(UsageError, match="--portraits: means nothing for folder"):
        open_sources("folder", tmp_path, None, tmp_path, drawn=5)
