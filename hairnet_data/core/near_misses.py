"""What to suggest where a name is unknown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MOST = 3  # names that are suggested


def near_misses(name: str, names: Iterable[str]) -> str:
    """A hint that suggests names like the one that is unknown, letters' case aside."""
    by_folded: dict[str, str] = {}
    for known in sorted(names):
        by_folded.setdefault(known.casefold(), known)
    near = [by_folded[match] for match in difflib.get_close_matches(name.casefold(), by_folded, _MOST)]
    if near:
        return f"did you mean {' or '.join(near)}?"
    return "no name is like it" if by_folded else "nobody is named there"
