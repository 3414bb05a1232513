"""Hair styles for trying on are grown anew as they lie in the package."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.sources.drawn.guides import __main__ as command
from hairnet_data.sources.drawn.guides import growing, obstacles
from hairnet_data.sources.drawn.guides.catalogue import STYLES, style_bytes
from hairnet_data.sources.drawn.guides.hair_file import MOST_BYTES, encode_head, encode_style
from hairnet_data.sources.drawn.guides.mean_head import head_grid, surfaces
from tests.support.paths import ROOT

PACKAGED = ROOT / "hairnet_model" / "tryon" / "styles"


def test_the_package_has_all_styles_and_no_other() -> None:
    assert sorted(path.stem for path in PACKAGED.glob("*.hair")) == sorted(STYLES)


@pytest.mark.parametrize("name", sorted(set(STYLES) - {"afro", "crew_cut"}))  # those two take seconds
def test_styles_grow_as_they_lie_in_the_package(name: str) -> None:
    grown, kept = style_bytes(name), (PACKAGED / f"{name}.hair").read_bytes()
    assert json.loads(grown.partition(b"\n")[0]) == json.loads(kept.partition(b"\n")[0])
    assert grown == kept


def test_the_head_is_the_drawn_one() -> None:
    assert encode_head(surfaces()) == (PACKAGED / "head.json").read_bytes()


def test_the_command_writes_the_same_bytes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("one", "two"):
        monkeypatch.setattr(sys, "argv", ["guides", "braids", "head", "--out", str(tmp_path / folder)])
        command.main()
    for name in ("braids.hair", "head.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    made = json.loads((tmp_path / "one" / "braids.hair").read_bytes().partition(b"\n")[0])["made"]
    assert made["command"].endswith("hairnet_data.sources.drawn.guides braids")
    assert made["settings"]["guides"] == [300, 22]


def test_an_unknown_style_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["guides", "mullet"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    assert "there is no style 'mullet'; there are afro, bob" in capsys.readouterr().err


def test_a_file_that_would_be_too_large_is_refused() -> None:
    grown = STYLES["bob"].settings.groups(np.random.default_rng(1))
    with pytest.raises(ValueError, match=f"more than {MOST_BYTES}"):
        encode_style("bob", "Bob", 1, {}, [*grown, *grown], 1.0, False, {})


def test_points_are_moved_off_head_neck_and_shoulders() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform((-9, -11, -9), (9, 24, 9), (400, 3))
    moved = obstacles.off_head(points, np.full(400, 0.5))
    high = moved[:, 1] < 5
    assert obstacles.height_over_head(moved[high]).min() > 0.4
    far = obstacles.height_over_head(head_grid()[2:40].reshape(-1, 3))
    assert np.abs(np.median(far)) < 0.15


def test_neighbours_lie_on_different_sides() -> None:
    x, z = np.meshgrid(np.arange(5.0), np.arange(5.0))
    line = np.stack([x.ravel(), 0 * x.ravel(), z.ravel()], -1)[:, None] + np.arange(4.0)[:, None] * (0, 1, 0)
    near = growing.neighbours(line, 1.5)
    assert set(near[12]) == {7, 11, 13, 17}  # the four beside the middle one
    step = line[near[12], 0] - line[12, 0]
    turn = step @ np.roll(step, 1, 0).T
    assert abs(turn.trace()) < 1e-9  # each is a quarter turn from the next
    assert growing.neighbours(line, 0.5).tolist() == [[n] * 4 for n in range(25)]  # all too far away
