"""`licence.toml` beside the pictures of a folder: under which terms they came."""

from __future__ import annotations

import functools
import hashlib
import json
import unicodedata
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from hairnet_data.core.errors import SourceError, unreadable
from hairnet_data.core.ledger import Licence
from hairnet_data.core.near_misses import near_misses
from hairnet_data.core.storage.bounded_read import read_toml
from hairnet_data.core.validation import first_error

LICENCES = "licence.toml"
SETTING = "licences"
"""The key in a source's settings of the digest of its `licence.toml`; missing where there is none."""

_MOST_BYTES = 4 << 20  # terms of 20,000 people


@dataclass(frozen=True, slots=True)
class Licences(Licence):
    """The content of a `licence.toml`: what holds for all pictures, for a person's, and for single ones.

    Attributes:
        people: terms of a person's pictures, by name.
        pictures: terms of single pictures, by id.
    """

    __pydantic_config__ = ConfigDict(strict=True, extra="forbid")

    people: dict[str, Licence] = field(default_factory=dict)
    pictures: dict[str, Licence] = field(default_factory=dict)

    def of(self, id: str, person: str = "") -> Licence:
        """The terms of a picture: its own, else those of the person, else those of all."""
        terms = Licence(self.licence, self.origin, self.consent, self.use)
        for own in (self.people.get(person), self.pictures.get(id)):
            terms = own.over(terms) if own else terms
        return terms

    def settings(self) -> dict[str, Any]:
        """What of it belongs to a source's settings: a digest, since it names people."""
        if self == Licences():
            return {}
        text = json.dumps(asdict(self), sort_keys=True)
        return {SETTING: hashlib.sha256(text.encode()).hexdigest()[:16]}

    def check_names(self, where: str, ids: Collection[str], people: Collection[str]) -> None:
        """Raises SourceError for a picture or person that the source does not have."""
        for table, names, known in (("pictures", self.pictures, ids), ("people", self.people, people)):
            for name in names:
                if name not in known:
                    raise SourceError(f"{where}: [{table}]", f"there is no {name!r}", near_misses(name, known))


NO_LICENCES = Licences()
"""A source without a `licence.toml`."""


@functools.cache
def _adapter() -> TypeAdapter[Licences]:
    return TypeAdapter(Licences)


def read_licences(path: Path, name: str) -> Licences:
    """Reads and checks a `licence.toml`; a missing one says nothing.

    Args:
        path: the file.
        name: what errors call it.

    Raises:
        SourceError: it cannot be read, is no TOML, or says something unknown.
    """
    try:
        values = read_toml(path, _MOST_BYTES)
    except FileNotFoundError:
        return NO_LICENCES
    except OSError as error:
        raise SourceError(name, unreadable(error), "check the file") from error
    except ValueError as error:
        raise SourceError(name, f"is no TOML: {error}", "correct that line") from error
    try:
        licences = _adapter().validate_json(json.dumps(values, default=str))  # a date is a text
    except ValidationError as error:
        key, what = first_error(error)
        hint = (
            f"known are {', '.join(field.name for field in fields(Licences))}" if what.startswith("is unknown") else ""
        )
        raise SourceError(f"{name}: {key}", what, hint) from error
    people = {unicodedata.normalize("NFC", person): terms for person, terms in licences.people.items()}
    return replace(licences, people=people)
