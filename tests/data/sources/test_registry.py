from __future__ import annotations

from pathlib import Path

import pytest

from hairnet_data.core.errors import UsageError
from hairnet_data.sources.base import BackgroundSource, PortraitSource
from hairnet_data.sources.registry import FEWEST_DRAWN, FEWEST_SCENES, MOST_DRAWN, MOST_SCENES, open_sources


def in_train(source: PortraitSource | BackgroundSource) -> int:
    return sum(entry.pool == "train" for entry in source.catalogue().entries)


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
    assert in_train(open_sources("drawn", None, None, tmp_path, examples, drawn=drawn).portraits) == portraits


@pytest.mark.parametrize(
    ("source", "examples", "given", "scenes"),
    [
        *(("drawn", None, None, FEWEST_SCENES), ("drawn", 7000, None, 700), ("drawn", 10**6, None, MOST_SCENES)),
        *(("drawn", None, 7, 7), ("drawn", 10, MOST_SCENES + 2, MOST_SCENES + 2), ("folder", 9000, None, 900)),
    ],
)
def test_and_how_many_backgrounds(
    portraits_dir: Path, tmp_path: Path, source: str, examples: int | None, given: int | None, scenes: int
) -> None:
    source_dir = portraits_dir if source == "folder" else None
    opened = open_sources(source, source_dir, None, tmp_path, examples, scenes=given)
    assert in_train(opened.backgrounds) == scenes


def test_a_number_that_means_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--portraits: 0 is less than 1"):
        open_sources("drawn", None, None, tmp_path, drawn=0)
    with pytest.raises(UsageError, match="--portraits: means nothing for folder"):
        open_sources("folder", tmp_path, None, tmp_path, drawn=5)
    with pytest.raises(UsageError, match="--scenes: -1 is less than 1"):
        open_sources("drawn", None, None, tmp_path, scenes=-1)
    with pytest.raises(UsageError, match="--scenes: means nothing beside a folder"):
        open_sources("drawn", None, tmp_path, tmp_path, scenes=5)
