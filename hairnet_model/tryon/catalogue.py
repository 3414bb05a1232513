"""The styles that ship, by name, ready to be painted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from hairnet_data.core.errors import UsageError
from hairnet_model.tryon.style_file import STYLES, Cap, read_style, style_names
from hairnet_model.tryon.thicken import Strands, thicken

FINE = (5.0, 10.0)
"""Pixels per centimetre from which on the second and the third level of detail are painted."""


@dataclass(frozen=True, slots=True, eq=False)
class Hair:
    """A style at a level of detail.

    Attributes:
        groups: its strands.
        cap: on the scalp below them.
    """

    groups: tuple[Strands, ...]
    cap: Cap


def names() -> list[str]:
    """Of all styles, in alphabetical order."""
    return style_names()


def title(name: str) -> str:
    """Of a style, for people."""
    return read_style(STYLES / f"{name}.hair").title


def name_of(text: str) -> str:
    """The style that a text means: "Long waves" is `long_waves`.

    Raises:
        UsageError: there is no such style; the message lists them.
    """
    name = re.sub(r"[\s_-]+", "_", text.strip().lower())
    if name in names():
        return name
    raise UsageError("--style", f"there is no style {text!r}", f"choose from {', '.join(names())}")


def levels_for(size: float) -> int:
    """The level of detail for a head of `size` pixels per centimetre, from 0; a style may have fewer."""
    return sum(size >= least for least in FINE)


@cache
def hair(name: str, level: int) -> Hair:
    """A style at a level of detail, at its finest one where it has fewer."""
    style = read_style(STYLES / f"{name}.hair")
    return Hair(tuple(thicken(style, min(level, style.levels - 1))), style.cap)
