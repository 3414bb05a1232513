from __future__ import annotations

import re

import pytest

from hairnet_data.core.errors import UsageError
from hairnet_model.effects.colours import PATTERNS, Target, named, target
from tests.support.paths import ROOT


def test_natural_colours_come_first() -> None:
    names = list(named())
    assert names[:2] == ["jet black", "espresso"]
    assert len(names) >= 20
    assert names.index("silver") == 11
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in named().values())
    assert not any(name.endswith(PATTERNS) for name in names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#A0522d", Target((160, 82, 45))),
        ("jet black", target("Jet-Black")),
        ("jet_black roots", Target(target("jet black").rgb, "roots")),
        ("#a0522d-ombre", Target((160, 82, 45), "ombre")),
        (" platinum   highlights ", Target(target("platinum").rgb, "highlights")),
    ],
)
def test_reading(text: str, expected: Target) -> None:
    assert target(text) == expected


@pytest.mark.parametrize("text", ["", "blondish", "#12345", "#1234567", "#12345g", "roots", "copper roots ombre"])
def test_what_is_no_colour_is_an_error_that_lists_the_names(text: str) -> None:
    with pytest.raises(UsageError) as error:
        target(text)
    assert all(name in str(error.value) for name in (*named(), *PATTERNS))
    assert "\n" not in str(error.value)


def test_the_documented_colours_are_these() -> None:
    page = (ROOT / "docs" / "recolouring.md").read_text()
    assert dict(re.findall(r"^\| ([a-z ]+) \| `(#[0-9a-f]{6})` \|$", page, re.MULTILINE)) == named()
