"""What is drawn is drawn once a version, and what is read back is what was drawn."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.sources import drawing_cache
from hairnet_data.sources.drawing_cache import (
    DrawnOnceBackgrounds,
    DrawnOncePortraits,
    drawing,
    drawing_folder,
    undrawn,
)
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.scenes.source import DrawnBackgrounds

ID = "train_00000"


def portraits(cache: Path) -> DrawnOncePortraits:
    return DrawnOncePortraits(Drawn(1, 1, 0, size=48), drawing_folder(cache))


def backgrounds(cache: Path) -> DrawnOnceBackgrounds:
    return DrawnOnceBackgrounds(DrawnBackgrounds(1, 0, 0, size=40), drawing_folder(cache))


def forbid_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("it is drawn again")

    monkeypatch.setattr(Drawn, "load", refuse)
    monkeypatch.setattr(DrawnBackgrounds, "load", refuse)


def test_a_second_build_reads_what_the_first_drew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, scene = portraits(tmp_path).load(ID), backgrounds(tmp_path).load("train_0000")
    np.testing.assert_array_equal(drawn.image, Drawn(1, 1, 0, size=48).load(ID).image)
    forbid_drawing(monkeypatch)
    again = pickle.loads(pickle.dumps(portraits(tmp_path))).load(ID)
    np.testing.assert_array_equal(again.image, drawn.image)
    np.testing.assert_array_equal(again.mask, drawn.mask)
    assert (again.image.dtype, again.mask.dtype) == (np.uint8, np.uint8)
    assert (again.alpha is not None, drawn.alpha is not None) == (True, True)
    np.testing.assert_array_equal(again.alpha, drawn.alpha)  # type: ignore[arg-type]
    assert drawn.coverage is not None
    np.testing.assert_array_equal(again.coverage, drawn.coverage)  # type: ignore[arg-type]
    assert again.pose == drawn.pose is not None
    np.testing.assert_array_equal(backgrounds(tmp_path).load("train_0000"), scene)


def test_it_is_the_source_that_it_keeps(tmp_path: Path) -> None:
    kept, source = portraits(tmp_path), Drawn(1, 1, 0, size=48)
    assert kept.settings() == source.settings()
    assert kept.catalogue() == source.catalogue()
    assert kept.content(ID) == source.content(ID)
    assert (kept.name, kept.people_apart, kept.knows_coverage) == ("drawn", True, True)


def test_another_size_is_another_file(tmp_path: Path) -> None:
    portraits(tmp_path).load(ID)
    larger = DrawnOncePortraits(Drawn(1, 1, 0, size=64), drawing_folder(tmp_path)).load(ID)
    assert larger.image.shape == (64, 64, 3)


@pytest.mark.parametrize("damage", [b"", b"x" * 99, None])
def test_a_damaged_file_is_drawn_again(tmp_path: Path, damage: bytes | None) -> None:
    drawn = portraits(tmp_path).load(ID)
    (path,) = tmp_path.rglob("*.z")
    content = path.read_bytes()
    path.write_bytes(content[:-9] + b"?" + content[-8:] if damage is None else damage)
    np.testing.assert_array_equal(portraits(tmp_path).load(ID).image, drawn.image)
    assert path.read_bytes() == content


def test_other_code_has_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = drawing_folder(tmp_path)
    monkeypatch.setattr(drawing_cache, "_DRAWING", ("drawn",))
    drawing_cache._code_digest.cache_clear()
    assert drawing_folder(tmp_path) != before
    drawing_cache._code_digest.cache_clear()


def test_a_disk_without_room_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_cache, "_LEAST_FREE", 1 << 60)
    assert portraits(tmp_path).load(ID).image.shape == (48, 48, 3)
    assert not list(tmp_path.rglob("*.z"))
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert portraits(blocked).load(ID).image.shape == (48, 48, 3)


def test_what_is_yet_to_be_drawn(tmp_path: Path) -> None:
    assert (undrawn(portraits(tmp_path)), undrawn(Drawn(1, 1, 0, size=48)), undrawn(backgrounds(tmp_path))) == (2, 2, 1)
    drawing(portraits(tmp_path)).load(ID)
    assert undrawn(portraits(tmp_path)) == 2, "nothing is kept"
    portraits(tmp_path).load(ID)
    assert undrawn(portraits(tmp_path)) == 1
    assert undrawn(PhotoFolder(tmp_path)) == 0
