"""Ledgers: counted, merged, in words."""

from __future__ import annotations

import pytest

from hairnet_data.core import ledger
from hairnet_data.core.ledger import UNSAID, LedgerEntry, Licence

FREE = Licence("MIT", use="any")
RESEARCH = Licence("a form", "a university", "nobody was asked", "research")


def test_pictures_with_the_same_terms_are_one_entry() -> None:
    counted = ledger.count("portraits", "folder", [(FREE, "ann"), (RESEARCH, "bob"), (FREE, "ann"), (FREE, "")])
    assert counted == (
        LedgerEntry("portraits", "folder", FREE, 3, 1),
        LedgerEntry("portraits", "folder", RESEARCH, 1, 1),
    )
    assert ledger.from_json(ledger.to_json(counted)) == counted


def test_datasets_of_one_source_are_not_added_up() -> None:
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
