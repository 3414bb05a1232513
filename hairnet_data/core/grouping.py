"""Messages that share a cause as one line with a count and three examples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

EXAMPLES = 3
"""How many places of a group are shown."""
MOST_SINGLE = 20
"""A group of no more than these has a line for each: every one is wanted by whoever is to mend them."""

_NUMBER = re.compile(r"\d[\d.,]*")


def cause_of(what: str) -> str:
    """A message without its numbers: the same for all that differ in numbers alone."""
    return _NUMBER.sub("#", what)


def grouped_lines(messages: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Says each cause once.

    Args:
        messages: of each its cause, the message in full, and where it is, in the order of the lines.

    Yields:
        The message itself for a cause of few, else how many there are, three places, and the first message in full.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for cause, text, where in messages:
        groups.setdefault(cause, []).append((text, where))
    for group in groups.values():
        if len(group) <= MOST_SINGLE:
            yield from (text for text, _ in group)
        else:
            places = ", ".join(where for _, where in group[:EXAMPLES])
            yield f"{len(group):,} alike ({places} and {len(group) - EXAMPLES:,} more), the first: {group[0][0]}"
