"""Style files are read as docs/tryon.md describes them; anything else is one line that says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_model.tryon.head_file import NAMES, read_head
from hairnet_model.tryon.style_file import MOST_BYTES, STYLES, StyleError, parse_style, read_style, style_names

GUIDES, POINTS = 3, 4


def _header() -> dict[str, Any]:
    group = {
        "name": "all", "guides": GUIDES, "points": POINTS, "width": 0.1, "tip": 0.5, "taper": 2, "mix": 1, "clump": 0.5,
        "gather": 1.5, "spread": [0.1, 0.2], "uneven": 0.1, "stray": 0.0, "curl": [0, 1, 1, 0], "braid": [0, 0, 1],
        "levels": [[2, 4, 2.0], [6, 8, 1]],
    }  # fmt: skip
    return {
        "format": "hair", "version": 1, "name": "tiny", "title": "Tiny", "quantum": 0.01, "seed": 7, "ears": True,
        "skull": [[0, -2, 0], [7, 9, 9]], "cap": {"azimuth": [0, 180], "height": [-7, 7], "soft": 1, "dense": 0.9},
        "groups": [group], "made": {},
    }  # fmt: skip


def _body() -> bytes:
    points = np.arange(GUIDES * POINTS * 3).astype("<i2")
    shades = np.full(GUIDES * POINTS, 51, np.uint8)
    neighbours = np.array([[1, 2, 1, 2], [0, 2, 0, 2], [0, 1, 2, 2]], "<u2")
    return points.tobytes() + shades.tobytes() + neighbours.tobytes()


def _file(header: dict[str, Any], body: bytes | None = None) -> bytes:
    return json.dumps(header).encode() + b"\n" + (_body() if body is None else body)


def test_a_file_is_read_as_it_is_written() -> None:
    style = parse_style(_file(_header()), "tiny.hair")
    group = style.groups[0]
    assert (style.name, style.title, style.seed, style.ears, style.levels) == ("tiny", "Tiny", 7, True, 2)
    np.testing.assert_allclose(group.guides[2, 3], (0.33, 0.34, 0.35))
    np.testing.assert_allclose(group.openness, 0.2)
    assert group.neighbours.tolist() == [[1, 2, 1, 2], [0, 2, 0, 2], [0, 1, 2, 2]]
    assert (group.levels[1].strands, group.levels[1].samples, group.levels[1].broad) == (6, 8, 1.0)


def test_the_cap_covers_what_lies_above_the_hairline() -> None:
    cap = parse_style(_file(_header()), "tiny.hair").cap
    forehead, crown, edge = cap.cover(np.array([(0.0, -6.0, 9.0), (0.0, -11.0, 0.1), (0.0, -7.5, 9.0)]))
    assert (forehead, crown) == (0.0, pytest.approx(0.9))
    assert edge == pytest.approx(0.45)


def _set(*path: str | int) -> Callable[[Any], Callable[[dict[str, Any]], None]]:
    def to(value: Any) -> Callable[[dict[str, Any]], None]:
        def change(header: dict[str, Any]) -> None:
            at: Any = header
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = value

        return change

    return to


WRONG = [
    (_set("format")("beard"), "does not say that it is one"),
    (_set("version")(2), "its version is 2"),
    (_set("name")(""), "name must be text"),
    (_set("seed")(-1), "seed must be an integer from 0"),
    (_set("quantum")(0), "quantum must be a number"),
    (_set("ears")(1), "ears must be true or false"),
    (_set("skull")([[0, 0, 0]]), "skull must be a list of 3 numbers"),
    (_set("skull")([[0, 0, 0], [1, 0, 1]]), "half axes that are not above 0"),
    (_set("cap", "azimuth")([0, 0]), "azimuth must rise"),
    (_set("cap", "soft")(0), "cap.soft must be a number"),
    (_set("groups")([]), "at least one group"),
    (_set("groups")([3]), "groups[0] must be an object"),
    (_set("groups", 0, "guides")(4), "ends before the guides of groups[0] do"),
    (_set("groups", 0, "points")(3), "points must be an integer from 4"),
    (_set("groups", 0, "width")(float("nan")), "width must be a number"),
    (_set("groups", 0, "mix")(True), "mix must be a number"),
    (_set("groups", 0, "spread")([1]), "spread must be a list of 2 numbers"),
    (_set("groups", 0, "curl")([1, 0, 1, 0]), "lengths above 0"),
    (_set("groups", 0, "levels")([]), "levels must be a list of 1 to 4"),
    (_set("groups", 0, "levels")([[65, 4, 1]]), "strands must be an integer from 1 to 64"),
    (_set("groups", 0, "levels")([[1, 4]]), "must be [strands, samples, broad]"),
]


@pytest.mark.parametrize(("change", "words"), WRONG, ids=[words for _, words in WRONG])
def test_a_wrong_header_is_one_line(change: Callable[[dict[str, Any]], None], words: str) -> None:
    header = _header()
    change(header)
    with pytest.raises(StyleError) as caught:
        parse_style(_file(header), "tiny.hair")
    line = str(caught.value)
    assert line.startswith("tiny.hair: ")
    assert words in line
    assert "docs/tryon.md" in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "first line is longer"),
        (b"\x00\xff" * 40, "first line is longer"),
        (b"[1]\n", "must be an object"),
        (b"[" * 5000 + b"\n", "is no style file"),
        (b"\xff\xfe\n", "is no style file"),
        (b" " * 9000 + b"\n", "first line is longer than 8192 bytes"),
        (b"x" * (MOST_BYTES + 1), "is larger than 40000 bytes"),
        (_file(_header(), _body()[:-1]), "ends before"),
        (_file(_header(), _body() + b"\0"), "1 bytes after"),
        (_file(_header(), _body()[:-2] + b"\3\0"), "a neighbour 3 among 3 guides"),
    ],
)
def test_what_is_no_style_file_is_one_line(data: bytes, words: str) -> None:
    with pytest.raises(StyleError, match=words):
        parse_style(data, "tiny.hair")


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StyleError, match="cannot be read"):
        read_style(tmp_path / "none.hair")
    with pytest.raises(StyleError, match="cannot be read"):
        read_head(tmp_path / "head.json")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no JSON"),
        ("[]", "is no head"),
        ('{"format": "hat", "version": 1}', "not a head of version 1"),
        ('{"format": "head", "version": 1, "quantum": 1, "surfaces": []}', "lacks the surface head"),
        ('{"format": "head", "version": 1, "quantum": 1, "surfaces": [{"name": "head", "rows": 2}]}', "is no head"),
    ],
)
def test_a_wrong_head_is_one_line(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "head.json").write_text(text)
    with pytest.raises(StyleError, match=words):
        read_head(tmp_path / "head.json")


def test_the_heads_surfaces_are_grids_in_centimetres() -> None:
    head = read_head()
    assert set(NAMES) <= set(head)
    for name in ("head", "neck"):
        np.testing.assert_allclose(head[name][:, 0], head[name][:, -1], atol=0.02)  # once around
    low, high = head["head"].reshape(-1, 3).min(0), head["head"].reshape(-1, 3).max(0)
    assert (low > (-9, -13, -11)).all()
    assert (high < (9, 13, 13)).all()
    assert head["right_ear"][..., 0].min() > 0 > head["left_ear"][..., 0].max()


def test_there_are_the_styles_that_people_ask_for() -> None:
    wanted = {"crew_cut", "side_part", "bob", "lob_fringe", "long_straight", "long_waves", "curls", "afro", "braids"}
    assert wanted | {"bun"} <= set(style_names())
    for name in style_names():
        assert read_style(STYLES / f"{name}.hair").name == name
        assert (STYLES / f"{name}.hair").stat().st_size <= 40_000
