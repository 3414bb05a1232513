"""The ledger: under which terms the pictures came that a dataset was made of, or a network was trained on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from hairnet_data.core.errors import one_line

Use = Literal["", "any", "non-commercial", "research"]
"""What the pictures may be used for; "" where nobody said."""

RESEARCH: Use = "research"

_UNSAID = "not said"
_USES = {"": "use not said", "any": "any use", "non-commercial": "non-commercial use only", RESEARCH: "research only"}
_STRICT = ConfigDict(strict=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Licence:
    """The terms of a picture. "" is what nobody said.

    Attributes:
        licence: an SPDX identifier, a URL or words.
        origin: where it is from, in words.
        consent: what those who are shown agreed to, in words.
        use: what it may be used for.
    """

    __pydantic_config__ = _STRICT

    licence: Annotated[str, Field(max_length=500)] = ""
    origin: Annotated[str, Field(max_length=500)] = ""
    consent: Annotated[str, Field(max_length=500)] = ""
    use: Use = ""

    def over(self, other: Licence) -> Licence:
        """These terms, and where they say nothing those of another."""
        said = {field.name: value for field in fields(self) if (value := getattr(self, field.name))}
        return replace(other, **said)


UNSAID = Licence()
"""Nobody said anything."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Pictures of one source under the same terms.

    Attributes:
        what: "portraits" or "backgrounds".
        source: the source's name.
        terms: of all of them.
        pictures: how many there are; 0 where that is unknown.
        people: how many are shown who are known by name.
        digest: 16 hex digits over all of them; "" where that is unknown.
    """

    __pydantic_config__ = _STRICT

    what: Literal["portraits", "backgrounds"]
    source: Annotated[str, Field(max_length=200)]
    terms: Licence
    pictures: Annotated[int, Field(ge=0, le=1 << 40)]
    people: Annotated[int, Field(ge=0, le=1 << 40)] = 0
    digest: Annotated[str, Field(pattern="^([0-9a-f]{16})?$")] = ""

    def __str__(self) -> str:
        people = f" of {self.people:,} people" if self.people else ""
        terms = self.terms
        parts = [f"licence {terms.licence or _UNSAID}", f"origin {terms.origin or _UNSAID}"]
        parts += [f"consent {terms.consent or _UNSAID}", _USES[terms.use]]
        number = f"{self.pictures:,}" if self.pictures else "an unknown number of"
        return one_line(f"{number} {self.what}{people} ({self.source}): {'; '.join(parts)}")


Ledger = tuple[LedgerEntry, ...]

_LEDGER = TypeAdapter(Ledger)


def count(
    what: Literal["portraits", "backgrounds"], source: str, pictures: Iterable[tuple[Licence, str, str]]
) -> Ledger:
    """Makes the entries of one source.

    Args:
        what: what the pictures are.
        source: its name.
        pictures: of each its terms, who is shown ("" for nobody or unknown), and a digest of it.

    Returns:
        An entry for all pictures with the same terms, the most pictures first.
    """
    digests: dict[Licence, list[str]] = {}
    people: dict[Licence, set[str]] = {}
    for terms, person, digest in pictures:
        digests.setdefault(terms, []).append(digest)
        people.setdefault(terms, set()).update([person] if person else [])
    order = sorted(digests, key=lambda terms: (-len(digests[terms]), tuple(asdict(terms).values())))
    return tuple(
        LedgerEntry(what, source, terms, len(digests[terms]), len(people[terms]), _digest(digests[terms]))
        for terms in order
    )


def _digest(digests: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()[:16]


def merge(ledgers: Iterable[Ledger]) -> Ledger:
    """The ledger of several datasets: entries of the same pictures and terms are one, with the larger numbers.

    Entries without a digest are taken for the same pictures where source and terms are.
    """
    merged: dict[tuple[str, str, Licence, str], LedgerEntry] = {}
    for entry in (entry for ledger in ledgers for entry in ledger):
        key = entry.what, entry.source, entry.terms, entry.digest
        other = merged.get(key, entry)
        pictures, people = max(entry.pictures, other.pictures), max(entry.people, other.people)
        merged[key] = replace(entry, pictures=pictures, people=people)
    return tuple(merged.values())


def _by_source(ledger: Ledger) -> Iterator[LedgerEntry]:
    """One entry for each source and terms, without a digest.

    Pictures of different digests are added up; those without may be any of them.
    """
    groups: dict[tuple[str, str, Licence], list[LedgerEntry]] = {}
    for entry in ledger:
        groups.setdefault((entry.what, entry.source, entry.terms), []).append(entry)
    for group in groups.values():
        known, unknown = ([entry for entry in group if bool(entry.digest) == kind] for kind in (True, False))
        pictures = max([sum(entry.pictures for entry in known), *(entry.pictures for entry in unknown)])
        people = max([sum(entry.people for entry in known), *(entry.people for entry in unknown)])
        yield replace(group[0], pictures=pictures, people=people, digest="")


def unrecorded(source: str) -> Ledger:
    """The ledger of something that has none: an unknown number of portraits, of which nobody said anything."""
    return (LedgerEntry("portraits", source, UNSAID, 0),)


def to_json(ledger: Ledger) -> list[dict[str, Any]]:
    """The ledger as JSON values."""
    return [asdict(entry) for entry in ledger]


def from_json(values: object) -> Ledger:
    """Reads what `to_json` wrote. Raises pydantic's ValidationError, a ValueError, for anything else."""
    return _LEDGER.validate_json(json.dumps(values))


def restriction(ledger: Ledger) -> str:
    """One line where any picture is for research only, which then holds for whatever is made of them; else ""."""
    entries = list(_by_source(ledger))
    restricted = [entry for entry in entries if entry.terms.use == RESEARCH]
    if not restricted:
        return ""
    text = f"research only: {_sum(restricted)}"
    others = [entry for entry in entries if entry.terms.use != RESEARCH]
    if others:
        text += f", mixed with {_sum(others)} under other terms"
    return f"{text}; the whole is for research only"


def _sum(entries: Iterable[LedgerEntry]) -> str:
    """How many pictures of which source."""
    numbers: dict[tuple[str, str], int] = {}
    for entry in entries:
        numbers[entry.what, entry.source] = numbers.get((entry.what, entry.source), 0) + entry.pictures
    named = ((f"{number:,} " if number else "", what, source) for (what, source), number in numbers.items())
    texts = (f"{number}{what} ({source})" for number, what, source in named)
    return " and ".join(map(one_line, texts))


def lines(ledger: Ledger) -> Iterator[str]:
    """The ledger in words: a line for each source and terms, and one if it restricts the use of the whole."""
    yield from map(str, _by_source(ledger))
    if text := restriction(ledger):
        yield text
