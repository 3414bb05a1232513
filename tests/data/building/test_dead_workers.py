"""Worker processes that die while they render or load a portrait."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions
from hairnet_data.core.errors import BuildError, SourceError
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from tests.support.datasets import digests
from tests.support.kill_points import SETTINGS, Deadly


@pytest.fixture
def deadly(portraits_dir: Path, negatives_dir: Path, tmp_path: Path) -> Sources:
    """Portraits one of which ends the process that loads it, as long as a file says how."""
    return Sources(Deadly(Folder.open(portraits_dir), "bb_0", tmp_path / "how"), PhotoFolder(negatives_dir))


@pytest.mark.parametrize("how", ["SIGKILL", "SIGSEGV", "exit"])
def test_a_worker_that_dies_costs_its_range_once_more(how: str, deadly: Sources, tmp_path: Path) -> None:
    undisturbed = build(deadly, SETTINGS, tmp_path / "undisturbed", BuildOptions(name="mine"))
    result = build(
        deadly,
        SETTINGS,
        tmp_path / "data",
        BuildOptions(name="mine", workers=2),
        announce=lambda outcome: deadly.portraits.arm(f"{how} once"),  # type: ignore[attr-defined]
    )
    assert not (tmp_path / "how").exists(), "it has happened"
    assert result.made
    assert digests(tmp_path / "data") == digests(tmp_path / "undisturbed")
    assert undisturbed.examples == result.examples


def test_a_range_that_always_kills_is_named(deadly: Sources, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with pytest.raises(BuildError) as caught:
        build(
            deadly,
            SETTINGS,
            data_dir,
            BuildOptions(name="mine", workers=2),
            announce=lambda outcome: deadly.portraits.arm("SIGSEGV"),  # type: ignore[attr-defined]
        )
    assert re.fullmatch(
        r"\w+ \d+\.\.\d+: two worker processes died rendering it \(signal 11, segmentation fault\); it shows "
        r"(\w+, )*bb_0(, \w+)*; try fewer --workers, or take out the portrait that it is",
        str(caught.value),
    )
    (tmp_path / "how").unlink()
    build(deadly, SETTINGS, data_dir, BuildOptions(name="mine"))
    build(deadly, SETTINGS, tmp_path / "undisturbed", BuildOptions(name="mine"))
    assert digests(data_dir) == digests(tmp_path / "undisturbed")


def test_a_portrait_that_kills_every_worker_that_loads_it(deadly: Sources, tmp_path: Path) -> None:
    deadly.portraits.arm("SIGKILL")  # type: ignore[attr-defined]
    with pytest.raises(
        SourceError, match=r"^portraits: two worker processes died looking at one of .*bb_0.* \(signal 9"
    ):
        build(deadly, SETTINGS, tmp_path / "data", BuildOptions(workers=2))
    assert not (tmp_path / "data").exists()
