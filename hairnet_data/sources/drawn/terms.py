"""How the drawn portraits are cited, and their licence: those of this package."""

from __future__ import annotations

from hairnet_data.core.ledger import Licence
from hairnet_data.core.version import __version__
from hairnet_data.sources.terms import Terms

TERMS = Terms(
    citation="@software{hairnet, title = {HairNet: a synthetic training set for hair and face}, "
    f"version = {{{__version__}}}}}",
    licences=("https://spdx.org/licenses/Apache-2.0",),
)

LICENCE = Licence(
    licence=TERMS.licence,
    origin="drawn by hairnet_data",
    consent="not needed: nobody in particular is shown",
    use="any",
)
"""Of every drawn portrait and background."""
