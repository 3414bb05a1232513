"""Names of hair colours, as hairdressers use them, and the patterns in which they are worn."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from hairnet_data.core.errors import UsageError
from hairnet_model.effects import oklab

PATTERNS = ("roots", "highlights", "ombre")
"""What a name may end in: the own colour at the roots, in all but the lightest strands, or from the top downwards."""


@dataclass(frozen=True, slots=True)
class Target:
    """What hair shall look like.

    Attributes:
        rgb: sRGB, 0..255: the mean of the recoloured hair.
        pattern: one of `PATTERNS`; "" for the whole of the hair.
    """

    rgb: tuple[int, int, int]
    pattern: str = ""

    @property
    def colour(self) -> oklab.Colour:
        """The same in Oklab."""
        light, a, b = (float(value) for value in oklab.from_srgb(np.array(self.rgb, np.uint8)))
        return light, a, b


@cache
def named() -> dict[str, str]:
    """All names and their colours as "#rrggbb", natural colours first, then those of fashion."""
    groups = json.loads(resources.files(__package__).joinpath("colours.json").read_text("utf-8"))
    return {name: colour for group in groups.values() for name, colour in group.items()}


def target(text: str, option: str = "--recolour") -> Target:
    """Reads "copper", "#a0522d", "Honey-Blond", "platinum roots" or "#c07040-ombre".

    Args:
        text: what was given.
        option: where, for the error.

    Raises:
        UsageError: there is no such colour; the message lists the names.
    """
    words = re.sub(r"[\s_-]+", " ", text.strip().lower())
    name, pattern = words, ""
    for ending in PATTERNS:
        if words.endswith(f" {ending}"):
            name, pattern = words.removesuffix(f" {ending}"), ending
    code = named().get(name, name)
    if not re.fullmatch(r"#[0-9a-f]{6}", code):
        hint = f'choose from {", ".join(named())}, or give "#rrggbb"; each may end in {", ".join(PATTERNS)}'
        raise UsageError(option, f"there is no hair colour {text!r}", hint)
    red, green, blue = (int(code[at : at + 2], 16) for at in (1, 3, 5))
    return Target((red, green, blue), pattern)
