"""Ledgers: counted, merged, in words."""

from __future__ import annotations

import pytest

from hairnet_data.core import ledger
from hairnet_data.core.ledger import UNSAID, LedgerEntry, Licence

FREE = Licence("MIT", use="any")
RESEARCH = Licence("a form", "a university", "nobody was asked", "research")


def test_pictures_with_the_same_terms_are_one_entry() -> None:
    pictures = [(FREE, "ann", "a"), (RESEARCH, "bob", "b"), (FREE, "ann", "c"), (FREE, "", "d")]
    counted = ledger.count("portraits", "folder", pictures)
    free, bound = (entry.digest for entry in counted)
    assert free != bound
    assert counted == (
        LedgerEntry("portraits", "folder", FREE, 3, 1, free),
        LedgerEntry("portraits", "folder", RESEARCH, 1, 1, bound),
    )
    assert counted == ledger.count("portraits", "folder", pictures[::-1])
    assert ledger.from_json(ledger.to_json(counted)) == counted


def test_folders_are_added_up_and_datasets_of_one_are_not() -> None:
    here, there = (
        ledger.count("portraits", "folder", [(FREE, name, name + str(n)) for n in range(many)])
        for name, many in (("ann", 3), ("bob", 4))
    )
    merged = ledger.merge([here, there, here])
    assert merged == here + there
    older = (LedgerEntry("portraits", "folder", FREE, 5, 3),)  # of a version that did not know the pictures
    for whole in (merged, ledger.merge([merged, older]), ledger.merge([older, merged])):
        assert [line.split(":")[0] for line in ledger.lines(whole)] == [
            f"7 portraits of {2 if whole == merged else 3} people (folder)"
        ]


def test_datasets_without_digests_are_not_added_up() -> None:
    one = (LedgerEntry("portraits", "lfw", RESEARCH, 10, 3),)
    other = (LedgerEntry("portraits", "lfw", RESEARCH, 8, 4), LedgerEntry("backgrounds", "drawn", FREE, 5))
    merged = ledger.merge([one, other])
    assert merged == (LedgerEntry("portraits", "lfw", RESEARCH, 10, 4), LedgerEntry("backgrounds", "drawn", FREE, 5))


def test_the_restriction() -> None:
    free, bound = LedgerEntry("backgrounds", "drawn", FREE, 5), LedgerEntry("portraits", "lfw", RESEARCH, 1000)
    assert ledger.restriction((free, LedgerEntry("portraits", "folder", UNSAID, 4))) == ""
    assert ledger.restriction((bound,)) == "research only: 1,000 portraits (lfw); the whole is for research only"
    mixed = ledger.restriction((bound, free))
    assert mixed.startswith("research only: 1,000 portraits (lfw), mixed with 5 backgrounds (drawn) under other terms;")
    assert list(ledger.lines((bound, free)))[-1] == mixed


@pytest.mark.parametrize("damage", [{"use": "all"}, {"licence": 3}, {"more": ""}])
def test_damaged_ledgers(damage: dict[str, object]) -> None:
    (values,) = ledger.to_json((LedgerEntry("portraits", "lfw", RESEARCH, 1),))
    with pytest.raises(ValueError):  # noqa: PT011  pydantic's own
        ledger.from_json([values | {"terms": values["terms"] | damage}])
