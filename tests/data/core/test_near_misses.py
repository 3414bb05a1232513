"""Names that are suggested for an unknown one."""

from __future__ import annotations

from hairnet_data.core.near_misses import near_misses


def test_near_misses() -> None:
    assert near_misses("ann_lee", ["Ann_Lee", "Bob"]) == "did you mean Ann_Lee?"
    assert near_misses("xyz", ["Ann_Lee"]) == "no name is like it"
    assert near_misses("xyz", []) == "nobody is named there"
