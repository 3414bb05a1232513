"""What an audit finds, and the kinds of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

TITLES = {
    "copies": "The same photo twice",
    "backgrounds": "The same background",
    "wrong_photo": "Masks of another photo",
    "exchanged": "Hair and face exchanged",
    "mirrored": "Masks that are mirrored",
    "shifted": "Masks that are shifted",
    "scaled": "Masks that are too large or too small",
    "missing": "A part that is missing",
    "islands": "Islands",
    "holes": "Holes",
    "labels": "Labels that a network does not believe",
    "outliers": "Photos unlike the others",
}
"""Every kind of finding, in the order of a report, with its headline."""

NEEDS_NETWORK = ("wrong_photo", "exchanged", "mirrored", "missing", "labels")
"""Kinds that are not looked for without predictions of a network."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at.

    Attributes:
        kind: a key of `TITLES`.
        id: of the portrait.
        score: larger is worse; comparable within a kind only. From 1 on it is reported.
        reason: what was seen, in a sentence.
        other: id of the other portrait that it is about, "" where it is about one.
    """

    kind: str
    id: str
    score: float
    reason: str
    other: str = ""

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values, without `other` where there is none."""
        return {
            key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items() if value
        }


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first."""
    return sorted(findings, key=lambda finding: (-finding.score, finding.id, finding.other))
