"""What a dataset says of the sources it was made from: citation, licence and homepage.

Each source states its own in a constant `TERMS`; `registry.terms_of` puts those of a dataset together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """How a source is cited, and its terms.

    Attributes:
        citation: BibTeX, "" where nobody says.
        licences: each an SPDX identifier, a URL or words; () where it adds none.
        homepage: a URL, "" where there is none.
    """

    citation: str = ""
    licences: tuple[str, ...] = ()
    homepage: str = ""

    @property
    def licence(self) -> str:
        """All licences in one text."""
        return "; ".join(self.licences)
